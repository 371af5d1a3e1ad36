// Tries the way to the server and back in a meeting of one, whose own sound and picture return:
// first by UDP, then by TCP, by a TURN server if neither leads there, and what the best of them is
// like.
import { Peer } from './peer';
import { Signalling, socketUrl } from './signalling';
import type { JoinReply, Slots, Stats } from './types';

const CONNECT_MS = 8_000;
const SETTLE_MS = 2_000;
const MEASURE_S = 9;             // sending begins slowly, so it takes a while

export interface Flow { bps: number; loss: number; jitter_ms: number }

export interface LineResult {
  server_ms: number | null;       // null: no answer
  udp: boolean;
  tcp: boolean;
  relay: boolean | null;          // null: not tried
  drawn: boolean;                 // it was no camera's picture
  picture: boolean | null;        // came back; null: not tried
  sound: boolean | null;
  up: Flow | null;
  down: Flow | null;
  rtt_ms: number | null;
}

type Way = 'udp' | 'tcp' | 'relay';

/** An answer with the candidates of one way alone. */
export function only(sdp: string, way: Way): string {
  if (way === 'relay') return sdp;
  return sdp.split('\r\n').filter((line) => {
    const found = line.match(/^a=candidate:\S+ \d+ (\w+) /i);
    return !found || found[1]!.toLowerCase() === way;
  }).join('\r\n');
}

const wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** A network that swallows everything never says no. */
function patiently<T>(answer: Promise<T>): Promise<T> {
  return Promise.race([answer, wait(CONNECT_MS).then(() => { throw new Error('no answer'); })]);
}

class Line {
  private signalling: Signalling;
  readonly peer: Peer;
  private opened: Promise<void>;
  private connected: Promise<boolean>;
  self = 0;

  constructor(iceServers: RTCIceServer[], private readonly way: Way) {
    let stands: (ok: boolean) => void;
    this.connected = new Promise((done) => { stands = done; });
    // A TURN server would make every way lead there.
    this.peer = new Peer(way === 'relay' ? iceServers : [], (peer) => {
      if (peer.pc.connectionState === 'connected') stands(true);
      if (peer.pc.connectionState === 'failed') stands(false);
    });
    let open: () => void;
    let fail: (why: Error) => void;
    this.opened = new Promise((done, failed) => { open = done; fail = failed; });
    this.signalling = new Signalling({
      url: socketUrl(),
      open: () => open(),
      event: (name, m) => { if (name === 'slots') this.peer.assign(m.slots as Slots); },
      lost: () => fail(new Error('no answer')),
    });
  }

  /** Resolves with whether media got through that way; fails when the server doesn't answer. */
  async connect(mic: MediaStreamTrack | null, camera: MediaStreamTrack | null): Promise<boolean> {
    const sdp = await patiently(this.negotiate(mic, camera));
    const own = only(sdp, this.way);
    if (!own.includes('a=candidate:')) return false;
    await this.peer.answer(own);
    return Promise.race([this.connected, wait(CONNECT_MS).then(() => false)]);
  }

  private async negotiate(mic: MediaStreamTrack | null, camera: MediaStreamTrack | null) {
    this.signalling.start();
    await this.opened;
    const { self } = await this.signalling.call<JoinReply>('join', { code: 'test', lang: 'sv' });
    this.self = self;
    await Promise.all([this.peer.send('mic', mic), this.peer.send('camera', camera)]);
    const { sdp } = await this.signalling.call<{ sdp: string }>('offer', await this.peer.offer());
    this.signalling.tell('media', { mic: mic !== null, camera: camera !== null });
    return sdp;
  }

  async view(): Promise<void> {
    const tiles = [{ member: this.self, kind: 'camera', width: 1280, height: 720 }];
    const { slots } = await this.signalling.call<{ slots: Slots }>('view', { tiles });
    this.peer.assign(slots);
  }

  stats(): Promise<Stats> {
    return this.signalling.call<Stats>('stats');
  }

  close(): void {
    this.signalling.stop();
    this.peer.close();
  }
}

interface Received { bytes: number; packets: number; lost: number; frames: number; sound: number;
  jitter_ms: number }

async function received(pc: RTCPeerConnection): Promise<Received> {
  const sum: Received = { bytes: 0, packets: 0, lost: 0, frames: 0, sound: 0, jitter_ms: 0 };
  for (const s of (await pc.getStats()).values()) {
    if (s.type !== 'inbound-rtp' || !s.packetsReceived) continue;
    sum.bytes += s.bytesReceived ?? 0;
    sum.frames += s.framesDecoded ?? 0;
    sum.jitter_ms = Math.max(sum.jitter_ms, (s.jitter ?? 0) * 1000);
    if (s.kind === 'audio') {
      sum.sound += s.packetsReceived;
      continue;
    }
    // Of a picture the server has had repaired what was lost on the way up; of sound it has not.
    sum.packets += s.packetsReceived;
    sum.lost += s.packetsLost ?? 0;
  }
  return sum;
}

const mean = (list: number[]) => list.reduce((sum, n) => sum + n, 0) / Math.max(1, list.length);

/** Second by second: the best rate, and the rest on the average. */
async function measure(line: Line, mic: boolean, result: LineResult) {
  await line.view();
  await wait(SETTLE_MS);
  const seen: { rate: number; now: Received; stats: Stats }[] = [];
  const first = await received(line.peer.pc);
  for (let i = 0, before = first, at = performance.now(); i < MEASURE_S; i++) {
    await wait(1_000);
    const [now, stats] = await Promise.all([received(line.peer.pc), patiently(line.stats())]);
    const passed = performance.now() - at;
    seen.push({ rate: ((now.bytes - before.bytes) * 8000) / passed, now, stats });
    before = now;
    at += passed;
  }
  const { now: last, stats: { rtt_ms } } = seen.at(-1)!;
  result.picture = last.frames > first.frames;
  result.sound = mic ? last.sound > first.sound : null;
  const packets = last.packets - first.packets;
  const lost = Math.max(0, last.lost - first.lost);
  result.down = {
    bps: Math.round(Math.max(...seen.map((s) => s.rate))),
    loss: packets + lost ? lost / (packets + lost) : 0,
    jitter_ms: mean(seen.map((s) => s.now.jitter_ms)),
  };
  const ups = seen.map((s) => s.stats.up);
  result.up = {
    bps: Math.max(...ups.map((u) => u.bps)), loss: mean(ups.map((u) => u.loss)),
    jitter_ms: mean(ups.map((u) => u.jitter_ms)),
  };
  result.rtt_ms = rtt_ms;
}

async function answerTime(): Promise<number | null> {
  const ask = () => fetch('/api/v1/config',
    { cache: 'no-store', signal: AbortSignal.timeout?.(CONNECT_MS) });
  try {
    await ask();                        // the connection stands
    const begin = performance.now();
    await ask();
    return Math.round(performance.now() - begin);
  } catch {
    return null;
  }
}

/** What is sent. drawn: the picture is no camera's. */
export interface Sent { mic: MediaStreamTrack | null; picture: MediaStreamTrack; drawn: boolean }

/** About 25 s. told: after each part, with what is known so far. */
export async function checkLine(iceServers: RTCIceServer[], { mic, picture, drawn }: Sent,
  told: (so_far: LineResult) => void): Promise<LineResult> {
  const result: LineResult = {
    server_ms: await answerTime(), udp: false, tcp: false, relay: null, drawn,
    picture: null, sound: null, up: null, down: null, rtt_ms: null,
  };
  told(result);
  if (result.server_ms === null) return result;
  for (const way of ['udp', 'tcp', 'relay'] as const) {
    if (way === 'relay' && (result.udp || result.tcp || !iceServers.length)) continue;
    const line = new Line(iceServers, way);
    try {
      result[way] = await line.connect(mic, picture);
      told(result);
      if (result[way] && !result.up) await measure(line, mic !== null, result);
    } catch {
      // Nothing answered: the result says so.
    } finally {
      line.close();
    }
    told(result);
  }
  return result;
}
