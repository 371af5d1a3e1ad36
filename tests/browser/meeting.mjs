// A meeting in real browsers: people with a camera and a microphone of their own, what each of
// them sees and hears, and conditions that are waited for, each with a deadline.
//
//   const people = await startPeople(['Anna', 'Björn']);          a browser each
//   const m = await openMeeting(server, { title: 'Nämnden' });
//   const anna = await people.Anna.join(m, { host: true });       a page in the meeting
//   await sees(anna, 'Björn');         the tile with that name moves, in Björn's colour
//   await hears(anna, { Björn: true });
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { newPage, noProblems, request, startChromium } from './harness.mjs';

// What makes a person unmistakable: the colour of the picture and the pitch of the voice. The
// pitches are no multiples of each other.
export const LOOKS = {
  Anna: { hue: 0, tone: 500 },
  Björn: { hue: 120, tone: 800 },
  Cecilia: { hue: 240, tone: 650 },
};

const HUE_NEAR = 25;
const LOUD_DB = -42;            // a voice that is heard lies at -25
const SILENT_DB = -60;          // what others spill into its pitch lies lower

// Asks until the answer is true, or fails with what was waited for and the last answer.
export async function until(what, ask, { ms = 20000, every = 60 } = {}) {
  const end = performance.now() + ms;
  let last;
  do {
    last = await ask();
    if (last === true) return;
    await sleep(every);
  } while (performance.now() < end);
  assert.fail(`not in ${ms} ms: ${what}${last === false ? '' : `; last: ${JSON.stringify(last)}`}`);
}

// A new meeting by the API: {code, url, number, host_invite, hostUrl}.
export async function openMeeting(server, { title = 'Provmöte', lobby = false } = {}) {
  const { status, body } = await request(`${server.url}/api/v1/meetings`, {
    method: 'POST', headers: { 'content-type': 'application/json', origin: server.url },
    body: JSON.stringify({ title, lobby }),
  });
  assert.equal(status, 201, body);
  const made = JSON.parse(body);
  const url = `${server.url}/m/${made.code}`;
  return { ...made, url, hostUrl: `${url}/${made.host_invite}` };
}

// From the mirror into the meeting, or into the lobby.
export async function enter(page, name) {
  await page.locator('#name').fill(name);
  await page.locator('[data-join]').click();
  await page.locator('.room, [data-lobby]').waitFor();
}

// In the page: its PeerConnections are kept where a test finds them, newest last.
export function keepConnections() {
  const made = globalThis.testConnections = [];
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      made.push(this);
    }
  };
}

class Person {
  constructor(name, browser) {
    this.name = name;
    this.browser = browser;
    this.pages = [];
  }

  // A page of this person at the mirror of a meeting.
  async mirror(meeting, { host = false, ...settings } = {}) {
    const page = await newPage(this.browser, settings);
    this.pages.push(page);
    await page.addInitScript(keepConnections);
    await page.goto(host ? meeting.hostUrl : meeting.url);
    await page.locator('#name').waitFor();
    return page;
  }

  // A page of this person in a meeting.
  async join(meeting, settings = {}) {
    const page = await this.mirror(meeting, settings);
    await enter(page, settings.name ?? this.name);
    return page;
  }

  // Closes the pages; fails if one of them had complained.
  async leave(allow = []) {
    for (const page of this.pages.splice(0)) {
      noProblems(page, allow);
      await page.context().close();
    }
  }
}

// A browser for each name; settings are startChromium's.
export async function startPeople(names, settings = {}) {
  const people = {};
  await Promise.all(names.map(async (name) => {
    const fakes = { ...LOOKS[name], spoken: true, width: 640, height: 360 };
    const browser = await startChromium({ ...fakes, ...settings });
    people[name] = new Person(name, browser);
  }));
  return people;
}

export async function stopPeople(people) {
  await Promise.all(Object.values(people ?? {}).map((p) => p.browser.close()));
}

// ── What stands on the screen ──

// The tile that bears that name; `Du` is one's own.
export function tile(page, name) {
  return page.locator('.tile[data-kind=camera]')
    .filter({ has: page.locator(`.name [title="${name}"]`) });
}

export function ownTile(page) {
  return page.locator('.tile', { has: page.locator('.video.mirror') });
}

// What is said in passing, with that text in it.
export function toast(page, text) {
  return page.locator('.toast', { hasText: text });
}

// The number that the server gave somebody, and one's own.
export async function memberOf(page, name) {
  return Number(await tile(page, name).getAttribute('data-member'));
}

// In the page: the average colour of a video element and how much its picture has changed since it
// was last asked about: {hue, saturation, changed, width}; null: no picture.
export function measure(video) {
  if (!video?.videoWidth) return null;
  const canvas = new OffscreenCanvas(32, 18);
  const ctx = canvas.getContext('2d', { willReadFrequently: true });
  ctx.drawImage(video, 0, 0, 32, 18);
  const { data } = ctx.getImageData(0, 0, 32, 18);
  const sum = [0, 0, 0];
  let changed = 0;
  for (let i = 0; i < data.length; i += 4) {
    for (let c = 0; c < 3; c++) {
      sum[c] += data[i + c];
      if (video.lastLook) changed += Math.abs(data[i + c] - video.lastLook[i + c]);
    }
  }
  video.lastLook = data;
  const [r, g, b] = sum.map((s) => s / (data.length / 4));
  const most = Math.max(r, g, b), range = most - Math.min(r, g, b);
  const sixth = range === 0 ? 0 : most === r ? ((g - b) / range + 6) % 6
    : most === g ? (b - r) / range + 2 : (r - g) / range + 4;
  return { hue: sixth * 60, saturation: most ? range / most : 0,
    changed: changed / (data.length / 4 * 3), width: video.videoWidth };
}

// How far two hues are from each other, in degrees.
export function hueFar(a, b) {
  const far = Math.abs(a - b) % 360;
  return Math.min(far, 360 - far);
}

// That what is measured is that person, moving; with `width`, of a width it allows.
export async function movesAs(name, ask, { ms = 20000, width = () => true } = {}) {
  let moved = 0;
  await until(`${name} moves in the right colour`, async () => {
    const seen = await ask();
    if (!seen) return 'no picture';
    if (seen.saturation < 0.3 || hueFar(seen.hue, LOOKS[name].hue) > HUE_NEAR) return seen;
    if (!width(seen.width)) return seen;
    if (seen.changed > 2) moved += 1;
    return moved >= 2 || seen;
  }, { ms });
}

// That the tile with this name shows that person, moving.
export async function sees(page, name, { ms, as = name } = {}) {
  const video = tile(page, name).locator('.video[data-shown=true] video');
  await movesAs(as, async () => await video.count() === 1 && video.evaluate(measure), { ms });
}

// That the tile shows no picture of that person.
export async function seesNot(page, name, { ms = 5000 } = {}) {
  await until(`${name}'s picture goes`, async () => await tile(page, name)
    .locator('.video[data-shown=true]').count() === 0, { ms });
}

// ── What comes out of the loudspeaker ──

// How loud each of the pitches is at most within `ms`, in dB: {500: -31, …}. The ear stays on the
// page, so that listening is quick.
export async function loudness(page, pitches, ms = 400) {
  return page.evaluate(async ([wanted, wait]) => {
    const ear = globalThis.testEar ??= { context: new AudioContext(), heard: new Map() };
    const { context, heard } = ear;
    if (!ear.analyser) {
      ear.analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
      const silence = new GainNode(context, { gain: 0 });
      ear.analyser.connect(silence).connect(context.destination);
    }
    const elements = [...document.querySelectorAll('audio')]
      .filter((a) => a.srcObject && !a.muted && !a.paused);
    for (const [element, { stream, node }] of heard) {
      if (elements.includes(element) && element.srcObject === stream) continue;
      node.disconnect();
      heard.delete(element);
    }
    for (const element of elements) {
      if (heard.has(element)) continue;
      const node = context.createMediaStreamSource(element.srcObject);
      node.connect(ear.analyser);
      heard.set(element, { stream: element.srcObject, node });
    }
    await context.resume();
    const bins = new Float32Array(ear.analyser.frequencyBinCount);
    const most = Object.fromEntries(wanted.map((hz) => [hz, -200]));
    const end = performance.now() + wait;
    do {
      await new Promise((done) => setTimeout(done, 40));
      ear.analyser.getFloatFrequencyData(bins);
      for (const hz of wanted) {
        const at = Math.round((hz * ear.analyser.fftSize) / context.sampleRate);
        const near = bins.subarray(at - 2, at + 3);
        most[hz] = Math.max(most[hz], ...near);
      }
    } while (performance.now() < end);
    return most;
  }, [pitches, ms]);
}

// That each named person is heard (true) or is not (false); loud, silent: dB.
export async function hears(page, wanted,
  { ms = 20000, loud = LOUD_DB, silent = SILENT_DB } = {}) {
  const names = Object.keys(wanted);
  await until(`hears ${JSON.stringify(wanted)}`, async () => {
    const heard = await loudness(page, names.map((n) => LOOKS[n].tone));
    const right = names.every((n) => {
      const db = heard[LOOKS[n].tone];
      return wanted[n] ? db > loud : db < silent;
    });
    return right || heard;
  }, { ms, every: 20 });
}

// ── What one does ──

export const tool = (page, kind) => page.locator(`[data-tool=${kind}]`);

export async function openSheet(page, name) {
  if (await page.locator(`.room[data-sheet=${name}]`).count()) return;
  const button = page.locator(`.roombar [data-opens=${name}], .roomtop [data-opens=${name}]`);
  await button.first().click();
  await page.locator(`.room[data-sheet=${name}]`).waitFor();
}

export async function say(page, text, to) {
  await openSheet(page, 'chat');
  if (to) await page.locator('.sheet select').selectOption(to);
  await page.locator('.sheet textarea').fill(text);
  await page.keyboard.press('Enter');
}

// The menu of one person in the list of people.
export async function personMenu(page, name) {
  await openSheet(page, 'people');
  await page.getByRole('button', { name: `Mer om ${name}`, exact: true }).click();
  return page.locator('.sheet .popover');
}

export async function setRole(page, name, role) {
  const menu = await personMenu(page, name);
  await menu.locator('select').selectOption(role);
  await page.keyboard.press('Escape');
}

export async function leave(page) {
  await page.locator('.roombar [data-opens=leave]').click();
  await page.locator('[data-leave]').click();
  await page.locator('[data-left]').waitFor();
}
