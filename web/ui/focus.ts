// The focus is never lost. What had it may go, because it was pressed or because of what others
// do; then its neighbour has it, or what had it before, or the heading of where one is.

const CONTROLS = 'button:not(:disabled), input, select, textarea, a[href], summary, [tabindex="0"]';
const LISTS = '.rows, .popover';
const KEPT = 8;

/** What can be reached in there, in order; a phone's entries are hidden on a desk. */
export function reachable(within: Element): HTMLElement[] {
  return [...within.querySelectorAll<HTMLElement>(CONTROLS)].filter(isThere);
}

export function isThere(el: Element | null | undefined): boolean {
  return el?.isConnected === true && el.getClientRects().length > 0 && !el.closest('[inert]');
}

interface Place { el: HTMLElement; around: Element[]; list: Element | null; at: number }

function placeOf(el: HTMLElement): Place {
  const around = [];
  for (let up = el.parentElement; up; up = up.parentElement) around.push(up);
  const list = el.closest(LISTS);
  return { el, around, list, at: list ? reachable(list).indexOf(el) : -1 };
}

/** Where to go from a place whose control is gone. */
function from({ around, list, at }: Place, earlier: readonly HTMLElement[]): HTMLElement | null {
  // The button that opened a menu stands beside it.
  const opener = list?.matches('.popover') && !list.isConnected
    ? around.find((el) => el.isConnected)?.querySelector<HTMLElement>('[aria-haspopup]') : null;
  if (opener && isThere(opener)) return opener;
  const beside = list && isThere(list) ? reachable(list) : [];
  if (beside.length) return beside[Math.max(0, Math.min(at, beside.length - 1))]!;
  const sheet = around.find((el) => el.matches('.sheet') && isThere(el));
  if (sheet) return sheet.querySelector('h2');
  return earlier.find(isThere) ?? document.querySelector('main');
}

export function keepFocus(): void {
  let now: Place | null = null;
  let earlier: HTMLElement[] = [];
  document.addEventListener('focusin', (e) => {
    const el = e.target as HTMLElement;
    if (now && now.el !== el) earlier = [now.el, ...earlier.filter((o) => o !== el)].slice(0, KEPT);
    now = placeOf(el);
  });
  const look = () => {
    const at = document.activeElement;
    if (!now || (at && at !== document.body)) return;
    const place = now;
    now = null;
    if (!place.el.isConnected) from(place, earlier)?.focus();
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
}
