// The socket of the page: replies find who asked, and a connection that is of no use is given up
// and made anew. The WebSocket is a stand-in; the real one is met in tests/browser.
import assert from 'node:assert/strict';
import test from 'node:test';
import { load, pretendBrowser } from './bundle.mjs';
import { fakeTimeouts } from './clock.mjs';

pretendBrowser();

const sockets = [];
let made = () => {};
globalThis.WebSocket = class {
  static OPEN = 1;
  readyState = 0;
  sent = [];
  constructor(url, protocol) {
    Object.assign(this, { url, protocol });
    sockets.push(this);
    made();
  }
  opens() { this.readyState = 1; this.onopen(); }
  hears(message) { this.onmessage({ data: JSON.stringify(message) }); }
  send(text) { this.sent.push(JSON.parse(text)); }
  close() { this.readyState = 3; }
};
const { Signalling } = await load('lib/signalling.ts');

const next = () => new Promise((done) => { made = () => done(sockets.at(-1)); });

function begin() {
  const events = [];
  let lost = 0;
  const s = new Signalling({ url: 'wss://x/ws', open: () => {}, lost: () => { lost++; },
    event: (name) => events.push(name) });
  s.start();
  const socket = sockets.at(-1);
  socket.opens();
  return { s, socket, events, lost: () => lost };
}

test('a reply goes to who asked, an event to everybody, a problem is an error', async () => {
  const { s, socket, events } = begin();
  const [one, two] = [s.call('hand', { up: true }), s.call('end')];
  assert.deepEqual(socket.sent.map((m) => m.verb), ['hand', 'end']);
  two.catch(() => {});
  socket.hears({ reply: socket.sent[1].id, problem: { type: '/problem/forbidden', title: 'x' } });
  socket.hears({ event: 'member' });
  socket.hears({ reply: socket.sent[0].id, fine: 1 });
  assert.equal((await one).fine, 1);
  await assert.rejects(two, { slug: 'forbidden' });
  assert.deepEqual(events, ['member']);
  s.stop();
});

test('a connection that is given up fails what waits, and another is made', async () => {
  const { s, socket, lost } = begin();
  const join = s.call('join', {});
  join.catch(() => {});
  const another = next();
  s.again();
  assert.equal(socket.readyState, 3);
  await assert.rejects(join, { slug: 'connection-lost' });
  assert.equal(lost(), 1);
  assert.notEqual(await another, socket);
  s.stop();
});

test('a question without an answer makes another connection; a problem is an answer', async () => {
  const { s, socket, lost } = begin();
  const refused = s.ask('stats', 50);
  socket.hears({ reply: socket.sent[0].id, problem: { type: '/problem/no-media', title: 'x' } });
  await assert.rejects(refused, { slug: 'no-media' });
  const answered = s.ask('stats', 50);
  socket.hears({ reply: socket.sent[1].id, quiet_ms: 5 });
  assert.equal((await answered).quiet_ms, 5);
  assert.equal(lost(), 0);
  const another = next();
  assert.equal(await s.ask('stats', 50), null);
  assert.equal(lost(), 1);
  const second = await another;
  assert.notEqual(second, socket);
  assert.equal(s.up, false);
  // It is being made: nobody is in such a hurry as to begin again.
  s.hurry();
  assert.equal(sockets.at(-1), second);
  s.stop();
});

test('a reply that takes long makes the connection be tried, and replaced', async (t) => {
  const tick = fakeTimeouts(t);
  const { s, socket, lost } = begin();
  const chat = s.call('chat', {});
  chat.catch(() => {});
  tick(2600);
  assert.deepEqual(socket.sent.map((m) => m.verb), ['chat', 'stats']);
  assert.equal(lost(), 0);
  tick(2600);
  await assert.rejects(chat, { slug: 'connection-lost' });
  assert.equal(lost(), 1);
  s.stop();
});

test('what has been stopped does not come back', () => {
  const { s } = begin();
  s.stop();
  const count = sockets.length;
  s.again();
  s.hurry();
  assert.equal(sockets.length, count);
});
