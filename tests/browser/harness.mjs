// Real browsers at a real server. See server.mjs for the server's side.
//
//   const chromium = await startChromium({ tone: 600 });
//   const page = await newPage(chromium, { lang: 'sv', width: 390, height: 844 });
//   await page.goto(server.url);
//   await axe(page); await screenshot(page, 'home-390');
//   noProblems(page);                 no console error, no refusal by the CSP
//
// Firefox gathers no loopback candidates: a test that uses it begins with
//   await namespace(import.meta.url);
// which runs the file again in a network namespace with an address and a default route.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium as playwright } from 'playwright-core';
import { pictureFile, toneFile } from './fakes.mjs';
import { ROOT } from './server.mjs';

export * from './server.mjs';

const require = createRequire(import.meta.url);
const AXE = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const SCREENS = path.join(ROOT, 'build/screens');
const LOCALES = { sv: 'sv-SE', en: 'en-GB' };
const NS_ADDRESS = '10.77.1.1';

export function which(command) {
  return execFileSync('sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).trim();
}

// Debian's Chromium with a camera and a microphone that are not real. tone: Hz of what the
// microphone hears, spoken: in syllables; hue: 0..359 of what the camera sees, and its
// size. Without them Chromium's own beeping disc.
//
// Without `share` the browser says yes to everything; with it a page that asks for a screen gets
// the tab of that title, sound and all, and devices by the context's permissions.
export async function startChromium({ tone, spoken, hue, width, height, share, args = [] } = {}) {
  const fake = [share ? `--auto-select-tab-capture-source-by-title=${share}`
    : '--use-fake-ui-for-media-stream'];
  if (tone !== undefined) {
    fake.push(`--use-file-for-fake-audio-capture=${toneFile(tone, spoken)}`);
  }
  if (hue !== undefined) {
    fake.push(`--use-file-for-fake-video-capture=${pictureFile({ hue, width, height })}`);
  }
  return playwright.launch({
    executablePath: which('chromium'),
    headless: true,
    ignoreDefaultArgs: share ? ['--mute-audio'] : [],      // a muted tab is shared without sound
    chromiumSandbox: false,
    args: [
      '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--use-fake-device-for-media-stream',
      '--allow-loopback-in-peer-connection',
      '--autoplay-policy=no-user-gesture-required', ...fake, ...args,
    ],
  });
}

// What a page complained of, by page.
const problems = new WeakMap();

function listen(page) {
  const found = [];
  problems.set(page, found);
  page.on('console', (message) => {
    if (message.type() === 'error') found.push(message.text());
  });
  page.on('pageerror', (error) => found.push(String(error.message ?? error)));
  return found;
}

// A page in a context of its own (its own cookies and storage), in Chromium.
export async function newPage(browser, settings = {}) {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    locale: LOCALES[settings.lang ?? 'sv'],
    viewport: { width: settings.width ?? 1280, height: settings.height ?? 800 },
    colorScheme: settings.dark ? 'dark' : 'light',
    reducedMotion: settings.reducedMotion ? 'reduce' : 'no-preference',
    hasTouch: settings.touch ?? false,
    permissions: settings.permissions ?? ['camera', 'microphone'],
  });
  context.setDefaultTimeout(settings.timeout ?? 15000);
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', (e) => {
      console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sample}`);
    });
  });
  const page = await context.newPage();
  listen(page);
  return page;
}

// Fails when the page's console had an error that none of `allow` matches.
export function noProblems(page, allow = []) {
  const left = problems.get(page).filter((text) => !allow.some((pattern) => pattern.test(text)));
  assert.deepEqual(left, []);
}

// What axe has to say against a page, a line each. Works in both browsers.
export async function axeFaults(page, { tags = AXE_TAGS, exclude = [] } = {}) {
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(AXE);
  return page.evaluate(async ([runOnly, without]) => {
    const result = await globalThis.axe.run({ include: [document], exclude: without },
      { runOnly, resultTypes: ['violations'] });
    return result.violations.flatMap((v) => v.nodes.map((n) =>
      `${v.id}: ${v.help}: ${n.target}: ${n.failureSummary}`));
  }, [tags, exclude]);
}

// Fails on any accessibility violation that axe finds.
export async function axe(page, how) {
  assert.deepEqual(await axeFaults(page, how), []);
}

export async function screenshot(page, name, more = {}) {
  fs.mkdirSync(SCREENS, { recursive: true });
  await page.screenshot({ path: path.join(SCREENS, `${name}.png`), ...more });
}

// Frequency (Hz) and level (dB) of the loudest sound among what media elements play on the
// page, heard for `ms`; {hz: 0} in silence.
export async function hear(page, { selector = 'audio, video', ms = 600 } = {}) {
  return page.evaluate(async ([query, wait]) => {
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
    const muted = new GainNode(context, { gain: 0 });
    analyser.connect(muted).connect(context.destination);
    for (const element of document.querySelectorAll(query)) {
      const stream = element.srcObject;
      if (!element.muted && stream?.getAudioTracks().length) {
        context.createMediaStreamSource(stream).connect(analyser);
      }
    }
    await context.resume();
    await new Promise((done) => setTimeout(done, wait));
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    const peak = bins.reduce((best, value, i) => (value > bins[best] ? i : best), 0);
    const db = bins[peak];
    const hz = (peak * context.sampleRate) / analyser.fftSize;
    context.close();
    return db > -70 ? { hz, db } : { hz: 0, db };
  }, [selector, ms]);
}

// Whether the picture of one video element changes within `ms`.
export async function moves(page, selector, ms = 2000) {
  return page.evaluate(async ([query, wait]) => {
    const video = document.querySelector(query);
    if (!video?.videoWidth) return false;
    const canvas = new OffscreenCanvas(64, 36);
    const ctx = canvas.getContext('2d', { willReadFrequently: true });
    const look = () => {
      ctx.drawImage(video, 0, 0, 64, 36);
      return ctx.getImageData(0, 0, 64, 36).data;
    };
    const before = look();
    const end = performance.now() + wait;
    while (performance.now() < end) {
      await new Promise((done) => setTimeout(done, 50));
      const now = look();
      let sum = 0;
      for (let i = 0; i < now.length; i++) sum += Math.abs(now[i] - before[i]);
      if (sum > 64 * 36) return true;
    }
    return false;
  }, [selector, ms]);
}

// Runs the calling test file again in a network namespace of its own, where 10.77.1.1 is the
// machine's address and there is a default route, and ends this process with its status. In
// the namespace it returns at once, and startServer listens on that address.
export async function namespace(url) {
  if (process.env.TING_HOST) return;
  const setup = [
    'ip link set dev lo up',
    'ip link add name ting0 type veth peer name ting1',
    // An address that turns up a second later is a change of network to Chromium, which then
    // drops what it is loading.
    'for n in ting0 ting1; do echo 0 >/proc/sys/net/ipv6/conf/$n/accept_dad; done || true',
    `ip addr add ${NS_ADDRESS}/24 dev ting0`,
    'ip link set dev ting0 up', 'ip link set dev ting1 up',
    'ip route add default via 10.77.1.2',
    'exec "$@"',
  ].join(' && ');
  const unshare = process.getuid() === 0 ? ['--net'] : ['--user', '--map-root-user', '--net'];
  const run = spawnSync('unshare', [...unshare, '--kill-child', 'sh', '-c', setup, 'sh',
    process.execPath, ...process.execArgv, fileURLToPath(url)],
  { stdio: 'inherit', env: { ...process.env, TING_HOST: NS_ADDRESS } });
  process.exit(run.status ?? 1);
}

// In a namespace: from now on `percent` of the datagrams to and from a UDP port are lost.
export function lose(port, percent) {
  assert.ok(process.env.TING_HOST, 'only in a namespace');
  const drop = `numgen random mod 100 < ${percent} drop`;
  const rules = percent === 0 ? '' : `table inet ting {
    chain input {
      type filter hook input priority 0
      udp dport ${port} ${drop}
      udp sport ${port} ${drop}
    }
  }\n`;
  const reset = 'table inet ting\ndelete table inet ting\n';
  execFileSync('nft', ['-f', '-'], { input: reset + rules });
}

// Debian's Firefox, in the namespace. Its pages are puppeteer's.
export async function startFirefox({ prefs = {}, lang = 'sv' } = {}) {
  const { default: puppeteer } = await import('puppeteer-core');
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'ting-firefox-'));
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: which('firefox-esr'),
    headless: true,
    acceptInsecureCerts: true,
    env: { ...process.env, HOME: home, MOZ_DISABLE_CONTENT_SANDBOX: '1' },
    extraPrefsFirefox: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      'media.peerconnection.ice.obfuscate_host_addresses': false,
      'media.autoplay.default': 0,
      'media.cubeb.force_mock_context': true,       // a sound card that is not there
      'media.gmp-manager.url': '',
      'app.update.enabled': false,
      'network.captive-portal-service.enabled': false,
      'network.connectivity-service.enabled': false,
      'intl.accept_languages': LOCALES[lang],
      ...prefs,
    },
  });
  browser.once('disconnected', () => fs.rmSync(home, { recursive: true, force: true }));
  return browser;
}

export async function newFirefoxPage(browser, settings = {}) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(settings.timeout ?? 15000);
  await page.setViewport({ width: settings.width ?? 1280, height: settings.height ?? 800 });
  listen(page);
  return page;
}
