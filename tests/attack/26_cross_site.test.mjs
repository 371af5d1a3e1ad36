// Case 26: a page of somebody else opens a WebSocket, or posts a form, with the visitor's cookies
// (CWE-1385). Only an Origin that is this server's own opens one, and a cookie alone opens nothing.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { api, bystanders, join, joinRefused, meeting, Participant, startServer, TING, upgrade }
  from './wsclient.mjs';

let server, others, cookie;

const PASSWORD = 'korrekt häst batteri';

test.before(async () => {
  server = await startServer();
  execFileSync(TING, ['user', 'add', 'asa', '--data', server.dir], { input: `${PASSWORD}\n` });
  const { status, headers } = await api(server, 'POST', '/api/v1/session',
    { body: { user: 'asa', password: PASSWORD } });
  assert.equal(status, 204);
  [cookie] = headers['set-cookie'].split(';');
  others = await bystanders(server);
});
test.afterEach(() => others.check());
test.after(() => server.stop());

const foreign = ({ host, port }) => ({
  missing: null,
  null: 'null',
  empty: '',
  'a stranger': 'https://evil.example',
  'our name as a suffix of another': `https://evil${host}:${port}`,
  'our name in front of another': `https://${host}:${port}.evil.example`,
  'our name as the user of another': `https://${host}:${port}@evil.example`,
  'another port': `https://${host}:${port + 1}`,
  'no port': `https://${host}`,
  'plain http': `http://${host}:${port}`,
  'a path': `https://${host}:${port}/`,
  'two in one': `https://${host}:${port} https://evil.example`,
  'two in one, with a comma': `https://evil.example, https://${host}:${port}`,
  'two fields, ours last': ['https://evil.example', `https://${host}:${port}`],
  'another name of the same machine': `https://localhost:${port}`,
  'a digit more': `https://${host}:${port}0`,
});

for (const name of Object.keys(foreign({ host: 'h', port: 1 }))) {
  test(`no WebSocket for an Origin that is ${name}`, async () => {
    const value = foreign(server)[name];
    for (const more of [{}, { Cookie: cookie }]) {
      const before = await server.metric('ting_websockets');
      const s = await upgrade(server, { headers: { Origin: value, ...more } });
      assert.ok(s.status === 403 || s.status === 400, `answered ${s.status}`);
      s.drop();
      assert.equal(await server.metric('ting_websockets'), before);
    }
  });
}

test('our own Origin opens one', async () => {
  const s = await upgrade(server);
  assert.equal(s.status, 101);
  s.drop();
});

test('the subprotocol, the version and the method are asked for', async () => {
  const wrong = [
    { 'Sec-WebSocket-Protocol': null },
    { 'Sec-WebSocket-Protocol': 'ting.2' },
    { 'Sec-WebSocket-Version': '8' },
    { 'Sec-WebSocket-Key': 'short' },
    { Upgrade: null },
    { Connection: 'keep-alive' },
  ];
  for (const headers of wrong) {
    const s = await upgrade(server, { headers });
    assert.ok(s.status >= 400 && s.status < 500, JSON.stringify(headers));
    s.drop();
  }
});

test('a cookie does not join: the code does', async () => {
  const made = await meeting(server, { title: 'Hemligt' });
  const how = { headers: { Cookie: cookie } };
  const person = await Participant.open(server, how);
  for (const verb of ['chat', 'view', 'stats', 'end', 'admit', 'offer']) {
    await person.refused('join-first', verb, {});
  }
  await person.leave();
  await joinRefused(server, 'meeting-unknown', { code: 'A'.repeat(made.code.length) }, how);
  const inside = await join(server, { code: made.code }, how);
  assert.equal(inside.reply.members.find((m) => m.member === inside.self).role, 'participant');
  await inside.leave();
});

test('an owner leads the own meeting, nobody with an invented cookie does', async () => {
  const { json: made } = await api(server, 'POST', '/api/v1/meetings',
    { body: {}, headers: { cookie } });
  const roleOf = async (value) => {
    const one = await join(server, { code: made.code }, { headers: { Cookie: value } });
    const { role } = one.reply.members.find((m) => m.member === one.self);
    await one.leave();
    return role;
  };
  assert.equal(await roleOf(cookie), 'host');
  const [name, value] = cookie.split('=');
  for (const forged of [`${name}=`, `${name}=${'A'.repeat(value.length)}`, `${name}=1`,
    `${name}=${value.slice(0, -1)}`, `ting=${value}`, `${name.toLowerCase()}=${value}`]) {
    assert.notEqual(await roleOf(forged), 'host', forged.slice(0, 12));
  }
});

test('the API changes nothing for a foreign page', async () => {
  const calls = [
    ['POST', '/api/v1/meetings', {}],
    ['POST', '/api/v1/numbers', { number: '1234567890' }],
    ['POST', '/api/v1/reports', { page: '/', text: 'x' }],
    ['POST', '/api/v1/session', { user: 'asa', password: PASSWORD }],
    ['DELETE', '/api/v1/session'],
  ];
  for (const [method, where, body] of calls) {
    for (const origin of [null, 'null', 'https://evil.example', `${server.url}.evil.example`]) {
      const { status, headers } = await api(server, method, where,
        { body, headers: { cookie, origin } });
      assert.equal(status, 403, `${method} ${where} from ${origin}`);
      assert.equal(headers['set-cookie'], undefined);
    }
  }
  const still = await api(server, 'GET', '/api/v1/config', { headers: { cookie } });
  assert.equal(still.json.signed_in, true);
});

test('nothing is shared with a foreign page', async () => {
  for (const where of ['/api/v1/config', '/', '/api/v1/openapi.json']) {
    const { headers } = await api(server, 'GET', where,
      { headers: { cookie, origin: 'https://evil.example' } });
    assert.equal(headers['access-control-allow-origin'], undefined);
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
  }
});
