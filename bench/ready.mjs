// From the start of the program to its first answer that it is ready, and what it then holds.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freeMediaPort, freePort, request, TING } from '../tests/browser/server.mjs';
import { figure, median, spread } from './lib/figures.mjs';

const STARTS = 9, READY_MS = 200, REST_MB = 30, MB = 1 << 20;

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ting-bench-'));
const port = await freePort(), mediaPort = await freeMediaPort();

async function listens() {
  for (;;) {
    const socket = net.connect({ host: '127.0.0.1', port });
    const open = await new Promise((done) => {
      socket.once('connect', () => done(true)).once('error', () => done(false));
    });
    socket.destroy();
    if (open) return;
    await sleep(1);
  }
}

// Starts, asks until it is ready, calls then(pid), ends. Gives milliseconds.
async function start(then = async () => {}) {
  const begin = performance.now();
  const child = spawn(TING, ['serve', '--demo', '--data', dir, '--listen', `127.0.0.1:${port}`,
    '--media-port', String(mediaPort)], { stdio: 'ignore' });
  const ended = new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', done);
  });
  const early = ended.then((code) => { throw new Error(`ting ended with ${code}`); });
  early.catch(() => {});
  await Promise.race([listens(), early]);
  const { status } = await request(`https://127.0.0.1:${port}/readyz`);
  const took = performance.now() - begin;
  if (status !== 200) throw new Error(`/readyz: ${status}`);
  await then(child.pid);
  child.kill('SIGTERM');
  await ended;
  return took;
}

function residentMb(pid) {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(status.match(/^VmRSS:\s+(\d+)/m)[1]) * 1024 / MB;
}

try {
  figure('first start, keys made', await start(), 'ms');
  const took = [], rest = [];
  for (let i = 0; i < STARTS; i++) {
    took.push(await start(async (pid) => {
      await request(`https://127.0.0.1:${port}/`);
      await sleep(300);                            // whatever it still does after it is ready
      rest.push(residentMb(pid));
    }));
  }
  figure('ready to serve after start', median(took), 'ms',
    { limit: READY_MS, note: spread(took, 'starts') });
  figure('resident at rest, no meeting', median(rest), 'MB',
    { limit: REST_MB, note: `${os.cpus().length} workers` });
} finally {
  fs.rmSync(dir, { recursive: true, force: true });
}
