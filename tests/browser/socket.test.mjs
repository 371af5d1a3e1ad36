// The WebSocket is cut while media goes on, in Chromium and in Firefox: pictures and sound never
// stop, the page says what happens, the same participant resumes in the same role, and nothing
// that was written meanwhile is lost.
import assert from 'node:assert/strict';
import test from 'node:test';
import { namespace, startServer } from './harness.mjs';
import { openMeeting, until } from './meeting.mjs';
import { hears, here, membersOn, noticesOn, shows, startPerson, watchNotices } from './either.mjs';
import { flowOf, watchFlow } from './flow.mjs';
import { startProxy } from './proxy.mjs';

const PAUSE_MS = 1000;              // what a loaded machine may make of "never"
const SOCKET = [/wss:\/\//, /ERR_CONNECTION/];

await namespace(import.meta.url);

const people = {};
let server, proxy;

test.before(async () => {
  [server, people.Anna, people.Freja] = await Promise.all([startServer(), startPerson('Anna'),
    startPerson('Freja', { firefox: true })]);
  proxy = await startProxy(server);
});
test.after(async () => {
  await Promise.all(Object.values(people).map((p) => p.stop()));
  await proxy?.stop();
  await server?.stop();
});

async function openSheet(page, name) {
  if (await here(page, `.room[data-sheet=${name}]`)) return;
  await page.locator(`.roombar [data-opens=${name}]`).click();
  await until('the sheet', () => here(page, `.room[data-sheet=${name}]`));
}

async function write(page, text) {
  await openSheet(page, 'chat');
  await page.locator('.sheet textarea').fill(text);
  await page.locator('.sheet .write [type=submit]').click();
}

// The lines of the chat, those on their way too.
const chatOn = (page) => page.evaluate(() => [...document.querySelectorAll(
  '.sheet .msg')].map((li) => ({ text: li.querySelector('.what').textContent,
  sent: !li.matches('.unsent') })));

async function reads(page, text) {
  await openSheet(page, 'chat');
  await until(`reads ${text}`, async () => {
    const lines = await chatOn(page);
    return lines.filter((line) => line.sent && line.text === text).length === 1 || lines;
  });
}

const ownRole = async (page) => {
  await openSheet(page, 'people');
  return page.evaluate(() => document.querySelector('.sheet .person small')?.textContent);
};

const banner = (page) => page.evaluate(
  () => document.querySelector('.banner.lost')?.textContent ?? '');
const away = (page, name) => page.evaluate((wanted) => [...document.querySelectorAll('.tile')]
  .find((tile) => tile.querySelector(`[title="${wanted}"]`)).textContent
  .includes('Strax tillbaka'), name);

// Whoever is cut off leads the meeting; the other has a line of their own.
async function callOf(t, name, other) {
  const meeting = await openMeeting(server);
  const [near, far] = [people[name], people[other]];
  t.after(async () => {
    proxy.open();
    for (const person of [near, far]) await person.leave(SOCKET);
  });
  await near.join(proxy.meeting(meeting), { host: true, width: 1100 });
  await far.join(meeting, { width: 1100 });
  await bothWays(near, far);
  assert.equal(await ownRole(near.page), 'Mötesledare');
  return [near, far];
}

async function bothWays(near, far) {
  await Promise.all([shows(near.page, far.name), shows(far.page, near.name)]);
  await hears(near.page, { [near.name]: false, [far.name]: true });
  await hears(far.page, { [far.name]: false, [near.name]: true });
}

// The same two, in a call that never stopped.
async function asBefore(t, near, far, members) {
  for (const { name, page } of [near, far]) {
    const flow = await flowOf(page);
    t.diagnostic(`${name}: pauses of ${flow.picture} and ${flow.sound} ms at most`);
    assert.ok(flow.picture < PAUSE_MS, `${name}: a picture stood still for ${flow.picture} ms`);
    assert.ok(flow.sound < PAUSE_MS, `${name}: ${flow.sound} ms without sound`);
    assert.deepEqual(flow.states, [], 'the same connection, all the time');
    assert.doesNotMatch(await noticesOn(page), /lämnade|gick med/);
  }
  assert.deepEqual(await membersOn(far.page), members, 'the same participants, no ghost');
  assert.equal(await ownRole(near.page), 'Mötesledare');
  await bothWays(near, far);
}

for (const [name, other] of [['Anna', 'Freja'], ['Freja', 'Anna']]) {
  const browser = name === 'Freja' ? 'Firefox' : 'Chromium';
  test(`${browser}: the socket is cut for five seconds, and the call goes on`, async (t) => {
    const [near, far] = await callOf(t, name, other);
    const members = await membersOn(far.page);
    for (const { page } of [near, far]) {
      await watchNotices(page);
      await watchFlow(page);
    }
    proxy.cut();
    await until('it is said', async () => /bruten/.test(await banner(near.page)));
    assert.match(await banner(near.page), /Ljud och bild fortsätter/);
    await until('the other knows', () => away(far.page, name));
    await write(far.page, 'Medan du var borta');
    await write(near.page, 'Jag skriver ändå');
    await until('it waits', async () => (await chatOn(near.page)).some((line) => !line.sent));
    await bothWays(near, far);
    assert.ok(proxy.tries > 1, 'it tries again by itself');

    proxy.open();
    await until('it is back', async () => await banner(near.page) === '');
    await reads(near.page, 'Medan du var borta');
    await reads(near.page, 'Jag skriver ändå');
    await reads(far.page, 'Jag skriver ändå');
    await until('back for the other', async () => !await away(far.page, name));
    await asBefore(t, near, far, members);
  });
}

test('the socket falls silent: what is written finds it out, and arrives by another', async (t) => {
  const [near, far] = await callOf(t, 'Anna', 'Freja');
  const members = await membersOn(far.page);
  for (const { page } of [near, far]) {
    await watchNotices(page);
    await watchFlow(page);
  }
  proxy.silence();
  await write(near.page, 'Hör ni mig?');
  await write(far.page, 'Medan du var borta');
  await until('it is said', async () => /Ljud och bild fortsätter/.test(await banner(near.page)));
  proxy.open();
  await until('it is back', async () => await banner(near.page) === '');
  await reads(near.page, 'Medan du var borta');
  await reads(near.page, 'Hör ni mig?');
  await reads(far.page, 'Hör ni mig?');
  await asBefore(t, near, far, members);
});
