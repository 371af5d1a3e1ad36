// After the meeting one says how it was: one click, another to change it, and it can be taken back.
// What the operator sees are sums.
import assert from 'node:assert/strict';
import test from 'node:test';
import { axe, newPage, noProblems, screenshot, startChromium, startServer } from './harness.mjs';
import { enter, leave, openMeeting, until } from './meeting.mjs';
import { api, join } from '../attack/wsclient.mjs';

let server, chromium, page, meeting, host;

test.before(async () => {
  [server, chromium] = await Promise.all([startServer(), startChromium()]);
  meeting = await openMeeting(server, { title: 'Uppföljning' });
  host = await join(server, { code: meeting.code, invite: meeting.host_invite, name: 'Åsa' });
  page = await newPage(chromium, { reducedMotion: true });
});
test.after(async () => {
  await chromium?.close();
  await server?.stop();
});

const card = (state) => page.locator(`.rate[data-rated=${state}]`);
const press = (name) => page.locator('.rate').getByRole('button', { name, exact: true }).click();
const pressed = (name) => page.locator('.rate [aria-pressed=true]', { hasText: name }).waitFor();
const metric = (name, rating) => server.metric(`ting_${name}{rating="${rating}"}`);
const sums = async () => (await server.ting('meeting', 'ratings')).split('\n')
  .find((line) => line.includes('Uppföljning'))?.trim().split(/ +/).slice(2, 8).map(Number);

test('one click says it, with thanks', async () => {
  await page.goto(meeting.url);
  await enter(page, 'Björn');
  await leave(page);
  await page.getByRole('heading', { name: 'Hur var mötet?' }).waitFor();
  await axe(page);
  await press('Dåligt');
  await card('kept').getByText('Tack för svaret!').waitFor();
  assert.deepEqual(await sums(), [0, 0, 1, 0, 0, 0]);
});

test('what was wrong, with one more', async () => {
  await press('Ljudet');
  await pressed('Ljudet');
  await until('it is kept', async () => (await sums())[3] === 1);
  await axe(page);
  await screenshot(page, 'after-rated');
  await page.setViewportSize({ width: 390, height: 844 });
  await screenshot(page, 'after-rated-390');
  await page.setViewportSize({ width: 1280, height: 800 });
});

test('another click changes it, and it is taken back', async () => {
  await press('Bra');
  await pressed('Bra');
  await until('it is changed', async () => (await sums()).join() === '1,0,0,0,0,0');
  assert.equal(await page.locator('[data-wrong]').count(), 0);
  await press('Ta tillbaka');
  await card('back').getByText('Svaret är borttaget.').waitFor();
  assert.equal(await sums(), undefined);
  assert.equal(await metric('ratings_total', 'poor'), 1);
  assert.equal(await metric('ratings_withdrawn_total', 'poor'), 1);
  assert.equal(await metric('ratings_withdrawn_total', 'good'), 1);
});

test('after the end the same person says it again, once', async () => {
  await page.getByRole('button', { name: 'Gå med igen' }).click();
  await page.locator('.room').waitFor();
  await host.fine('end');
  await page.locator('[data-left=ended]').waitFor();
  await press('Sådär');
  await card('kept').waitFor();
  assert.deepEqual(await sums(), [0, 1, 0, 0, 0, 0]);
});

test('without a ticket of the meeting nobody says anything', async () => {
  const put = (body) => api(server, 'PUT', '/api/v1/ratings', { body });
  const { rating: ticket } = host.reply;
  const bent = ticket.slice(0, -1) + (ticket.endsWith('0') ? '1' : '0');
  for (const bad of [bent, meeting.code, host.resume, '', '1.1.1']) {
    const { status, json } = await put({ ticket: bad, rating: 'poor' });
    assert.equal(status, 403, bad);
    assert.equal(json.type, '/problem/rating-unknown');
  }
  for (const bad of [{ rating: 'poor' }, { ticket }, { ticket, rating: 'great' },
    { ticket, rating: 3 }, { ticket, rating: 'good', wrong: 'sound' },
    { ticket, rating: 'poor', wrong: 'smell' }, { ticket, rating: 'poor', wrong: 1 }]) {
    assert.equal((await put(bad)).status, 422, JSON.stringify(bad));
  }
  const foreign = await api(server, 'PUT', '/api/v1/ratings',
    { body: { ticket, rating: 'poor' }, origin: 'https://evil.example' });
  assert.equal(foreign.status, 403);
  assert.deepEqual(await sums(), [0, 1, 0, 0, 0, 0]);
});

test('nothing was complained of', () => noProblems(page));
