// Encoders and players that are not browsers, by WHIP (RFC 9725) and WHEP: GStreamer's webrtcbin
// and aiortc each publish to somebody in Chromium, and each play what Chromium sends.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';
import test from 'node:test';
import { namespace, request, ROOT, startServer } from '../browser/harness.mjs';
import { hueFar, LOOKS, until } from '../browser/meeting.mjs';
import { hears, shows, startPerson, stats } from '../browser/either.mjs';

const PYTHON = '/usr/bin/python3';          // Debian's own, which has Debian's packages
const HUE_NEAR = 25, PITCH_NEAR = 15;

LOOKS.aiortc = { hue: 60, tone: 950 };
LOOKS.GStreamer = { hue: 180, tone: 1300 };

await namespace(import.meta.url);

let server, meeting, anna;

test.before(async () => {
  [server, anna] = await Promise.all([startServer(), startPerson('Anna')]);
  meeting = await server.meeting('--title', 'Sändning');
  await anna.join({ url: `${server.url}/m/${meeting.code}` });
});
test.after(async () => {
  await anna?.stop();
  await server?.stop();
});

const whip = (name) => `${server.url}/whip/${meeting.code}?name=${name}`;
const whep = () => `${server.url}/whep/${meeting.code}`;

// A foreign client at work: what it said, line by line; how to end it.
function client(script, ...args) {
  const child = spawn(PYTHON, [path.join(ROOT, 'tests/interop', script), ...args.map(String)],
    { stdio: ['pipe', 'pipe', 'pipe'] });
  const said = [];
  let error = '';
  child.stderr.on('data', (part) => { error += part; });
  readline.createInterface({ input: child.stdout }).on('line', (l) => said.push(JSON.parse(l)));
  const ended = new Promise((done) => { child.once('close', (code) => done(code)); });
  let code;
  ended.then((c) => { code = c; });
  return {
    said,
    async says(what, ask, ms = 20000) {
      await until(what, () => {
        assert.equal(code, undefined, `ended: ${error.slice(-3000)}`);
        return said.some(ask) || said.at(-1) || error.slice(-1000) || false;
      }, { ms });
    },
    async end() {
      child.stdin.end('\n');
      const timer = setTimeout(() => child.kill('SIGKILL'), 8000);
      await ended;
      clearTimeout(timer);
      assert.ok(said.some((s) => s.ended), `DELETE was answered; ${error.slice(-2000)}`);
      assert.equal(code, 0, error);
    },
    kill() { child.kill('SIGKILL'); },
  };
}

const CLIENTS = { aiortc: 'aiortc_client.py', GStreamer: 'gst_client.py' };

for (const [name, script] of Object.entries(CLIENTS)) {
  test(`${name} publishes, and is seen and heard in Chromium`, async (t) => {
    const { hue, tone } = LOOKS[name];
    const encoder = client(script, 'publish', whip(name), meeting.token, '--hue', hue,
      '--tone', tone);
    t.after(() => encoder.kill());
    await encoder.says('it is connected', (s) => s.connected);
    await shows(anna.page, name);
    await hears(anna.page, { Anna: false, [name]: true });
    await encoder.end();
    await until('its tile goes', () => anna.page.evaluate(
      () => document.querySelectorAll('.tile').length === 1));
    await hears(anna.page, { [name]: false });
  });

  test(`${name} plays what Chromium sends`, async (t) => {
    const player = client(script, 'play', whep(), meeting.token);
    t.after(() => player.kill());
    await player.says('it is connected', (s) => s.connected);
    await player.says('the right colour', (s) => s.picture > 20 && s.saturation > 0.3
      && hueFar(s.hue, LOOKS.Anna.hue) < HUE_NEAR);
    await player.says('the right pitch', (s) => Math.abs(s.pitch - LOOKS.Anna.tone) < PITCH_NEAR);
    await player.end();
  });
}

for (const [name, script] of Object.entries(CLIENTS)) {
  test(`${name} publishes H.264, as most encoders do`, async (t) => {
    const { hue, tone } = LOOKS[name];
    const encoder = client(script, 'publish', whip(name), meeting.token, '--hue', hue,
      '--tone', tone, '--codec', 'H264');
    t.after(() => encoder.kill());
    await encoder.says('it is connected', (s) => s.connected);
    await shows(anna.page, name);
    const codecs = await stats(anna.page, 'inbound-rtp', 'codec');
    const used = codecs.filter((s) => s.framesDecoded > 0)
      .map((s) => codecs.find((c) => c.id === s.codecId)?.mimeType);
    assert.ok(used.includes('video/H264'), JSON.stringify(used));
    await encoder.end();
  });
}

test('somebody is neither seen nor listed for watching', async () => {
  const names = await anna.page.evaluate(
    () => [...document.querySelectorAll('.tile .name [title]')].map((e) => e.title));
  assert.deepEqual(names, ['Anna']);
});

// ── The HTTP of it ──

const SDP = 'application/sdp';

function post(url, { token = meeting.token, type = SDP, body = OFFER } = {}) {
  return request(url, { method: 'POST', body,
    headers: { 'content-type': type, ...(token && { authorization: `Bearer ${token}` }) } });
}

// Opus alone, by nobody who will ever connect.
const OFFER = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'c=IN IP4 0.0.0.0', 'a=mid:0', 'a=sendonly', 'a=rtcp-mux',
  'a=ice-ufrag:abcd', 'a=ice-pwd:0123456789012345678901', 'a=setup:actpass',
  `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`,
  'a=rtpmap:111 opus/48000/2', ''].join('\r\n');

const frag = 'a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n'
  + 'a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n';

test('no token, a wrong one and one of another meeting are refused', async () => {
  const other = await server.meeting();
  for (const url of [whip('X'), whep()]) {
    for (const token of [null, 'wrong', other.token]) {
      const { status, headers, body } = await post(url, { token });
      assert.equal(status, 401, `${url} ${token}`);
      assert.match(headers['www-authenticate'], /^Bearer/);
      assert.equal(headers['content-type'], 'application/problem+json');
      const { type, todo } = JSON.parse(body);
      assert.equal(type, token ? '/problem/token-wrong' : '/problem/token-missing');
      assert.ok(todo, 'what to do');
    }
  }
});

test('an offer makes a resource with an address and a tag, and DELETE ends it', async () => {
  const made = await post(whip('Kort'));
  assert.equal(made.status, 201, made.body);
  assert.equal(made.headers['content-type'], SDP);
  assert.match(made.body, /a=candidate:.* typ host/);
  assert.match(made.body, /a=recvonly/);
  const where = new URL(made.headers.location, server.url).href;
  const { etag } = made.headers;
  assert.match(etag, /^"[^"]+"$/);
  const patch = (ifMatch, type = 'application/trickle-ice-sdpfrag') => request(where, {
    method: 'PATCH', body: frag,
    headers: { 'content-type': type, authorization: `Bearer ${meeting.token}`,
      ...(ifMatch && { 'if-match': ifMatch }) } });
  assert.equal((await patch(etag)).status, 204);
  assert.equal((await patch(`"other", ${etag}`)).status, 204);
  assert.equal((await patch('"other"')).status, 412);
  assert.equal((await patch(null)).status, 428);
  assert.equal((await patch('*')).status, 422, 'a restart of ICE');
  assert.equal((await patch(etag, SDP)).status, 415);
  const gone = (url) => request(url, { method: 'DELETE' });
  assert.equal((await gone(where.replace('/whip/', '/whep/'))).status, 404);
  assert.equal((await gone(where)).status, 200);
  assert.equal((await gone(where)).status, 404);
  assert.equal((await patch(etag)).status, 404);
});

test('what is no offer is said to be none', async () => {
  assert.equal((await post(whip('X'), { body: 'v=0\r\n' })).status, 400);
  assert.equal((await post(whip('X'), { type: 'text/plain' })).status, 415);
  assert.equal((await post(`${server.url}/whip/no-such-meeting`)).status, 404);
});

test('nobody complained, and no token is in the log', async () => {
  await anna.leave();
  assert.ok(!server.log().includes(meeting.token));
  assert.ok(!server.log().includes(meeting.code));
});
