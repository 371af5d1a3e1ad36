// Blurs what is behind a person: MediaPipe's selfie segmentation in a worker that may compile
// WebAssembly while the page may not. The page lends the worker a picture at a time and shows what
// comes back on a canvas, whose stream is what the others see.
import workerUrl from 'worker:../workers/wasm-blur.ts';
import type { Improve } from '../lib/devices';
import { scriptURL } from '../lib/trusted';

const READY_MS = 30_000;
const FPS = 24;

interface Said { ready?: true; tick?: true; picture?: ImageBitmap; failed?: string }

function canvasOf(raw: MediaStreamTrack): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const { width = 640, height = 360 } = raw.getSettings();
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

function videoOf(raw: MediaStreamTrack): HTMLVideoElement {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([raw]);
  void video.play().catch(() => {});
  return video;
}

/** Gives the worker a picture at each tick, unless it still has one. */
function run(worker: Worker, video: HTMLVideoElement, canvas: HTMLCanvasElement,
  first: () => void, failed: (why: Error) => void): void {
  const context = canvas.getContext('bitmaprenderer')!;
  let busy = false;
  const lend = async () => {
    if (busy || video.readyState < 2) return;
    busy = true;
    try {
      const picture = await createImageBitmap(video);
      worker.postMessage({ picture }, [picture]);
    } catch {
      busy = false;                     // the camera is changing size
    }
  };
  worker.onmessage = ({ data }: MessageEvent<Said>) => {
    if (data.failed) failed(new Error(data.failed));
    if (data.ready) worker.postMessage({ fps: FPS });
    if (data.tick) void lend();
    if (!data.picture) return;
    busy = false;
    if (canvas.width !== data.picture.width) {
      canvas.width = data.picture.width;
      canvas.height = data.picture.height;
    }
    context.transferFromImageBitmap(data.picture);
    first();
  };
  worker.onerror = () => failed(new Error('blur worker: failed'));
}

export const improve: Improve = async (raw) => {
  const worker = new Worker(scriptURL(workerUrl), { name: 'blur' });
  const video = videoOf(raw);
  const canvas = canvasOf(raw);
  const stop = () => {
    worker.terminate();
    video.srcObject = null;
  };
  try {
    await new Promise<void>((done, failed) => {
      const timer = setTimeout(() => failed(new Error('blur worker: no answer')), READY_MS);
      run(worker, video, canvas, () => {
        clearTimeout(timer);
        done();
      }, failed);
    });
    const track = canvas.captureStream(FPS).getVideoTracks()[0]!;
    return { track, stop: () => { stop(); track.stop(); } };
  } catch (error) {
    stop();
    throw error;
  }
};
