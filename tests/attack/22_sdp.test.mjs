// Case 22: offers that are not what they seem, over the socket as a browser sends them. Each gets
// an answer or a problem, at once; what is too long for a message closes the line of who sent it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ASAN, bystanders, join, meeting, offer, problemOf, startServer } from './wsclient.mjs';

let server, others, code;

const ROLES = ['mic', 'camera', 'screen', 'screen-audio', ...Array(3).fill('slot-audio'),
  'slot-screen-audio', ...Array(16).fill('slot-camera'), 'slot-screen', 'slot-interpreter'];
const roles = Object.fromEntries(ROLES.map((role, mid) => [mid, role]));
const REAL = offer('chromium');
const OFFERS_BURST = 6;                       // of one connection, then one in two seconds
const ANSWER_MS = ASAN ? 3000 : 600;

test.before(async () => {
  server = await startServer();
  others = await bystanders(server);
  ({ code } = await meeting(server));
});
test.afterEach(() => others.check());
test.after(() => server.stop());

// Offers of one sort, a new connection when the last may not offer any more. Gives the replies.
async function offers(list, each = OFFERS_BURST) {
  const replies = [];
  let person;
  for (const [i, sdp] of list.entries()) {
    if (i % each === 0) {
      await person?.leave();
      person = await join(server, { code, name: 'Angripare' });
    }
    const begin = performance.now();
    replies.push(await person.ask('offer', { sdp, roles }));
    const took = performance.now() - begin;
    assert.ok(took < ANSWER_MS, `offer ${i} took ${took.toFixed(0)} ms`);
  }
  await person.leave();
  return replies;
}

function check(replies, names) {
  for (const [i, reply] of replies.entries()) {
    const slug = problemOf(reply);
    const fine = slug === undefined ? reply.sdp?.startsWith('v=0\r\n')
      : ['bad-offer', 'not-usable', 'bad-value'].includes(slug);
    assert.ok(fine, `${names?.[i] ?? i}: ${slug}`);
  }
}

const lines = (sdp) => sdp.split('\r\n').filter(Boolean);
const text = (list) => list.map((line) => `${line}\r\n`).join('');

test('a real offer is answered, line by line', async () => {
  const [reply] = await offers([REAL]);
  assert.equal(problemOf(reply), undefined);
  assert.equal(reply.sdp.match(/^m=/gm).length, ROLES.length);
  assert.match(reply.sdp, /a=ice-lite/);
});

test('an offer of half a megabyte is answered, and what is unknown in it passed over', async () => {
  const each = 700;
  const parts = REAL.split(/^(?=m=)/m);
  const count = Math.floor((490000 - REAL.length) / (each + 20) / parts.length);
  const filler = text(Array.from({ length: count }, (_, i) => `a=x-own-${i}:${'x'.repeat(each)}`));
  const long = parts.map((part) => part + filler).join('');
  assert.ok(long.length > 450000 && long.length < 500000, `${long.length} bytes`);
  const [reply] = await offers([long]);
  assert.equal(problemOf(reply), undefined);
  assert.equal(reply.sdp.match(/^m=/gm).length, ROLES.length);
  assert.doesNotMatch(reply.sdp, /x-own/);
});

test('without any one of its lines it is answered or refused', async () => {
  const whole = lines(REAL);
  // The first m-line's and the session's lines: the others are of the same kinds.
  const end = whole.findIndex((line, i) => line.startsWith('m=') && i > 60);
  const names = whole.slice(0, end);
  const replies = await offers(names.map((_, i) => text(whole.filter((__, j) => j !== i))));
  check(replies, names);
});

test('without any one kind of line in all of it, too', async () => {
  const whole = lines(REAL);
  const kinds = [...new Set(whole.map((line) => line.match(/^a=[\w-]+|^[a-z]=/)[0]))];
  const replies = await offers(kinds.map((kind) => text(whole.filter((l) => !l.startsWith(kind)))));
  check(replies, kinds);
  const outcome = (kind) => problemOf(replies[kinds.indexOf(kind)]);
  for (const kind of ['v=', 'a=ice-ufrag', 'a=ice-pwd', 'a=fingerprint', 'm=']) {
    assert.notEqual(outcome(kind), undefined, `answered without ${kind}`);
  }
});

test('cut off anywhere, too', async () => {
  const cuts = Array.from({ length: 24 }, (_, i) => Math.floor((REAL.length * i) / 24) + 7);
  check(await offers(cuts.map((at) => REAL.slice(0, at))));
});

test('with a field that is too long, empty, or not of its kind', async () => {
  const fields = {
    'a=ice-ufrag:': ['', 'a'.repeat(257), 'a'.repeat(8000), 'å'.repeat(20), '\u0001'],
    'a=ice-pwd:': ['', 'short', 'p'.repeat(257), 'p'.repeat(8000)],
    'a=fingerprint:': ['', 'sha-256', `sha-256 ${'AA:'.repeat(2600)}`, 'sha-999 AA', 'sha-1 AA:BB'],
    'a=setup:': ['', 'passive', 'x'.repeat(8000)],
    'a=mid:': ['', 'x'.repeat(33), 'x'.repeat(8000), '0', '../..'],
    'a=rtpmap:': ['', '999 opus/48000/2', '111 /', '-1 opus/48000', `111 ${'x'.repeat(8000)}`],
    'a=fmtp:': ['', '111', `111 ${'a=b;'.repeat(2000)}`, '97 apt=97', '97 apt=4294967296'],
    'a=extmap:': ['', '0 urn:x', '99999 urn:x', `1 ${'u'.repeat(8000)}`,
      '4 urn:ietf:params:rtp-hdrext:sdes:mid'],
    'a=rid:': ['', 'q', 'q send pt=', `${'q'.repeat(300)} send`],
    'a=simulcast:': ['', 'send', `send ${'q;'.repeat(4000)}`, 'send ;;;', 'recv q'],
    'a=ssrc:': ['', '4294967296 cname:x', '-1', `1 ${'c'.repeat(8000)}`],
    'a=group:': ['', 'BUNDLE', `BUNDLE ${'0 '.repeat(4000)}`, 'BUNDLE 99'],
    'm=audio ': ['', '99999 UDP/TLS/RTP/SAVPF 111', '9 RTP/AVP 111',
      `9 UDP/TLS/RTP/SAVPF ${'1 '.repeat(4000)}`],
    'o=': ['', '- x y IN IP4 z', `- ${'9'.repeat(8000)} 2 IN IP4 127.0.0.1`],
  };
  const names = [], list = [];
  for (const [prefix, values] of Object.entries(fields)) {
    const pattern = new RegExp(`^${prefix}.*$`, 'm');
    for (const value of values) {
      names.push(`${prefix}${value.slice(0, 20)}`);
      list.push(REAL.replace(pattern, () => prefix + value));
    }
  }
  check(await offers(list), names);
});

test('with lines that end in CR or LF alone it is as good as before', async () => {
  const replies = await offers([REAL.replaceAll('\r\n', '\r'), REAL.replaceAll('\r\n', '\n')]);
  for (const reply of replies) assert.equal(problemOf(reply), undefined);
  check(await offers(['\r'.repeat(100000), '\n'.repeat(100000), 'v=0', 'v=0\r', ' ', '\u0001',
    `v=0\r${'m=audio 9 UDP/TLS/RTP/SAVPF 111\r'.repeat(10000)}`]));
});

test('lines without end and m-lines without number are refused', async () => {
  const head = REAL.slice(0, REAL.indexOf('m='));
  const list = [
    `v=0\r\na=${'x'.repeat(500000)}\r\n`,
    `${head}${'m=a 0 A 0\r\n'.repeat(36000)}`,
    `${head}${'m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n'.repeat(14000)}`,
    `${head}${'a=mid:0\r\n'.repeat(44000)}`,
    `${REAL}${'a=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n'.repeat(8000)}`,
    `${REAL}${REAL.slice(REAL.indexOf('m=')).repeat(3)}`,
  ];
  const replies = await offers(list, 3);      // a connection's bytes are counted too
  check(replies);
  for (const reply of replies) assert.notEqual(problemOf(reply), undefined);
});

test('a hundred thousand m-lines or a line of a megabyte end the connection', async () => {
  for (const rest of ['m=a 0 A 0\r\n'.repeat(100000), `a=${'x'.repeat(1 << 20)}`]) {
    const person = await join(server, { code, name: 'Angripare' });
    person.say(JSON.stringify({ verb: 'offer', id: 99, sdp: `v=0\r\n${rest}`, roles }));
    const { code: why } = await person.closed();
    assert.equal(why, 1009);
  }
});

test('roles that are no roles are passed over, and too many refused', async () => {
  const person = await join(server, { code, name: 'Angripare' });
  const ask = (value) => person.ask('offer', { sdp: REAL, roles: value });
  check([
    await ask({}),
    await ask({ 0: 'slot-camera', 1: 'mic', 2: {}, 3: null, 4: 7, 5: 'host', '': 'mic' }),
    await ask(Object.fromEntries(ROLES.map((_, mid) => [mid, 'camera']))),
  ]);
  const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`x${i}`, 'mic']));
  for (const bad of [null, [], 'mic', many]) {
    assert.equal(problemOf(await ask(bad)), 'bad-value');
  }
  await person.leave();
});

test('offers are few a second, and cost their sender alone', async () => {
  const person = await join(server, { code, name: 'Angripare' });
  const replies = await Promise.all(
    Array.from({ length: 14 }, () => person.ask('offer', { sdp: REAL, roles })));
  const fast = replies.filter((reply) => problemOf(reply) === 'too-fast').length;
  assert.ok(fast >= 14 - OFFERS_BURST - 2, `${fast} refused`);
  await person.leave();
});
