// Takes noise out of a microphone: RNNoise, in a worker that may compile WebAssembly while the page
// may not. The worklet on the audio thread only carries samples there and back.
import workletUrl from 'worker:../workers/noise-worklet.ts';
import workerUrl from 'worker:../workers/wasm-noise.ts';
import type { Improve } from './devices';
import { scriptURL } from './trusted';

const RATE = 48_000;            // the only one RNNoise knows
const READY_MS = 20_000;

function ready(worker: Worker): Promise<void> {
  return new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error('noise worker: no answer')), READY_MS);
    worker.onmessage = () => {
      clearTimeout(timer);
      done();
    };
    worker.onerror = () => {
      clearTimeout(timer);
      failed(new Error('noise worker: failed'));
    };
  });
}

export const improve: Improve = async (raw) => {
  const worker = new Worker(scriptURL(workerUrl), { type: 'module', name: 'noise' });
  const context = new AudioContext({ sampleRate: RATE, latencyHint: 'interactive' });
  const stop = () => {
    worker.terminate();
    void context.close();
  };
  try {
    await Promise.all([ready(worker), context.audioWorklet.addModule(workletUrl)]);
    const source = context.createMediaStreamSource(new MediaStream([raw]));
    const node = new AudioWorkletNode(context, 'noise', {
      numberOfInputs: 1, numberOfOutputs: 1, outputChannelCount: [1], channelCount: 1,
      channelCountMode: 'explicit',
    });
    const out = context.createMediaStreamDestination();
    const { port1, port2 } = new MessageChannel();
    worker.postMessage(null, [port1]);
    node.port.postMessage(null, [port2]);
    source.connect(node).connect(out);
    if (context.state === 'suspended') await context.resume();
    return { track: out.stream.getAudioTracks()[0]!, stop };
  } catch (error) {
    stop();
    throw error;
  }
};
