// One's place in a meeting, kept for this tab: a reload takes it up, a duplicated tab doesn't.
//
// A browser copies sessionStorage when a tab is duplicated. So each document claims its tab's
// name by a lock for as long as it lives; who can't get the lock is a copy, and begins anew.

const TAB = 'ting.tab';
const WAIT_MS = 800;        // the document before this one may take a moment to go

export interface Place { token: string; invite: string; in: boolean }

const NONE: Place = { token: '', invite: '', in: false };

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // No storage: a reload is a new participant.
  }
}

function holdLock(name: string): Promise<boolean> {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((got) => {
    const wait = new AbortController();
    const timer = setTimeout(() => wait.abort(), WAIT_MS);
    navigator.locks.request(name, { signal: wait.signal }, () => {
      clearTimeout(timer);
      got(true);
      return new Promise<never>(() => {});      // held until the document is gone
    }).catch(() => got(false));
  });
}

/** Before a place is read. A copy of a tab forgets the places of the first. */
export async function claimTab(): Promise<void> {
  const name = read(TAB);
  if (name && await holdLock(`ting-${name}`)) return;
  const places = Object.keys(sessionStorage).filter((k) => k.startsWith('ting.place.'));
  for (const key of places) {
    const place = JSON.parse(read(key) ?? 'null') as Place | null;
    write(key, JSON.stringify({ ...NONE, invite: place?.invite ?? '' }));
  }
  const fresh = crypto.randomUUID();
  write(TAB, fresh);
  await holdLock(`ting-${fresh}`);
}

export function getPlace(code: string): Place {
  try {
    return { ...NONE, ...JSON.parse(read(`ting.place.${code}`) ?? '{}') };
  } catch {
    return NONE;
  }
}

export function putPlace(code: string, changed: Partial<Place>): void {
  write(`ting.place.${code}`, JSON.stringify({ ...getPlace(code), ...changed }));
}
