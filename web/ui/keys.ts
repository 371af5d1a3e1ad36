// The keys of the meeting. None answers while one writes, and all can be switched off.
import { toggleCamera, toggleHand, toggleMic, toggleShare } from '../lib/actions';
import { mic, turn } from '../lib/devices';
import { prefs } from '../lib/prefs';
import { listening } from '../lib/state';
import { closeSheet, popover, sheet, toggleFullscreen, toggleSheet } from './room';

const KEYS: Record<string, () => void> = {
  m: () => void toggleMic(),
  v: () => void toggleCamera(),
  s: () => void toggleShare(),
  h: () => void toggleHand(),
  c: () => toggleSheet('chat'),
  p: () => toggleSheet('people'),
  f: () => void toggleFullscreen(),
  '?': () => toggleSheet('help'),
};

let talking = false;

function writing(at: EventTarget | null): boolean {
  return at instanceof HTMLElement
    && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName));
}

/** Where the space bar has its own meaning. */
function presses(at: EventTarget | null): boolean {
  return at instanceof HTMLElement && at.closest('button, a, summary, [tabindex="0"]') !== null;
}

/** Closes what is open, wherever the focus is; then it leads to the stage, where the space bar
 * talks. No key that can be switched off: it is how one comes out of things. */
function escape(e: KeyboardEvent): void {
  if (e.defaultPrevented) return;
  e.preventDefault();
  if (sheet.peek()) closeSheet();
  else document.querySelector<HTMLElement>('main')?.focus();
}

function down(e: KeyboardEvent): void {
  if (e.key === 'Escape') return escape(e);
  if (!prefs.peek().keys || e.ctrlKey || e.metaKey || e.altKey || writing(e.target)) return;
  if (e.key === ' ') {
    if (presses(e.target) || popover.peek()) return;
    e.preventDefault();
    if (e.repeat || talking || mic.on.peek() || listening.peek()) return;
    talking = true;
    void turn(mic, true, false);
    return;
  }
  const run = KEYS[e.key.toLowerCase()];
  if (!run || e.repeat) return;
  e.preventDefault();
  run();
}

function release(): void {
  if (!talking) return;
  talking = false;
  void turn(mic, false, false);
}

function up(e: KeyboardEvent): void {
  if (e.key === ' ') release();
}

/** Returns what ends it. */
export function listenKeys(): () => void {
  document.addEventListener('keydown', down);
  document.addEventListener('keyup', up);
  addEventListener('blur', release);
  return () => {
    document.removeEventListener('keydown', down);
    document.removeEventListener('keyup', up);
    removeEventListener('blur', release);
    release();
  };
}
