// Those who are not listed one by one: looked up by who leads, as many as were asked for.
import { batch, signal } from '@preact/signals';
import { complain } from './actions';
import { call } from './session';
import { ProblemError, type Member } from './types';

interface Page { members: Member[]; found: number; more: number }

const SEARCH_MS = 300;          // from the last letter to the question

export const audience = signal<readonly Member[]>([]);
export const found = signal(0);
export const more = signal(0);

let wanted = '';
let serial = 0;                 // only the last question's answer is shown
let timer: ReturnType<typeof setTimeout> | undefined;

async function look(from: readonly Member[], atLeast: number): Promise<void> {
  const mine = ++serial;
  let list = from;
  try {
    for (;;) {
      const after = list.at(-1)?.member ?? 0;
      const page = await call<Page>('audience', { search: wanted, after });
      if (mine !== serial) return;
      list = [...list, ...page.members];
      if (page.more > 0 && page.members.length && list.length < atLeast) continue;
      batch(() => {
        audience.value = list;
        found.value = page.found;
        more.value = page.more;
      });
      return;
    }
  } catch (error) {
    const passing = error instanceof ProblemError && error.slug === 'connection-lost';
    if (mine === serial && !passing) complain(error);
  }
}

/** Those whose names hold the words, and of the same words as many as had been shown. It waits for
 * more letters; returns what ends the wait. */
export function search(words: string): () => void {
  if (words.trim() !== wanted) audience.value = [];
  wanted = words.trim();
  clearTimeout(timer);
  timer = setTimeout(() => void look([], audience.peek().length), SEARCH_MS);
  return () => clearTimeout(timer);
}

export const lookOn = () => look(audience.peek(), 0);
