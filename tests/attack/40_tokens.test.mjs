// Case 40: a resume token that is shown twice, in another meeting, or by two at once; and two that
// claim to be the same one. One token is one place, once.
import assert from 'node:assert/strict';
import test from 'node:test';
import { bystanders, join, joinRefused, pair, Participant, problemOf, sleep, startServer }
  from './wsclient.mjs';

let server, others;

test.before(async () => {
  server = await startServer();
  others = await bystanders(server);
});
test.afterEach(() => others.check());
test.after(() => server.stop());

const CONFIRMED_MS = 600;      // a message so long after the join shows that the token has arrived

// The members that a newcomer sees.
async function members(code) {
  const one = await join(server, { code, name: 'Räknare' });
  const list = one.reply.members.filter((m) => m.member !== one.self);
  await one.leave();
  return list;
}

test('a token is good once', async () => {
  const [host, bo, { code }] = await pair(server);
  const first = bo.resume;
  const again = await join(server, { code, resume: first });
  assert.equal(again.self, bo.self);
  assert.notEqual(again.resume, first);
  await bo.event('replaced');
  await bo.closed();
  await joinRefused(server, 'resume-unknown', { code, resume: first });
  await again.fine('hand', { up: true });                 // undisturbed
  // Also after it has left the line with the new one.
  await sleep(CONFIRMED_MS);
  await again.fine('hand', { up: false });
  again.cut();
  await again.closed();
  await joinRefused(server, 'resume-unknown', { code, resume: first });
  const last = await join(server, { code, resume: again.resume });
  assert.equal(last.self, bo.self);
  assert.equal((await members(code)).length, 2);
  await host.fine('end');
});

test('a token of one meeting is none in another', async () => {
  const [host, bo, { code }] = await pair(server);
  const [there, guest, made] = await pair(server);
  for (const resume of [there.resume, guest.resume]) {
    await joinRefused(server, 'resume-unknown', { code, resume });
  }
  await joinRefused(server, 'resume-unknown', { code: made.code, resume: host.resume });
  await joinRefused(server, 'resume-unknown', { code: 'demo', resume: host.resume });
  // None of them has been spent by that.
  for (const [one, where] of [[bo, code], [guest, made.code]]) {
    const back = await join(server, { code: where, resume: one.resume });
    assert.equal(back.self, one.self);
  }
  await host.fine('end');
  await there.fine('end');
});

test('the host\'s token does not lead where it is not the host\'s', async () => {
  const [host, , { code }] = await pair(server);
  const [there, , made] = await pair(server);
  const guest = await join(server,
    { code: made.code, name: 'Åsa', invite: host.resume });
  assert.equal(guest.reply.members.find((m) => m.member === guest.self).role, 'participant');
  await guest.refused('role-forbidden', 'end');
  assert.equal(problemOf(await host.ask('join', { code, resume: host.resume })), 'already-joined');
  await there.fine('end');
  await host.fine('end');
});

test('of many who show the same token at once one is in, and it is one place', async () => {
  for (let round = 0; round < 5; round++) {
    const [host, bo, { code }] = await pair(server);
    const lines = await Promise.all(Array.from({ length: 6 }, () => Participant.open(server)));
    const replies = await Promise.allSettled(lines.map((line) =>
      line.ask('join', { code, resume: bo.resume })));
    const good = replies.filter((r) => r.status === 'fulfilled' && !r.value.problem);
    assert.ok(good.length >= 1 && good.every((r) => r.value.self === bo.self));
    for (const r of replies) {
      if (r.value?.problem) assert.equal(problemOf(r.value), 'resume-unknown');
    }
    await bo.closed();
    // Whoever got in last is the one; the others' lines are closed, or have not joined.
    const alive = [];
    for (const line of lines) {
      const reply = await line.ask('hand', { up: true }).catch(() => null);
      if (reply && !reply.problem) alive.push(line);
      else if (reply) assert.equal(problemOf(reply), 'join-first');
    }
    assert.equal(alive.length, 1);
    assert.deepEqual((await members(code)).map((m) => m.member), [host.self, bo.self]);
    await host.fine('end');
    await Promise.all(lines.map((line) => line.leave()));
  }
});

test('who was replaced hears and says nothing more', async () => {
  const [host, bo, { code }] = await pair(server);
  const thief = await join(server, { code, resume: bo.resume });
  await bo.event('replaced');
  const { code: why } = await bo.closed();
  assert.equal(why, 1000);
  const heard = bo.events.length;
  await host.fine('chat', { text: 'till den som är kvar' });
  await thief.event('chat');
  assert.equal(bo.events.length, heard);
  // Nobody else is told that anything happened, for nobody came or went.
  assert.equal(host.heard('left'), 0);
  await host.fine('end');
});

test('a token that is no token names nobody', async () => {
  const [host, bo, { code }] = await pair(server);
  const flip = (text) => (text[0] === 'A' ? 'B' : 'A') + text.slice(1);
  for (const resume of [flip(bo.resume), bo.resume.slice(0, -1), `${bo.resume}A`, 'x',
    bo.resume.toLowerCase(), code, '%', '*', "' OR 1=1 --", 'null']) {
    await joinRefused(server, 'resume-unknown', { code, resume });
  }
  for (const resume of ['', 'x'.repeat(65), null, 7, [bo.resume], {}, true]) {
    await joinRefused(server, 'bad-value', { code, resume });
  }
  await host.fine('end');
});

test('a token says which place, not which name: another does not change whose it is', async () => {
  const [host, bo, { code }] = await pair(server);
  const back = await join(server, { code, resume: bo.resume, name: 'Åsa' });
  const own = back.reply.members.find((m) => m.member === bo.self);
  assert.notEqual(own.name, 'Åsa');
  await host.fine('end');
});

test('tokens are spent also across kill -9', async () => {
  const mine = await startServer();
  try {
    const [, bo, { code }] = await pair(mine);
    const again = await join(mine, { code, resume: bo.resume });
    await sleep(CONFIRMED_MS);
    await again.fine('chat', { text: 'jag är här' });
    await mine.kill9();
    await mine.restart();
    const back = await join(mine, { code, resume: again.resume });
    assert.equal(back.self, bo.self);
    await sleep(CONFIRMED_MS);
    await back.fine('hand', { up: true });
    for (const resume of [bo.resume, again.resume]) {
      await joinRefused(mine, 'resume-unknown', { code, resume });
    }
  } finally {
    await mine.stop();
  }
});
