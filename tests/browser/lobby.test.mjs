// Who comes in and what each may do: the lobby, the lock, the roles, the floor, and what a host
// asks of others.
import assert from 'node:assert/strict';
import test from 'node:test';
import { screenshot, startServer } from './harness.mjs';
import {
  enter, hears, leave, openMeeting, openSheet, ownTile, personMenu, say, sees, setRole, startPeople,
  stopPeople, tile, toast, tool, until,
} from './meeting.mjs';

let server, people, meeting, anna, björn, cecilia, dan;

test.before(async () => {
  [server, people] = await Promise.all([
    startServer(), startPeople(['Anna', 'Björn', 'Cecilia']),
  ]);
  meeting = await openMeeting(server, { title: 'Sluten nämnd', lobby: true });
});
test.after(async () => {
  await stopPeople(people);
  await server?.stop();
});

const knocks = (page, n) => page.locator(`[data-knock="${n}"]`);
const waits = (page) => page.locator('[data-lobby]').waitFor();
const inside = (page) => page.locator('.room').waitFor();
const more = async (page, item) => {
  await page.locator('.roombar [data-opens=more]').click();
  await page.locator('.popover.more').getByRole('button', { name: item }).click();
};
const width = async (page, name) => Math.round((await tile(page, name).boundingBox()).width);
// What the camera's encoder is told about its picture.
const hint = (page, wanted) => page.evaluate((word) => globalThis.testConnections.at(-1)
  .getSenders().find((s) => s.track?.kind === 'video').track.contentHint === word, wanted);
const flip = async (page, label) => {
  await openSheet(page, 'info');
  await page.getByRole('switch', { name: label }).click();
};

test('who opened the meeting comes in, the others wait outside and know it', async () => {
  anna = await people.Anna.join(meeting, { host: true });
  await inside(anna);
  await anna.evaluate(() => {
    globalThis.testTones = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function counted(...args) {
      globalThis.testTones += 1;
      return start.apply(this, args);
    };
  });
  björn = await people.Björn.mirror(meeting);
  await björn.getByText('Mötesledaren släpper in dig.').waitFor();
  await enter(björn, 'Björn');
  await waits(björn);
  await björn.getByRole('heading', { name: 'Du är i väntrummet' }).waitFor();
  await björn.getByText('Du hörs och syns inte ännu.').waitFor();
  assert.equal(await tile(anna, 'Björn').count(), 0);
  await hears(anna, { Björn: false });
});

test('a knock is seen, heard and read out', async () => {
  await knocks(anna, 1).filter({ hasText: 'Björn väntar utanför' }).waitFor();
  await anna.getByRole('button', { name: 'Deltagare 1 väntar utanför' }).waitFor();
  await anna.locator('[role=status].hide', { hasText: 'Björn väntar utanför' }).waitFor();
  assert.ok(await anna.evaluate(() => globalThis.testTones) > 0, 'no sound');
  assert.match(await anna.title(), /^\(1\) /);
  await screenshot(anna, 'lobby-knock');
  await screenshot(björn, 'lobby-waiting');
});

test('who waits learns nothing of the meeting and can do nothing in it', async () => {
  assert.doesNotMatch(await björn.locator('body').innerText(), /Anna/);
  assert.equal(await björn.locator('.roombar, .tile[data-member]').count(), 0);
});

test('one is let in, and is seen and heard from then on', async () => {
  await knocks(anna, 1).getByRole('button', { name: 'Släpp in' }).click();
  await inside(björn);
  await Promise.all([sees(anna, 'Björn'), sees(björn, 'Anna')]);
  await hears(anna, { Björn: true });
  await knocks(anna, 1).waitFor({ state: 'detached' });
});

test('one is refused, and told so', async () => {
  cecilia = await people.Cecilia.join(meeting);
  await waits(cecilia);
  await knocks(anna, 1).getByRole('button', { name: 'Visa' }).click();
  await anna.getByRole('button', { name: 'Släpp inte in Cecilia' }).click();
  await cecilia.getByRole('heading', { name: 'Du blev inte insläppt' }).waitFor();
  await until('nobody waits', async () => await anna.locator('[data-waiting]').count() === 0);
});

test('all who wait are let in at once', async () => {
  [cecilia, dan] = await Promise.all([
    people.Cecilia.join(meeting), people.Björn.join(meeting, { name: 'Dan' }),
  ]);
  await Promise.all([waits(cecilia), waits(dan)]);
  await openSheet(anna, 'people');
  await anna.getByText('2 väntar utanför').first().waitFor();
  await screenshot(anna, 'lobby-two');
  await anna.getByRole('button', { name: 'Släpp in alla' }).click();
  await Promise.all([inside(cecilia), inside(dan)]);
  await Promise.all([sees(anna, 'Cecilia'), sees(cecilia, 'Anna'), sees(cecilia, 'Björn')]);
  await leave(dan);
});

test('a reload does not lead back to the lobby', async () => {
  await cecilia.reload();
  await inside(cecilia);
  await sees(anna, 'Cecilia');
});

test('a locked meeting is closed to all, and says so to those inside', async () => {
  await flip(anna, 'Lås mötet');
  await björn.locator('.roomtop', { hasText: 'Låst' }).waitFor();
  dan = await people.Björn.mirror(meeting);
  await dan.getByText('Ingen mer kommer in just nu.').waitFor();
  await dan.locator('#name').fill('Dan');
  await dan.locator('[data-join]').click();
  await dan.getByRole('heading', { name: 'Mötet är låst' }).waitFor();
  await flip(anna, 'Lås mötet');
  await björn.locator('.roomtop', { hasText: 'Krypterat' }).waitFor();
  await dan.getByRole('button', { name: 'Försök igen' }).click();
  await dan.locator('#name').waitFor();
});

test('without the lobby nobody waits any more', async () => {
  await enter(dan, 'Dan');
  await waits(dan);
  await flip(anna, 'Väntrum');
  await inside(dan);
  await leave(dan);
  await anna.keyboard.press('Escape');
});

test('a co-host can do what a host does, but for making hosts and ending for all', async () => {
  await setRole(anna, 'Björn', 'co-host');
  await toast(björn, 'Du är nu: Medledare').waitFor();
  const menu = await personMenu(björn, 'Cecilia');
  const roles = await menu.locator('select option').allTextContents();
  assert.ok(!roles.includes('Mötesledare') && roles.includes('Presentatör'), `${roles}`);
  await menu.locator('select').selectOption('presenter');
  await toast(cecilia, 'Du är nu: Presentatör').waitFor();
  await björn.keyboard.press('Escape');
  await björn.locator('.roombar [data-opens=leave]').click();
  assert.equal(await björn.getByRole('button', { name: 'Avsluta för alla' }).count(), 0);
  await björn.keyboard.press('Escape');
  const host = await personMenu(björn, 'Anna');
  assert.equal(await host.locator('select').count(), 0);
  await björn.keyboard.press('Escape');
});

test('a participant has none of that', async () => {
  const menu = await personMenu(cecilia, 'Björn');
  assert.deepEqual(await menu.getByRole('button').allInnerTexts(), ['Fäst på scenen']);
  assert.equal(await cecilia.getByRole('button', { name: 'Stäng av allas' }).count(), 0);
  await cecilia.keyboard.press('Escape');
});

test('a host turns one microphone off, and its owner can turn it on again', async () => {
  const menu = await personMenu(anna, 'Björn');
  await menu.getByRole('button', { name: 'Stäng av mikrofonen' }).click();
  await toast(björn, 'Anna stängde av din mikrofon').waitFor();
  await hears(anna, { Björn: false, Cecilia: true });
  assert.equal(await tool(björn, 'mic').getAttribute('aria-pressed'), 'false');
  await tool(björn, 'mic').click();
  await hears(anna, { Björn: true });
});

test('a host turns the microphones of all off who do not lead', async () => {
  await openSheet(anna, 'people');
  await anna.getByRole('button', { name: 'Stäng av allas mikrofoner' }).click();
  await toast(cecilia, 'Anna stängde av din mikrofon').waitFor();
  await hears(anna, { Björn: true, Cecilia: false });
  await hears(björn, { Anna: true, Cecilia: false });
  await tool(cecilia, 'mic').click();
  await hears(anna, { Björn: true, Cecilia: true });
});

test('a camera is turned off by a host', async () => {
  const menu = await personMenu(anna, 'Cecilia');
  await menu.getByRole('button', { name: 'Stäng av kameran' }).click();
  await toast(cecilia, 'Anna stängde av din kamera').waitFor();
  await until('no picture', async () =>
    await tile(anna, 'Cecilia').locator('.video[data-shown=true]').count() === 0);
  await tool(cecilia, 'camera').click();
  await sees(anna, 'Cecilia');
});

test('the floor: who has it is large for all', async () => {
  const menu = await personMenu(anna, 'Björn');
  await menu.getByRole('button', { name: 'Ge ordet' }).click();
  await toast(björn, 'Du har ordet').waitFor();
  await cecilia.locator('.roomtop', { hasText: 'Björn har ordet' }).waitFor();
  await until('Björn is large', async () =>
    await width(cecilia, 'Björn') > 1.5 * await width(cecilia, 'Anna'));
  await sees(cecilia, 'Björn');
  const again = await personMenu(anna, 'Björn');
  await again.getByRole('button', { name: 'Ta tillbaka ordet' }).click();
  await until('all are alike', async () =>
    await width(cecilia, 'Björn') === await width(cecilia, 'Anna'));
});

test('an interpreter is pinned for all, stays beside a speaker, and takes the floor in sign',
  async () => {
    await setRole(anna, 'Cecilia', 'interpreter');
    await toast(cecilia, 'Du är nu: Tolk').waitFor();
    await tile(björn, 'Cecilia').locator('.name', { hasText: 'tolk' }).waitFor();
    await until('movement comes before size', () => hint(cecilia, 'motion'));
    const menu = await personMenu(anna, 'Cecilia');
    await menu.getByRole('button', { name: 'Visa tolken för alla' }).click();
    await sees(björn, 'Cecilia');
    await more(björn, 'Visa den som talar stor');
    await sees(björn, 'Cecilia');
    await screenshot(björn, 'interpreter');
    await tool(cecilia, 'mic').click();
    await more(cecilia, 'Ta ordet på teckenspråk');
    await toast(björn, 'Cecilia har ordet').waitFor();
    await until('Cecilia is large', async () =>
      await width(björn, 'Cecilia') > 1.5 * await width(björn, 'Anna'));
    await sees(björn, 'Cecilia');
    await more(cecilia, 'Lämna tillbaka ordet');
    await tool(cecilia, 'mic').click();
    await more(björn, 'Visa alla lika stora');
    await setRole(anna, 'Cecilia', 'participant');
    await until('and no longer', () => hint(cecilia, ''));
  });

test('the audience sees and hears, and is neither seen nor heard', async () => {
  await setRole(anna, 'Cecilia', 'audience');
  await toast(cecilia, 'Du är nu: Publik').waitFor();
  await hears(anna, { Björn: true, Cecilia: false });
  await hears(björn, { Cecilia: false });
  await until('no picture of her', async () =>
    await tile(björn, 'Cecilia').locator('.video[data-shown=true]').count() === 0);
  await Promise.all([sees(cecilia, 'Anna'), sees(cecilia, 'Björn')]);
  await hears(cecilia, { Anna: true, Björn: true });
  await cecilia.locator('.heard', { hasText: 'De andra ser och hör inte dig' }).waitFor();
  assert.equal(await tool(cecilia, 'mic').count(), 0);
  await cecilia.evaluate(() => document.activeElement?.blur());
  await cecilia.keyboard.press('m');
  await toast(cecilia, 'Som publik syns och hörs du inte').waitFor();
  await screenshot(cecilia, 'audience');
});

test('one of the audience raises a hand, and is let in to speak', async () => {
  await cecilia.reload();
  await inside(cecilia);
  await sees(cecilia, 'Anna');
  await cecilia.locator('.heard', { hasText: 'De andra ser och hör inte dig' }).waitFor();
  assert.equal(await tile(anna, 'Cecilia').count(), 0);
  await cecilia.locator('.roombar [aria-keyshortcuts=H]').click();
  await openSheet(anna, 'people');      // Escape may have closed it: the menu goes with its row
  await anna.locator('.sheet [data-hand]', { hasText: 'Cecilia' }).waitFor();
  await setRole(anna, 'Cecilia', 'participant');
  await tool(cecilia, 'mic').click();
  await tool(cecilia, 'camera').click();
  await hears(anna, { Cecilia: true });
  await sees(anna, 'Cecilia');
  await setRole(anna, 'Cecilia', 'audience');
});

test('the audience can ask by chat', async () => {
  await say(cecilia, 'När blir det paus?');
  await openSheet(björn, 'chat');
  await björn.locator('.msg', { hasText: 'När blir det paus?' }).waitFor();
  await björn.keyboard.press('Escape');
});

test('who is removed is told so, and does not come back alone', async () => {
  const menu = await personMenu(anna, 'Björn');
  await menu.getByRole('button', { name: 'Ta bort från mötet' }).click();
  await menu.getByText('lämnar mötet genast').waitFor();
  await menu.getByRole('button', { name: 'Ta bort Björn' }).click();
  await björn.locator('[data-left=removed]').waitFor();
  await björn.getByRole('heading', { name: 'Du har blivit borttagen från mötet' }).waitFor();
  await tile(anna, 'Björn').waitFor({ state: 'detached' });
  await hears(anna, { Björn: false });
  await ownTile(anna).waitFor();
  await björn.reload();
  await björn.locator('#name').waitFor();       // at the door again, not in the room
  assert.equal(await tile(anna, 'Björn').count(), 0);
});

test('nothing was complained of', async () => {
  await people.Anna.leave();
  await people.Björn.leave();
  await people.Cecilia.leave();
});
