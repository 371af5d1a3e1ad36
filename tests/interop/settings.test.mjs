// What the settings promise, in the running program: where media is announced, who gets a relay,
// and that each limit a stranger can reach is told by a problem of its own.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import test from 'node:test';
import { address, api, join, joinRefused, meeting, offer, problemOf, startServer, upgrade }
  from '../attack/wsclient.mjs';

const roles = Object.fromEntries(['mic', 'camera', 'screen', 'screen-audio',
  ...Array(3).fill('slot-audio'), 'slot-screen-audio', ...Array(16).fill('slot-camera'),
  'slot-screen', 'slot-interpreter'].map((role, mid) => [mid, role]));

const set = (values) => Object.entries(values).flatMap(([name, v]) => ['--set', `${name}=${v}`]);

// Runs `body` beside a server with these settings.
async function beside(values, body) {
  const server = await startServer({ args: set(values) });
  try {
    await body(server);
  } finally {
    await server.stop();
  }
}

// The candidates of an answer: [{protocol, address, port}, …].
async function candidates(server) {
  const { code } = await meeting(server);
  const one = await join(server, { code });
  const { sdp } = await one.fine('offer', { sdp: offer('chromium'), roles });
  await one.leave();
  const found = [...sdp.matchAll(/^a=candidate:\S+ 1 (\S+) \d+ (\S+) (\d+) typ host/gm)];
  assert.ok(found.length > 0, sdp);
  return found.map(([, protocol, where, port]) => (
    { protocol: protocol.toLowerCase(), address: where, port: Number(port) }));
}

test('behind a NAT the announced addresses are told, and no others', async () => {
  await beside({ 'media.announce': '203.0.113.9 2001:db8::9' }, async (server) => {
    const list = await candidates(server);
    assert.deepEqual([...new Set(list.map((c) => c.address))].sort(),
      ['2001:db8::9', '203.0.113.9']);
    for (const where of ['203.0.113.9', '2001:db8::9']) {
      const ways = list.filter((c) => c.address === where);
      assert.ok(ways.some((c) => c.protocol === 'udp'), `UDP at ${where}`);
      assert.ok(ways.some((c) => c.protocol === 'tcp' && c.port === server.port),
        `the port of HTTPS at ${where}`);
    }
  });
});

test('media stays off the port of HTTPS where it is told to', async () => {
  await beside({ 'media.https': 'no' }, async (server) => {
    const list = await candidates(server);
    assert.ok(list.some((c) => c.protocol === 'tcp'));
    assert.ok(list.every((c) => c.port !== server.port));
  });
});

test('a relay is given to who is there, with credentials that end', async () => {
  const secret = 'delad hemlighet', uri = 'turns:relay.example.org:443?transport=tcp';
  await beside({ 'turn.uris': uri, 'turn.secret': secret, 'turn.hours': 2 }, async (server) => {
    const { json } = await api(server, 'GET', '/api/v1/config');
    const [relay] = json.ice_servers;
    assert.deepEqual([relay.urls].flat(), [uri]);
    const until = Number(relay.username.split(':')[0]);
    const hours = (until - Date.now() / 1000) / 3600;
    assert.ok(hours > 1.9 && hours < 2.1, `${hours} hours`);
    assert.equal(relay.credential,
      crypto.createHmac('sha1', secret).update(relay.username).digest('base64'));
    assert.ok(!server.log().includes(secret));
  });
});

// ── Limits ──

test('limits.transports: the next who wants media is told the server is full', async () => {
  await beside({ 'limits.transports': 1, 'media.workers': 1 }, async (server) => {
    const { code } = await meeting(server);
    const one = await join(server, { code }), two = await join(server, { code });
    await one.fine('offer', { sdp: offer('chromium'), roles });
    await two.refused('full', 'offer', { sdp: offer('chromium'), roles });
    await one.fine('leave');
    // A place that is free again is had again.
    for (let i = 0; ; i++) {
      const reply = await two.ask('offer', { sdp: offer('chromium'), roles });
      if (!reply.problem) break;
      assert.ok(i < 5, problemOf(reply));
      await new Promise((done) => { setTimeout(done, 2100); });
    }
    await two.leave();
  });
});

test('limits.meetings and limits.tests: going on at a time', async () => {
  await beside({ 'limits.meetings': 2, 'limits.tests': 1 }, async (server) => {
    const codes = [];
    for (let i = 0; i < 3; i++) codes.push((await meeting(server)).code);
    const [one, two] = [await join(server, { code: codes[0] }),
      await join(server, { code: codes[1] })];
    await joinRefused(server, 'full', { code: codes[2] });
    const tester = await join(server, { code: 'test' });
    await joinRefused(server, 'full', { code: 'test' });
    await joinRefused(server, 'full', { code: codes[2] });
    for (const person of [one, two, tester]) await person.leave();
  });
});

test('limits.meetings.kept and .made: how many are made', async () => {
  const make = (server, from) => api(server, 'POST', '/api/v1/meetings', { body: {}, from });
  await beside({ 'limits.meetings.kept': 4 }, async (server) => {
    const answers = [];
    for (let i = 0; i < 8; i++) answers.push(await make(server, address()));
    const refused = answers.filter((a) => a.status !== 201);
    assert.ok(refused.length > 0 && answers.length - refused.length <= 4);
    for (const { status, json } of refused) assert.ok(status >= 400 && json.todo, `${status}`);
  });
  await beside({ 'limits.meetings.made': 1 }, async (server) => {
    const from = address();
    const answers = [];
    for (let i = 0; i < 12; i++) answers.push(await make(server, from));
    const refused = answers.filter((a) => a.status !== 201);
    assert.ok(refused.length > 0);
    for (const { status, json } of refused) {
      assert.equal(status, 429);
      assert.ok(json.todo);
    }
    assert.equal((await make(server, address())).status, 201);
  });
});

test('limits.chat.length and limits.meeting.messages: what is written', async () => {
  await beside({ 'limits.chat.length': 100, 'limits.meeting.messages': 3 }, async (server) => {
    assert.equal((await api(server, 'GET', '/api/v1/config')).json.limits.chat, 100);
    const { code } = await meeting(server);
    const one = await join(server, { code });
    await one.refused('bad-value', 'chat', { text: 'å'.repeat(101) });
    for (let i = 0; i < 3; i++) await one.fine('chat', { text: 'å'.repeat(100) });
    await one.refused('chat-full', 'chat', { text: 'hej' });
    await one.leave();
  });
});

test('limits.message.kb and limits.messages: what is sent', async () => {
  await beside({ 'limits.message.kb': 128, 'limits.messages': 5 }, async (server) => {
    const { code } = await meeting(server);
    const one = await join(server, { code });
    // What comes too fast is not read, so the problem does not say which message it is about.
    for (let i = 0; i < 14; i++) one.say(JSON.stringify({ verb: 'reaction', sign: '👍' }));
    const { problem } = await one.event('problem');
    assert.equal(problem.type, '/problem/too-fast');
    assert.ok(problem.todo);
    one.say(JSON.stringify({ verb: 'chat', text: 'x'.repeat(130 * 1024) }));
    assert.equal((await one.closed()).code, 1009);
  });
});

test('limits.joins.host: one address, and no other', async () => {
  await beside({ 'limits.joins.host': 4 }, async (server) => {
    const { code } = await meeting(server);
    const from = address();
    for (let i = 0; i < 4; i++) await (await join(server, { code }, { from })).leave();
    await joinRefused(server, 'too-many', { code }, { from });
    await (await join(server, { code }, { from: address() })).leave();
  });
});

test('limits.connections: those in all', async () => {
  await beside({ 'limits.connections': 12 }, async (server) => {
    const open = [];
    let refused = 0;
    for (let i = 0; i < 20; i++) {
      await upgrade(server, { from: address() })
        .then((raw) => open.push(raw), () => { refused++; });
    }
    assert.ok(open.length <= 12 && refused >= 8, `${open.length} open`);
    for (const raw of open) raw.drop();
  });
});
