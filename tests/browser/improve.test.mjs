// Background blur and noise suppression: fetched only when somebody chooses them, and from nowhere
// else; the others see a blurred background and hear less noise and the same voice; off again when
// that is chosen; and what can't be fetched is explained while the call goes on.
//
// By puppeteer: with playwright's Chromium, adding a worklet never ends.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import puppeteer from 'puppeteer-core';
import { newFirefoxPage as newPuppetPage, noProblems, ROOT, startServer, which }
  from './harness.mjs';
import { openMeeting, until } from './meeting.mjs';
import { made } from './fakes.mjs';
import { speechFile } from './speech.mjs';

const [WIDTH, HEIGHT] = [640, 360];
const PACKAGES = /selfie_segmentation|rnnoise|\.tflite|\.binarypb|\.wasm|blur-|noise-/;
const BLURRED = 0.35;               // of the detail that the background had
const NOISE_DB = 8;                 // at least so much softer,
const VOICE_DB = 8;                 // at most; it is a machine's voice, and the filter knows people
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ting-improve-'));
const netlog = path.join(folder, 'net.json');

let server, browser, meeting, anna, bo;

// A drawn person before a chequered wall: RGBA in base64.
const draw = (page) => page.evaluate(async ([source, w, h]) => {
  const wall = '<pattern id="wall" width="16" height="16" patternUnits="userSpaceOnUse">'
    + '<rect width="16" height="16" fill="#e8e8e8"/>'
    + '<path d="M0 0h8v8H0zM8 8h8v8H8z" fill="#303840"/></pattern>'
    + '<rect width="320" height="180" fill="url(#wall)"/>';
  const svg = source.split('\n').filter((line) => !/^<rect|M256-6|M214 106|M0 128/.test(line))
    .join('\n').replace('viewBox="0 0 320 180">', `viewBox="0 0 320 180">${wall}`);
  const image = new Image();
  image.src = `data:image/svg+xml;base64,${btoa(svg)}`;
  await image.decode();
  const ctx = new OffscreenCanvas(w, h).getContext('2d');
  ctx.drawImage(image, 0, 0, w, h);
  const { data } = ctx.getImageData(0, 0, w, h);
  let text = '';
  for (let i = 0; i < data.length; i += 8192) {
    text += String.fromCharCode(...data.subarray(i, i + 8192));
  }
  return btoa(text);
}, [fs.readFileSync(path.join(ROOT, 'tests/browser/people/ella.svg'), 'utf8'), WIDTH, HEIGHT]);

// Two frames, one a shade brighter, so that there is always something to send.
function film(rgba) {
  return made('person.y4m', () => {
    const parts = [Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F15:1 Ip A1:1 C420jpeg\n`)];
    for (const shade of [0, 3]) {
      const yuv = Buffer.alloc((WIDTH * HEIGHT * 3) / 2);
      const quarter = (WIDTH * HEIGHT) / 4;
      for (let y = 0; y < HEIGHT; y++) {
        for (let x = 0; x < WIDTH; x++) {
          const [r, g, b] = rgba.subarray((y * WIDTH + x) * 4);
          yuv[y * WIDTH + x] = 16 + shade + 0.257 * r + 0.504 * g + 0.098 * b;
          if (x % 2 || y % 2) continue;
          const at = WIDTH * HEIGHT + (y / 2) * (WIDTH / 2) + x / 2;
          yuv[at] = 128 - 0.148 * r - 0.291 * g + 0.439 * b;
          yuv[at + quarter] = 128 + 0.439 * r - 0.368 * g - 0.071 * b;
        }
      }
      parts.push(Buffer.from('FRAME\n'), yuv);
    }
    return Buffer.concat(parts);
  });
}

function launch(args = []) {
  return puppeteer.launch({
    executablePath: which('chromium'), headless: true, acceptInsecureCerts: true,
    args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream', '--allow-loopback-in-peer-connection',
      '--enable-unsafe-swiftshader', '--autoplay-policy=no-user-gesture-required',
      '--accept-lang=sv-SE', '--lang=sv', ...args],
  });
}

test.before(async () => {
  const first = await launch();
  const rgba = Buffer.from(await draw(await first.newPage()), 'base64');
  await first.close();
  [server, browser] = await Promise.all([startServer(), launch([
    `--use-file-for-fake-video-capture=${film(rgba)}`,
    `--use-file-for-fake-audio-capture=${speechFile()}`,
    `--log-net-log=${netlog}`])]);
  meeting = await openMeeting(server);
  bo = await join('Bo', { quiet: true });
  anna = await join('Anna');
});
test.after(async () => {
  await browser?.close();
  await server?.stop();
  fs.rmSync(folder, { recursive: true });
});

async function join(name, { quiet = false } = {}) {
  const page = await newPuppetPage(browser, { width: 800, height: 600 });
  await page.evaluateOnNewDocument(() => {
    const made = globalThis.testConnections = [];
    globalThis.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(...args) {
        super(...args);
        made.push(this);
      }
    };
  });
  await page.goto(meeting.url);
  await page.waitForSelector('#name');
  await page.type('#name', name);
  await press(page, '[data-join]');
  await page.waitForSelector('.room');
  if (quiet) for (const kind of ['mic', 'camera']) await press(page, `[data-tool=${kind}]`);
  return page;
}

// Its window may lie behind another's, where a real click does not come to pass.
async function press(page, selector) {
  await page.waitForSelector(selector);
  await page.$eval(selector, (element) => element.click());
}

// All that pages and their workers have asked any server for: [url, …]. Chromium's log has a line
// an event, written as it goes; what it asks Google for on its own account has another initiator.
function fetched() {
  return fs.readFileSync(netlog, 'utf8').split('\n')
    .filter((line) => line.includes(`"initiator":"${server.url}"`))
    .map((line) => line.match(/"url":"((?:https?|wss):[^"]+)"/)?.[1]).filter(Boolean);
}

const packages = () => [...new Set(fetched().filter((url) => PACKAGES.test(url)))];

const SWITCH = { mic: 'Ta bort bakgrundsljud', camera: 'Sudda bakgrunden' };

// Presses the switch of one of the two; ends when it is as it should become, and loads nothing.
async function set(page, kind, on, becomes = on) {
  const state = () => page.evaluate((label) => {
    const found = [...document.querySelectorAll('.popover [role=switch]')]
      .find((element) => element.textContent.includes(label));
    return found && { on: found.ariaChecked === 'true', busy: found.ariaBusy === 'true' };
  }, SWITCH[kind]);
  if (!await state()) await press(page, `.device:has([data-tool=${kind}]) .chev`);
  await until('the switch', async () => await state() !== undefined);
  await page.evaluate((label) => [...document.querySelectorAll('.popover [role=switch]')]
    .find((element) => element.textContent.includes(label)).click(), SWITCH[kind]);
  await until(`${SWITCH[kind]} is loaded`, async () => {
    const now = await state();
    return (now.on === becomes && !now.busy) || now;
  }, { ms: 40000 });
}

// How much neighbouring points differ in what Bo sees of Anna: {wall, person}; null: no picture.
const detail = (page) => page.evaluate(([w, h]) => {
  const video = document.querySelector('.video[data-shown=true]:not(.mirror) video');
  if (!(video?.videoWidth >= w / 2)) return null;
  const ctx = new OffscreenCanvas(w, h).getContext('2d');
  ctx.drawImage(video, 0, 0, w, h);
  const mean = (x0, y0, x1, y1) => {
    const { data, width } = ctx.getImageData(x0, y0, x1 - x0, y1 - y0);
    let sum = 0;
    for (let i = 0; i < data.length - 4; i += 4) {
      if ((i / 4) % width < width - 1) sum += Math.abs(data[i + 1] - data[i + 5]);
    }
    return sum / (data.length / 4);
  };
  return { wall: mean(0, 0, w / 5, h / 2), person: mean(w * 0.42, h * 0.3, w * 0.58, h * 0.62) };
}, [WIDTH, HEIGHT]);

// How loud the pauses and the words are in what Bo hears, dB, over a little more than the loop.
const levels = (page) => page.evaluate(async () => {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 2048 });
  const silence = new GainNode(context, { gain: 0 });
  analyser.connect(silence).connect(context.destination);
  for (const audio of document.querySelectorAll('audio')) {
    if (audio.srcObject) context.createMediaStreamSource(audio.srcObject).connect(analyser);
  }
  await context.resume();
  const samples = new Float32Array(2048);
  const heard = [];
  const end = performance.now() + 7000;
  while (performance.now() < end) {
    await new Promise((done) => setTimeout(done, 40));
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, x) => sum + x * x, 0) / samples.length;
    heard.push(10 * Math.log10(power + 1e-10));
  }
  await context.close();
  heard.sort((a, b) => a - b);
  return { pauses: heard[Math.floor(heard.length * 0.2)],
    words: heard[Math.floor(heard.length * 0.8)] };
});

// Packets of sound with something in them come to Bo.
async function hearsAnna() {
  await until('Bo hears Anna', () => bo.evaluate(async () => {
    const energy = async () => {
      let sum = 0;
      for (const s of (await globalThis.testConnections.at(-1).getStats()).values()) {
        if (s.type === 'inbound-rtp' && s.kind === 'audio') sum += s.totalAudioEnergy ?? 0;
      }
      return sum;
    };
    const before = await energy();
    await new Promise((done) => setTimeout(done, 500));
    return await energy() > before;
  }));
}

let sharp, loud;

test('nothing of it is fetched before somebody chooses it', async (t) => {
  await until('Bo sees Anna', async () => (sharp = await detail(bo)) !== null, { ms: 40000 });
  loud = await levels(bo);
  sharp = await detail(bo);
  t.diagnostic(JSON.stringify({ sharp, loud }));
  assert.ok(fetched().length > 5, 'the log is there');
  assert.deepEqual(packages(), []);
  assert.ok(loud.words > loud.pauses + 5, 'a voice above the noise');
});

test('the background is blurred, and the person is not', async (t) => {
  await set(anna, 'camera', true);
  await until('it is blurred', async () => {
    const now = await detail(bo);
    return (now && now.wall < sharp.wall * BLURRED) || now;
  }, { ms: 60000 });
  const now = await detail(bo);
  t.diagnostic(JSON.stringify(now));
  assert.ok(now.person > sharp.person * 0.5, 'the person is as before');
  const got = packages();
  t.diagnostic(got.join(' '));
  for (const part of [/\.wasm/, /\.tflite/, /\.binarypb/]) assert.ok(got.some((u) => part.test(u)));
  assert.ok(!got.some((url) => /noise/.test(url)), 'nothing that was not chosen');
});

test('off again, all is sharp', async () => {
  await set(anna, 'camera', false);
  await until('it is sharp', async () => {
    const now = await detail(bo);
    return (now && now.wall > sharp.wall * 0.7) || now;
  }, { ms: 40000 });
});

// The browser's own gain goes up and down, so a level is held against before and after.
test('noise is taken away, and the voice is not; off again, the room is heard', async (t) => {
  await set(anna, 'mic', true);
  const on = await levels(bo);
  await set(anna, 'mic', false);
  const off = await levels(bo);
  t.diagnostic(JSON.stringify({ before: loud, on, off }));
  const softer = (kind) => Math.min(loud[kind], off[kind]) - on[kind];
  assert.ok(softer('pauses') > NOISE_DB, `less noise: ${softer('pauses')} dB`);
  assert.ok(softer('words') < VOICE_DB, `as much voice: ${softer('words')} dB`);
  assert.ok(softer('words') < softer('pauses') - NOISE_DB, 'it tells them apart');
  assert.ok(packages().some((url) => /noise/.test(url)));
});

async function block(session, urls) {
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  await session.send('Network.setBlockedURLs', { urls });
}

for (const [what, kind, blocked, said] of [
  ['blur', 'camera', '*/assets/blur-*', 'Det gick inte att sudda bakgrunden'],
  ['noise suppression', 'mic', '*/assets/noise-*', 'Det gick inte att ta bort bakgrundsljud'],
  ["blur's model", 'camera', '*.tflite', 'Det gick inte att sudda bakgrunden'],
]) {
  test(`${what} can't be fetched: that is said, the call goes on, later it works`, async (t) => {
    await anna.reload();
    await anna.waitForSelector('.room');
    await until('Bo sees Anna', async () => await detail(bo) !== null, { ms: 40000 });
    const line = await anna.createCDPSession();
    t.after(() => line.detach());
    await block(line, [blocked]);
    const blockWorker = (worker) => void block(worker.client, [blocked]).catch(() => {});
    anna.on('workercreated', blockWorker);
    await set(anna, kind, true, false);
    await until('it is said', () => anna.evaluate((text) => [...document.querySelectorAll('.toast')]
      .some((toast) => toast.textContent.includes(text)), said));
    await until('Anna is seen as before', async () => {
      const now = await detail(bo);
      return (now && now.wall > sharp.wall * 0.5) || now;
    });
    await hearsAnna();
    anna.off('workercreated', blockWorker);
    await block(line, []);
    await set(anna, kind, true);
    await set(anna, kind, false);
  });
}

test('nothing came from elsewhere', () => {
  const own = new URL(server.url).host;
  const hosts = new Set(fetched().map((url) => new URL(url).host));
  assert.deepEqual([...hosts], [own]);
});

test('nobody complained', () => {
  noProblems(anna, [/ERR_BLOCKED_BY_CLIENT/, /Failed to fetch dynamically imported module/]);
  noProblems(bo);
});
