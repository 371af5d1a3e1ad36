// Watches the tiles of a page in a meeting, frame by frame: whether the colour of what stands there
// is that of the person whose name stands under it and whom the packets name, and how long a
// picture stood still.
//
//   await record(page);
//   …
//   const seen = await recorded(page);
//   seen.wrong       [] where a picture stood under another's name for longer than a blink
//   seen.unlike      [] frames whose packets named another than the one who is to be seen
//   seen.freezes     [] {name, ms} of more than 300 ms in which the page itself went on
//   seen.frames      how often each name's picture was looked at
//   seen.named       frames held against the source that their packets name
//   seen.slots       who was to be seen in each slot: {mid: {name: looks}}
import { LOOKS } from './meeting.mjs';

// In the page.
function begin(looks) {
  const BLINK_MS = 50;            // a picture reaches the screen up to a frame before its callback
  const FREEZE_MS = 300;
  const STALL_MS = 150;             // the page got no time: its pictures could not move
  const seen = globalThis.testSeen = { wrong: [], unlike: [], freezes: [], frames: {}, samples: 0,
    named: 0, slots: {}, longest: 0, ended: false };
  const canvas = new OffscreenCanvas(16, 9);
  const ctx = canvas.getContext('2d', { willReadFrequently: true });
  const watched = new Map();        // video: what stood there at its last frame
  const suspect = new Map();        // video: since when its name is wrong
  let looked = performance.now(), stalled = 0;

  const whose = (video) => {
    ctx.drawImage(video, 0, 0, 16, 9);
    const { data } = ctx.getImageData(0, 0, 16, 9);
    let r = 0, g = 0, b = 0;
    for (let i = 0; i < data.length; i += 4) {
      r += data[i];
      g += data[i + 1];
      b += data[i + 2];
    }
    const most = Math.max(r, g, b), range = most - Math.min(r, g, b);
    if (most === 0 || range / most < 0.3) return 'nobody';
    const hue = 60 * (most === r ? ((g - b) / range + 6) % 6
      : most === g ? (b - r) / range + 2 : (r - g) / range + 4);
    const far = (a) => Math.min(Math.abs(a - hue), 360 - Math.abs(a - hue));
    const [name] = Object.keys(looks).sort((p, q) => far(looks[p].hue) - far(looks[q].hue));
    return name;
  };
  const nameIn = (tile) => tile?.querySelector('.name [title]')?.title ?? '';
  const receiverOf = (mid) => globalThis.testConnections.at(-1).getTransceivers()
    .find((t) => t.mid === mid)?.receiver;
  const nameOf = (source) => nameIn(document.querySelector(
    `.tile[data-member="${Math.floor(source / 4)}"]`));

  const frame = (video) => (now, about) => {
    if (seen.ended) return;
    video.requestVideoFrameCallback(frame(video));
    const tile = video.closest('.tile');
    const shown = video.parentElement?.dataset.shown === 'true';
    const name = nameIn(tile);
    const last = watched.get(video) ?? {};
    const at = about.presentationTime;
    const state = { at, tile, shown, n: about.presentedFrames, width: about.width };
    watched.set(video, state);
    if (shown && last.shown && last.tile === tile && about.presentedFrames === last.n + 1) {
      const ms = Math.round(at - last.at);
      seen.longest = Math.max(seen.longest, ms);
      if (ms > FREEZE_MS && stalled < last.at) {
        seen.freezes.push({ name, ms, at: Math.round(at), from: last.width, to: about.width });
      }
    }
    const csrc = receiverOf(video.dataset.mid)?.getContributingSources()
      .find((s) => s.rtpTimestamp === about.rtpTimestamp)?.source;
    if (csrc === undefined) return;
    const named = nameOf(csrc);
    const who = whose(video);
    seen.named += 1;
    if (named && who !== named) seen.unlike.push({ who, named, at: Math.round(at) });
  };

  const look = () => {
    if (seen.ended) return;
    requestAnimationFrame(look);
    seen.samples += 1;
    const now = performance.now();
    if (now - looked > STALL_MS) stalled = now;
    looked = now;
    for (const video of document.querySelectorAll('.tile[data-kind=camera] video[data-mid]')) {
      if (!watched.has(video)) {
        watched.set(video, {});
        video.requestVideoFrameCallback(frame(video));
      }
      if (video.parentElement.dataset.shown !== 'true' || !video.videoWidth) {
        suspect.delete(video);
        continue;
      }
      const name = nameIn(video.closest('.tile'));
      const who = whose(video);
      seen.frames[name] = (seen.frames[name] ?? 0) + 1;
      if (who === name) {
        suspect.delete(video);
        const slot = seen.slots[video.dataset.mid] ??= {};
        slot[name] = (slot[name] ?? 0) + 1;
      } else if (!suspect.has(video)) {
        suspect.set(video, now);
      } else if (now - suspect.get(video) > BLINK_MS) {
        seen.wrong.push({ name, who, ms: Math.round(now - suspect.get(video)),
          at: Math.round(now) });
      }
    }
  };
  look();
}

export function record(page) {
  return page.evaluate(begin, LOOKS);
}

export function recorded(page) {
  return page.evaluate(() => {
    globalThis.testSeen.ended = true;
    return globalThis.testSeen;
  });
}
