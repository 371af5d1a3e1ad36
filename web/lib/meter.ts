// How loud a track is, for a meter. One audio context serves the whole page.

export const SILENT_PEAK = 0.0004;     // a living microphone is never this quiet

let context: AudioContext | null = null;

export function audioContext(): AudioContext {
  context ??= new AudioContext();
  if (context.state === 'suspended') void context.resume();
  return context;
}

export interface Meter { level(): number; peak(): number; stop(): void }

/** level: 0 to 1, about as the ear hears it; peak: the largest sample since the last look. */
export function meter(track: MediaStreamTrack): Meter {
  const ctx = audioContext();
  const source = ctx.createMediaStreamSource(new MediaStream([track]));
  const analyser = ctx.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const rms = () => {
    analyser.getFloatTimeDomainData(samples);
    let sum = 0;
    for (const s of samples) sum += s * s;
    return Math.sqrt(sum / samples.length);
  };
  return {
    level: () => loudness(rms()),
    peak: () => {
      analyser.getFloatTimeDomainData(samples);
      return samples.reduce((most, s) => Math.max(most, Math.abs(s)), 0);
    },
    stop: () => source.disconnect(),
  };
}

/** From an RMS of 0 to 1 to the height of a meter: -60 dB is nothing, -10 dB is full. */
export function loudness(rms: number): number {
  const db = 20 * Math.log10(Math.max(rms, 1e-6));
  return Math.min(1, Math.max(0, (db + 60) / 50));
}
