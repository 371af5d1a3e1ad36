// A shared screen: what stands on it is read back on the other side, dot by dot, with its sound;
// and it ends in each of the ways in which it can.
import assert from 'node:assert/strict';
import test from 'node:test';
import { noProblems, screenshot, startServer } from './harness.mjs';
import {
  hears, loudness, openMeeting, personMenu, sees, startPeople, stopPeople, tile, until,
} from './meeting.mjs';

const TITLE = 'Underlag';
const COLOURS = {               // the quarters of what each shares, from the upper left
  Björn: ['#d02020', '#20b020', '#2040d0', '#e0d020'],
  Cecilia: ['#e0d020', '#2040d0', '#20b020', '#d02020'],
};
const HZ = 380;                 // what plays in the shared tab
const COLOUR_NEAR = 60;
const STRIPE_CONTRAST = 120;    // of 255, between lines three dots wide
const LOUD_DB = -50;
const BESIDE_HZ = 60;
const TONE_DB = 10;             // over its neighbours; half of it is none

let server, people, meeting, anna, björn, cecilia;
const papers = {};

test.before(async () => {
  [server, people] = await Promise.all([
    startServer(), startPeople(['Anna', 'Björn', 'Cecilia'], { share: TITLE }),
  ]);
  meeting = await openMeeting(server, { title: 'Budgeten' });
  [anna, björn] = await Promise.all([
    people.Anna.join(meeting, { host: true }), people.Björn.join(meeting),
  ]);
});
test.after(async () => {
  await stopPeople(people);
  await server?.stop();
});

// In the person's browser: a tab with four colours in its upper 600 lines, which is as much as
// the browser captures, a band of fine lines between them, and a tone.
async function layOut(name, page) {
  const paper = await page.context().newPage();
  const [a, b, c, d] = COLOURS[name];
  await paper.setContent(`<title>${TITLE}</title>
    <body style="margin:0;background:
      repeating-linear-gradient(90deg, #000 0 3px, #fff 3px 6px) 0 270px / 100% 60px no-repeat,
      linear-gradient(90deg, ${a} 50%, ${b} 50%) 0 0 / 100% 300px no-repeat,
      linear-gradient(90deg, ${c} 50%, ${d} 50%) 0 300px / 100% 300px no-repeat">`);
  await paper.evaluate((hz) => {
    const context = new AudioContext();
    const tone = new OscillatorNode(context, { frequency: hz });
    tone.connect(new GainNode(context, { gain: 0.3 })).connect(context.destination);
    tone.start();
  }, HZ);
  papers[name] = paper;
}

async function share(name, page) {
  await layOut(name, page);
  await page.locator('.roombar [aria-keyshortcuts=S]').click();
  await page.locator('.banner.sharing', { hasText: 'Du delar din skärm' }).waitFor();
  await page.bringToFront();            // the browser has gone to the shared tab
}

// The middles of the four quarters and the contrast of the lines, of what is on the stage.
async function read(page) {
  const video = page.locator('.shared[data-shown=true] .video[data-shown=true] video');
  if (await video.count() !== 1) return null;
  return video.evaluate((v) => {
    if (!v.videoWidth) return null;
    const { videoWidth: w, videoHeight: h } = v;
    const ctx = new OffscreenCanvas(w, h).getContext('2d');
    ctx.drawImage(v, 0, 0);
    const at = (x, y) => [...ctx.getImageData(x * w, y, 1, 1).data.slice(0, 3)];
    const band = ctx.getImageData(w * 0.2, 300, 60, 1).data;
    const line = Array.from({ length: 60 }, (_, i) => band[i * 4 + 1]).sort((p, q) => p - q);
    return { quarters: [at(0.25, 120), at(0.75, 120), at(0.25, 480), at(0.75, 480)],
      contrast: line[49] - line[10], width: w, height: h };
  });
}

async function reads(page, name) {
  const wanted = COLOURS[name].map((c) => [1, 3, 5].map((i) => parseInt(c.slice(i, i + 2), 16)));
  await page.locator('.shared figcaption', { hasText: `${name} delar sin skärm` }).waitFor();
  await until(`what ${name} shares is read`, async () => {
    const seen = await read(page);
    if (!seen) return 'no picture';
    const near = seen.quarters.every((q, i) =>
      q.every((value, c) => Math.abs(value - wanted[i][c]) < COLOUR_NEAR));
    return near && seen.contrast > STRIPE_CONTRAST || seen;
  });
}

// A tone stands out from what lies beside it; what voices spill there does not.
async function hearsPaper(page, wanted) {
  await until(`the shared tab is ${wanted ? 'heard' : 'silent'}`, async () => {
    const { [HZ]: db, [HZ - BESIDE_HZ]: below, [HZ + BESIDE_HZ]: above } =
      await loudness(page, [HZ, HZ - BESIDE_HZ, HZ + BESIDE_HZ]);
    const stands = db - Math.max(below, above);
    return (wanted ? db > LOUD_DB && stands > TONE_DB : stands < TONE_DB / 2) || [db, stands];
  });
}

const noScreen = (page) => page.locator('.shared').waitFor({ state: 'detached' });

test('a shared screen stands large on the stage, sharp, with its sound', async () => {
  await share('Björn', björn);
  await reads(anna, 'Björn');
  await hearsPaper(anna, true);
  const stage = await anna.locator('.stage').boundingBox();
  const large = await anna.locator('.shared').boundingBox();
  assert.ok(large.width > stage.width * 0.7, `${large.width} of ${stage.width}`);
  await screenshot(anna, 'share');
});

test('who shares is still seen and heard beside it', async () => {
  await sees(anna, 'Björn');
  await hears(anna, { Björn: true });
});

test('who shares sees what is shown to whom, and no picture of it in the way', async () => {
  assert.equal(await björn.locator('.shared').count(), 0);
  await sees(björn, 'Anna');
  await screenshot(björn, 'share-own');
});

test('a shared screen can be made larger and moved', async () => {
  const paper = anna.locator('.shared .paper');
  await anna.getByRole('button', { name: 'Större' }).click();
  await anna.locator('.zoom .num', { hasText: '125 %' }).waitFor();
  assert.ok(await paper.evaluate((p) => p.scrollWidth > p.clientWidth));
  await paper.focus();
  await anna.keyboard.press('+');
  await anna.locator('.zoom .num', { hasText: '150 %' }).waitFor();
  await anna.keyboard.press('0');
  await anna.locator('.zoom .num', { hasText: '100 %' }).waitFor();
  assert.ok(await paper.evaluate((p) => p.scrollWidth <= p.clientWidth));
});

test('who comes later sees what is shared already', async () => {
  cecilia = await people.Cecilia.join(meeting);
  await reads(cecilia, 'Björn');
  await hearsPaper(cecilia, true);
});

test('a second screen takes the stage; one can look at either', async () => {
  await share('Cecilia', cecilia);
  await reads(anna, 'Cecilia');
  await reads(björn, 'Cecilia');
  await anna.getByLabel('Vems skärm').selectOption({ label: 'Björn' });
  await reads(anna, 'Björn');
  await reads(björn, 'Cecilia');
  await anna.getByLabel('Vems skärm').selectOption({ label: 'Cecilia' });
  await reads(anna, 'Cecilia');
});

test('when the second ends, the first stands there again', async () => {
  await cecilia.getByRole('button', { name: 'Sluta dela skärmen' }).click();
  await cecilia.locator('.banner.sharing').waitFor({ state: 'detached' });
  await reads(anna, 'Björn');
  await reads(cecilia, 'Björn');
});

test('a closed tab ends the sharing for all', async () => {
  await papers.Björn.close();
  await Promise.all([noScreen(anna), noScreen(cecilia),
    björn.locator('.banner.sharing').waitFor({ state: 'detached' })]);
  await hearsPaper(anna, false);
  await Promise.all([sees(anna, 'Björn'), sees(anna, 'Cecilia')]);
});

test('a host can end what somebody shares', async () => {
  await papers.Cecilia.close();
  await share('Cecilia', cecilia);
  await reads(anna, 'Cecilia');
  const menu = await personMenu(anna, 'Cecilia');
  await menu.getByRole('button', { name: 'Avbryt skärmdelningen' }).click();
  await cecilia.locator('.toast', { hasText: 'Anna avbröt din skärmdelning' }).waitFor();
  await Promise.all([noScreen(anna), noScreen(björn),
    cecilia.locator('.banner.sharing').waitFor({ state: 'detached' })]);
});

test('nothing was complained of', async () => {
  for (const page of [anna, björn, cecilia]) noProblems(page);
  assert.equal(await tile(anna, 'Björn').count(), 1);
});
