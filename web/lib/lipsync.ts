// Lips and voice. Slots are streams of their own, so the browser doesn't keep them together; each
// is played as soon as it can. This holds a picture back by as much as the sound lags behind it.
import type { Slot } from './peer';

const EVERY_MS = 3_000;
const STEP_MS = 30;             // smaller differences nobody sees
const MOST_MS = 400;

interface Delay { sum: number; count: number }
type Tuned = RTCRtpReceiver & { jitterBufferTarget?: number | null };

const before = new WeakMap<RTCRtpReceiver, Delay>();

/** Mean time in the jitter buffer since the last look, ms; null: nothing was played. */
async function delayOf(receiver: RTCRtpReceiver): Promise<number | null> {
  for (const s of (await receiver.getStats()).values()) {
    if (s.type !== 'inbound-rtp' || !s.jitterBufferEmittedCount) continue;
    const now = { sum: s.jitterBufferDelay as number, count: s.jitterBufferEmittedCount as number };
    const was = before.get(receiver) ?? { sum: 0, count: 0 };
    before.set(receiver, now);
    const count = now.count - was.count;
    return count > 0 ? ((now.sum - was.sum) / count) * 1000 : null;
  }
  return null;
}

/** How long a picture should wait for sound that waits so long. */
export function target(sound_ms: number, now_ms: number | null): number | null {
  const wanted = Math.min(MOST_MS, Math.round(sound_ms));
  if (now_ms !== null && Math.abs(wanted - now_ms) < STEP_MS) return now_ms;
  return wanted < STEP_MS ? null : wanted;
}

async function look(slots: readonly Slot[]): Promise<void> {
  const sounds = await Promise.all(slots
    .filter((s) => s.role === 'slot-audio' && s.track.readyState === 'live')
    .map((s) => delayOf(s.receiver)));
  const waits = sounds.filter((d): d is number => d !== null);
  if (!waits.length) return;
  const longest = Math.max(...waits);
  for (const slot of slots) {
    if (slot.role !== 'slot-camera' && slot.role !== 'slot-interpreter') continue;
    const receiver = slot.receiver as Tuned;
    if (!('jitterBufferTarget' in receiver)) return;
    const wanted = target(longest, receiver.jitterBufferTarget ?? null);
    if (receiver.jitterBufferTarget !== wanted) receiver.jitterBufferTarget = wanted;
  }
}

/** Returns what ends it. */
export function keepLips(slots: () => readonly Slot[]): () => void {
  const timer = setInterval(() => void look(slots()).catch(() => {}), EVERY_MS);
  return () => clearInterval(timer);
}
