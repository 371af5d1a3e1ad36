// Case 29: finding meetings by guessing, telling by the answer or its time how near a guess was,
// and sitting down under the name of somebody else.
import assert from 'node:assert/strict';
import test from 'node:test';
import { address, api, bystanders, ELSEWHERE, join, joinRefused, median, meeting, pair, Participant,
  problemOf, startServer } from './wsclient.mjs';

let server, others;
const secrets = [];

const ALPHABET = 'abcdefghjkmnpqrstuvwxyz023456789';        // without what looks alike
const guess = (length = 26) => Array.from({ length },
  () => ALPHABET[Math.floor(Math.random() * ALPHABET.length)]).join('');

test.before(async () => {
  server = await startServer({
    args: ['--set', 'log.level=debug', '--set', 'limits.guesses.host=30'],
  });
  others = await bystanders(server);
});
test.afterEach(() => others.check());
test.after(() => server.stop());

test('codes, numbers and invitations have nothing to go by', async () => {
  const made = [];
  for (let i = 0; i < 12; i++) made.push(await meeting(server, { title: 'Lika' }));
  for (const part of ['code', 'host_invite', 'token', 'number']) {
    const values = made.map((m) => m[part]);
    secrets.push(...values);
    assert.equal(new Set(values).size, values.length, part);
    // No place in it stands still, or counts.
    const still = [...values[0]].filter((sign, i) => values.every((v) => v[i] === sign));
    assert.deepEqual(still, [], part);
  }
  const bits = made[0].code.length * Math.log2(ALPHABET.length);
  assert.ok(bits >= 128, `${bits} bits`);
  assert.ok(made.every((m) => [...m.code].every((sign) => ALPHABET.includes(sign))));
  assert.ok(made.every((m) => /^[\w-]{43}$/.test(m.host_invite) && /^[1-9]\d{9}$/.test(m.number)));
  assert.ok(made.every((m) => !m.host_invite.includes(m.code) && m.token !== m.host_invite));
});

test('a wrong code is unknown, whatever it looks like, and so is one that is nearly right',
  async () => {
    const { code } = await meeting(server);
    secrets.push(code);
    const nearly = [code.slice(0, -1), `${code}0`, code.toUpperCase(), ` ${code}`,
      `${code.slice(0, -1)}${code.at(-1) === '0' ? '2' : '0'}`, `${code}%`, '%', '_', '*',
      `' OR '1'='1`, `${code}' --`, '../demo', 'test-1', 'x'.repeat(64), ''];
    for (const wrong of nearly) {
      const person = await Participant.open(server, { from: address() });
      const slug = problemOf(await person.ask('join', { code: wrong, name: 'Gäst' }));
      assert.match(slug ?? 'let in', wrong ? /^meeting-unknown$/ : /^bad-value$/, wrong);
      await person.leave();
    }
  });

test('guessing is slowed down, for whoever guesses and for nobody else', async () => {
  const { code } = await meeting(server);
  secrets.push(code);
  const from = address();
  let unknown = 0, slowed = 0;
  for (let connection = 0; connection < 5; connection++) {
    const person = await Participant.open(server, { from });
    for (let i = 0; i < 12; i++) {
      const slug = problemOf(await person.ask('join', { code: guess(), name: 'Gäst' }));
      if (slug === 'meeting-unknown') unknown++;
      else if (slug === 'too-many') slowed++;
      else assert.fail(slug);
    }
    await person.leave();
  }
  assert.ok(unknown <= 36 && slowed >= 24, `${unknown} guesses looked up`);
  // By HTTP it is the same count, and what is there looks as what is not.
  for (const one of [guess(), code]) {
    const answer = await api(server, 'GET', `/api/v1/meetings/${one}`, { from });
    assert.equal(answer.status, 429, one === code ? 'a real one' : 'a guess');
  }
  await joinRefused(server, 'too-many', { code }, { from });
  const elsewhere = await join(server, { code }, { from: ELSEWHERE });
  // Whoever has the link of a meeting that is going on is let in, also beside the one who guesses.
  const beside = await join(server, { code }, { from });
  assert.equal(beside.state, 'in');
  await elsewhere.leave();
  await beside.leave();
});

test('the time of an answer does not tell how near a guess was', async () => {
  const { code } = await meeting(server);
  secrets.push(code);
  const near = () => {
    const one = code.slice(0, 24) + guess(2);
    return one === code ? near() : one;    // one in 1024 is right
  };
  const times = { near: [], far: [] };
  for (let connection = 0; connection < 8; connection++) {
    const person = await Participant.open(server, { from: address() });
    for (let i = 0; i < 16; i++) {
      const kind = i % 2 ? 'near' : 'far';
      const begin = performance.now();
      const slug = problemOf(await person.ask('join',
        { code: kind === 'near' ? near() : guess(), name: 'Gäst' }));
      times[kind].push(performance.now() - begin);
      assert.equal(slug, 'meeting-unknown');
    }
    await person.leave();
  }
  const [a, b] = [median(times.near), median(times.far)];
  assert.ok(Math.abs(a - b) < Math.max(1, Math.min(a, b)), `${a.toFixed(2)}, ${b.toFixed(2)} ms`);
});

test('numbers are few tries a minute', async () => {
  const { number, code } = await meeting(server);
  const from = address();
  const ask = (value, where) => api(server, 'POST', '/api/v1/numbers',
    { body: { number: value }, from: where });
  let looked = 0;
  for (let i = 0; i < 20; i++) {
    const { status } = await ask(String(1000000000 + Math.floor(Math.random() * 8999999999)), from);
    assert.ok(status === 404 || status === 429, `${status}`);
    looked += status === 404;
  }
  assert.ok(looked <= 8, `${looked} numbers looked up`);
  assert.equal((await ask(number, from)).status, 429);
  assert.equal((await ask(number, address())).json.code, code);
  for (const wrong of ['', '123', `${number}0`, 'abcdefghij', `${number}'`, null, 1234567890]) {
    assert.equal((await ask(wrong, address())).status, 422, String(wrong));
  }
});

test('an invitation of one meeting opens no other, and none is guessed', async () => {
  const one = await meeting(server), two = await meeting(server);
  secrets.push(one.host_invite, two.host_invite);
  const flip = (text) => (text[0] === 'A' ? 'B' : 'A') + text.slice(1);
  for (const invite of [two.host_invite, one.token, two.token, flip(one.host_invite),
    one.host_invite.slice(0, -1), one.code, one.number, 'x']) {
    const guest = await join(server, { code: one.code, invite });
    assert.equal(guest.reply.members.find((m) => m.member === guest.self).role, 'participant');
    await guest.leave();
  }
});

test('nobody sits down under the name of somebody else', async () => {
  const [host, , { code }] = await pair(server);            // Åsa and Bo
  const same = ['Åsa', 'åsa', 'ÅSA', ' Åsa ', 'A\u030asa', 'Ａ\u030asa', 'Å\u200dsa', 'Åsa\u200c',
    'Åsa\ufe0f', 'Å\u200csa', '\u0410\u030as\u0430'];
  for (const name of same) {
    const guest = await join(server, { code, name }).catch(() => null);
    if (!guest) continue;                                    // refused altogether: as good
    const { name: shown } = guest.reply.members.find((m) => m.member === guest.self);
    assert.match(shown, /\(\d+\)$/, `${JSON.stringify(name)} became ${shown}`);
    await guest.leave();
  }
  let guest;
  for (const [i, name] of same.entries()) {
    // So many changes of name are one's own in a moment.
    if (i % 5 === 0) guest = await join(server, { code, name: `Gäst ${i}` });
    const { problem } = await guest.ask('rename', { name });
    assert.ok(!problem || problem.type === '/problem/bad-value', problem?.type);
    if (problem) continue;
    const { member } = await guest.event('member', (e) => e.member.member === guest.self);
    assert.match(member.name, /\(\d+\)$/, JSON.stringify(name));
  }
  // Chat carries the writer's number and name, whatever the message claims.
  await guest.fine('chat', { text: 'hej', name: 'Åsa', member: host.self });
  const { member, name } = await host.event('chat', (e) => e.text === 'hej');
  assert.equal(member, guest.self);
  assert.match(name, /\(\d+\)$/);
  await host.fine('end');
});

test('the log names no code, number or token', () => {
  assert.ok(secrets.length > 20);
  for (const secret of secrets) assert.ok(!server.log().includes(secret));
});
