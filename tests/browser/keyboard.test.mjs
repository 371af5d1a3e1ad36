// Everything by keyboard: from the home page into a meeting, each button, menu and sheet of it, and
// out again. What a screen reader is told on the way. The keys and what a host does: keys.test.mjs.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startServer } from './harness.mjs';
import { openMeeting, startPeople, stopPeople, tile, tool, until } from './meeting.mjs';
import { closed, closeKeyboard, focused, focusIn, focusIs, go, keyboardPage, walk, wasSaid,
  watchSaid } from './keyboard.mjs';
import { address, join } from '../attack/wsclient.mjs';

let server, people, meeting, page, björn;

test.before(async () => {
  [server, people] = await Promise.all([startServer(), startPeople(['Anna', 'Björn'])]);
  meeting = await openMeeting(server, { title: 'Tangenterna' });
});
test.after(async () => {
  await stopPeople(people);
  await server?.stop();
});

const press = async (...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
const type = (text) => page.keyboard.type(text);
const open = (url) => keyboardPage(people.Anna.browser, url);
const pressed = async (kind) => await tool(page, kind).getAttribute('aria-pressed') === 'true';
const hand = (on) => page.locator(`.roombar [aria-keyshortcuts=H][aria-pressed=${on}]`).waitFor();

// ── Before the meeting ──

test('home: all is reached, in order, and shows that it has the focus', async () => {
  page = await open(server.url);
  await page.locator('#title').waitFor();
  const stops = await walk(page);
  assert.equal(stops[0], 'Till innehållet');
  assert.ok(stops.indexOf('Mötas nu') < stops.indexOf('Gå med'), `${stops}`);
});

test('home: past the head at once', async () => {
  await go(page, 'Till innehållet');
  await press('Enter');
  await go(page, 'Vad ska mötet heta?');
  assert.equal((await focused(page)).name, 'Vad ska mötet heta?');
});

test('home: the language, and the focus stays', async () => {
  await go(page, 'English');
  await press('Enter');
  await page.getByRole('heading', { name: 'Meetings that simply work' }).waitFor();
  await focusIs(page, 'Svenska');
  await press('Enter');
  await page.getByRole('heading', { name: 'Möten som bara fungerar' }).waitFor();
});

test('home: in by number, and by link', async () => {
  for (const way of [meeting.number, meeting.url]) {
    await page.goto(server.url);
    await page.locator('#title').waitFor();
    await go(page, 'Länk eller nummer');
    await type(way);
    await press('Enter');
    await page.waitForURL(meeting.url);
  }
  await page.goto(server.url);
  await page.locator('#title').waitFor();
  await go(page, 'Länk eller nummer');
  await type('inget');
  await press('Enter');
  await page.getByRole('alert').waitFor();
  await focusIs(page, 'Länk eller nummer');
});

test('home: a new meeting', async () => {
  await go(page, 'Vad ska mötet heta?');
  await type('Ett eget');
  await go(page, /^Väntrum/);
  await press('Space');
  await go(page, 'Mötas nu', { key: 'Shift+Tab' });
  await press('Enter');
  await page.waitForURL(/\/m\//);
  await page.getByRole('heading', { name: 'Ett eget' }).waitFor();
  await page.getByText('Mötesledaren släpper in dig.').waitFor();
  await closeKeyboard(page);
});

test('the mirror: all is reached, and without a name one is led to it', async () => {
  page = await open(meeting.hostUrl);
  await page.locator('.video[data-shown=true] video').waitFor();
  await walk(page);
  await go(page, 'Gå med');
  await press('Enter');
  await page.locator('#name[aria-invalid=true][aria-describedby]').waitFor();
  await focusIs(page, 'Ditt namn');
});

test('the mirror: camera and microphone off and on', async () => {
  for (const name of ['Mikrofon', 'Kamera']) {
    await go(page, name);
    for (const pressed of ['false', 'true']) {
      await press('Space');
      await page.locator(`.toggle .t[aria-pressed=${pressed}]`, { hasText: name }).waitFor();
      await focusIs(page, name);
    }
  }
});

test('the mirror: another device is chosen, and the focus comes back', async () => {
  for (const opener of ['Välj mikrofon och högtalare', 'Välj kamera']) {
    await go(page, opener);
    await press('Enter');
    await focusIn(page, '.popover [role=radio][aria-checked=true]');
    await press('Escape');
    await focusIs(page, opener);
    assert.equal(await page.locator('.popover').count(), 0);
  }
  await go(page, 'Välj mikrofon och högtalare', { key: 'Shift+Tab' });
  await press('Enter');
  await focusIn(page, '.popover [role=radio][aria-checked=true]');
  await press('ArrowDown', 'Enter');
  await page.locator('.popover [role=radiogroup]').first()
    .locator('li:nth-child(2) [aria-checked=true]').waitFor();
  await focusIn(page, '.popover');
  await go(page, 'Testa högtalaren');
  await press('Enter');
  await page.getByText('Hör du fyra toner?').waitFor();
  await press('Escape');
  await focusIs(page, 'Välj mikrofon och högtalare');
});

test('in with Enter, and the meeting has the focus', async () => {
  await go(page, 'Ditt namn');
  await type('Anna');
  await press('Enter');
  await page.locator('.room').waitFor();
  await focusIn(page, 'main');
});

// ── In the meeting ──

test('the meeting: who comes is said, politely, in each language', async () => {
  await watchSaid(page);
  björn = await people.Björn.join(meeting, { lang: 'en' });
  await wasSaid(page, 'Björn gick med');
  await watchSaid(björn);
  const cecilia = await join(server, { code: meeting.code, name: 'Cecilia' },
    { from: address() });
  await wasSaid(page, 'Cecilia gick med');
  await wasSaid(björn, 'Cecilia joined');
  await cecilia.fine('hand', { up: true });
  await wasSaid(page, 'Cecilia räckte upp handen');
  await wasSaid(björn, 'Cecilia raised a hand');
  await cecilia.fine('chat', { text: 'Hör ni mig?', key: 'a' });
  await wasSaid(page, 'Cecilia skriver: Hör ni mig?');
  await wasSaid(björn, 'Cecilia writes: Hör ni mig?');
  await cecilia.fine('leave');
  await wasSaid(page, 'Cecilia lämnade mötet');
  await wasSaid(björn, 'Cecilia left the meeting');
});

test('the meeting: all is reached, in order, and shows that it has the focus', async () => {
  await page.locator('.toast').first().waitFor({ state: 'detached' });
  await until('Björn is there', async () => await tile(page, 'Björn').count() === 1);
  const stops = await walk(page);
  assert.equal(stops[0], 'Till knapparna');
  assert.equal(stops.at(-1), 'Lämna');
});

test('past the pictures at once', async () => {
  await go(page, 'Till knapparna');
  await press('Enter');
  await focusIs(page, 'Mikrofon');
});

const OPENERS = [
  [/^Krypterat/, '.sheet[data-sheet=info]'],
  ['Välj mikrofon och högtalare', '.popover [aria-checked=true]'],
  ['Välj kamera', '.popover [aria-checked=true]'], ['Reagera', '.popover.reactions button'],
  [/^Chatt/, '.sheet[data-sheet=chat] textarea'], ['Deltagare', '.sheet[data-sheet=people]'],
  ['Hjälp', '.sheet[data-sheet=help]'], ['Mer', '.popover.more .item'],
  ['Lämna', '.popover.leave [data-leave]'],
];

for (const [name, inside] of OPENERS) {
  test(`${inside}: the focus goes in, and back to what opened it`, async () => {
    await go(page, name);
    await press('Enter');
    await focusIn(page, inside);
    await press('Escape');
    await focusIs(page, name);
    await closed(page, '.popover, .sheet');
    await press('Space');
    await focusIn(page, inside);
    if (inside.startsWith('.sheet')) {
      await walk(page);
      await go(page, 'Stäng');
      await press('Enter');
    } else {
      // Out of it at its end: it closes.
      await go(page, name);
      await closed(page, '.popover');
    }
    await focusIs(page, name);
    await closed(page, '.popover, .sheet');
  });
}

test('Escape closes what is open, wherever the focus is, and then leads to the stage', async () => {
  await go(page, 'Hjälp');
  await press('Enter');
  await focusIn(page, '.sheet[data-sheet=help]');
  await go(page, 'Mikrofon');
  await press('Escape');
  await closed(page, '.sheet');
  await go(page, 'Mer');
  await press('Enter');
  await focusIn(page, '.popover');
  await press('Shift+Tab');
  await focusIs(page, 'Mer');
  await press('Escape');
  await closed(page, '.popover');
  await press('Escape');
  await focusIn(page, 'main:focus');
});

test('two menus are never open at once', async () => {
  await go(page, 'Mer');
  await press('Enter');
  await focusIn(page, '.popover.more');
  await press('Shift+Tab', 'Tab');
  await go(page, 'Lämna');
  await press('Enter');
  await focusIn(page, '.popover.leave');
  assert.equal(await page.locator('.popover').count(), 1);
  await press('Escape');
});

test('each sheet that stands behind More, and back to it', async () => {
  for (const [name, title] of [['I det här mötet', 'info'], ['Text i realtid', 'text'],
    ['Ljud och bild', 'devices']]) {
    await go(page, 'Mer');
    await press('Enter');
    await focusIn(page, '.popover');
    await go(page, name);
    await press('Enter');
    await focusIn(page, `.sheet[data-sheet=${title}]`);
    await walk(page);
    await press('Escape');
    await focusIs(page, 'Mer');
  }
});

test('each switch behind More', async () => {
  const choose = async (name) => {
    await press('Enter');
    await focusIn(page, '.popover');
    await go(page, name);
    await press('Enter');
    await focusIs(page, /^(Mer|More)$/);
  };
  await go(page, 'Mer');
  await choose('Visa den som talar stor');
  await choose('Visa alla lika stora');
  await choose('Ta ordet på teckenspråk');
  await page.getByText('Anna har ordet').waitFor();
  await choose('Lämna tillbaka ordet');
  await choose('English');
  await focusIs(page, 'More');
  await choose('Svenska');
  await choose('Helskärm');
  await until('full screen', () => page.evaluate(() => document.fullscreenElement !== null));
  await choose('Avsluta helskärm');
  await until('no full screen', () => page.evaluate(() => document.fullscreenElement === null));
});

test('microphone, camera and hand by their buttons', async () => {
  for (const [name, kind] of [['Mikrofon', 'mic'], ['Kamera', 'camera']]) {
    await go(page, name);
    await press('Space');
    await until('off', async () => !await pressed(kind));
    await press('Enter');
    await until('on', () => pressed(kind));
    await focusIs(page, name);
  }
  await go(page, /^Räck upp/);
  await press('Enter');
  await hand(true);
  await press('Enter');
  await hand(false);
});

test('a reaction', async () => {
  await go(page, 'Reagera');
  await press('Enter');
  await focusIn(page, '.popover');
  await go(page, 'Applåd');
  await press('Enter');
  await tile(björn, 'Anna').locator('.sign', { hasText: '👏' }).waitFor();
  await focusIs(page, 'Reagera');
});

test('chat is written and sent, and what comes is said once', async () => {
  await go(page, /^Chatt/);
  await press('Enter');
  await focusIn(page, 'textarea');
  await type('Hej där');
  await press('Enter');
  await page.locator('.msg:not(.unsent)', { hasText: 'Hej där' }).waitFor();
  await wasSaid(björn, 'Anna writes: Hej där');
  await focusIn(page, 'textarea');
  await press('Escape');
});

test('on a small window a sheet keeps the focus, and gives it back', async () => {
  await page.setViewportSize({ width: 320, height: 640 });
  for (const [name, inside] of [['Reagera', '.popover.reactions'],
    [/^Chatt/, '.sheet[role=dialog]'], [/^Deltagare/, '.sheet[role=dialog]'],
    ['Hjälp', '.sheet[role=dialog]']]) {
    await go(page, 'Mer');
    await press('Enter');
    await focusIn(page, '.popover.more');
    await go(page, name);
    await press('Enter');
    await focusIn(page, inside);
    if (inside.startsWith('.sheet')) await walk(page);
    await press('Escape');
    await focusIs(page, 'Mer');
  }
  await page.setViewportSize({ width: 1280, height: 800 });
});

// ── Out ──

test('one leaves, and comes back', async () => {
  await go(page, 'Lämna');
  await press('Enter');
  await focusIs(page, 'Lämna mötet');
  await press('Enter');
  await page.locator('[data-left=left]').waitFor();
  await focusIn(page, 'main');
  await walk(page);
  await go(page, 'Gå med igen');
  await press('Enter');
  await page.locator('.room').waitFor();
  await focusIn(page, 'main');
});

test('nothing was complained of', async () => {
  await closeKeyboard(page);
});
