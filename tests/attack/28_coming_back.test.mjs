// Case 28: coming back is no way around the door. A resume token opens neither what its bearer was
// removed from or refused, nor a lock or a lobby that it never passed, nor a meeting that is full.
import assert from 'node:assert/strict';
import test from 'node:test';
import { bystanders, join, joinRefused, meeting, pair, startServer } from './wsclient.mjs';

let server, others;

const PEOPLE = 4, WAITING = 2;

test.before(async () => {
  server = await startServer({ args: ['--set', `limits.meeting.people=${PEOPLE}`,
    '--set', `limits.meeting.waiting=${WAITING}`] });
  others = await bystanders(server);
});
test.afterEach(() => others.check());
test.after(() => server.stop());

const roleIn = (person) =>
  person.reply.members.find((m) => m.member === person.self)?.role;

test('who was removed does not come back by the token', async () => {
  const [host, bo, { code }] = await pair(server);
  await host.fine('role', { member: bo.self, role: 'co-host' });
  await host.fine('remove', { member: bo.self });
  await bo.closed();
  for (const media of [undefined, 'keep']) {
    await joinRefused(server, 'removed', { code, resume: bo.resume, media });
  }
  // Anew and without it one is a stranger, whom a lobby stops, and no longer a co-host.
  await host.fine('lobby', { on: true });
  const again = await join(server, { code, name: 'Bo' });
  assert.equal(again.state, 'lobby');
  await again.refused('in-lobby', 'chat', { text: 'hej' });
  await host.fine('end');
});

test('who was removed while away does not come back either', async () => {
  const [host, bo, { code }] = await pair(server);
  bo.cut();
  await bo.closed();
  await host.fine('remove', { member: bo.self });
  await host.event('left', (e) => e.member === bo.self && e.why === 'removed');
  host.events.length = 0;
  await joinRefused(server, 'removed', { code, resume: bo.resume });
  await host.settle();
  assert.deepEqual(host.events, []);
  await host.fine('end');
});

test('a removal in the same moment as a return stands', async () => {
  for (let i = 0; i < 8; i++) {
    const [host, bo, { code }] = await pair(server);
    bo.cut();
    await bo.closed();
    const removal = host.fine('remove', { member: bo.self });
    const back = await join(server, { code, resume: bo.resume }).catch(() => null);
    await removal;
    if (back) await back.closed();
    await joinRefused(server, 'removed', { code, resume: bo.resume })
      .catch(() => joinRefused(server, 'resume-unknown', { code, resume: bo.resume }));
    const cia = await join(server, { code, name: 'Cia' });
    assert.deepEqual(cia.reply.members.map((m) => m.member), [host.self, cia.self]);
    await host.fine('end');
  }
});

test('who was refused does not come back by the token', async () => {
  const made = await meeting(server, { lobby: true });
  const { code } = made;
  const host = await join(server, { code, invite: made.host_invite, name: 'Åsa' });
  const bo = await join(server, { code, name: 'Bo' });
  await host.fine('refuse', { member: bo.self });
  await bo.event('refused');
  await bo.closed();
  await joinRefused(server, 'refused', { code, resume: bo.resume });
  await host.fine('lobby', { on: false });
  await joinRefused(server, 'refused', { code, resume: bo.resume });
  await host.fine('end');
});

test('who waited and went away waits again, and not past a lock', async () => {
  const made = await meeting(server, { lobby: true });
  const { code } = made;
  const host = await join(server, { code, invite: made.host_invite, name: 'Åsa' });
  let bo = await join(server, { code, name: 'Bo' });
  bo.cut();
  await bo.closed();
  bo = await join(server, { code, resume: bo.resume });
  assert.equal(bo.state, 'lobby');
  assert.deepEqual(bo.reply.members, []);
  await bo.refused('in-lobby', 'chat', { text: 'hej' });
  await bo.fine('leave');
  await host.fine('lock', { on: true });
  await joinRefused(server, 'meeting-locked', { code, resume: bo.resume });
  await joinRefused(server, 'meeting-locked', { code });
  await host.fine('end');
});

test('who was in keeps the place through a lock, with the same rights and no more', async () => {
  const [host, bo, { code }] = await pair(server);
  await host.fine('role', { member: bo.self, role: 'captioner' });
  await host.fine('lock', { on: true });
  bo.cut();
  await bo.closed();
  const back = await join(server, { code, resume: bo.resume });
  assert.equal(back.state, 'in');
  assert.equal(back.self, bo.self);
  assert.equal(roleIn(back), 'captioner');
  await back.refused('role-forbidden', 'lock', { on: false });
  await host.fine('end');
});

test('a role taken away while one was away is not brought back', async () => {
  const [host, bo, { code }] = await pair(server);
  await host.fine('role', { member: bo.self, role: 'co-host' });
  bo.cut();
  await bo.closed();
  await host.fine('role', { member: bo.self, role: 'audience' });
  const back = await join(server, { code, resume: bo.resume });
  assert.equal(roleIn(back), 'audience');
  await back.refused('role-forbidden', 'admit', { all: true });
  await host.fine('end');
});

test('a full meeting takes nobody, also none who left it', async () => {
  const [host, bo, { code }] = await pair(server);
  await bo.fine('leave');
  await bo.closed();
  for (let i = 1; i < PEOPLE; i++) await join(server, { code, name: `Gäst ${i}` });
  await joinRefused(server, 'meeting-full', { code });
  await joinRefused(server, 'meeting-full', { code, resume: bo.resume });
  const late = await join(server, { code: (await meeting(server)).code });
  assert.equal(late.state, 'in');
  await host.fine('end');
});

test('many at once are no more than many', async () => {
  const made = await meeting(server);
  const tries = await Promise.allSettled(
    Array.from({ length: 3 * PEOPLE }, () => join(server, { code: made.code })));
  assert.equal(tries.filter((t) => t.status === 'fulfilled').length, PEOPLE);
  await Promise.all(tries.map((t) => t.value?.leave()));
});

test('a full lobby takes nobody, and admitting does not overfill the meeting', async () => {
  const made = await meeting(server, { lobby: true });
  const { code } = made;
  const host = await join(server, { code, invite: made.host_invite, name: 'Åsa' });
  const fill = async () => {
    let last;
    for (let i = 0; i < WAITING; i++) {
      last = await join(server, { code, name: `Gäst ${i}` });
      assert.equal(last.state, 'lobby');
    }
    await joinRefused(server, 'lobby-full', { code });
    return last;
  };
  await fill();
  await host.fine('admit', { all: true });
  const last = await fill();
  await host.fine('admit', { all: true });
  await host.refused('meeting-full', 'admit', { member: last.self });
  await host.fine('lobby', { on: false });
  await host.refused('meeting-full', 'admit', { member: last.self });
  assert.equal(last.heard('admitted'), 0);
  await host.fine('end');
});

test('an ended meeting is over for every token', async () => {
  const [host, bo, made] = await pair(server);
  await host.fine('end');
  await bo.closed();
  for (const more of [{}, { resume: bo.resume }, { resume: host.resume },
    { invite: made.host_invite }]) {
    await joinRefused(server, 'meeting-ended', { code: made.code, ...more });
  }
});

test('none of it comes undone when the server is killed', async () => {
  const mine = await startServer();
  try {
    const [host, bo, { code }] = await pair(mine);
    const cia = await join(mine, { code, name: 'Cia' });
    await host.fine('remove', { member: bo.self });
    await host.fine('lobby', { on: true });
    const dag = await join(mine, { code, name: 'Dag' });
    await host.fine('refuse', { member: dag.self });
    await host.fine('lock', { on: true });
    await host.fine('chat', { text: 'kvar' });       // what came before it is on the disk too
    await mine.kill9();
    await mine.restart();
    await joinRefused(mine, 'removed', { code, resume: bo.resume });
    await joinRefused(mine, 'refused', { code, resume: dag.resume });
    await joinRefused(mine, 'meeting-locked', { code });
    const back = await join(mine, { code, resume: cia.resume });
    assert.equal(back.self, cia.self);
    assert.equal(roleIn(back), 'participant');
    assert.equal(back.reply.meeting.locked, true);
    assert.equal(back.reply.chat.at(-1).text, 'kvar');
  } finally {
    await mine.stop();
  }
});
