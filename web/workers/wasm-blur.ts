// Finds the person in a picture and blurs the rest. A classic worker: MediaPipe's scripts expect a
// page, so what little they ask of one stands here.
import scriptUrl from 'url:@mediapipe/selfie_segmentation/selfie_segmentation.js';
import binUrl
  from 'url:@mediapipe/selfie_segmentation/selfie_segmentation_solution_simd_wasm_bin.js';
import wasmUrl
  from '@mediapipe/selfie_segmentation/selfie_segmentation_solution_simd_wasm_bin.wasm';
import graphUrl from '@mediapipe/selfie_segmentation/selfie_segmentation.binarypb';
import modelUrl from '@mediapipe/selfie_segmentation/selfie_segmentation_landscape.tflite';
import { scriptURL } from '../lib/trusted';

declare function importScripts(url: string): void;

interface Found { segmentationMask: ImageBitmap | OffscreenCanvas }
interface Segmentation {
  setOptions(options: { modelSelection: number; selfieMode: boolean }): void;
  onResults(take: (found: Found) => void): void;
  initialize(): Promise<void>;
  send(inputs: { image: ImageBitmap }): Promise<void>;
}
interface Scope {
  window: unknown;
  document: unknown;
  SelfieSegmentation: new (config: { locateFile(name: string): string }) => Segmentation;
}

const FILES: Record<string, string> = {
  'selfie_segmentation_solution_simd_wasm_bin.js': binUrl,
  'selfie_segmentation_solution_simd_wasm_bin.wasm': wasmUrl,
  'selfie_segmentation.binarypb': graphUrl,
  'selfie_segmentation_landscape.tflite': modelUrl,
};
const SMALL = 14;               // the background is drawn that many times smaller, and back

/** A script element that loads when it is put in the page. */
function scriptElement() {
  const heard: Record<string, () => void> = {};
  let src = '';
  return {
    setAttribute: (name: string, value: string) => { if (name === 'src') src = value; },
    addEventListener: (name: string, run: () => void) => { heard[name] = run; },
    load: () => {
      importScripts(scriptURL(src));
      heard.load?.();
    },
  };
}

function pretendPage(): void {
  const scope = self as unknown as Scope;
  scope.window = self;
  scope.document = {
    createElement: (name: string) =>
      (name === 'script' ? scriptElement() : new OffscreenCanvas(1, 1)),
    body: { appendChild: (el: { load?(): void }) => el.load?.() },
    currentScript: { src: binUrl },
    addEventListener: () => {},
    removeEventListener: () => {},
    querySelector: () => null,
  };
}

async function start(): Promise<Segmentation> {
  pretendPage();
  importScripts(scriptURL(scriptUrl));
  const { SelfieSegmentation } = self as unknown as Scope;
  const made = new SelfieSegmentation({ locateFile: (name) => FILES[name] ?? name });
  made.setOptions({ modelSelection: 1, selfieMode: false });
  await made.initialize();
  return made;
}

const out = new OffscreenCanvas(1, 1);
const tiny = new OffscreenCanvas(1, 1);

/** The person sharp, the rest soft: drawn small and large again, which every browser can. */
function compose(picture: ImageBitmap, mask: ImageBitmap | OffscreenCanvas): void {
  const { width, height } = picture;
  out.width = width;
  out.height = height;
  tiny.width = Math.ceil(width / SMALL);
  tiny.height = Math.ceil(height / SMALL);
  const small = tiny.getContext('2d')!;
  small.imageSmoothingQuality = 'high';
  small.drawImage(picture, 0, 0, tiny.width, tiny.height);
  const to = out.getContext('2d')!;
  to.imageSmoothingQuality = 'high';
  to.drawImage(mask, 0, 0, width, height);
  to.globalCompositeOperation = 'source-in';
  to.drawImage(picture, 0, 0);
  to.globalCompositeOperation = 'destination-over';
  to.drawImage(tiny, 0, 0, width, height);
  to.globalCompositeOperation = 'source-over';
}

function serve(segmentation: Segmentation): void {
  let picture: ImageBitmap | null = null;
  segmentation.onResults(({ segmentationMask }) => {
    if (!picture) return;
    compose(picture, segmentationMask);
    picture.close();
    picture = null;
    const done = out.transferToImageBitmap();
    self.postMessage({ picture: done }, { transfer: [done] });
  });
  self.onmessage = ({ data }: MessageEvent<{ fps?: number; picture?: ImageBitmap }>) => {
    // A timer here goes on when the page is in the background.
    if (data.fps) setInterval(() => self.postMessage({ tick: true }), 1000 / data.fps);
    if (!data.picture) return;
    picture = data.picture;
    segmentation.send({ image: picture }).catch(fail);
  };
  self.postMessage({ ready: true });
}

function fail(why: unknown): void {
  self.postMessage({ failed: String(why) });
}

start().then(serve, fail);
