// Case 27: every message is asked for its right, by meeting and by role, each time. The table below
// is that of docs/protocol.md, written down a second time on purpose.
import assert from 'node:assert/strict';
import test from 'node:test';
import { bystanders, join, meeting, pair, Participant, problemOf, sleep, startServer }
  from './wsclient.mjs';

let server, others;

test.before(async () => {
  server = await startServer();
  others = await bystanders(server);
});
test.afterEach(() => others.check());
test.after(() => server.stop());

const LEADERS = ['host', 'co-host'];
const SENDERS = [...LEADERS, 'presenter', 'participant', 'interpreter', 'captioner'];
const ALL = [...SENDERS, 'audience'];

// verb: who may, and a message of the right shape about member 99, who isn't there.
const VERBS = {
  view: [ALL, { tiles: [] }],
  stats: [ALL, {}],
  offer: [ALL, { sdp: 'v=0', roles: {} }],
  rename: [ALL, { name: 'Annat' }],
  chat: [ALL, { text: 'hej' }],
  reaction: [ALL, { sign: '👍' }],
  hand: [ALL, { up: true }],
  media: [SENDERS, { mic: true }],
  rtt: [SENDERS, { line: 1, text: 'hej' }],
  caption: [['interpreter', 'captioner'], { line: 1, text: 'hej' }],
  admit: [LEADERS, { member: 99 }],
  audience: [LEADERS, { search: 'B' }],
  refuse: [LEADERS, { member: 99 }],
  role: [LEADERS, { member: 99, role: 'participant' }],
  mute: [LEADERS, { member: 99, kind: 'mic' }],
  remove: [LEADERS, { member: 99 }],
  lock: [LEADERS, { on: false }],
  lobby: [LEADERS, { on: false }],
  'pin-interpreter': [LEADERS, { member: 99, on: true }],
  end: [['host'], {}],
  leave: [ALL, {}],
};
// What is more than one right: by what the message says.
const ATTEMPTS = [
  ['floor', LEADERS, { member: null }],
  ['floor', [...LEADERS, 'presenter', 'participant', 'interpreter'], { take: true }],
  ['hand', LEADERS, { up: false, member: 1 }],
  ...Object.entries(VERBS).map(([verb, [who, members]]) => [verb, who, members]),
];

for (const role of ALL) {
  test(`what a ${role} may, and nothing else`, async () => {
    const [host, one] = await pair(server);
    if (role === 'host') {
      // The only host may not step down, and ends what others need: a second one.
      await host.fine('role', { member: one.self, role: 'host' });
    } else {
      await host.fine('role', { member: one.self, role });
    }
    for (const [verb, who, members] of ATTEMPTS) {
      if (verb === 'leave' && role === 'host') continue;       // has ended it
      const reply = await one.ask(verb, members);
      const refused = problemOf(reply) === 'role-forbidden';
      assert.equal(refused, !who.includes(role),
        `${verb} ${JSON.stringify(members)}: ${problemOf(reply) ?? 'done'}`);
    }
    if (role === 'host') await host.event('ended');
    else await host.event('left', (e) => e.member === one.self);
    await host.leave();
  });
}

test('a refused verb changes nothing', async () => {
  const [host, bo, made] = await pair(server);
  const cia = await join(server, { code: made.code, name: 'Cia' });
  await host.event('member', (e) => e.member.name === 'Cia');
  await bo.settle();
  host.events.length = 0;
  for (const [verb, members] of [
    ['lock', { on: true }], ['lobby', { on: true }], ['end', {}],
    ['role', { member: bo.self, role: 'host' }], ['role', { member: cia.self, role: 'audience' }],
    ['remove', { member: cia.self }], ['mute', { all: true, kind: 'mic' }],
    ['mute', { member: cia.self, kind: 'camera' }],
    ['floor', { member: bo.self }], ['pin-interpreter', { member: cia.self, on: true }],
    ['caption', { line: 1, text: 'påhittat' }], ['hand', { up: true, member: cia.self }],
    ['hand', { up: false, member: host.self }],
  ]) await bo.refused('role-forbidden', verb, members);
  await host.settle();
  await cia.settle();
  assert.deepEqual(host.events, []);
  assert.deepEqual(cia.events, []);
  const dag = await join(server, { code: made.code, name: 'Dag' });
  assert.equal(dag.state, 'in');
  assert.equal(dag.reply.meeting.locked, false);
  const role = (number) => dag.reply.members.find((m) => m.member === number).role;
  assert.equal(role(bo.self), 'participant');
  assert.equal(role(cia.self), 'participant');
  await host.fine('end');
});

test('a co-host makes no hosts, and removes, mutes and unmakes none', async () => {
  const [host, co, made] = await pair(server);
  const other = await join(server, { code: made.code, name: 'Cia' });
  await host.fine('role', { member: co.self, role: 'co-host' });
  await host.fine('role', { member: other.self, role: 'co-host' });
  const { code } = made;
  const dag = await join(server, { code, name: 'Dag' });
  for (const [verb, members] of [
    ['role', { member: co.self, role: 'host' }], ['role', { member: dag.self, role: 'host' }],
    ['role', { member: dag.self, role: 'co-host' }],
    ['role', { member: host.self, role: 'audience' }],
    ['role', { member: other.self, role: 'participant' }],
    ['remove', { member: host.self }], ['remove', { member: other.self }],
    ['mute', { member: host.self, kind: 'mic' }], ['end', {}],
  ]) await co.refused('role-forbidden', verb, members);
  await co.fine('role', { member: dag.self, role: 'captioner' });
  await co.fine('remove', { member: dag.self });
  await dag.event('removed');
  await host.fine('end');
});

test('who has lost a role has lost its rights at once', async () => {
  const [host, bo] = await pair(server);
  await host.fine('role', { member: bo.self, role: 'co-host' });
  await bo.fine('lock', { on: true });
  await host.fine('role', { member: bo.self, role: 'participant' });
  await bo.refused('role-forbidden', 'lock', { on: false });
  await host.fine('end');
});

test('numbers of another meeting mean nobody here', async () => {
  const [host, bo] = await pair(server);
  const [there, guest, made] = await pair(server);
  const more = await join(server, { code: made.code, name: 'Cia' });
  assert.equal(more.self, 3);
  await there.event('member', (e) => e.member.name === 'Cia');
  for (const one of [there, guest, more]) one.events.length = 0;
  for (const verb of ['remove', 'role', 'mute', 'floor', 'hand', 'pin-interpreter', 'admit',
    'refuse']) {
    const members = { member: more.self, role: 'host', kind: 'mic', on: true, up: false };
    await host.refused('member-unknown', verb, members);
  }
  // A number that is in both means the one of one's own meeting.
  await host.fine('role', { member: 2, role: 'captioner' });
  await bo.event('member', (e) => e.member.member === 2 && e.member.role === 'captioner');
  await bo.fine('chat', { text: 'bara här' });
  await bo.fine('caption', { line: 1, text: 'bara här' });
  await bo.fine('reaction', { sign: '🎉' });
  await host.fine('view', { tiles: [{ member: 3, kind: 'camera', width: 10, height: 10 }] });
  await host.fine('remove', { member: 2 });
  await bo.event('removed');
  for (const one of [there, guest, more]) {
    await one.settle();
    assert.deepEqual(one.events, []);
  }
  await there.fine('end');
  await host.fine('end');
});

test('what is written to hosts reaches hosts alone, also those who come later', async () => {
  const [host, bo, made] = await pair(server);
  const cia = await join(server, { code: made.code, name: 'Cia' });
  await bo.fine('chat', { text: 'i förtroende', to: 'hosts' });
  await host.event('chat', (e) => e.to === 'hosts');
  await cia.settle();
  assert.equal(cia.heard('chat'), 0);
  const dag = await join(server, { code: made.code, name: 'Dag' });
  assert.deepEqual(dag.reply.chat, []);
  await host.fine('end');
});

test('who waits can say nothing, hear nothing, and leave', async () => {
  const made = await meeting(server, { lobby: true });
  const host = await join(server, { code: made.code, invite: made.host_invite, name: 'Åsa' });
  await host.fine('chat', { text: 'innan' });
  const guest = await join(server, { code: made.code, name: 'Bo' });
  assert.equal(guest.state, 'lobby');
  assert.deepEqual(guest.reply.members, []);
  assert.deepEqual(guest.reply.chat, []);
  assert.equal('waiting' in guest.reply, false);
  await host.event('waiting', (e) => e.members.length === 1);
  const refused = ATTEMPTS.filter(([verb]) => !['leave', 'rename', 'end', 'stats'].includes(verb));
  const strikes = 18;                     // at twenty the line is closed: somebody else goes on
  const second = await join(server, { code: made.code, name: 'Cia' });
  for (const [i, [verb, , members]] of refused.entries()) {
    await (i < strikes ? guest : second).refused('in-lobby', verb, members);
  }
  await second.refused('in-lobby', 'end');
  await second.refused('in-lobby', 'admit', { all: true });
  await second.refused('in-lobby', 'admit', { member: second.self });
  await host.fine('chat', { text: 'medan' });
  await host.fine('reaction', { sign: '👍' });
  await host.fine('hand', { up: true });
  await second.refused('in-lobby', 'stats');
  for (const one of [guest, second]) assert.deepEqual(one.events, []);
  await second.fine('leave');
  await host.event('waiting', (e) => e.members.length === 1 && e.members[0].name === 'Bo');
  await guest.fine('rename', { name: 'Bo B' });
  await host.event('waiting', (e) => e.members[0]?.name === 'Bo B');
  // The host can't be fooled into doing to the one who waits what is for those who are in.
  for (const verb of ['remove', 'role', 'mute', 'floor']) {
    await host.refused('member-unknown', verb, { member: guest.self, role: 'host', kind: 'mic' });
  }
  await guest.fine('leave');
  await guest.closed();
  await host.event('waiting', (e) => e.members.length === 0);
  await host.fine('end');
});

test('who is removed is out: the line is closed and nothing is heard', async () => {
  const [host, bo] = await pair(server);
  await host.fine('remove', { member: bo.self });
  await bo.event('removed');
  const { code } = await bo.closed();
  assert.equal(code, 1000);
  const heard = bo.events.length;
  await host.fine('chat', { text: 'utan Bo' });
  bo.say(JSON.stringify({ verb: 'chat', text: 'ändå' }));
  await host.settle();
  assert.equal(bo.events.length, heard);
  assert.equal(host.heard('chat'), 0);
  await host.fine('end');
});

test('messages sent in the same breath as the removal are not acted on', async () => {
  const [host, bo] = await pair(server);
  const removal = host.ask('remove', { member: bo.self });
  for (let i = 0; i < 20; i++) bo.say(JSON.stringify({ verb: 'rename', name: `Spöke ${i}` }));
  assert.equal(problemOf(await removal), undefined);
  await host.event('left', (e) => e.member === bo.self);
  const renamed = host.events.length;
  await sleep(200);
  await host.settle();
  assert.equal(host.events.length, renamed);
  await host.fine('end');
});

test('before the join nothing may be said, and after it no second join', async () => {
  const [host, , made] = await pair(server);
  const person = await Participant.open(server);
  for (const [verb, , members] of ATTEMPTS.slice(0, 15)) {
    await person.refused('join-first', verb, members);
  }
  await person.leave();
  await host.refused('already-joined', 'join', { code: made.code, name: 'Igen' });
  await host.refused('unknown-verb', 'shutdown');
  await host.refused('unknown-verb', 'JOIN', { code: made.code });
  await host.fine('end');
});
