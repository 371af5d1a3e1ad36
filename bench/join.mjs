// From the click on "Gå med" to the first picture of somebody else, in Chromium, over the loopback:
// WebSocket, join, offer and answer, ICE, DTLS, key frame, decoding.
import { newPage, startChromium, startServer } from '../tests/browser/harness.mjs';
import { enter, openMeeting } from '../tests/browser/meeting.mjs';
import { figure, median, spread } from './lib/figures.mjs';

const JOINS = 9, LIMIT_MS = 700;

// In the page: notes when one clicks, and when a video element first shows a frame of a track that
// came from the PeerConnection.
function watch() {
  const remote = new Set();
  const watched = new WeakSet();
  globalThis.bench = {};
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      this.addEventListener('track', (e) => remote.add(e.track.id));
    }
  };
  const look = (video) => {
    if (watched.has(video)) return;
    watched.add(video);
    const onFrame = (now) => {
      const track = video.srcObject?.getVideoTracks()[0];
      if (track && remote.has(track.id)) globalThis.bench.frame ??= now;
      else video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
  };
  addEventListener('click', (e) => {
    if (e.target.closest('[data-join]')) globalThis.bench.click = performance.now();
  }, { capture: true });
  new MutationObserver(() => document.querySelectorAll('video').forEach(look))
    .observe(document, { childList: true, subtree: true });
}

const server = await startServer();
const [there, comes] = await Promise.all([
  startChromium({ tone: 500, hue: 0, width: 640, height: 360 }),
  startChromium({ tone: 800, hue: 120, width: 640, height: 360 }),
]);
try {
  const meeting = await openMeeting(server);
  const host = await newPage(there);
  await host.goto(meeting.hostUrl);
  await host.locator('#name').waitFor();
  await enter(host, 'Anna');
  const took = [];
  // The first one warms both browsers up and is not counted.
  for (let i = 0; i <= JOINS; i++) {
    const page = await newPage(comes);
    await page.addInitScript(watch);
    await page.goto(meeting.url);
    await page.locator('#name').waitFor();
    await page.waitForFunction(() => [...document.querySelectorAll('video')]
      .some((video) => video.videoWidth));
    await enter(page, `Björn ${i}`);
    await page.waitForFunction(() => globalThis.bench.frame);
    const { click, frame } = await page.evaluate(() => globalThis.bench);
    if (i > 0) took.push(frame - click);
    await page.locator('.roombar [data-opens=leave]').click();
    await page.locator('[data-leave]').click();
    await page.locator('[data-left]').waitFor();
    await page.context().close();
  }
  figure('from click to the first remote frame', median(took), 'ms',
    { limit: LIMIT_MS, note: spread(took, 'joins') });
} finally {
  await Promise.all([there.close(), comes.close()]);
  await server.stop();
}
