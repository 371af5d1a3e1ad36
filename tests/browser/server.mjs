// One `ting serve` on free ports over a directory of its own.
//
//   const server = await startServer();
//   server.url                       'https://127.0.0.1:41234'
//   await server.stop()              asks it to end; fails the test if it ends badly
//   await server.kill9(); await server.restart()        the same data, the same ports
//   server.log()                     what it printed so far
import { spawn, execFile } from 'node:child_process';
import dgram from 'node:dgram';
import fs from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const TING = process.env.TING ?? path.join(ROOT, 'build/ting');
export const ASAN = /\/san\//.test(TING);

const READY_MS = ASAN ? 20000 : 10000;
const STOP_MS = 15000;
const MEDIA_PORTS = 8;              // tried in a row: a worker each

// A TCP port that was free a moment ago.
export async function freePort(host = '127.0.0.1') {
  const probe = net.createServer();
  await new Promise((done, fail) => probe.once('error', fail).listen(0, host, done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

async function udpFree(port, host) {
  const probe = dgram.createSocket('udp4');
  return new Promise((done) => {
    probe.once('error', () => done(false));
    probe.bind(port, host, () => probe.close(() => done(true)));
  });
}

// The first of a run of UDP ports that were free a moment ago.
export async function freeMediaPort(host = '127.0.0.1') {
  for (let tries = 0; tries < 100; tries++) {
    const first = 20000 + Math.floor(Math.random() * 4000) * MEDIA_PORTS;
    let free = true;
    for (let i = 0; free && i < MEDIA_PORTS; i++) free = await udpFree(first + i, host);
    if (free) return first;
  }
  throw new Error('no free media ports');
}

// One HTTPS request, the certificate taken as it is: {status, headers, body}.
export function request(url, { method = 'GET', headers = {}, body, timeout = 5000 } = {}) {
  return new Promise((done, fail) => {
    const req = https.request(url, { method, headers, timeout, rejectUnauthorized: false,
      agent: false }, (res) => {
      const parts = [];
      res.on('data', (part) => parts.push(part));
      res.on('end', () => done({ status: res.statusCode, headers: res.headers,
        body: Buffer.concat(parts).toString() }));
      res.on('error', fail);
    });
    req.on('timeout', () => req.destroy(new Error(`${url}: no answer in ${timeout} ms`)));
    req.on('error', fail);
    req.end(body);
  });
}

class Server {
  #child = null;
  #ended = null;
  #output = '';

  constructor(settings) {
    Object.assign(this, settings);
    this.url = `https://${this.host}:${this.port}`;
  }

  get pid() { return this.#child?.pid; }

  log() { return this.#output; }

  async start() {
    const args = ['serve', ...(this.demo ? ['--demo'] : []), '--data', this.dir,
      '--listen', `${this.host}:${this.port}`, '--media-port', String(this.mediaPort),
      ...this.args];
    const child = spawn(TING, args, { stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.env } });
    this.#child = child;
    const take = (part) => { this.#output += part; };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    this.#ended = new Promise((done) => {
      child.once('error', (error) => { take(`${error}\n`); done({ error }); });
      child.once('exit', (code, signal) => { this.#child = null; done({ code, signal }); });
    });
    const begin = performance.now();
    await this.#ready(begin + READY_MS);
    this.readyMs = performance.now() - begin;
    return this;
  }

  async #ready(until) {
    let ended = false;
    this.#ended.then(() => { ended = true; });
    while (performance.now() < until && !ended) {
      try {
        if ((await request(`${this.url}/readyz`, { timeout: 1000 })).status === 200) return;
      } catch { /* not yet */ }
      await sleep(10);
    }
    const why = ended ? 'ended' : `was not ready in ${READY_MS} ms`;
    if (!ended) this.#child.kill('SIGKILL');
    throw new Error(`ting ${why}:\n${this.#output.slice(-4000)}`);
  }

  async stop({ keep = false } = {}) {
    if (!this.#child) {
      const how = await this.#ended;
      if (!how) return;
      if (!this.killed) throw new Error(`ting had ended by itself (${how.signal ?? how.code}):\n`
        + this.#output.slice(-8000));
      this.#clean(keep);
      return;
    }
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), STOP_MS);
    this.#child.kill('SIGTERM');
    const { code, signal } = await this.#ended;
    clearTimeout(timer);
    this.#clean(keep);
    if (code !== 0) {
      throw new Error(`ting ended with ${signal ?? code}:\n${this.#output.slice(-8000)}`);
    }
  }

  #clean(keep) {
    if (!keep && this.ownDir) fs.rmSync(this.dir, { recursive: true, force: true });
  }

  async kill9() {
    this.killed = true;
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  async restart() {
    if (this.#child) await this.stop({ keep: true });
    this.killed = false;
    return this.start();
  }

  // `ting COMMAND… --data DIR`: what it printed.
  async ting(...args) {
    const { stdout } = await promisify(execFile)(TING, [...args, '--data', this.dir]);
    return stdout;
  }

  // A new meeting in this installation: {code, url, whip, whep, token}.
  async meeting(...args) { return JSON.parse(await this.ting('meeting', 'new', ...args)); }

  // The value of one line of /metrics, `ting_rooms` or `ting_drops{why="auth"}`; NaN: none.
  async metric(name) {
    const { body } = await request(`${this.url}/metrics`);
    const line = body.split('\n').find((l) => l.startsWith(`${name} `));
    return line ? Number(line.slice(name.length + 1)) : NaN;
  }

  // Bytes resident.
  residentBytes() {
    const status = fs.readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(status.match(/^VmRSS:\s+(\d+)/m)[1]) * 1024;
  }
}

// Starts a server and gives it when it is ready. Settings: host, port, mediaPort, dir (kept),
// demo (true), args, env.
export async function startServer(settings = {}) {
  const host = settings.host ?? process.env.TING_HOST ?? '127.0.0.1';
  const server = new Server({
    host,
    port: settings.port ?? await freePort(host),
    mediaPort: settings.mediaPort ?? await freeMediaPort(host),
    dir: settings.dir ?? fs.mkdtempSync(path.join(os.tmpdir(), 'ting-test-')),
    ownDir: !settings.dir,
    demo: settings.demo ?? true,
    args: settings.args ?? [],
    env: settings.env ?? {},
  });
  return server.start();
}
