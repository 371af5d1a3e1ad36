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
      if (page.more > 0 && list.length < atLeast) continue;
      batch(() => {
        audience.value = list;
        found.value = page.found;
        more.value = page.more;
      });
      return;
    }
  } catch (error) {
    if (!(error instanceof ProblemError && error.slug === 'connection-lost')) complain(error);
  }
}

/** Anew, and as far as had been shown. */
export function lookAgain(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void look([], audience.peek().length), SEARCH_MS);
}

export function search(words: string): void {
  wanted = words.trim();
  audience.value = [];
  lookAgain();
}

export const lookOn = () => look(audience.peek(), 0);
