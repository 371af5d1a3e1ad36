// Case 39: memory by flood. Whatever strangers and guests send, and however much, what the server
// holds stays within a bound, and lets go of it; and those who meet go on meeting.
import assert from 'node:assert/strict';
import test from 'node:test';
import { address, api, ASAN, bystanders, dial, dialPlain, frame, join, LEAN, meeting, Participant,
  sleep, startServer, upgrade } from './wsclient.mjs';

let server, others;

const MB = 1 << 20;
// What one flood may leave behind. A sanitizer's own bookkeeping comes on top.
const BOUND = (ASAN ? 60 : 16) * MB;
const CROWD = 100;         // connections of a thousand messages or more: each is soon closed

test.before(async () => {
  server = await startServer({ env: LEAN, args: [
    '--set', 'limits.connections.host=1000', '--set', 'limits.tests=400',
    '--set', 'limits.meetings.made=20', '--set', 'limits.joins.host=1000'] });
  others = await bystanders(server);
});
test.afterEach(() => others.check());
test.after(() => server.stop());

// Runs a flood and fails when the server has grown by more than the bound, then or on the way.
async function bounded(flood, { bound = BOUND } = {}) {
  const before = server.residentBytes();
  let most = before, busy = true;
  const watch = (async () => {
    while (busy) {
      most = Math.max(most, server.residentBytes());
      await sleep(50);
    }
  })();
  try {
    await flood();
  } finally {
    busy = false;
    await watch;
  }
  const grown = (Math.max(most, server.residentBytes()) - before) / MB;
  assert.ok(grown * MB < bound, `grew by ${grown.toFixed(1)} MB`);
}

// As many bytes as the other end takes, until it closes or all are sent.
async function pour(raw, piece, times) {
  for (let i = 0; i < times && !raw.socket.destroyed && raw.socket.writable; i++) {
    if (!raw.socket.write(piece)) {
      await Promise.race([raw.ended, new Promise((done) => { raw.socket.once('drain', done); })]);
    }
  }
}

test('a hundred thousand messages of strangers', async () => {
  const piece = Buffer.concat(Array.from({ length: 1000 }, () => frame('{"verb":"hand"}')));
  await bounded(async () => {
    for (let i = 0; i < CROWD; i++) {
      const raw = await upgrade(server, { from: address() });
      await pour(raw, piece, 10);
      await raw.closed(20000);
    }
  });
});

test('a hundred thousand messages of guests', async () => {
  const { code } = await meeting(server);
  const piece = Buffer.concat(Array.from({ length: 1000 },
    () => frame('{"verb":"chat","text":"ett ord"}')));
  await bounded(async () => {
    for (let i = 0; i < CROWD; i++) {
      const raw = await upgrade(server, { from: address() });
      raw.write(frame(JSON.stringify({ verb: 'join', id: 1, code, name: 'Flod' })));
      await raw.until(/"self":/);
      await pour(raw, piece, 10);
      await raw.closed(20000);
    }
  });
});

test('messages that are too long, by strangers and by guests', async () => {
  const { code } = await meeting(server);
  const long = frame('x'.repeat(MB));
  await bounded(async () => {
    for (let i = 0; i < 20; i++) {
      const raw = await upgrade(server, { from: address() });
      if (i % 2) {
        raw.write(frame(JSON.stringify({ verb: 'join', id: 1, code, name: 'Lång' })));
        await raw.until(/"self":/);
      }
      await pour(raw, long, 50);
      await raw.closed(20000);
    }
  });
});

test('a length of exabytes is only a number', async () => {
  await bounded(async () => {
    for (const announce of [0x7fffffff, 0xffffffff, 2 ** 52]) {
      for (let i = 0; i < 20; i++) {
        const raw = await upgrade(server, { from: address() });
        raw.write(frame('{', { announce }));
        await raw.closed(20000);
      }
    }
  });
});

test('a hundred guests that each hold half a message as long as may be', async () => {
  const { code } = await meeting(server);
  const raws = [];
  // They may: this much is what the bound on connections times that on messages allows.
  await bounded(async () => {
    for (let i = 0; i < 100; i++) {
      const raw = await upgrade(server, { from: address() });
      raw.write(frame(JSON.stringify({ verb: 'join', id: 1, code, name: 'Halv' })));
      await raw.until(/"self":/);
      raw.write(frame('x'.repeat(200000), { announce: 500000 }));
      raws.push(raw);
    }
    await others.check();
  }, { bound: 100 * 512 * 1024 + BOUND });
  for (const raw of raws) raw.drop();
});

test('bodies of requests that nobody asked for', async () => {
  await bounded(async () => {
    for (let i = 0; i < 20; i++) {
      const raw = await dial(server, { from: address() });
      raw.write(`POST /api/v1/reports HTTP/1.1\r\nHost: ${server.host}:${server.port}\r\n`
        + `Origin: ${server.url}\r\nContent-Type: application/json\r\n`
        + 'Transfer-Encoding: chunked\r\n\r\n');
      const chunk = Buffer.from(`10000\r\n${'x'.repeat(65536)}\r\n`);
      await pour(raw, chunk, 100);
      raw.drop();
    }
  });
});

test('many who come, and many who come and go', async () => {
  const { code } = await meeting(server);
  await bounded(async () => {
    for (let round = 0; round < 10; round++) {
      const crowd = await Promise.all(Array.from({ length: 30 }, (_, i) =>
        join(server, { code, name: `Gäst ${'å'.repeat(60)} ${i}` }, { from: address() })));
      await Promise.all(crowd.map((one) => one.fine('leave')));
    }
  });
  const one = await join(server, { code });
  assert.ok(one.self > 300);
  await one.leave();
});

test('many meetings of one', async () => {
  await bounded(async () => {
    for (let round = 0; round < 10; round++) {
      const crowd = await Promise.all(Array.from({ length: 30 },
        () => join(server, { code: 'test' }, { from: address() })));
      await Promise.all(crowd.map((one) => one.leave()));
    }
  });
});

test('many meetings that nobody goes to', async () => {
  let made = 0;
  await bounded(async () => {
    for (let i = 0; i < 300; i++) {
      const { status } = await api(server, 'POST', '/api/v1/meetings',
        { body: { title: 'å'.repeat(200) }, from: `127.0.5.${1 + (i % 5)}` });
      made += status === 201;
    }
  });
  assert.ok(made <= 5 * 25, `${made} made from five addresses`);
});

test('codes that are not there', async () => {
  await bounded(async () => {
    for (let i = 0; i < 30; i++) {
      const person = await Participant.open(server, { from: address() });
      for (let j = 0; j < 15; j++) {
        await person.refused('meeting-unknown', 'join', { code: `${'q'.repeat(50)}${i}x${j}`,
          name: 'N' });
      }
      await person.leave();
    }
  });
});

test('connections of every beginning', async () => {
  const beginnings = [Buffer.alloc(0), Buffer.from([0x16]), Buffer.from('GET / HTTP/1.1\r\n'),
    Buffer.from([0, 100, 0, 1, 0, 80, 0x21, 0x12, 0xa4, 0x42]), Buffer.from([0xff]),
    Buffer.alloc(4096, 'G')];
  const raws = [];
  await bounded(async () => {
    for (let i = 0; i < 1000; i++) {
      const raw = await dialPlain(server, { from: `127.0.6.${1 + (i % 10)}` });
      raw.write(beginnings[i % beginnings.length]);
      raws.push(raw);
    }
  });
  for (const raw of raws) raw.drop();
});

// Ten people fill a chat with the longest lines there are.
test('a chat full of the longest lines keeps nobody out', async () => {
  const { code, host_invite: invite } = await meeting(server);
  const host = await join(server, { code, invite, name: 'Åsa' });
  const text = '👩‍🚀'.repeat(1300), each = 11;
  const writers = await Promise.all(Array.from({ length: 28 },
    (_, i) => join(server, { code, name: `Skribent ${i}` }, { from: address() })));
  await bounded(async () => {
    await Promise.all(writers.map(async (writer) => {
      for (let i = 0; i < each; i++) {
        if (i === each - 1) await sleep(600);
        await writer.fine('chat', { text });
      }
    }));
  }, { bound: BOUND + 10 * MB });
  await host.fine('hand', { up: true });
  for (const writer of writers) await writer.leave();
  const late = await join(server, { code, name: 'Sen' });
  assert.equal(late.reply.chat.at(-1).text, text);
  const size = Buffer.byteLength(JSON.stringify(late.reply));
  assert.ok(size < MB, `a join is answered by ${(size / MB).toFixed(1)} MB`);
  await late.leave();
  await host.fine('end');
});

test('those who do not read are let go of', async () => {
  const { code } = await meeting(server);
  const writers = await Promise.all(Array.from({ length: 4 },
    (_, i) => join(server, { code, name: `Skribent ${i}` }, { from: address() })));
  const deaf = await Promise.all(Array.from({ length: 40 },
    (_, i) => join(server, { code, name: `Döv ${i}` }, { from: address() })));
  for (const one of deaf) one.stopReading();
  const text = 'x'.repeat(4000);
  let heard = 0;
  // Forty that don't read may cost what is sent to them until a ping has gone unanswered.
  await bounded(async () => {
    for (let i = 0; i < 20; i++) {
      for (const writer of writers) await writer.ask('chat', { text });
      await sleep(250);
    }
    await writers[0].event('left', () => true, 1).catch(() => {});
    heard = writers[1].heard('chat');
  }, { bound: BOUND + 40 * 512 * 1024 });
  assert.ok(heard > 50, `${heard} heard by those who read`);
  for (const one of deaf) one.cut();
  for (const writer of writers) await writer.leave();
});
