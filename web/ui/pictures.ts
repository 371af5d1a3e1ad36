// One video element a slot, for as long as the slot lives. Tiles borrow it: when a person's
// picture moves to another place, the element moves, and nothing is decoded anew.
import { watch } from '../lib/csrc';
import type { Slot } from '../lib/peer';

const elements = new WeakMap<Slot, HTMLVideoElement>();

export function videoOf(slot: Slot): HTMLVideoElement {
  let video = elements.get(slot);
  if (!video) {
    video = document.createElement('video');
    video.autoplay = true;
    video.muted = true;             // sound comes by the audio slots
    video.playsInline = true;
    video.disablePictureInPicture = true;
    video.dataset.mid = slot.mid;
    video.setAttribute('aria-hidden', 'true');
    video.srcObject = new MediaStream([slot.track]);
    elements.set(slot, video);
    watch(video, slot.receiver, (source) => { slot.shows.value = source; });
  }
  return video;
}
