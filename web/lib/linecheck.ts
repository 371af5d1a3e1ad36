// Tries the way to the server and back in a meeting of one, whose own sound and picture return:
// first by UDP, then by TCP, and what the better of them is like.
import { Peer } from './peer';
import { Signalling } from './signalling';
import type { JoinReply, Slots, Stats } from './types';

const CONNECT_MS = 8_000;
const SETTLE_MS = 2_000;
const MEASURE_MS = 6_000;

export interface LineResult {
  server_ms: number | null;       // null: no answer
  udp: boolean;
  tcp: boolean;
  picture: boolean | null;        // null: had none to send
  sound: boolean | null;
  up: { bps: number; loss: number; jitter_ms: number } | null;
  down: { bps: number; loss: number } | null;
  rtt_ms: number | null;
}

type Way = 'udp' | 'tcp';

/** An answer with the candidates of one way alone. */
export function only(sdp: string, way: Way): string {
  return sdp.split('\r\n').filter((line) => {
    const found = line.match(/^a=candidate:\S+ \d+ (\w+) /i);
    return !found || found[1]!.toLowerCase() === way;
  }).join('\r\n');
}

const wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

class Line {
  private signalling: Signalling;
  readonly peer: Peer;
  private opened: Promise<void>;
  private connected: Promise<boolean>;
  self = 0;

  constructor(iceServers: RTCIceServer[], private readonly way: Way) {
    let stands: (ok: boolean) => void;
    this.connected = new Promise((done) => { stands = done; });
    this.peer = new Peer(iceServers, (peer) => {
      if (peer.pc.connectionState === 'connected') stands(true);
      if (peer.pc.connectionState === 'failed') stands(false);
    });
    const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`;
    let open: () => void;
    let fail: (why: Error) => void;
    this.opened = new Promise((done, failed) => { open = done; fail = failed; });
    this.signalling = new Signalling({
      url,
      open: () => open(),
      event: (name, m) => { if (name === 'slots') this.peer.assign(m.slots as Slots); },
      lost: () => fail(new Error('no answer')),
    });
  }

  /** Resolves with whether media got through that way; fails when the server doesn't answer. */
  async connect(mic: MediaStreamTrack | null, camera: MediaStreamTrack | null): Promise<boolean> {
    this.signalling.start();
    await this.opened;
    const { self } = await this.signalling.call<JoinReply>('join', { code: 'test', lang: 'sv' });
    this.self = self;
    await Promise.all([this.peer.send('mic', mic), this.peer.send('camera', camera)]);
    const { sdp } = await this.signalling.call<{ sdp: string }>('offer', await this.peer.offer());
    this.signalling.tell('media', { mic: mic !== null, camera: camera !== null });
    const own = only(sdp, this.way);
    if (!own.includes('a=candidate:')) return false;
    await this.peer.answer(own);
    return Promise.race([this.connected, wait(CONNECT_MS).then(() => false)]);
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

interface Received { bytes: number; packets: number; lost: number; frames: number; energy: number }

async function received(pc: RTCPeerConnection): Promise<Received> {
  const sum: Received = { bytes: 0, packets: 0, lost: 0, frames: 0, energy: 0 };
  for (const s of (await pc.getStats()).values()) {
    if (s.type !== 'inbound-rtp') continue;
    sum.bytes += s.bytesReceived ?? 0;
    sum.packets += s.packetsReceived ?? 0;
    sum.lost += s.packetsLost ?? 0;
    sum.frames += s.framesDecoded ?? 0;
    if (s.kind === 'audio') sum.energy += s.packetsReceived ?? 0;
  }
  return sum;
}

async function measure(line: Line, mic: boolean, camera: boolean, result: LineResult) {
  await line.view();
  await wait(SETTLE_MS);
  const before = await received(line.peer.pc);
  await wait(MEASURE_MS);
  const after = await received(line.peer.pc);
  result.picture = camera ? after.frames > before.frames : null;
  result.sound = mic ? after.energy > before.energy : null;
  const packets = after.packets - before.packets;
  const lost = Math.max(0, after.lost - before.lost);
  result.down = {
    bps: ((after.bytes - before.bytes) * 8000) / MEASURE_MS,
    loss: packets + lost ? lost / (packets + lost) : 0,
  };
  const stats = await line.stats();
  result.up = stats.up;
  result.rtt_ms = stats.rtt_ms;
}

async function answerTime(): Promise<number | null> {
  try {
    await fetch('/api/v1/config', { cache: 'no-store' });       // the connection stands
    const begin = performance.now();
    await fetch('/api/v1/config', { cache: 'no-store' });
    return Math.round(performance.now() - begin);
  } catch {
    return null;
  }
}

/** About 20 s. told: after each part, with what is known so far. */
export async function checkLine(iceServers: RTCIceServer[], mic: MediaStreamTrack | null,
  camera: MediaStreamTrack | null, told: (so_far: LineResult) => void): Promise<LineResult> {
  const result: LineResult = {
    server_ms: await answerTime(), udp: false, tcp: false, picture: null, sound: null,
    up: null, down: null, rtt_ms: null,
  };
  told(result);
  for (const way of ['udp', 'tcp'] as const) {
    const line = new Line(iceServers, way);
    try {
      result[way] = await line.connect(mic, camera);
      told(result);
      if (result[way] && !result.up) await measure(line, mic !== null, camera !== null, result);
    } catch {
      // Nothing answered: the result says so.
    } finally {
      line.close();
    }
    told(result);
  }
  return result;
}
