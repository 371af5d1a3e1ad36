// Tells the server what is on the screen and how large, most important first; it decides by that
// which source goes into which slot, and how fine.
import type { Tile } from './types';

const SETTLE_MS = 120;

let wanted = '[]';
let told = '';
let timer: ReturnType<typeof setTimeout> | undefined;
let send: ((tiles: Tile[]) => void) | null = null;

function flush(): void {
  timer = undefined;
  if (!send || wanted === told) return;
  told = wanted;
  send(JSON.parse(wanted) as Tile[]);
}

/** What is displayed now. Sizes in device pixels. */
export function show(tiles: Tile[]): void {
  wanted = JSON.stringify(tiles);
  if (wanted === told || timer) return;
  timer = setTimeout(flush, SETTLE_MS);
}

/** A server that knows nothing yet: tell it at once. null: nobody to tell. */
export function viewTo(target: ((tiles: Tile[]) => void) | null): void {
  send = target;
  told = '';
  clearTimeout(timer);
  flush();
}
