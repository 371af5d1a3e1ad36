// What a microphone hears in a loud room: somebody speaks, and pauses, and all the while there is a
// rattle that no filter for steady noise takes away.
import { made } from './fakes.mjs';

const RATE = 48000;
const SECONDS = 6;
const PAUSE = 2.5;              // nobody speaks before that
const SYLLABLE = 0.28;
const VOICE = 12000, NOISE = 600;
// The formants of three vowels, Hz, each with the width of its resonance.
const VOWELS = [[700, 1200, 2600], [500, 1800, 2500], [550, 950, 2400]];
const WIDTHS = [120, 160, 220];

// The same each time.
function random(seed) {
  let x = seed;
  return () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return x / 2 ** 32;
  };
}

// Two poles that ring at a frequency.
function resonance(hz, width) {
  const r = Math.exp((-Math.PI * width) / RATE);
  const c = 2 * r * Math.cos((2 * Math.PI * hz) / RATE);
  let a = 0, b = 0;
  return (x) => {
    const y = (1 - r) * x + c * a - r * r * b;
    b = a;
    a = y;
    return y;
  };
}

// Vowels one after the other: a throat's pulses through two resonances.
function voice() {
  const out = new Float64Array(RATE * SECONDS);
  const count = Math.floor((SECONDS - PAUSE - 0.1) / SYLLABLE);
  for (let n = 0; n < count; n++) {
    const formants = VOWELS[n % VOWELS.length].map((hz, i) => resonance(hz, WIDTHS[i]));
    const begin = Math.round((PAUSE + n * SYLLABLE) * RATE);
    const length = Math.round(SYLLABLE * 0.85 * RATE);
    const sound = new Float64Array(length);
    let phase = 0;
    for (let i = 0; i < length; i++) {
      const t = i / length;
      phase += (120 + 30 * Math.sin(Math.PI * t)) / RATE;
      const pulse = phase >= 1 ? 1 : 0;
      phase -= pulse;
      const loud = Math.min(1, t * 8, (1 - t) * 5);
      sound[i] = formants.reduce((x, formant) => formant(x), pulse) * loud;
    }
    const most = sound.reduce((a, x) => Math.max(a, Math.abs(x)), 0);
    sound.forEach((x, i) => { out[begin + i] = (x / most) * VOICE; });
  }
  return out;
}

// Noise that is now louder, now softer, anew each few hundredths of a second.
function rattle() {
  const next = random(7);
  const out = new Float64Array(RATE * SECONDS);
  for (let i = 0; i < out.length;) {
    const loud = NOISE * (0.2 + 1.6 * next());
    const end = Math.min(out.length, i + Math.round(RATE * (0.03 + 0.05 * next())));
    for (; i < end; i++) out[i] = (next() * 2 - 1) * loud;
  }
  return out;
}

export function speechFile() {
  return made('speech.wav', () => {
    const [spoken, noise] = [voice(), rattle()];
    const wav = Buffer.alloc(44 + spoken.length * 2);
    wav.write('RIFF', 0); wav.writeUInt32LE(36 + spoken.length * 2, 4); wav.write('WAVEfmt ', 8);
    wav.writeUInt32LE(16, 16); wav.writeUInt16LE(1, 20); wav.writeUInt16LE(1, 22);
    wav.writeUInt32LE(RATE, 24); wav.writeUInt32LE(RATE * 2, 28); wav.writeUInt16LE(2, 32);
    wav.writeUInt16LE(16, 34); wav.write('data', 36); wav.writeUInt32LE(spoken.length * 2, 40);
    spoken.forEach((x, i) => wav.writeInt16LE(Math.round(x + noise[i]), 44 + i * 2));
    return wav;
  });
}
