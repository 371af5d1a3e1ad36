// What a browser's fake camera and microphone show: files made once a process.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

let folder = null;

export function made(name, make) {
  if (!folder) {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ting-fakes-'));
    process.once('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  }
  const file = path.join(folder, name);
  if (!fs.existsSync(file)) fs.writeFileSync(file, make());
  return file;
}

// How loud a voice is at a time: syllables with short pauses that are not quite silent. What is
// always as loud is noise, and nobody's speech.
function syllable(second) {
  const within = second % 0.4, edge = 0.01;
  const up = Math.min(within / edge, (0.3 - within) / edge, 1);
  return Math.max(up, 0.004);
}

// Two seconds of a sine at `hz`, 48 kHz mono, which the browser plays in a loop: whole periods,
// so that the loop doesn't click. spoken: in syllables.
export function toneFile(hz, spoken = false) {
  return made(`tone-${hz}${spoken ? '-spoken' : ''}.wav`, () => {
    const rate = 48000, samples = rate * 2;
    const wav = Buffer.alloc(44 + samples * 2);
    wav.write('RIFF', 0); wav.writeUInt32LE(36 + samples * 2, 4); wav.write('WAVEfmt ', 8);
    wav.writeUInt32LE(16, 16); wav.writeUInt16LE(1, 20); wav.writeUInt16LE(1, 22);
    wav.writeUInt32LE(rate, 24); wav.writeUInt32LE(rate * 2, 28); wav.writeUInt16LE(2, 32);
    wav.writeUInt16LE(16, 34); wav.write('data', 36); wav.writeUInt32LE(samples * 2, 40);
    for (let i = 0; i < samples; i++) {
      const loud = spoken ? 9000 * syllable(i / rate) : 9000;
      wav.writeInt16LE(Math.round(loud * Math.sin((2 * Math.PI * hz * i) / rate)), 44 + i * 2);
    }
    return wav;
  });
}

// The chroma of a hue at full saturation, BT.601.
function chroma(hue) {
  const channel = (n) => {
    const k = (n + hue / 60) % 6;
    return 255 * (1 - Math.max(0, Math.min(k, 4 - k, 1)));
  };
  const [r, g, b] = [channel(5), channel(3), channel(1)];
  return {
    u: Math.round(128 - 0.148 * r - 0.291 * g + 0.439 * b),
    v: Math.round(128 + 0.439 * r - 0.368 * g - 0.071 * b),
  };
}

// Two seconds of a field of one hue over which a bright bar travels, 15 pictures a second.
export function pictureFile({ hue, width = 640, height = 360 }) {
  return made(`picture-${hue}-${width}x${height}.y4m`, () => {
    const fps = 15, count = 30, bar = Math.round(width / 8);
    const parts = [Buffer.from(`YUV4MPEG2 W${width} H${height} F${fps}:1 Ip A1:1 C420jpeg\n`)];
    const { u, v } = chroma(hue);
    const colour = Buffer.concat([Buffer.alloc((width * height) / 4, u),
      Buffer.alloc((width * height) / 4, v)]);
    for (let n = 0; n < count; n++) {
      const row = Buffer.alloc(width, 90);
      const x = Math.round((n * (width - bar)) / count);
      row.fill(220, x, x + bar);
      parts.push(Buffer.from('FRAME\n'), ...Array(height).fill(row), colour);
    }
    return Buffer.concat(parts);
  });
}
