// A TURN server for tests in a namespace.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { freePort } from './harness.mjs';
import { until } from './meeting.mjs';

const [FIRST, LAST] = [49160, 49199];

export const SECRET = 'delad-hemlighet';
export const RELAYS = `${FIRST}-${LAST}`;       // the ports from which it sends

// Debian's coturn on that address, reached by TCP, for one who has our secret. Gives what a server
// of ours is to be started with.
export async function startTurn(t, host) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ting-turn-'));
  const port = await freePort(host);
  const child = spawn('turnserver', ['-n', '--log-file=stdout', `--pidfile=${folder}/pid`,
    `--userdb=${folder}/db`, `--listening-ip=${host}`, `--relay-ip=${host}`,
    `--listening-port=${port}`, `--min-port=${FIRST}`, `--max-port=${LAST}`,
    '--use-auth-secret', `--static-auth-secret=${SECRET}`, '--realm=example.org', '--no-cli',
    '--no-tls', '--no-dtls', '--no-multicast-peers'], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream.resume();
  const ended = new Promise((done) => { child.once('close', done); });
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
    fs.rmSync(folder, { recursive: true });
  });
  await until('coturn listens', () => new Promise((done) => {
    const socket = net.connect(port, host, () => { socket.destroy(); done(true); });
    socket.once('error', () => done(false));
  }));
  return ['--set', `turn.uris=turn:${host}:${port}?transport=tcp`,
    '--set', `turn.secret=${SECRET}`];
}
