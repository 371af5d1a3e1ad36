// The WebSocket to the server: verbs with replies, events in order, and coming back by itself.
//
// It knows nothing of meetings. Each time a connection stands it calls open(), whose first call
// must be the verb join; until that is answered nothing else is sent.
import { backoff } from './backoff';
import { ProblemError, type Problem } from './types';

const OPEN_MS = 10_000;         // as long may a connection take,
const OPEN_FIRST_MS = 3_000;    // but at first another is tried sooner
const OPEN_YOUNG_MS = 1_000;    // one younger than this may still come to something
const REPLY_MS = 10_000;
const PROBE_MS = 2_500;
const SOON_MS = [300, 2_000] as const;
const SLOW_MS = 2_500;          // a reply that takes longer makes one doubt the connection
const LOST: Problem = { type: '/problem/connection-lost', title: '', status: 0 };

export interface SignallingHooks {
  url: string;
  /** A connection stands: join. */
  open(): void;
  event(name: string, message: Record<string, unknown>): void;
  /** No connection; the next try comes in wait_ms. */
  lost(attempt: number, wait_ms: number): void;
}

export function socketUrl(): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`;
}

interface Pending {
  done(value: unknown): void;
  failed(why: Error): void;
  at: number;
  slow: ReturnType<typeof setTimeout>;
  timer: ReturnType<typeof setTimeout>;
}

export class Signalling {
  private socket: WebSocket | null = null;
  private pending = new Map<number, Pending>();
  private serial = 0;
  private attempt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stopped = true;
  private begun = 0;              // when the newest connection was
  private rtt_ms = 150;           // the shortest lately

  constructor(private readonly hooks: SignallingHooks) {}

  get up(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  start(): void {
    this.stopped = false;
    this.attempt = 0;
    this.connect();
  }

  /** Ends it for good; what waits for a reply fails. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.drop();
  }

  /** The join was answered: the next loss begins again at a wait of zero. */
  joined(): void {
    this.attempt = 0;
  }

  /** Tries now instead of when the wait is over. */
  hurry(): void {
    if (this.stopped || this.up) return;
    if (this.socket && performance.now() - this.begun < OPEN_YOUNG_MS) return;
    this.forget();
    this.connect();
  }

  /** Gives this connection up and makes another after a wait: a join on it came to nothing. */
  again(): void {
    if (!this.stopped && this.socket) this.drop();
  }

  /** Asks for a sign of life; without one the connection is given up and made anew. */
  async probe(): Promise<void> {
    await this.ask('stats', PROBE_MS).catch(() => {});
  }

  /** A question that is answered at once if there is a connection. null: no answer came in time,
   * and another connection is made. Fails with a problem. */
  async ask<T>(verb: string, timeout_ms = this.soon_ms): Promise<T | null> {
    if (!this.up) {
      this.hurry();
      return null;
    }
    const socket = this.socket;
    try {
      return await this.call<T>(verb, {}, timeout_ms);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.slug !== 'connection-lost') throw error;
      if (this.socket === socket) this.drop();
      if (!this.stopped) this.hurry();
      return null;
    }
  }

  private get soon_ms(): number {
    return Math.min(Math.max(4 * this.rtt_ms, SOON_MS[0]), SOON_MS[1]);
  }

  call<T>(verb: string, fields: object = {}, timeout_ms = REPLY_MS): Promise<T> {
    const id = ++this.serial;
    return new Promise<T>((done, failed) => {
      if (!this.up) return failed(new ProblemError(LOST));
      const timer = setTimeout(() => {
        clearTimeout(this.pending.get(id)?.slow);
        this.pending.delete(id);
        failed(new ProblemError(LOST));
      }, timeout_ms);
      const slow = setTimeout(() => {
        if (timeout_ms > SLOW_MS && this.pending.has(id)) void this.probe();
      }, SLOW_MS);
      this.pending.set(id, {
        done: done as (value: unknown) => void, failed, at: performance.now(), slow, timer,
      });
      this.socket!.send(JSON.stringify({ verb, id, ...fields }));
    });
  }

  /** A verb that nobody waits for. */
  tell(verb: string, fields: object = {}): void {
    if (this.up) this.socket!.send(JSON.stringify({ verb, ...fields }));
  }

  private connect(): void {
    clearTimeout(this.timer);
    const socket = new WebSocket(this.hooks.url, 'ting.1');
    this.socket = socket;
    this.begun = performance.now();
    const opening = setTimeout(() => { if (this.socket === socket) this.drop(); },
      this.attempt < 3 ? OPEN_FIRST_MS : OPEN_MS);
    socket.onopen = () => {
      clearTimeout(opening);
      this.hooks.open();
    };
    socket.onmessage = ({ data }) => this.take(String(data));
    socket.onclose = () => {
      if (this.socket === socket) this.drop();
    };
  }

  private take(text: string): void {
    const message = JSON.parse(text) as Record<string, unknown>;
    if (typeof message.event === 'string') return this.hooks.event(message.event, message);
    const waits = this.pending.get(Number(message.reply));
    if (!waits) return;
    this.pending.delete(Number(message.reply));
    clearTimeout(waits.timer);
    clearTimeout(waits.slow);
    this.rtt_ms = Math.min(performance.now() - waits.at, this.rtt_ms * 1.5);
    if (message.problem) waits.failed(new ProblemError(message.problem as Problem));
    else waits.done(message);
  }

  private drop(): void {
    this.forget();
    if (this.stopped) return;
    const wait = backoff(this.attempt, Math.random());
    this.hooks.lost(this.attempt, wait);
    this.attempt += 1;
    this.timer = setTimeout(() => this.connect(), wait);
  }

  private forget(): void {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    for (const waits of this.pending.values()) {
      clearTimeout(waits.timer);
      clearTimeout(waits.slow);
      waits.failed(new ProblemError(LOST));
    }
    this.pending.clear();
  }
}
