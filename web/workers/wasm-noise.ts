// RNNoise: takes frames of 480 samples at 48 kHz, gives them back without the noise.
import { Rnnoise } from '@shiguredo/rnnoise-wasm';

const SCALE = 32_768;           // it counts as 16-bit samples do

const state = Rnnoise.load().then((noise) => noise.createDenoiseState());

self.onmessage = async ({ ports }) => {
  const port = ports[0]!;
  const denoise = await state;
  port.onmessage = ({ data }) => {
    const frame = data as Float32Array<ArrayBuffer>;
    for (let i = 0; i < frame.length; i++) frame[i]! *= SCALE;
    denoise.processFrame(frame);
    for (let i = 0; i < frame.length; i++) frame[i]! /= SCALE;
    port.postMessage(frame, { transfer: [frame.buffer] });
  };
};

await state;
self.postMessage('ready');
