// A person in a meeting in either browser: pages of playwright's (Chromium) and of puppeteer's
// (Firefox), asked only by what both can do. meeting.mjs is for Chromium alone, and says more.
//
//   const anna = await startPerson('Anna');                  Chromium
//   const freja = await startPerson('Freja', { firefox: true });
//   await freja.join(meeting); await anna.join(meeting);
//   await shows(freja.page, 'Anna'); await hears(freja.page, { Anna: true });
import { newFirefoxPage, newPage, noProblems, startChromium, startFirefox } from './harness.mjs';
import { hears as hearsAs, LOOKS, measure, movesAs, until } from './meeting.mjs';

LOOKS.Freja = { hue: 300, tone: 1150 };

const LOUD_DB = -55;            // noise suppression takes 20 dB from a tone that goes on and on
const SILENT_DB = -65;

// In the page, before anything of its own: its PeerConnections are kept, newest last; with
// `paint`, the camera shows a hue of its own with a bar that travels, where Firefox's fake one
// shows all colours.
function prepare({ hue, paint, relay }) {
  const connections = globalThis.testConnections = [];
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(conf, ...rest) {
      super(relay ? { ...conf, iceTransportPolicy: 'relay' } : conf, ...rest);
      connections.push(this);
    }
  };
  if (!paint || !globalThis.isSecureContext) return;           // about:blank comes first
  const canvas = document.createElement('canvas');
  canvas.width = 640;
  canvas.height = 360;
  const ctx = canvas.getContext('2d');
  let n = 0;
  const draw = () => {
    n = (n + 1) % 30;
    ctx.fillStyle = `hsl(${hue} 100% 40%)`;
    ctx.fillRect(0, 0, 640, 360);
    ctx.fillStyle = `hsl(${hue} 100% 65%)`;
    ctx.fillRect(n * 19, 0, 80, 360);
  };
  draw();
  const devices = MediaDevices.prototype;
  const { getUserMedia } = devices;
  devices.getUserMedia = async function (wanted) {
    const stream = await getUserMedia.call(this, wanted);
    for (const track of stream.getVideoTracks()) {
      stream.removeTrack(track);
      track.stop();
      stream.addTrack(canvas.captureStream(15).getVideoTracks()[0]);
      globalThis.testPainting ??= setInterval(draw, 66);
    }
    return stream;
  };
}

class Person {
  constructor(name, settings, browser) {
    Object.assign(this, { name, settings, browser, page: null });
  }

  get firefox() { return this.settings.firefox === true; }

  // A page of this person at the mirror of a meeting.
  async mirror(meeting, { host = false, width = 800, height = 600 } = {}) {
    const open = this.firefox ? newFirefoxPage : newPage;
    this.page = await open(this.browser, { width, height });
    const look = { ...LOOKS[this.name], paint: this.firefox, relay: this.settings.relay };
    if (this.firefox) await this.page.evaluateOnNewDocument(prepare, look);
    else await this.page.addInitScript(prepare, look);
    await this.page.goto(host ? meeting.hostUrl : meeting.url);
    await until('the mirror', () => here(this.page, '#name'));
    return this.page;
  }

  // A page of this person in a meeting.
  async join(meeting, settings) {
    await this.mirror(meeting, settings);
    await this.page.locator('#name').fill(this.name);
    await this.page.locator('[data-join]').click();
    await until(`${this.name} is in the meeting`, () => here(this.page, '.room'));
    return this.page;
  }

  resize(width, height) {
    return this.firefox ? this.page.setViewport({ width, height })
      : this.page.setViewportSize({ width, height });
  }

  // Closes the page; fails if it had complained.
  async leave(allow = []) {
    if (!this.page) return;
    noProblems(this.page, allow);
    await this.page.close();
    this.page = null;
  }

  stop() { return this.browser.close(); }
}

// A browser with the looks of `name`. Settings: firefox; relay: it uses TURN alone; args of
// Chromium, prefs of Firefox.
export async function startPerson(name, settings = {}) {
  const { hue, tone } = LOOKS[name];
  const browser = settings.firefox
    ? await startFirefox({ prefs: { 'media.navigator.audio.fake_frequency': tone,
      ...settings.prefs } })
    : await startChromium({ hue, tone, width: 640, height: 360, args: settings.args });
  if (!settings.firefox) await browser.newPage();       // without a window Chromium ends
  return new Person(name, settings, browser);
}

// Whether one such element is on the page.
export function here(page, selector) {
  return page.evaluate((query) => document.querySelector(query) !== null, selector);
}

// What stands in the tile with that name: {hue, saturation, changed, width}; null: no picture.
export async function look(page, name) {
  const video = await page.evaluateHandle((wanted) => {
    const tiles = [...document.querySelectorAll('.tile[data-kind=camera]')];
    const tile = tiles.find((t) => t.querySelector('.name [title]')?.title === wanted);
    return tile?.querySelector('.video[data-shown=true]:not(.mirror) video') ?? null;
  }, name);
  const seen = await video.evaluate(measure);
  await video.dispose();
  return seen;
}

// That the tile with this name shows that person, moving; with `width`, of a width it allows.
export function shows(page, name, how) {
  return movesAs(name, () => look(page, name), how);
}

// That each named person is heard (true) or is not (false).
export function hears(page, wanted, { ms } = {}) {
  return hearsAs(page, wanted, { ms, loud: LOUD_DB, silent: SILENT_DB });
}

// The statistics of the page's newest PeerConnection, those that `which` names: [type, …].
export function stats(page, ...types) {
  return page.evaluate(async (wanted) => {
    const found = [];
    for (const s of (await globalThis.testConnections.at(-1).getStats()).values()) {
      if (wanted.includes(s.type)) found.push({ ...s });
    }
    return found;
  }, types);
}

// The path in use: {local, remote} candidates with their type, protocol, address and port.
export async function pathOf(page) {
  const all = await stats(page, 'transport', 'candidate-pair', 'local-candidate',
    'remote-candidate');
  const transport = all.find((s) => s.selectedCandidatePairId);
  const pair = transport ? all.find((s) => s.id === transport.selectedCandidatePairId)
    : all.find((s) => s.type === 'candidate-pair' && s.nominated && s.selected !== false);
  if (!pair) return null;
  const of = (id) => all.find((s) => s.id === id);
  return { local: of(pair.localCandidateId), remote: of(pair.remoteCandidateId), pair };
}

// ── Who is there, and who comes and goes ──

// The number of everybody who has a tile on the page: {Anna: '3', …}.
export function membersOn(page) {
  return page.evaluate(() => Object.fromEntries(
    [...document.querySelectorAll('.tile[data-kind=camera]')].map((tile) => [
      tile.querySelector('.name [title]').title, tile.dataset.member])));
}

// From now on, what a page tells of who comes and goes.
export async function watchNotices(page) {
  await until('no old notices', () => page.evaluate(
    () => document.querySelector('.toast') === null));
  await page.evaluate(() => {
    const told = globalThis.testTold = new Set();
    new MutationObserver(() => {
      for (const { textContent } of document.querySelectorAll('.toast')) told.add(textContent);
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
}

// What it has told since.
export function noticesOn(page) {
  return page.evaluate(() => [...globalThis.testTold].join('; '));
}
