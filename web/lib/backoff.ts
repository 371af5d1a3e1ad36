// When to try again after a lost connection.

const STEP_MS = 300;
const LONGEST_MS = 10_000;

/** 0, 0.3, 1.2, 2.7 … s, at most 10; from the second try on spread by a fifth, so that a thousand
 * clients of a restarted server don't come at once. random: 0 to 1. */
export function backoff(attempt: number, random = 0.5): number {
  const wait = Math.min(STEP_MS * attempt * attempt, LONGEST_MS);
  return Math.round(wait * (0.8 + 0.4 * random));
}
