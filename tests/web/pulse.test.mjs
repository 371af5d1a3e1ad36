// When the page doubts the path of its media: only when packets that came steadily have stopped.
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './bundle.mjs';

const { Pulse, PulseWatch } = await load('lib/pulse.ts');

const LOOK_MS = 150;

// A line that can be looked at: packets each so many ms; null: none.
function line() {
  const pulse = new Pulse();
  let now = 0, received = 0, sent = 0;
  const doubts = [];
  return {
    pulse, doubts,
    run(ms, every_ms, sent_each = 0) {
      const begin = now, first = received;
      while (now < begin + ms) {
        now += LOOK_MS;
        if (every_ms) received = first + Math.floor((now - begin) / every_ms);
        sent += sent_each;
        if (pulse.take({ received, sent }, now)) doubts.push(now - begin);
      }
      return doubts.splice(0);
    },
    sentWithin: (ms) => pulse.sentWithin(ms, now),
  };
}

test('steady media that stops is doubted within 700 ms, and again with longer pauses', () => {
  const { run, pulse } = line();
  assert.deepEqual(run(3000, 20), []);
  const doubts = run(20000, null);
  assert.ok(doubts[0] >= 500 && doubts[0] <= 700, `${doubts}`);
  assert.ok(doubts[1] - doubts[0] >= 1500, `${doubts}`);
  assert.ok(doubts.length >= 4 && doubts.length <= 6, `${doubts}`);
  assert.equal(pulse.comes, false);
  assert.deepEqual(run(3000, 20), []);
  assert.equal(pulse.comes, true);
  assert.ok(run(1000, null).length === 1, 'and the next time');
});

test('silence, what comes now and then, and a first silence are no reason', () => {
  const { run, pulse } = line();
  assert.deepEqual(run(10000, null), [], 'nothing ever came');
  assert.deepEqual(run(10000, 400), [], 'comfort noise');
  assert.deepEqual(run(10000, null), [], 'and none of that either');
  assert.deepEqual(run(10000, 1000), [], 'reports');
  assert.equal(pulse.comes, true);
});

test('a gap shorter than half a second is no reason', () => {
  const { run } = line();
  for (let i = 0; i < 10; i++) {
    assert.deepEqual(run(1500, 20), []);
    assert.deepEqual(run(450, null), []);
  }
});

test('what was sent lately is counted', () => {
  const { run, sentWithin } = line();
  run(3000, 20, 6);
  assert.equal(sentWithin(600), 24);
  run(3000, 20, 0);
  assert.equal(sentWithin(600), 0);
});

// A page with one connection, whose counts and whose server are what a test says.
function page({ answer, counts, ask = async () => answer }) {
  const broken = [];
  const pc = { async getStats() {
    const { received, sent } = counts();
    return new Map([['t', { type: 'transport', packetsReceived: received }],
      ['o', { type: 'outbound-rtp', packetsSent: sent }]]);
  } };
  const watch = new PulseWatch({ connection: () => pc, ask,
    broken: (answered) => broken.push(answered), comes: () => {} });
  return { watch, broken };
}

async function lookOften(watch) {
  for (let i = 0; i < 4; i++) await watch.look();
}

test('the server answers and its packets come: nothing is broken', async () => {
  let received = 0;
  const { watch, broken } = page({ answer: { quiet_ms: 20 },
    counts: () => ({ received: received += 2, sent: 0 }) });
  await watch.doubt(true);
  // Devices that are off send nothing, however long.
  const idle = page({ answer: { quiet_ms: 60000 },
    counts: () => ({ received: received += 2, sent: 7 }) });
  await lookOften(idle.watch);
  await idle.watch.doubt(true);
  assert.deepEqual([...broken, ...idle.broken], []);
});

test('the server answers and its packets do not come: broken', async () => {
  const { watch, broken } = page({ answer: { quiet_ms: 20 },
    counts: () => ({ received: 5, sent: 0 }) });
  await watch.doubt();
  assert.deepEqual(broken, [true]);
});

test('the server has nothing of what was sent: broken', async () => {
  let received = 0, sent = 0;
  const { watch, broken } = page({ answer: { quiet_ms: 500 },
    counts: () => ({ received: received += 2, sent: sent += 5 }) });
  await lookOften(watch);
  await watch.doubt();
  assert.deepEqual(broken, [true]);
});

test('what is sent once the server has answered, it could not have had', async () => {
  let received = 0, sent = 0;
  const { watch, broken } = page({
    counts: () => ({ received: received += 2, sent }),
    ask: async () => {
      setTimeout(() => {
        sent = 50;
        watch.look();
      });
      return { quiet_ms: 60000 };
    },
  });
  await lookOften(watch);
  await watch.doubt();
  assert.deepEqual(broken, []);
});

test('nobody answers: broken only if media has stopped', async () => {
  const { watch, broken } = page({ answer: null, counts: () => ({ received: 5, sent: 0 }) });
  await watch.doubt();
  assert.deepEqual(broken, []);
  await watch.doubt(true);
  assert.deepEqual(broken, [false]);
});
