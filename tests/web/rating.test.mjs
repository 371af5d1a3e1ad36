// What is pressed on the page after a meeting, what the server gets of it, and what the page shows
// when the server says no.
import assert from 'node:assert/strict';
import test from 'node:test';
import { load, pretendBrowser } from './bundle.mjs';

pretendBrowser();
const [rating] = await load('lib/rating.ts', 'lib/i18n.ts');
const { grade, rate, rated, say, setTicket, takeBack, trouble, wrong } = rating;

// A server that has what it was given last; `no` answers are taken first.
function server(...no) {
  const asked = [];
  globalThis.fetch = async (path, { method, body }) => {
    asked.push({ path, method, ...JSON.parse(body) });
    const status = no.shift() ?? 204;
    const text = status === 204 ? '' : JSON.stringify({
      type: '/problem/rating-settled', title: 'Svaret går inte att ändra längre', status });
    return { ok: status === 204, status, text: async () => text };
  };
  return asked;
}

const shown = () => [grade.value, wrong.value, rated.value];

test('one press says it; another changes it; what was wrong goes with it', async () => {
  const asked = server();
  setTicket('a');
  assert.deepEqual(shown(), [null, null, 'unsaid']);
  await rate('poor');
  assert.deepEqual(asked.at(-1), { path: '/api/v1/ratings', method: 'PUT', ticket: 'a',
    rating: 'poor' });
  await say('sound');
  assert.equal(asked.at(-1).wrong, 'sound');
  await say('sound');
  assert.equal('wrong' in asked.at(-1), false);
  await say('picture');
  await rate('good');
  assert.deepEqual(asked.at(-1), { path: '/api/v1/ratings', method: 'PUT', ticket: 'a',
    rating: 'good' });
  assert.deepEqual(shown(), ['good', null, 'kept']);
  await takeBack();
  assert.equal(asked.at(-1).rating, null);
  assert.deepEqual(shown(), [null, null, 'back']);
});

test('back in the same meeting it stands; in another it is asked anew', async () => {
  server();
  setTicket('b');
  await rate('fair');
  setTicket('b');
  assert.deepEqual(shown(), ['fair', null, 'kept']);
  setTicket('c');
  assert.deepEqual(shown(), [null, null, 'unsaid']);
});

test('what was pressed of one meeting is not said of the next', async () => {
  const asked = server();
  setTicket('b1');
  const sending = rate('poor');
  setTicket('b2');
  await sending;
  assert.deepEqual(asked.map((a) => a.ticket), ['b1']);
  assert.deepEqual(shown(), [null, null, 'unsaid']);
});

test('presses in a row come in order', async () => {
  const asked = server();
  setTicket('d');
  await Promise.all([rate('good'), rate('poor'), say('other')]);
  assert.deepEqual(asked.map((a) => a.rating), ['good', 'poor', 'poor']);
  assert.deepEqual(shown(), ['poor', 'other', 'kept']);
});

test('what the server refused is not shown as kept', async () => {
  server(204, 409);
  setTicket('e');
  await rate('good');
  await rate('poor');
  assert.deepEqual(shown(), ['good', null, 'kept']);
  assert.match(trouble.value, /inte att ändra/);
  // and a refusal in between does not undo what came after it
  server(409, 204);
  await Promise.all([rate('fair'), rate('poor')]);
  assert.deepEqual(shown(), ['poor', null, 'kept']);
  assert.equal(trouble.value, '', 'what is kept is no trouble');
});

test('without a line it is said that it was not done', async () => {
  globalThis.fetch = async () => { throw new TypeError('no line'); };
  setTicket('f');
  await rate('good');
  assert.deepEqual(shown(), [null, null, 'unsaid']);
  assert.notEqual(trouble.value, '');
});
