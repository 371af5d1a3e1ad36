// The few sounds of the page, made here: soft, short, and silent when switched off.
import { audioContext } from './meter';
import { prefs } from './prefs';

const TONES = {
  knock: [[392, 0], [392, 0.16]],
  hand: [[587, 0]],
  chat: [[660, 0]],
  test: [[523, 0], [659, 0.22], [784, 0.44], [1047, 0.66]],
} as const;

const LOUD = { knock: 0.12, hand: 0.06, chat: 0.05, test: 0.2 };

export type Sound = keyof typeof TONES;

function ring(ctx: AudioContext, out: AudioNode, sound: Sound): number {
  let end = 0;
  for (const [pitch, at] of TONES[sound]) {
    const tone = ctx.createOscillator();
    const gain = ctx.createGain();
    const begin = ctx.currentTime + at;
    tone.frequency.value = pitch;
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(LOUD[sound], begin + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0005, begin + 0.4);
    tone.connect(gain).connect(out);
    tone.start(begin);
    tone.stop(begin + 0.42);
    end = at + 0.45;
  }
  return end;
}

export function play(sound: Sound): void {
  if (!prefs.peek().sounds) return;
  const ctx = audioContext();
  if (ctx.state === 'running') ring(ctx, ctx.destination, sound);
}

/** The speaker test, through the chosen speaker; resolves when it is over. */
export async function playTest(speaker: string): Promise<void> {
  const ctx = new AudioContext();
  const sink = ctx as AudioContext & { setSinkId?(id: string): Promise<void> };
  if (speaker && sink.setSinkId) await sink.setSinkId(speaker).catch(() => {});
  const end = ring(ctx, ctx.destination, 'test');
  await new Promise((done) => setTimeout(done, end * 1000));
  await ctx.close();
}
