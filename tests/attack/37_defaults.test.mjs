// Case 37: an installation has no user, password or door that it came with. What it makes for
// itself is random, its own, and readable by nobody else.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { address, api, bystanders, ELSEWHERE, join, joinRefused, startServer, TING }
  from './wsclient.mjs';

let server;

test.before(async () => { server = await startServer({ demo: false }); });
test.after(() => server.stop());

const PASSWORDS = ['', 'password', 'passw0rd', 'changeme', '1234567890'];
const LOGINS = ['admin', 'ting', 'root', 'demo', 'test', ''];

const sign = (user, password, from = address()) =>
  api(server, 'POST', '/api/v1/session', { body: { user, password }, from });

test('there is no user', async () => {
  assert.equal(await server.ting('user', 'list'), '');
  const { json } = await api(server, 'GET', '/api/v1/config');
  assert.equal(json.demo, false);
  assert.equal(json.signed_in, false);
  assert.equal(json.user, null);
  assert.equal(json.may_create, false);
});

test('no usual name and password sign in', async () => {
  for (const user of LOGINS) {
    await Promise.all([user, ...PASSWORDS].map(async (password) => {
      const { status, headers } = await sign(user, password);
      assert.equal(status, 401, `${user}, ${password}`);
      assert.equal(headers['set-cookie'], undefined);
    }));
  }
});

test('nobody may make a meeting, and there is none to go to', async () => {
  for (const headers of [{}, { cookie: '__Host-ting=' }, { cookie: '__Host-ting=1' },
    { authorization: 'Bearer admin' }, { 'x-forwarded-for': '127.0.0.1' }]) {
    const { status } = await api(server, 'POST', '/api/v1/meetings',
      { body: { title: 'x' }, headers });
    assert.equal(status, 401);
  }
  for (const code of ['demo', 'lobby', 'room', 'meeting', 'admin', '1', 'null']) {
    await joinRefused(server, 'meeting-unknown', { code });
  }
});

test('the test page alone is open, and a meeting of one', async () => {
  const [one, other] = await Promise.all(
    [join(server, { code: 'test' }), join(server, { code: 'test' })]);
  for (const person of [one, other]) {
    assert.equal(person.reply.members.length, 1);
    assert.equal(person.reply.members[0].role, 'participant');
    await person.refused('role-forbidden', 'admit', { all: true });
  }
  await one.fine('chat', { text: 'hör någon?' });
  await other.settle();
  assert.deepEqual(other.events.filter((e) => e.event === 'chat'), []);
  // Its code is nothing to meet by: what it is called inside opens nothing.
  for (const code of ['test-1', 'test-2', 'test-3', 'TEST', 'test ']) {
    await joinRefused(server, 'meeting-unknown', { code });
  }
  await one.leave();
  await other.leave();
});

test('a password is not taken when it is short, nor from the command line', () => {
  const run = (args, input) => spawnSync(TING, ['user', ...args, '--data', server.dir],
    { input, encoding: 'utf8' });
  for (const password of ['', 'short', '123456789']) {
    assert.notEqual(run(['add', 'asa'], `${password}\n`).status, 0);
  }
  assert.notEqual(run(['add', 'asa', 'korrekt häst batteri'], '').status, 0);
  assert.notEqual(run(['add', 'asa', '--password', 'korrekt häst batteri'], '').status, 0);
  assert.equal(run(['list'], '').stdout, '');
});

test('who has been made a user signs in, with that password alone', async () => {
  const password = 'korrekt häst batteri';
  execFileSync(TING, ['user', 'add', 'asa', '--data', server.dir], { input: `${password}\n` });
  for (const wrong of [PASSWORDS[1], password.slice(0, -1), `${password} `,
    password.toUpperCase()]) {
    assert.equal((await sign('asa', wrong)).status, 401);
  }
  const { status, headers } = await sign('asa', password);
  assert.equal(status, 204);
  const cookie = headers['set-cookie'];
  for (const part of ['__Host-ting=', 'Secure', 'HttpOnly', 'SameSite=', 'Path=/']) {
    assert.ok(cookie.includes(part), part);
  }
  assert.doesNotMatch(cookie, /Domain=/i);
  const made = await api(server, 'POST', '/api/v1/meetings',
    { body: {}, headers: { cookie: cookie.split(';')[0] } });
  assert.equal(made.status, 201);
  assert.ok(!server.log().includes(password));
  for (const name of fs.readdirSync(server.dir)) {
    const file = path.join(server.dir, name);
    if (!fs.statSync(file).isFile()) continue;
    assert.ok(!fs.readFileSync(file).includes(password), name);
  }
});

test('passwords are few tries, of one address and of one name', async () => {
  const guess = (i, user, from) => sign(user(i), `gissning nummer ${i}`, from);
  const refused = (answers) => answers.filter(({ status }) => status === 429).length;
  const guesses = async (count, user, from) => {
    const answers = [];
    for (let i = 0; i < count; i++) answers.push(await guess(i, user, from));
    return refused(answers);
  };
  // One name from one address, also all at once; any name from one address; one from anywhere.
  assert.ok(await guesses(14, () => 'bo', ELSEWHERE) >= 3);
  const at_once = Array.from({ length: 16 }, (_, i) => guess(i, () => 'dan', '127.0.0.77'));
  assert.ok(refused(await Promise.all(at_once)) >= 5);
  assert.ok(await guesses(16, (i) => `namn${i}`, ELSEWHERE) >= 3);
  assert.equal((await sign('cia', 'gissning')).status, 401);
  assert.ok(await guesses(120, () => 'asa') >= 4, 'each from an address of its own');
});

test('what it keeps is readable by its own user alone', () => {
  const open = [];
  for (const name of fs.readdirSync(server.dir)) {
    const { mode } = fs.statSync(path.join(server.dir, name));
    const isPublic = ['ca.pem', 'tls.pem', 'tls-names.txt'].includes(name);
    if (!isPublic && mode & 0o077) open.push(`${name} ${(mode & 0o777).toString(8)}`);
  }
  assert.deepEqual(open, []);
});

test('two installations have nothing in common', async () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ting-other-'));
  const other = await startServer({ demo: false, dir });
  const read = (where, name) => fs.readFileSync(path.join(where, name), 'utf8');
  for (const name of ['ca.pem', 'ca-key.pem', 'tls.pem', 'tls-key.pem']) {
    assert.notEqual(read(dir, name), read(server.dir, name), name);
  }
  await other.stop();
  fs.rmSync(dir, { recursive: true });
});

test('in the demo anybody may make a meeting', async () => {
  const demo = await startServer();
  const others = await bystanders(demo);
  const { json } = await api(demo, 'GET', '/api/v1/config');
  assert.equal(json.demo, true);
  await others.check();
  await demo.stop();
});
