// What is open, pinned and turned to in the meeting view: state of this window alone.
import { computed, signal } from '@preact/signals';
import { chat, chatSeen } from '../lib/state';
import { isThere } from './focus';

export type SheetName = 'chat' | 'people' | 'info' | 'text' | 'devices' | 'help';
export type PopoverName = 'reactions' | 'more' | 'leave' | 'mic' | 'camera';

export const sheet = signal<SheetName | null>(null);
export const popover = signal<PopoverName | null>(null);
export const pinned = signal(0);            // a member whom this person wants large
export const page = signal(0);
export const fullscreen = signal(false);

const phone = matchMedia('(max-width: 47.5em), (max-height: 30em)');
export const narrow = signal(phone.matches);
phone.addEventListener?.('change', () => { narrow.value = phone.matches; });

/** The sheet covers everything: the rest can't be reached. */
export const covered = computed(() => narrow.value && sheet.value !== null);

let opener: HTMLElement | null = null;

export function openSheet(name: SheetName): void {
  if (!sheet.peek()) {
    const at = document.activeElement as HTMLElement | null;
    // A menu is gone by then; the button that opened it is not.
    opener = at?.closest('.popover')?.parentElement?.querySelector<HTMLElement>('[aria-haspopup]')
      ?? at;
  }
  popover.value = null;
  sheet.value = name;
  if (name === 'chat') seeChat();
}

export function closeSheet(): void {
  const name = sheet.peek();
  sheet.value = null;
  // Back to what opened it; if that is gone, to the button that would.
  const before = opener;
  opener = null;
  requestAnimationFrame(() => {
    const ways = document.querySelectorAll<HTMLElement>(
      `[data-opens="${name}"], [data-opens="more"]`);
    const back = before !== document.body && isThere(before) ? before : [...ways].find(isThere);
    back?.focus();
  });
}

export function toggleSheet(name: SheetName): void {
  if (sheet.peek() === name) closeSheet();
  else openSheet(name);
}

export function seeChat(): void {
  chatSeen.value = chat.peek().at(-1)?.chat ?? 0;
}

export function togglePopover(name: PopoverName): void {
  popover.value = popover.peek() === name ? null : name;
}

export function togglePin(member: number): void {
  pinned.value = pinned.peek() === member ? 0 : member;
}

export async function toggleFullscreen(): Promise<void> {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await document.documentElement.requestFullscreen?.();
}

document.addEventListener('fullscreenchange', () => {
  fullscreen.value = document.fullscreenElement !== null;
});
