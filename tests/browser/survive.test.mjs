// Coming back: a page that is loaded again, a second tab, a socket that is cut, a server that is
// killed or restarted. The same participant each time, no ghost, chat and roles as they were.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startServer } from './harness.mjs';
import { enter, hears, loudness, LOOKS, memberOf, openMeeting, openSheet, say, sees, startPeople,
  stopPeople, tile, until } from './meeting.mjs';

const BACK_MS = 2000;               // from the server's first answer to sound, issue and plan
const HEARD_DB = -42;

let server, people, meeting, anna, björn;

test.before(async () => {
  [server, people] = await Promise.all([startServer(), startPeople(['Anna', 'Björn'])]);
  meeting = await openMeeting(server, { title: 'Återkomst' });
  anna = await people.Anna.join(meeting, { host: true });
  björn = await people.Björn.join(meeting);
  await Promise.all([sees(anna, 'Björn'), sees(björn, 'Anna')]);
  await hears(anna, { Björn: true });
  await say(anna, 'Före allt annat');
});
test.after(async () => {
  await stopPeople(people);
  await server?.stop();
});

const cameras = (page) => page.locator('.tile[data-kind=camera]').count();

// Two tiles on each page, moving and heard both ways, the numbers as before.
async function asBefore(numbers) {
  await Promise.all([sees(anna, 'Björn'), sees(björn, 'Anna')]);
  await Promise.all([hears(anna, { Björn: true }), hears(björn, { Anna: true })]);
  assert.deepEqual([await memberOf(anna, 'Björn'), await memberOf(björn, 'Anna')], numbers);
  assert.deepEqual([await cameras(anna), await cameras(björn)], [2, 2], 'no ghosts');
}

const numbersNow = async () => [await memberOf(anna, 'Björn'), await memberOf(björn, 'Anna')];

async function chatIsThere(page) {
  await openSheet(page, 'chat');
  await page.locator('.sheet .what', { hasText: 'Före allt annat' }).waitFor();
}

async function isHost(page) {
  await openSheet(page, 'people');
  await page.locator('.sheet').getByText('Mötesledare').first().waitFor();
}

test('a page that is loaded again is the same participant', async () => {
  const numbers = await numbersNow();
  await björn.reload();
  await asBefore(numbers);
  await chatIsThere(björn);
});

test('the host who loads the page again is the host', async () => {
  const numbers = await numbersNow();
  await anna.reload();
  await asBefore(numbers);
  await isHost(anna);
});

test('a second tab is another participant, and the first stays', async () => {
  const numbers = await numbersNow();
  // What a browser does when a tab is duplicated: the new one begins with a copy of the storage.
  const kept = await björn.evaluate(() => JSON.stringify(sessionStorage));
  const second = await björn.context().newPage();
  await second.addInitScript((text) => {
    if (sessionStorage.length) return;
    for (const [key, value] of Object.entries(JSON.parse(text))) sessionStorage.setItem(key, value);
  }, kept);
  await second.goto(meeting.url);
  await second.locator('#name, .room').first().waitFor();
  if (await second.locator('#name').count()) await enter(second, 'Björn igen');
  await second.locator('.room').waitFor();
  await until('three are there', async () => await cameras(anna) === 3 || cameras(anna));
  assert.deepEqual(await numbersNow(), numbers);
  await hears(anna, { Björn: true });
  await second.locator('.roombar [data-opens=leave]').click();
  await second.locator('[data-leave]').click();
  await second.locator('[data-left]').waitFor();
  await second.close();
  await until('two are left', async () => await cameras(anna) === 2 || cameras(anna));
  await asBefore(numbers);
});

// Sound packets that came by a connection newer than the first `old`, so that what the jitter
// buffer still plays of the dead one does not count.
const packetsSince = (page, old) => page.evaluate(async (n) => {
  const made = globalThis.testConnections;
  if (made.length <= n) return 0;
  let packets = 0;
  for (const s of (await made.at(-1).getStats()).values()) {
    if (s.type === 'inbound-rtp' && s.kind === 'audio') packets += s.packetsReceived;
  }
  return packets;
}, old);

const connections = (page) => page.evaluate(() => globalThis.testConnections.length);

test('the server killed and started again: everybody is back, with sound within 2 s', async (t) => {
  const numbers = await numbersNow();
  const old = [await connections(anna), await connections(björn)];
  await server.kill9();
  await server.restart();                 // ends when /readyz answers
  const begin = performance.now();
  let heard = 0;
  await until('sound comes back', async () => {
    const fresh = await Promise.all([packetsSince(anna, old[0]), packetsSince(björn, old[1])]);
    if (!fresh.every((n) => n > 0)) return fresh;
    const [a, b] = await Promise.all([loudness(anna, [LOOKS.Björn.tone], 100),
      loudness(björn, [LOOKS.Anna.tone], 100)]);
    if (a[LOOKS.Björn.tone] < HEARD_DB || b[LOOKS.Anna.tone] < HEARD_DB) return [a, b];
    heard = performance.now() - begin;
    return true;
  }, { every: 20 });
  t.diagnostic(`${Math.round(heard)} ms from ready to sound both ways`);
  assert.ok(heard < BACK_MS, `${Math.round(heard)} ms`);
  await asBefore(numbers);
  await chatIsThere(björn);
  await isHost(anna);
  await say(anna, 'Efter kraschen');
  await björn.locator('.sheet .what', { hasText: 'Efter kraschen' }).waitFor();
});

test('the server restarted in order: the same', async () => {
  const numbers = await numbersNow();
  await server.restart();
  await asBefore(numbers);
  await isHost(anna);
  await tile(anna, 'Björn').waitFor();
});
