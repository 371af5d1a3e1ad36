// The colours of the system's own (forced-colors) and no movement (prefers-reduced-motion):
// controls keep their outlines and tell their state, and nothing moves.
import assert from 'node:assert/strict';
import test from 'node:test';
import { newPage, noProblems, screenshot, startChromium, startServer } from './harness.mjs';
import { enter, openMeeting, openSheet, tool, until } from './meeting.mjs';
import { join } from '../attack/wsclient.mjs';

let server, chromium, page, meeting;

test.before(async () => {
  [server, chromium] = await Promise.all([startServer(), startChromium({ tone: 500,
    spoken: true })]);
  meeting = await openMeeting(server, { title: 'Nämnden' });
  page = await newPage(chromium);
});
test.after(async () => {
  await chromium?.close();
  await server?.stop();
});

// Controls without an outline, each as a line.
const bare = () => page.evaluate(() => {
  const found = [];
  for (const e of document.querySelectorAll('button, .in')) {
    if (!e.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (e.matches('.switch, .toggle .t, .skip')) continue;      // the track and the row have one
    const s = getComputedStyle(e);
    const edge = ['Top', 'Right', 'Bottom', 'Left'].some((side) =>
      parseFloat(s[`border${side}Width`]) > 0 && s[`border${side}Style`] !== 'none'
      && s[`border${side}Color`] !== s.backgroundColor);
    if (!edge) found.push(`${e.className} ${e.ariaLabel ?? e.innerText}`);
  }
  return found;
});

// How a control is drawn, as a text that two states must not share.
const drawn = (locator) => locator.evaluate((e) => {
  const s = getComputedStyle(e);
  const part = e.querySelector('.track i') ?? e;
  return [s.outlineStyle, s.outlineWidth, s.borderTopWidth, getComputedStyle(part).transform,
    ...[...e.querySelectorAll('path')].map((p) => p.getAttribute('d'))].join(' ');
});

async function tells(what, locator, act) {
  const before = await drawn(locator);
  await act();
  await until(`${what} looks different`, async () => await drawn(locator) !== before);
}

async function kept(name) {
  await screenshot(page, `forced-${name}`);
  assert.deepEqual(await bare(), [], name);
}

test('the system\'s colours: outlines and states outside the meeting', async () => {
  await page.emulateMedia({ forcedColors: 'active' });
  await page.goto(server.url);
  await page.locator('[data-meet]').waitFor();
  await kept('home');
  await page.goto(meeting.hostUrl);
  await page.locator('.cam[data-shown=true]').waitFor();
  await kept('mirror');
  await until('the meter is lit and looks so', () => page.evaluate(() => {
    const colour = (e) => e && getComputedStyle(e).backgroundColor;
    const lit = colour(document.querySelector('.meter i[data-lit]'));
    return Boolean(lit) && lit !== colour(document.querySelector('.toggle'));
  }));
  const camera = page.locator('[data-toggle=camera] .t');
  await tells('the camera', camera, () => camera.click());
  await camera.click();
});

test('the system\'s colours: outlines and states in the meeting', async () => {
  await enter(page, 'Anna Sköld');
  const guest = await join(server, { code: meeting.code, name: 'Björn Ek' });
  await page.locator('.tile').nth(1).waitFor();
  await page.mouse.move(2, 2);
  await kept('in');
  await tells('the microphone', tool(page, 'mic'), () => tool(page, 'mic').click());
  await tool(page, 'mic').click();
  const hand = page.locator('.roombar [aria-keyshortcuts=H]');
  await tells('the hand', hand, () => hand.click());
  await tells('the button of the people', page.locator('.roombar [data-opens=people]'),
    () => openSheet(page, 'people'));
  await page.locator('[data-person] > .btn').last().click();
  await kept('in-people');
  await page.keyboard.press('Escape');
  await openSheet(page, 'info');
  const lock = page.getByRole('switch', { name: 'Lås mötet' });
  await tells('a switch', lock, () => lock.click());
  await kept('in-info');
  assert.equal(await page.evaluate(() => [...document.querySelectorAll('.track')]
    .filter((e) => getComputedStyle(e).backgroundColor
      === getComputedStyle(e.firstElementChild).backgroundColor).length), 0, 'a knob in its track');
  await until('whoever speaks has a ring', () => page.evaluate(() => {
    const pic = document.querySelector('.tile.talks > .pic');
    return Boolean(pic) && parseFloat(getComputedStyle(pic).outlineWidth) >= 2;
  }));
  await lock.click();
  await page.locator('.sheet > .head .btn').click();
  for (const name of ['more', 'leave', 'reactions']) {
    await page.locator(`.roombar [data-opens=${name}]`).click();
    await kept(`in-${name}`);
    await page.keyboard.press('Escape');
  }
  await guest.leave();
});

// What moves while something is done, asked at each picture for a while.
async function moving(act, ms = 700) {
  const watch = page.evaluate(async (wait) => {
    const seen = new Set();
    const end = performance.now() + wait;
    while (performance.now() < end) {
      for (const a of document.getAnimations()) {
        seen.add(`${a.transitionProperty ?? a.animationName} of ${a.effect.target.className}`);
      }
      await new Promise(requestAnimationFrame);
    }
    return [...seen];
  }, ms);
  await act();
  return watch;
}

async function stir() {
  const guest = await join(server, { code: meeting.code, name: 'Cecilia Ahl' });
  await page.locator(`.tile[data-member="${guest.self}"]`).waitFor();
  await guest.fine('hand', { up: true });
  await page.locator('.roombar [data-opens=chat]').hover();
  await openSheet(page, 'chat');
  await page.locator('.sheet > .head .btn').click();
}

test('nothing moves for who wants none of it', async () => {
  await page.emulateMedia({ forcedColors: 'none', reducedMotion: 'reduce' });
  assert.deepEqual(await moving(stir, 1500), []);
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  assert.notDeepEqual(await moving(stir, 1500), [], 'and else something does');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(server.url);
  assert.deepEqual(await moving(() => page.locator('[data-meet]').hover()), []);
});

test('nothing was complained of', () => noProblems(page));
