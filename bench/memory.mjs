// What a participant costs in a meeting of sixteen who all film, talk and see each other: resident
// memory over that at rest. Packets kept for repairs are counted apart: they have a bound of their
// own (limits.packet_cache.mb, of each worker). A meeting of four tells what is paid once.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { join, meeting, startServer, TING } from '../tests/attack/wsclient.mjs';
import { figure, median } from './lib/figures.mjs';

const MANY = 16, FEW = 4, CAMERAS = 15, SAMPLES = 9, LIMIT_KB = 150;
const KB = 1024, MB = 1024 * KB;
const SETTLE_MS = 4000;        // the caches hold two seconds at most
const CONNECT_MS = 20000;
const FRAMES_MIN = 20;         // of each picture a second: otherwise nothing was measured

// Clients who offer, answer and then film. Gives {ready, got, stop}.
function startCallers(people) {
  const child = spawn(path.join(path.dirname(TING), 'bench/callers'),
    [String(people.length), String(CAMERAS)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const callers = { got: 0, stop: () => child.stdin.end() };
  callers.ready = new Promise((done, fail) => {
    let connected = 0;
    const answer = async ({ caller, offer, roles }) => {
      const { sdp } = await people[caller].fine('offer', { sdp: offer, roles });
      child.stdin.write(`${JSON.stringify({ caller, answer: sdp })}\n`);
    };
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text);
      if (line.offer) answer(line).catch(fail);
      if (line.connected && ++connected === people.length) done();
      callers.got = line.got ?? callers.got;
    });
    child.once('exit', (status) => { if (status) fail(new Error(`callers: ${status}`)); });
    setTimeout(() => fail(new Error(`${connected} of ${people.length} connected`)), CONNECT_MS)
      .unref();
  });
  return callers;
}

// Bytes of a server: {rest, joined, all, pool}, and packets a second that came out of it.
async function measure(count) {
  const server = await startServer();
  await sleep(500);
  const rest = server.residentBytes();
  const { code } = await meeting(server);
  const people = [];
  for (let i = 0; i < count; i++) people.push(await join(server, { code, name: `Person ${i}` }));
  const joined = server.residentBytes();
  const callers = startCallers(people);
  await callers.ready;
  for (const one of people) {
    await one.fine('media', { mic: true, camera: true });
    await one.fine('view', { tiles: people.filter((other) => other !== one)
      .map((other) => ({ member: other.self, kind: 'camera', width: 320, height: 180 })) });
  }
  await sleep(SETTLE_MS);
  const samples = [], pools = [], begin = performance.now(), before = callers.got;
  for (let i = 0; i < SAMPLES; i++) {
    await sleep(700);
    samples.push(server.residentBytes());
    pools.push(await server.metric('ting_packet_pool_bytes'));
  }
  const rate = (callers.got - before) * 1000 / (performance.now() - begin);
  callers.stop();
  await Promise.all(people.map((one) => one.leave()));
  await server.stop();
  if (!(rate > count * (count - 1) * FRAMES_MIN)) {
    throw new Error(`only ${rate.toFixed(0)} packets a second were forwarded`);
  }
  return { rest, joined, all: median(samples), pool: median(pools), rate };
}

const few = await measure(FEW), many = await measure(MANY);
const above = ({ all, rest, pool }) => all - rest - pool;
const each = (above(many) - above(few)) / (MANY - FEW);
figure('a participant in a meeting of 16 with video', above(many) / MANY / KB, 'kB',
  { limit: LIMIT_KB, note: `${many.rate.toFixed(0)} packets/s out` });
figure('  each further one, between 4 and 16', each / KB, 'kB');
figure('  paid once for the first meeting', (above(few) - FEW * each) / MB, 'MB');
figure('  a participant before sound and picture', (many.joined - many.rest) / MANY / KB, 'kB');
figure('packets kept for repairs, in all', many.pool / MB, 'MB',
  { note: 'at most limits.packet_cache.mb a worker' });
figure('resident with that meeting', many.all / MB, 'MB');
