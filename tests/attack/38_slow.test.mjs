// Case 38: clients that are slow on purpose, or say nothing, hold a place for so long and no
// longer, and nobody else waits for them. The thousands come in a test of their own; here are 500.
import assert from 'node:assert/strict';
import test from 'node:test';
import zlib from 'node:zlib';
import { ASAN, askMs, bystanders, dial, dialPlain, frame, join, median, meeting, sleep, startServer,
  upgrade } from './wsclient.mjs';

let server, others;

const PER_HOST = 200;                         // limits.connections.host, set below

test.before(async () => {
  server = await startServer({ args: ['--set', `limits.connections.host=${PER_HOST}`] });
  others = await bystanders(server);
});
test.afterEach(() => others.check());
test.after(() => server.stop());

// Writes one byte after the other until the other end closes. Gives how long that took, in seconds.
async function drip(raw, bytes, everyMs = 250) {
  let at = 0;
  const timer = setInterval(() => {
    if (at < bytes.length) raw.socket.write(bytes.subarray(at, ++at));
  }, everyMs);
  const ms = await raw.closed(60000);
  clearInterval(timer);
  return ms / 1000;
}

const within = (seconds, most, what) => {
  assert.ok(seconds <= most, `${what} was held for ${seconds.toFixed(1)} s`);
};

// All of them side by side: each takes as long as its deadline.
test('the slow are shut out, each at its time', { concurrency: true }, async (t) => {
  const host = `Host: ${server.host}:${server.port}\r\n`;
  const { code } = await meeting(server);
  let busy = true;

  const cases = {
    'a connection that says nothing': [7, async () => (await dialPlain(server)).closed(60000)],
    'a first byte of TLS and no more': [12, async () => {
      const raw = await dialPlain(server);
      raw.write(Buffer.from([0x16]));
      return raw.closed(60000);
    }],
    'a hello in single bytes': [12, async () => 1000 * await drip(await dialPlain(server),
      Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, ...Array(500).fill(7)]))],
    'a framed STUN request that never ends': [7, async () => 1000 * await drip(
      await dialPlain(server),
      Buffer.from([0, 200, 0, 1, 0, 180, 0x21, 0x12, 0xa4, 0x42, ...Array(190).fill(0)]))],
    'plain HTTP in single bytes': [7, async () => 1000 * await drip(await dialPlain(server),
      Buffer.from(`GET / HTTP/1.1\r\nX: ${'a'.repeat(500)}`))],
    'TLS, and then nothing': [12, async () => (await dial(server)).closed(60000)],
    'a header in single bytes': [12, async () => 1000 * await drip(await dial(server),
      Buffer.from(`GET / HTTP/1.1\r\n${host}X: ${'a'.repeat(500)}`))],
    'a header field now and then': [12, async () => {
      const raw = await dial(server);
      raw.write(`GET / HTTP/1.1\r\n${host}`);
      const timer = setInterval(() => raw.write('X-A: b\r\n'), 1000);
      const ms = await raw.closed(60000);
      clearInterval(timer);
      return ms;
    }],
    'a body in single bytes': [34, async () => {
      const raw = await dial(server);
      raw.write(`POST /api/v1/meetings HTTP/1.1\r\n${host}Origin: ${server.url}\r\n`
        + 'Content-Type: application/json\r\nContent-Length: 4000\r\n\r\n');
      return 1000 * await drip(raw, Buffer.from(`{${' '.repeat(300)}`));
    }],
    'a body that does not come': [34, async () => {
      const raw = await dial(server);
      raw.write(`POST /api/v1/reports HTTP/1.1\r\n${host}Origin: ${server.url}\r\n`
        + 'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{');
      return raw.closed(60000);
    }],
    'a WebSocket that does not join': [14, async () => (await upgrade(server)).closed(60000)],
    'a WebSocket that sends half a frame': [14, async () => {
      const raw = await upgrade(server);
      raw.write(frame('{"verb":"join"}', { only: 7 }));
      return raw.closed(60000);
    }],
    'a WebSocket that sends its join in single bytes': [14, async () => 1000 * await drip(
      await upgrade(server),
      frame(JSON.stringify({ verb: 'join', id: 1, code, name: 'x'.repeat(60) })))],
    'half a frame of one who has joined': [36, async () => {
      const raw = await upgrade(server);
      raw.write(frame(JSON.stringify({ verb: 'join', id: 1, code, name: 'Halv' })));
      await raw.until(/"self":/);
      raw.write(frame('x', { announce: 400000 }));
      return raw.closed(60000);
    }],
    'an endless row of fragments': [36, async () => {
      const raw = await upgrade(server);
      raw.write(frame(JSON.stringify({ verb: 'join', id: 1, code, name: 'Bitar' })));
      await raw.until(/"self":/);
      raw.write(frame('{', { fin: false }));
      const timer = setInterval(() => raw.write(frame(' ', { opcode: 0, fin: false })), 100);
      const ms = await raw.closed(60000);
      clearInterval(timer);
      return ms;
    }],
    'one who does not close after being told to': [14, async () => {
      const raw = await upgrade(server);
      raw.write(frame(Buffer.from([0xff])));
      return raw.closed(60000);
    }],
  };

  // Meanwhile the meeting of the others goes on.
  const watch = (async () => {
    while (busy) {
      await others.check();
      await sleep(700);
    }
  })();
  const results = await Promise.allSettled(Object.entries(cases).map(([what, [most, run]]) =>
    t.test(what, async () => within((await run()) / 1000, most, what))));
  busy = false;
  await watch;
  assert.ok(results.every((r) => r.status === 'fulfilled'));
});

test('500 that say nothing delay nobody', async () => {
  const quiet = [];
  for (let i = 0; i < 20; i++) quiet.push(await askMs(server));
  const before = median(quiet);
  const raws = [];
  for (let i = 0; i < 500; i++) {
    const from = `127.0.4.${1 + Math.floor(i / 100)}`;
    raws.push(i % 2 ? await dial(server, { from }) : await dialPlain(server, { from }));
  }
  const busy = [];
  for (let i = 0; i < 20; i++) busy.push(await askMs(server));
  const after = median(busy);
  assert.ok(after < Math.max(3 * before, ASAN ? 400 : 80),
    `${before.toFixed(1)} ms before, ${after.toFixed(1)} ms beside 500`);
  await others.check();
  const late = await join(server, { code: (await meeting(server)).code });
  await late.leave();
  for (const raw of raws) raw.drop();
});

test('one address has so many places and leaves the others theirs', async () => {
  const raws = [];
  let refused = 0;
  for (let i = 0; i < PER_HOST + 20; i++) {
    const raw = await dial(server, { from: '127.0.4.9' }).catch(() => null);
    if (raw) raws.push(raw);
    else refused++;
  }
  assert.equal(raws.length, PER_HOST);
  assert.equal(refused, 20);
  await others.check();
  await askMs(server);
  for (const raw of raws) raw.drop();
  // What is let go of is free again.
  let back = null;
  for (let i = 0; i < 100 && !back; i++) {
    back = await dial(server, { from: '127.0.4.9' }).catch(() => null);
    if (!back) await sleep(50);
  }
  back.drop();
});

test('nothing that comes over a WebSocket is unpacked', async () => {
  const { code } = await meeting(server);
  const offer = 'permessage-deflate; client_max_window_bits, x-webkit-deflate-frame';
  const bomb = zlib.deflateRawSync(Buffer.alloc(64 << 20, ' '));
  const before = server.residentBytes();
  for (const rsv of [0x40, 0x20, 0x10, 0x70]) {
    const raw = await upgrade(server, { headers: { 'Sec-WebSocket-Extensions': offer } });
    assert.equal(raw.status, 101);
    assert.doesNotMatch(raw.bytes.toString('latin1'), /sec-websocket-extensions/i);
    raw.write(frame(JSON.stringify({ verb: 'join', id: 1, code, name: 'Bomb' })));
    await raw.until(/"self":/);
    const packed = frame(bomb);
    packed[0] |= rsv;
    const closing = raw.bytes.length;
    raw.write(packed);
    await raw.closed(20000);
    const close = raw.bytes.subarray(closing);
    assert.ok(close.includes(Buffer.from([0x88, close[1], 0x03, 0xea])), '1002: against protocol');
    raw.drop();
  }
  assert.ok(server.residentBytes() - before < 16 << 20);
  await others.check();
});

test('a request smuggled behind another, and lengths that lie, are refused', async () => {
  const host = `Host: ${server.host}:${server.port}\r\nOrigin: ${server.url}\r\n`;
  const json = 'Content-Type: application/json\r\n';
  for (const head of [
    `${json}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
    `${json}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${json}Content-Length: -1\r\n\r\n{}`,
    `${json}Content-Length: 99999999999999999999\r\n\r\n{}`,
    `${json}Content-Length: 100000000\r\n\r\n{}`,
    `${json}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`,
    `${json}Transfer-Encoding: identity\r\n\r\n{}`,
    `${json}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n${'x'.repeat(1 << 21)}`,
    `${json}Content-Length : 2\r\n\r\n{}`,
    `${json} Content-Length: 2\r\n\r\n{}`,
    `X: ${'a'.repeat(20000)}\r\n\r\n`,
    `${'X: a\r\n'.repeat(5000)}\r\n`,
  ]) {
    const raw = await dial(server);
    raw.write(`POST /api/v1/meetings HTTP/1.1\r\n${host}${head}`);
    await raw.closed(20000);
    assert.doesNotMatch(raw.bytes.toString(), /HTTP\/1.1 [^4]/, head.slice(0, 80));
    raw.drop();
  }
});
