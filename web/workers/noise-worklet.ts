// On the audio thread: hands the microphone's samples to the worker in frames of 10 ms and plays
// what comes back. When the worker is late the output is silent for that moment, and its delay
// grows by as much; it shrinks again when there is more in store than needed.

declare class AudioWorkletProcessor { readonly port: MessagePort }
declare function registerProcessor(name: string, ctor: new () => AudioWorkletProcessor): void;

const FRAME = 480;
const STORE = FRAME * 20;
const LEAST = FRAME * 2;        // in store before playing begins
const MOST = FRAME * 8;

class Noise extends AudioWorkletProcessor {
  private frame = new Float32Array(FRAME);
  private filled = 0;
  private store = new Float32Array(STORE);
  private head = 0;
  private count = 0;
  private playing = false;
  private worker: MessagePort | null = null;

  constructor() {
    super();
    this.port.onmessage = ({ ports }) => {
      this.worker = ports[0]!;
      this.worker.onmessage = ({ data }) => this.take(data as Float32Array);
    };
  }

  private take(frame: Float32Array): void {
    if (this.count + FRAME > STORE) return;
    for (let i = 0; i < FRAME; i++) {
      this.store[(this.head + this.count + i) % STORE] = frame[i]!;
    }
    this.count += FRAME;
  }

  private give(input: Float32Array): void {
    for (const sample of input) {
      this.frame[this.filled++] = sample;
      if (this.filled < FRAME) continue;
      const full = this.frame;
      this.frame = new Float32Array(FRAME);
      this.filled = 0;
      this.worker?.postMessage(full, [full.buffer]);
    }
  }

  process([input]: Float32Array[][], [output]: Float32Array[][]): boolean {
    const from = input?.[0];
    const to = output![0]!;
    if (from) this.give(from);
    if (this.count > MOST) {
      this.head = (this.head + this.count - LEAST) % STORE;
      this.count = LEAST;
    }
    this.playing = this.count >= (this.playing ? to.length : LEAST);
    if (!this.playing) return true;
    for (let i = 0; i < to.length; i++) to[i] = this.store[(this.head + i) % STORE]!;
    this.head = (this.head + to.length) % STORE;
    this.count -= to.length;
    return true;
  }
}

registerProcessor('noise', Noise);
