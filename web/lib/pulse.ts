// Whether media still passes, found out long before the browser says so: it waits five seconds or
// more for an answer to its checks. Media that stops after having come without a break is a reason
// to ask the server, which says by the socket how long it has had nothing from here, and sends two
// packets by the path of the media. What then does not fit is a broken path. Silence alone never
// is: a meeting where nobody speaks, or all have turned their devices off, changes nothing.

const LOOK_MS = 150;
const STILL_MS = 500;           // nothing for so long, after
const STEADY = 6;               // so many looks with news
const STEADY_OF = 7;            // out of so many
const ARRIVE_MS = 120;          // after the server's answer, for what it sent beside it
const QUIET_MS = 400;           // the server has had nothing for so long, though
const SENT = 8;                 // so many packets were sent meanwhile
const AGAIN_MS = 1_500;         // if it goes on, it is asked again, then after twice as long …
const AGAIN_MOST_MS = 12_000;

/** Counts that grow while packets come and go; their unit is the browser's own. */
export interface Passed { received: number; sent: number }

interface Look extends Passed { at: number }

export async function passed(pc: RTCPeerConnection): Promise<Passed> {
  let received = 0;
  let sent = 0;
  for (const s of (await pc.getStats()).values()) {
    if (s.type === 'transport') received += s.packetsReceived ?? 0;
    // Firefox's word for the pair in use; it has no transport.
    if (s.type === 'candidate-pair' && s.selected === true) received += s.bytesReceived ?? 0;
    if (s.type === 'outbound-rtp') sent += s.packetsSent ?? 0;
  }
  return { received, sent };
}

/** What comes and goes, over the last seconds. Times are in ms, by a clock that never goes back. */
export class Pulse {
  /** False: packets came steadily, and have stopped. */
  comes = true;
  private looks: Look[] = [];
  private news: boolean[] = [];
  private came = 0;
  private askAt = 0;
  private wait = AGAIN_MS;

  /** Takes a look; true: it has stopped, so ask. */
  take({ received, sent }: Passed, now: number): boolean {
    const last = this.looks.at(-1);
    this.looks.push({ at: now, received, sent });
    while (this.looks[0]!.at < now - 5_000) this.looks.shift();
    if (!last || received !== last.received) {
      this.heard(now);
      return false;
    }
    if (now - this.came < STILL_MS) {
      this.news.push(false);
      return false;
    }
    // Looks that came within the silence say nothing of what was before.
    const before = this.news.slice(0, this.news.lastIndexOf(true) + 1).slice(-STEADY_OF);
    if (before.filter(Boolean).length < STEADY) return false;
    this.comes = false;
    if (now < this.askAt) return false;
    this.askAt = now + this.wait;
    this.wait = Math.min(this.wait * 2, AGAIN_MOST_MS);
    return true;
  }

  private heard(now: number): void {
    this.news.push(true);
    this.news = this.news.slice(-4 * STEADY_OF);
    this.came = now;
    this.comes = true;
    this.askAt = 0;
    this.wait = AGAIN_MS;
  }

  /** How many packets went out within the last ms. */
  sentWithin(ms: number, now: number): number {
    const last = this.looks.at(-1);
    const first = this.looks.find((look) => look.at >= now - ms);
    return last && first ? last.sent - first.sent : 0;
  }
}

export interface PulseCalls {
  /** The connection that should carry media; null: there is none now. */
  connection(): RTCPeerConnection | null;
  /** Asks the server; null: there is no answer in time. Fails when it has none to give. */
  ask(): Promise<{ quiet_ms: number } | null>;
  /** The path is broken. answered: the socket works. */
  broken(answered: boolean): void;
  /** Packets come, or they came steadily and have stopped. */
  comes(on: boolean): void;
}

const wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** Watches for the life of the page. */
export class PulseWatch {
  private pulse = new Pulse();
  private of: RTCPeerConnection | null = null;
  private looking = false;
  private asking = false;

  constructor(private readonly calls: PulseCalls) {}

  start(): void {
    setInterval(() => void this.look(), LOOK_MS);
  }

  private async look(): Promise<void> {
    const pc = this.calls.connection();
    if (this.looking || !pc) return;
    this.looking = true;
    try {
      const now = await passed(pc);
      if (pc !== this.of) this.pulse = new Pulse();
      this.of = pc;
      const stopped = this.pulse.take(now, performance.now());
      this.calls.comes(this.pulse.comes);
      if (stopped) void this.doubt(true);
    } catch {
      // It was closed meanwhile.
    } finally {
      this.looking = false;
    }
  }

  /** There is a reason to think that the path is broken: finds out, and says so if it is.
   * stopped: packets came until now; where none did, and nobody answers, nothing is known. */
  async doubt(stopped = false): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    try {
      const pc = this.calls.connection();
      const before = pc && await passed(pc);
      const answer = await this.calls.ask();
      if (!pc || !before) return;
      // Counted now: what is sent from here on, the answer can't know of.
      const mute = answer !== null && answer.quiet_ms >= QUIET_MS && pc === this.of
        && this.pulse.sentWithin(answer.quiet_ms, performance.now()) >= SENT;
      if (answer) await wait(ARRIVE_MS);
      const after = await passed(pc);
      if (pc !== this.calls.connection()) return;
      const deaf = after.received === before.received && (answer !== null || stopped);
      if (deaf || mute) this.calls.broken(answer !== null);
    } catch {
      // There is no such connection any more, or the server knows of none.
    } finally {
      this.asking = false;
    }
  }
}
