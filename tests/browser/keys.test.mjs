// The keys of a meeting, and what one does about others: pin, look at a screen, mute, give a role,
// let in, find among many, remove, end. All by keyboard; the rest: keyboard.test.mjs.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startServer } from './harness.mjs';
import { enter, hears, openMeeting, startPeople, stopPeople, tile, tool, until }
  from './meeting.mjs';
import { closed, closeKeyboard, focusIn, focusIs, go, keepsFocus, keyboardPage, wasSaid, watchSaid }
  from './keyboard.mjs';
import { address, join } from '../attack/wsclient.mjs';

const MANY = 20;

let server, people, meeting, page, björn;
const crowd = [];

test.before(async () => {
  [server, people] = await Promise.all([startServer(), startPeople(['Anna', 'Björn'])]);
  meeting = await openMeeting(server, { title: 'Tangenterna' });
  page = await keyboardPage(people.Anna.browser, meeting.hostUrl);
  await enter(page, 'Anna');
  björn = await people.Björn.join(meeting, { lang: 'en' });
  await tile(page, 'Björn').waitFor();
  await watchSaid(björn);
  await page.evaluate(() => { globalThis.testPointer = 0; });
});
test.after(async () => {
  for (const one of crowd) one.cut();
  await stopPeople(people);
  await server?.stop();
});

const press = async (...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
const type = (text) => page.keyboard.type(text);
const opened = (inside) => page.locator(inside).waitFor();
const toMain = async () => {
  await closed(page, '.sheet, .popover');
  await page.evaluate(() => document.querySelector('main').focus());
};
const pressed = async (kind) => await tool(page, kind).getAttribute('aria-pressed') === 'true';
const hand = (on) => page.locator(`.roombar [aria-keyshortcuts=H][aria-pressed=${on}]`).waitFor();
const guest = async (name) => {
  const one = await join(server, { code: meeting.code, name }, { from: address() });
  crowd.push(one);
  return one;
};

// ── The keys ──

test('M, V, H, C, P, ? and F do what the list of keys says', async () => {
  await toMain();
  for (const [key, kind] of [['m', 'mic'], ['v', 'camera']]) {
    await press(key);
    await until('off', async () => !await pressed(kind));
    await press(key);
    await until('on', () => pressed(kind));
  }
  await press('h');
  await hand(true);
  await press('h');
  await hand(false);
  for (const [key, name] of [['c', 'chat'], ['p', 'people'], ['?', 'help']]) {
    await press(key);
    await focusIn(page, `.sheet[data-sheet=${name}]`);
    if (key === 'c') await press('Escape');
    else await press(key);
    await closed(page, '.sheet');
    await focusIn(page, 'main:focus');
  }
  await press('f');
  await until('full screen', () => page.evaluate(() => document.fullscreenElement !== null));
  await press('f');
  await until('no full screen', () => page.evaluate(() => document.fullscreenElement === null));
});

test('S shares the screen and ends it', async () => {
  await press('s');
  await opened('.banner.sharing');
  await björn.locator('.shared').waitFor();
  await press('s');
  await closed(page, '.banner.sharing');
  await press('s');
  await opened('.banner.sharing');
  await go(page, 'Sluta dela skärmen');
  await keepsFocus(page, () => press('Enter'));
  await closed(page, '.banner.sharing');
});

test('the space bar is push to talk, also after a look at the bar', async () => {
  await press('m');
  await hears(björn, { Anna: false });
  for (const away of [() => page.keyboard.up(' '),
    () => page.evaluate(() => dispatchEvent(new Event('blur')))]) {
    await go(page, 'Kamera');
    await press('Escape');
    await focusIn(page, 'main:focus');
    await page.keyboard.down(' ');
    await hears(björn, { Anna: true });
    await away();
    await until('off again', async () => !await pressed('mic'));
    await page.keyboard.up(' ');
  }
  await hears(björn, { Anna: false });
  await press('m');
  await hears(björn, { Anna: true });
});

// That none of the keys does anything now.
async function nothingBy(keys) {
  const look = () => page.evaluate(() => [
    ...[...document.querySelectorAll('.roombar [aria-keyshortcuts]')].map((b) =>
      `${b.title} ${b.ariaPressed ?? b.ariaExpanded}`),
    document.fullscreenElement !== null, document.querySelector('.banner.sharing') !== null]);
  const before = await look();
  for (const key of keys) await press(key);
  // What a key does has been done when the server has answered something later.
  const name = `Efter ${keys.length}`;
  const one = await guest(name);
  await tile(page, name).waitFor();
  await one.fine('leave');
  await tile(page, name).waitFor({ state: 'detached' });
  assert.deepEqual(await look(), before);
}

const KEYS = ['m', 'v', 's', 'h', 'c', 'p', 'f', '?', 'Space'];

test('none of the keys answers while one writes', async () => {
  const written = 'mvshcpf? ';
  const tries = [
    [async () => press('c'), '.sheet textarea'],
    [async () => {
      await go(page, 'Mer');
      await press('Enter');
      await focusIn(page, '.popover');
      await go(page, 'Text i realtid');
      await press('Enter');
    }, '.sheet input'],
    [async () => {
      await press('p');
      await focusIn(page, '.sheet');
      await go(page, 'Mer om Anna');
      await press('Enter');
    }, '#rename'],
  ];
  for (const [reach, field] of tries) {
    await reach();
    await focusIn(page, field);
    await press('Control+a');
    await nothingBy(KEYS);
    assert.equal(await page.locator(field).inputValue(), written);
    await press('Control+a', 'Delete', 'Escape', 'Escape');
    await closed(page, '.sheet');
    await toMain();
  }
});

test('with Ctrl or Alt they belong to the browser', async () => {
  await nothingBy(['Alt+m', 'Control+Shift+h']);
});

test('all the keys can be switched off, and stay so', async () => {
  await press('?');
  await focusIn(page, '.sheet');
  await go(page, 'Snabbtangenter');
  await press('Space');
  await page.locator('.sheet [role=switch][aria-checked=false]').waitFor();
  await press('Escape');
  await toMain();
  await nothingBy(KEYS);
  await page.reload();
  await page.locator('.room').waitFor();
  await tile(page, 'Björn').waitFor();
  await focusIn(page, 'main');
  await nothingBy(KEYS);
  await go(page, 'Hjälp');
  await press('Enter');
  await focusIn(page, '.sheet');
  await go(page, 'Snabbtangenter');
  await press('Space', 'Escape');
  await press('m');
  await until('off', async () => !await pressed('mic'));
  await press('m');
});

// ── Others ──

test('a tile is pinned and let go', async () => {
  await go(page, 'Fäst Björn');
  await press('Enter');
  await focusIs(page, 'Lossa Björn');
  await until('Björn is large', async () => (await tile(page, 'Björn').boundingBox()).width > 700);
  await press('Enter');
  await focusIs(page, 'Fäst Björn');
});

test('a shared screen is made larger and moved about', async () => {
  await björn.keyboard.press('s');
  await page.locator('.shared[data-shown=true]').waitFor();
  await go(page, /^Skärmen som Björn delar/);
  const zoom = (n) => page.locator('.zoom .num', { hasText: `${n} %` }).waitFor();
  await press('+', '+', '+');
  await zoom(200);
  const at = () => page.locator('.paper').evaluate((p) => [p.scrollLeft, p.scrollTop]);
  const [x, y] = await at();
  await press('ArrowRight', 'ArrowDown');
  await until('it moved', async () => {
    const [nx, ny] = await at();
    return (nx > x && ny > y) || [nx, ny];
  });
  await press('0');
  await zoom(100);
  await go(page, 'Större');
  for (let i = 0; i < 8; i++) await press('Enter');
  await zoom(400);
  await focusIs(page, 'Större');
  await press('Shift+Tab');
  await focusIs(page, 'Mindre');
  for (let i = 0; i < 8; i++) await press('Space');
  await zoom(100);
  await focusIs(page, 'Mindre');
  await björn.keyboard.press('s');
  await closed(page, '.shared');
});

async function personMenu(name) {
  await press('p');
  await focusIn(page, '.sheet');
  await go(page, `Mer om ${name}`);
  await press('Enter');
  await focusIn(page, '.popover');
}

test('one is muted from the list, and the focus stays at the person', async () => {
  await toMain();
  await personMenu('Björn');
  await press('Escape');
  await focusIs(page, 'Mer om Björn');
  await press('Enter');
  await focusIn(page, '.popover');
  await go(page, 'Stäng av mikrofonen');
  await press('Enter');
  await focusIs(page, 'Mer om Björn');
  await wasSaid(björn, 'Anna turned off your microphone');
  await press('Escape');
});

test('a role is chosen by arrows, and only the one that is chosen is given', async () => {
  await watchSaid(björn);
  await personMenu('Björn');
  await go(page, 'Roll');
  await press('ArrowDown', 'ArrowDown');
  await until('the choice', async () => await page.locator('.popover select').inputValue()
    === 'captioner');
  await press('Enter');
  await wasSaid(björn, 'You are now: Captioner');
  await press('ArrowUp', 'ArrowUp');
  await press('Escape');
  await wasSaid(björn, 'You are now: Participant');
  assert.ok(!await björn.evaluate(() => globalThis.testSaid.join().includes('Interpreter')));
  await focusIs(page, 'Mer om Björn');
  await press('Escape');
});

test('those who wait are let in or not, one after the other', async () => {
  await toMain();
  await go(page, /^Krypterat/);
  await press('Enter');
  await focusIn(page, '.sheet');
  await go(page, 'Väntrum');
  await press('Space');
  await page.locator('.sheet [role=switch][aria-checked=true]').waitFor();
  await press('Escape');
  const dan = await guest('Dan');
  await go(page, 'Släpp in');
  await keepsFocus(page, () => press('Enter'));
  await dan.event('admitted');
  const more = [await guest('Eva'), await guest('Fia'), await guest('Gun')];
  await page.locator('[data-knock="3"]').waitFor();
  await press('p');
  await focusIn(page, '.sheet');
  await go(page, 'Släpp in Eva');
  await press('Enter');
  await more[0].event('admitted');
  await focusIn(page, '.sheet .outside');
  await go(page, 'Släpp inte in Fia');
  await press('Enter');
  await more[1].event('refused');
  await focusIn(page, '.sheet .outside');
  await go(page, 'Släpp in Gun');
  await press('Enter');
  await more[2].event('admitted');
  await focusIn(page, '.sheet');
  await press('Escape');
  await closed(page, '.sheet');
  await toMain();
  await go(page, /^Krypterat/);
  await press('Enter');
  await focusIn(page, '.sheet');
  await go(page, 'Väntrum');
  await press('Space', 'Escape');
});

test('each of many is reached in two actions: the list, and the name', async () => {
  for (let i = 0; i < MANY; i++) await guest(`Namn${i} Efternamn`);
  await page.locator('.pages').waitFor();
  await toMain();
  await press('p');
  await focusIn(page, '.sheet input[type=search]');
  await type('namn17');
  await press('Enter');
  await page.locator('.pinit[aria-pressed=true]').waitFor({ state: 'attached' });
  await until('large', async () =>
    (await tile(page, 'Namn17 Efternamn').boundingBox()).width > 500);
  await press('Enter', 'Escape', 'Escape');
  await closed(page, '.sheet');
});

test('the pages of the stage are turned, to the last and back', async () => {
  await go(page, 'Nästa sida');
  for (let i = 0; i < 4; i++) await press('Enter');
  await focusIs(page, 'Nästa sida');
  await press('Shift+Tab');
  await focusIs(page, 'Föregående sida');
  for (let i = 0; i < 4; i++) await press('Enter');
  await page.locator('.pages .num', { hasText: /^1 / }).waitFor();
  await Promise.all(crowd.splice(0).map((one) => one.ask('leave').catch(() => {})));
});

test('one is removed, after a question, and the focus stays in the list', async () => {
  await toMain();
  await personMenu('Björn');
  await go(page, 'Ta bort från mötet');
  await press('Enter');
  await focusIs(page, 'Ta bort Björn');
  await press('Enter');
  await björn.locator('[data-left=removed]').waitFor();
  await focusIn(page, '.sheet');
  await press('Escape');
  await closed(page, '.sheet');
});

test('the meeting is ended for all, after a question', async () => {
  await go(page, 'Lämna');
  await press('Enter');
  await focusIn(page, '.popover');
  await go(page, 'Avsluta för alla …');
  await press('Enter');
  await focusIs(page, 'Avsluta nu. Alla lämnar mötet.');
  await press('Enter');
  await page.locator('[data-left=ended]').waitFor();
  await focusIn(page, 'main');
  await closeKeyboard(page);
});
