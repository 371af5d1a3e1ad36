// What the attack tests attack with, and whom.
//
//   const [asa, bo] = await pair(server);        a meeting with a host and a guest
//   await asa.ask('hand', { up: true })          the reply, also when it is a problem
//   await bo.event('member')                     the next event of that name
//   const s = await dial(server);                a raw TLS connection
//   const w = await upgrade(server);             a raw WebSocket: frames as bytes
//
// Everything on 127/8 is this machine, so a stranger from elsewhere is one from 127.0.0.66: the
// server counts by address, and bystanders have another one.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { ASAN, ROOT, request } from '../browser/server.mjs';

export * from '../browser/server.mjs';
export { sleep };

export const ELSEWHERE = '127.0.0.66';
const PATIENCE_MS = ASAN ? 20000 : 6000;

// Under a sanitizer freed memory is kept for a while: little, so that growth can be told.
export const LEAN = ASAN
  ? { ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ''}:quarantine_size_mb=1` } : {};

// ── People ──

function late(what, ms) {
  return sleep(ms, null, { ref: false })
    .then(() => { throw new Error(`${what}: not in ${ms} ms`); });
}

export class Participant {
  #ws;
  #last = 0;
  #replies = new Map();
  #waiting = [];
  events = [];                                    // heard, and not asked for yet

  // Opens the WebSocket and says nothing. from: our address; headers, origin: as sent.
  static async open(server, { from, headers = {}, origin = server.url } = {}) {
    const person = new Participant();
    const ws = new WebSocket(`${server.url.replace('https', 'wss')}/ws`, ['ting.1'], {
      origin, headers, localAddress: from, rejectUnauthorized: false, perMessageDeflate: false,
      agent: false, skipUTF8Validation: false });
    person.#ws = ws;
    person.ended = new Promise((done) => {
      ws.once('close', (code, reason) => done({ code, reason: reason.toString() }));
    });
    ws.on('message', (data) => person.#hear(JSON.parse(data.toString())));
    await new Promise((done, fail) => {
      ws.once('open', done);
      ws.once('error', fail);
    });
    ws.on('error', () => {});                     // a reset is an end like others
    person.ended.then(() => person.#gone());
    return person;
  }

  #hear(message) {
    if ('reply' in message) {
      this.#replies.get(message.reply)?.done(message);
      this.#replies.delete(message.reply);
      if (message.reply === null) this.events.push({ event: 'problem', ...message });
    } else {
      this.events.push(message);
    }
    this.#waiting = this.#waiting.filter((look) => !look());
  }

  #gone() {
    for (const { fail } of this.#replies.values()) fail(new Error('the connection has ended'));
    this.#replies.clear();
  }

  get socket() { return this.#ws._socket; }

  // The reply to a verb.
  async ask(verb, members = {}) {
    const id = ++this.#last;
    if (this.#ws.readyState !== WebSocket.OPEN) throw new Error(`${verb}: the line is closed`);
    const reply = new Promise((done, fail) => this.#replies.set(id, { done, fail }));
    reply.catch(() => {});
    this.say(JSON.stringify({ verb, id, ...members }));
    return Promise.race([reply, late(verb, PATIENCE_MS)]);
  }

  async fine(verb, members) {
    const reply = await this.ask(verb, members);
    assert.equal(reply.problem, undefined, `${verb}: ${reply.problem?.type}`);
    return reply;
  }

  // slug: of the problem that the verb must be refused with.
  async refused(slug, verb, members) {
    assert.equal(problemOf(await this.ask(verb, members)), slug,
      `${verb} ${JSON.stringify(members)?.slice(0, 80)}`);
  }

  // A text message as it is.
  say(text) {
    if (this.#ws.readyState === WebSocket.OPEN) this.#ws.send(text);
  }

  // Takes the first event of a name, heard already or to come.
  async event(name, where = () => true, ms = PATIENCE_MS) {
    const take = () => {
      const i = this.events.findIndex((e) => e.event === name && where(e));
      return i < 0 ? null : this.events.splice(i, 1)[0];
    };
    const there = take();
    if (there) return there;
    const coming = new Promise((done) => {
      this.#waiting.push(() => {
        const found = take();
        if (found) done(found);
        return found;
      });
    });
    return Promise.race([coming, late(`event ${name}`, ms)]);
  }

  heard(name, where = () => true) {
    return this.events.filter((e) => e.event === name && where(e)).length;
  }

  // Everything that was on its way to this one has been heard.
  async settle() {
    await this.ask('nothing-of-the-kind');
  }

  async closed(ms = PATIENCE_MS) {
    return Promise.race([this.ended, late('close', ms)]);
  }

  async leave() {
    this.#ws.close();
    await this.closed();
  }

  // The line is cut: no close frame.
  cut() { this.#ws.terminate(); }

  // From now on nothing is read.
  stopReading() { this.#ws.pause(); }

  joined(reply) {
    Object.assign(this, { self: reply.self, resume: reply.resume, state: reply.state, reply });
    return this;
  }
}

export const problemOf = (reply) => reply.problem?.type.replace('/problem/', '');

// Joins: members as in the protocol; how: see open.
export async function join(server, members, how) {
  const person = await Participant.open(server, how);
  return person.joined(await person.fine('join', { name: 'Någon', ...members }));
}

// A join that must be refused with this problem.
export async function joinRefused(server, slug, members, how) {
  const person = await Participant.open(server, how);
  await person.refused(slug, 'join', { name: 'Någon', ...members });
  await person.leave();
}

// One address after the other, for what is counted by address.
let addresses = 0;
export const address = () => `127.1.${addresses >> 8}.${++addresses & 255}`;

// A new meeting: {code, number, host_invite, …}.
export async function meeting(server, members = {}) {
  const answer = await api(server, 'POST', '/api/v1/meetings', { body: members, from: address() });
  assert.equal(answer.status, 201, answer.body);
  return answer.json;
}

// A host and a guest in a new meeting.
export async function pair(server, members, from) {
  const made = await meeting(server, members);
  const host = await join(server, { code: made.code, invite: made.host_invite, name: 'Åsa' },
    { from });
  const guest = await join(server, { code: made.code, name: 'Bo' }, { from });
  if (guest.state === 'lobby') {
    await host.fine('admit', { member: guest.self });
    await guest.event('admitted');
  }
  return [host, guest, made];
}

// Two whose meeting goes on, whatever happens around them: check() fails unless a word of one is
// heard by the other.
export async function bystanders(server, { patience = PATIENCE_MS } = {}) {
  const [asa, bo] = await pair(server, { title: 'Går vidare' });
  let said = 0;
  return {
    asa,
    bo,
    async check() {
      const text = `ord ${++said}`;
      const writer = said % 2 ? asa : bo, reader = said % 2 ? bo : asa;
      let reply = await writer.ask('chat', { text });
      // One who writes often is slowed down: that is our doing.
      for (let i = 0; i < 3 && problemOf(reply) === 'too-fast'; i++) {
        await sleep(600);
        reply = await writer.ask('chat', { text });
      }
      assert.equal(reply.chat?.text, text, problemOf(reply));
      await reader.event('chat', (e) => e.text === text, patience);
      for (const one of [asa, bo]) {
        for (const bad of ['left', 'ended', 'removed', 'replaced', 'problem', 'restarting']) {
          assert.equal(one.heard(bad), 0, `a bystander heard ${bad}`);
        }
      }
    },
    async stop() { await Promise.all([asa.leave(), bo.leave()]); },
  };
}

// ── HTTP ──

// One request of the page's own: {status, headers, body, json}.
export async function api(server, method, where, { body, headers = {}, from, origin } = {}) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const s = await dial(server, { from });
  const fields = { host: `${server.host}:${server.port}`, origin: origin ?? server.url,
    connection: 'close', ...(text !== undefined && { 'content-type': 'application/json',
      'content-length': Buffer.byteLength(text) }), ...headers };
  const lines = Object.entries(fields).filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  s.write(`${method} ${where} HTTP/1.1\r\n${lines.join('')}\r\n${text ?? ''}`);
  const answer = parseAnswer(await s.all());
  try {
    answer.json = JSON.parse(answer.body);
  } catch { /* not JSON */ }
  return answer;
}

export function parseAnswer(bytes) {
  const text = bytes.toString();
  const [head, ...rest] = text.split('\r\n\r\n');
  const [status, ...fields] = head.split('\r\n');
  const headers = {};
  for (const field of fields) {
    const [name, ...value] = field.split(': ');
    headers[name.toLowerCase()] = value.join(': ');
  }
  return { status: Number(status.split(' ')[1]), headers, body: rest.join('\r\n\r\n') };
}

// ── Raw connections ──

class Raw {
  constructor(socket) {
    this.socket = socket;
    this.bytes = Buffer.alloc(0);
    socket.on('data', (part) => { this.bytes = Buffer.concat([this.bytes, part]); });
    socket.on('error', () => {});
    this.ended = new Promise((done) => {
      const begin = performance.now();
      socket.once('close', () => done(performance.now() - begin));
    });
  }

  write(data) { this.socket.write(data); }

  // Everything until the other end closed.
  async all(ms = PATIENCE_MS) {
    await Promise.race([this.ended, late('end of the answer', ms)]);
    return this.bytes;
  }

  // Milliseconds until the other end closed.
  async closed(ms) { return Promise.race([this.ended, late('close', ms)]); }

  async until(pattern, ms = PATIENCE_MS) {
    const begin = performance.now();
    while (!pattern.test(this.bytes.toString('latin1'))) {
      assert.ok(performance.now() - begin < ms, `${pattern} not in ${ms} ms: ${this.bytes}`);
      await sleep(5);
    }
  }

  drop() { this.socket.destroy(); }
}

// A TCP connection with nothing on it.
export async function dialPlain(server, { from } = {}) {
  const socket = net.connect({ host: server.host, port: server.port, localAddress: from });
  const raw = new Raw(socket);
  await new Promise((done, fail) => socket.once('connect', done).once('error', fail));
  return raw;
}

export async function dial(server, { from } = {}) {
  const socket = tls.connect({ host: server.host, port: server.port, localAddress: from,
    rejectUnauthorized: false });
  const raw = new Raw(socket);
  await new Promise((done, fail) => socket.once('secureConnect', done).once('error', fail));
  return raw;
}

// Asks for a WebSocket with just these fields: {status, …}, and the connection when it is one.
export async function upgrade(server, { headers = {}, from, target = '/ws' } = {}) {
  const raw = await dial(server, { from });
  const fields = { Host: `${server.host}:${server.port}`, Origin: server.url,
    Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': crypto.randomBytes(16).toString('base64'),
    'Sec-WebSocket-Protocol': 'ting.1', ...headers };
  const lines = [];
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value].flat()) if (one !== null) lines.push(`${name}: ${one}\r\n`);
  }
  raw.write(`GET ${target} HTTP/1.1\r\n${lines.join('')}\r\n`);
  await raw.until(/\r\n\r\n/);
  raw.status = parseAnswer(raw.bytes).status;
  return raw;
}

// One frame of a client, whole, or cut off after `only` bytes. opcode: 1 text, 0 continued, 9 ping.
export function frame(data, { opcode = 1, fin = true, only, announce } = {}) {
  const payload = Buffer.from(data);
  const len = announce ?? payload.length;
  const mask = crypto.randomBytes(4);
  let size;
  if (len < 126) {
    size = Buffer.from([0x80 | len]);
  } else if (len < 65536) {
    size = Buffer.from([0x80 | 126, len >> 8, len & 255]);
  } else {
    size = Buffer.alloc(9);
    size[0] = 0x80 | 127;
    size.writeBigUInt64BE(BigInt(len), 1);
  }
  for (let i = 0; i < payload.length; i++) payload[i] ^= mask[i % 4];
  const whole = Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | opcode]), size, mask, payload]);
  return only === undefined ? whole : whole.subarray(0, only);
}

// ── What else they share ──

export const offer = (who) => fs.readFileSync(
  path.join(ROOT, `tests/vectors/offer-${who}.sdp`), 'utf8');

export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

// Milliseconds that a plain request of somebody else takes.
export async function askMs(server) {
  const begin = performance.now();
  const { status } = await request(`${server.url}/api/v1/config`, { timeout: 20000 });
  assert.equal(status, 200);
  return performance.now() - begin;
}
