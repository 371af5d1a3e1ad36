// Case 30: script, markup and signs that deceive, in everything that people write and others read:
// names, titles, chat, lines under way, captions, reports. Text is kept and sent as the text it is,
// what makes text look like something else is refused, and no answer is anything but what it says.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import test from 'node:test';
import { address, api, bystanders, frame, join, joinRefused, meeting, pair, Participant,
  startServer, upgrade } from './wsclient.mjs';

let server, others;

test.before(async () => {
  server = await startServer();
  others = await bystanders(server);
});
test.afterEach(() => others.check());
test.after(() => server.stop());

const MARKUP = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'-alert(1)-'",
  'javascript:alert(1)',
  '</title><svg onload=alert(1)>',
  '{{7*7}} ${7*7} <%= 7 %>',
  '&lt;b&gt; &#x3c; %3Cscript%3E',
  '\\u003cscript\\u003e \\" \\\\',
  '<!--', ']]>', '`${x}`',
];
// In a name or a title nothing of this may stand.
const DECEIVING = {
  'right-to-left override': 'Bo\u202egnp.exe',
  'left-to-right override': 'Bo\u202dx',
  'an isolate': 'Bo\u2066x\u2069',
  'a right-to-left mark': 'Bo\u200f',
  'an escape sequence': 'Bo\u001b[31m',
  'a bell': 'Bo\u0007',
  'a backspace': 'Boo\u0008',
  'delete': 'Bo\u007f',
  'a C1 control sign': 'Bo\u009b31m',
  'a line separator': 'Bo\u2028x',
  'a soft hyphen': 'B\u00ado',
  'a zero-width no-break space': 'B\ufeffo',
  'a word joiner': 'B\u2060o',
  'tag signs': 'Bo\u{e0041}',
  'a private sign': 'Bo\ue000',
  'a tower of marks': `Bo${'\u0330'.repeat(20)}`,
  'nothing visible': '\u200d\u200d',
  'a filler': '\u3164',
  'blanks alone': ' \u00a0\u2003 ',
};

const oneLine = (text) => text.replace(/\s+/g, ' ').trim();

test('markup in names and chat arrives as it was written', async () => {
  const [host, bo, { code }] = await pair(server);
  for (const text of MARKUP) {
    const guest = await join(server, { code, name: text });
    const { member } = await host.event('member', (e) => e.member.member === guest.self);
    assert.equal(member.name, oneLine(text));
    await guest.fine('chat', { text });
    for (const one of [host, bo]) {
      const said = await one.event('chat', (e) => e.member === guest.self);
      assert.equal(said.text, text);
      assert.equal(said.name, oneLine(text));
    }
    await guest.fine('rtt', { line: 1, text });
    assert.equal((await host.event('rtt')).text, text);
    await guest.leave();
  }
  const late = await join(server, { code });
  assert.deepEqual(late.reply.chat.map((c) => c.text), MARKUP);
  await host.fine('end');
});

test('markup in titles too, for those in it and for those who look', async () => {
  for (const title of MARKUP.slice(0, 6)) {
    const made = await meeting(server, { title });
    const look = await api(server, 'GET', `/api/v1/meetings/${made.code}`);
    assert.equal(look.json.title, title);
    const one = await join(server, { code: made.code });
    assert.equal(one.reply.meeting.title, title);
    await one.leave();
  }
});

test('what deceives is refused in names, titles and on joining', async () => {
  const [host, bo, { code }] = await pair(server);
  for (const [what, name] of Object.entries(DECEIVING)) {
    await joinRefused(server, 'bad-value', { code, name });
    const made = await api(server, 'POST', '/api/v1/meetings',
      { body: { title: name }, from: address() });
    assert.equal(made.status, 422, `a title with ${what}`);
  }
  host.events.length = 0;
  for (const [i, name] of Object.values(DECEIVING).entries()) {
    if (i === 15) break;                             // at twenty refusals the line is closed
    await bo.refused('bad-value', 'rename', { name });
  }
  await host.settle();
  assert.deepEqual(host.events, []);
  await host.fine('end');
});

test('a name is as long as a name', async () => {
  const { code } = await meeting(server);
  for (const name of ['x'.repeat(81), 'å'.repeat(81), '😀'.repeat(81), 'x'.repeat(1024),
    'ﷺ'.repeat(80) + 'x', '']) {
    await joinRefused(server, 'bad-value', { code, name });
  }
  const one = await join(server, { code, name: '😀'.repeat(80) });
  await one.leave();
});

test('chat keeps its lines, and no sign that overrides the direction or drives a terminal',
  async () => {
    const [host, bo] = await pair(server);
    for (const text of ['a\u202eb', 'a\u202db', 'a\u001b[2Jb', 'a\u0007', 'a\u009bb', ' \n\t ']) {
      await bo.refused('bad-value', 'chat', { text });
    }
    await bo.fine('chat', { text: 'ett\r\ntvå\tשלום 👩‍🚀' });
    const said = await host.event('chat');
    assert.equal(said.text, 'ett\ntvå\tשלום 👩‍🚀');
    for (const verb of ['rtt', 'caption']) {
      if (verb === 'caption') await host.fine('role', { member: bo.self, role: 'captioner' });
      for (const text of ['a\nb', 'a\u202eb', 'a\u001bb']) {
        await bo.refused('bad-value', verb, { line: 1, text });
      }
    }
    await bo.refused('bad-value', 'chat', { text: 'x'.repeat(4001) });
    await bo.refused('bad-value', 'rtt', { line: 1, text: 'x'.repeat(501) });
    await host.fine('end');
  });

test('words of a closed list are only those', async () => {
  const [host, bo] = await pair(server);
  await host.fine('role', { member: bo.self, role: 'captioner' });
  for (const [verb, members] of [
    ['reaction', { sign: '<b>' }], ['reaction', { sign: '💩' }], ['chat', { text: 'x', to: 'me' }],
    ['caption', { line: 1, text: 'x', lang: '"><b>' }],
    ['caption', { line: 1, text: 'x', lang: 'sv\u202e' }],
  ]) {
    await bo.refused('bad-value', verb, members);
  }
  await host.refused('bad-value', 'role', { member: bo.self, role: '<b>' });
  await host.refused('bad-value', 'mute', { member: bo.self, kind: '<b>' });
  await host.fine('end');
});

test('what is not UTF-8 or not JSON does not get as far as a verb', async () => {
  const { code } = await meeting(server);
  for (const bytes of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80],
    [0xc0, 0xaf]]) {
    const raw = await upgrade(server);
    raw.write(frame(Buffer.from([...Buffer.from('{"verb":"'), ...bytes, 0x22, 0x7d])));
    await raw.until(/\x88[^]{3}/);            // a close frame …
    const close = raw.bytes.subarray(raw.bytes.indexOf('\r\n\r\n') + 4);
    assert.equal(close.readUInt16BE(2), 1007);       // … that says why
    raw.drop();
  }
  const person = await Participant.open(server);
  for (const text of ['', '{', 'null', '[]', '"join"', '{"verb":"join","verb":"join"}',
    `{"verb":"join","id":1,"code":"${code}","name":"\\u0000"}`,
    `{"verb":"join","id":1,"code":"${code}","name":"\\ud800"}`,
    '['.repeat(4000), `{"a":`.repeat(1000), '{"verb":"join","id":1e999}', '{"verb":1,"id":"x"}']) {
    person.say(text);
    const { problem } = await person.event('problem');
    assert.match(problem.type, /bad-json|bad-value/, text.slice(0, 40));
  }
  await person.leave();
});

test('a report is kept as it was written', async () => {
  for (const text of MARKUP.slice(0, 3)) {
    const { status } = await api(server, 'POST', '/api/v1/reports',
      { body: { page: text, text, contact: text }, from: address() });
    assert.equal(status, 201);
  }
  for (const text of ['', ' ', 'a\u202eb', 'a\u001bb', 'x'.repeat(5001)]) {
    const { status } = await api(server, 'POST', '/api/v1/reports',
      { body: { page: '/', text }, from: address() });
    assert.equal(status, 422, JSON.stringify(text.slice(0, 20)));
  }
  const kept = JSON.parse(execFileSync('python3', ['-c', `
import json, sqlite3, sys
rows = sqlite3.connect(sys.argv[1]).execute('SELECT page, body, contact FROM report')
print(json.dumps(rows.fetchall()))`, path.join(server.dir, 'ting.db')], { encoding: 'utf8' }));
  assert.deepEqual(kept.map((row) => row.join('|')).sort(),
    MARKUP.slice(0, 3).map((text) => [text, text, text].join('|')).sort());
});

test('no answer takes an address into its page, and all say what they are', async () => {
  const evil = encodeURIComponent('"><script>alert(1)</script>');
  for (const where of [`/m/${evil}`, `/${evil}`, `/api/v1/meetings/${evil}`, `/api/${evil}`,
    `/assets/${evil}`, `/?q=${evil}`, `/problem/${evil}`]) {
    const { status, headers, body } = await api(server, 'GET', where, { from: address() });
    assert.ok(status < 500, `${where}: ${status}`);
    assert.doesNotMatch(body, /alert\(1\)/, where);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.match(headers['content-security-policy'], /require-trusted-types-for 'script'/);
    assert.doesNotMatch(headers['content-security-policy'], /unsafe-inline|unsafe-eval/);
    if (where.startsWith('/api')) assert.match(headers['content-type'], /json/);
  }
});

test('a line break in what we are told is none in what we answer', async () => {
  for (const where of ['/m/x%0d%0aSet-Cookie:%20a=b', '/api/v1/meetings/x%0d%0aX-Evil:%201']) {
    const { headers } = await api(server, 'GET', where);
    assert.equal(headers['x-evil'], undefined);
    assert.equal(headers['set-cookie'], undefined);
  }
  for (const headers of [{ 'accept-language': 'sv\u0000' }, { cookie: 'lang=sv%0d%0aX-Evil: 1' },
    { host: 'evil.example\u0001' }]) {
    const answer = await api(server, 'GET', '/', { headers });
    assert.equal(answer.headers['x-evil'], undefined);
    assert.doesNotMatch(answer.body, /evil\.example/);
  }
});
