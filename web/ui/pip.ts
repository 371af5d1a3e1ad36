// Picture in picture: who is large on the stage, in a small window of the system's.
import { effect, signal } from '@preact/signals';
import { dominant, floor, members, others, shownScreen, slots } from '../lib/state';
import { sourceOf } from '../lib/types';
import { pinned } from './room';

export const inPip = signal(false);

let video: HTMLVideoElement | null = null;

export function canPip(): boolean {
  return document.pictureInPictureEnabled === true;
}

function wanted(): number {
  if (shownScreen.value) return sourceOf(shownScreen.value, 'screen');
  const candidates = [pinned.value, floor.value ?? 0, dominant.value,
    ...others.value.map((m) => m.member)];
  const member = candidates.find((m) => members.value.get(m)?.camera);
  return member ? sourceOf(member, 'camera') : 0;
}

function prepare(): HTMLVideoElement {
  if (video) return video;
  const made = video = document.createElement('video');
  made.muted = true;
  made.playsInline = true;
  made.addEventListener('enterpictureinpicture', () => { inPip.value = true; });
  made.addEventListener('leavepictureinpicture', () => { inPip.value = false; });
  effect(() => {
    const source = wanted();
    const slot = slots.value.find((s) => s.assigned.value === source);
    // Nobody's picture rather than another's.
    const track = slot && slot.shows.value === source ? slot.track : null;
    made.srcObject = track ? new MediaStream([track]) : null;
    if (track) void made.play().catch(() => {});
  });
  return made;
}

export async function togglePip(): Promise<void> {
  if (document.pictureInPictureElement) return document.exitPictureInPicture();
  const element = prepare();
  if (element.readyState < 1) {
    await new Promise((ready) => {
      element.addEventListener('loadedmetadata', ready, { once: true });
      setTimeout(ready, 1_000);
    });
  }
  await element.requestPictureInPicture().catch(() => {});
}
