// The WebSocket to the server: verbs with replies, events in order, and coming back by itself.
//
// It knows nothing of meetings. Each time a connection stands it calls open(), whose first call
// must be the verb join; until that is answered nothing else is sent.
import { backoff } from './backoff';
import { ProblemError, type Problem } from './types';

const OPEN_MS = 10_000;
const REPLY_MS = 10_000;
const PROBE_MS = 2_500;
const LOST: Problem = { type: '/problem/connection-lost', title: '', status: 0 };

export interface SignallingHooks {
  url: string;
  /** A connection stands: join. */
  open(): void;
  event(name: string, message: Record<string, unknown>): void;
  /** No connection; the next try comes in wait_ms. */
  lost(attempt: number, wait_ms: number): void;
}

interface Pending {
  done(value: unknown): void;
  failed(why: Error): void;
  timer: ReturnType<typeof setTimeout>;
}

export class Signalling {
  private socket: WebSocket | null = null;
  private pending = new Map<number, Pending>();
  private serial = 0;
  private attempt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stopped = true;

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
    if (this.stopped || this.socket) return;
    clearTimeout(this.timer);
    this.connect();
  }

  /** Gives this connection up and makes another after a wait: a join on it came to nothing. */
  again(): void {
    if (!this.stopped && this.socket) this.drop();
  }

  /** Asks for a sign of life; without one the connection is given up and made anew. */
  async probe(): Promise<void> {
    if (!this.up) return this.hurry();
    const socket = this.socket;
    try {
      await this.call('stats', {}, PROBE_MS);
    } catch (error) {
      const silent = error instanceof ProblemError && error.slug === 'connection-lost';
      if (silent && this.socket === socket) this.drop();
      if (silent && !this.stopped) this.hurry();
    }
  }

  call<T>(verb: string, fields: object = {}, timeout_ms = REPLY_MS): Promise<T> {
    const id = ++this.serial;
    return new Promise<T>((done, failed) => {
      if (!this.up) return failed(new ProblemError(LOST));
      const timer = setTimeout(() => {
        this.pending.delete(id);
        failed(new ProblemError(LOST));
      }, timeout_ms);
      this.pending.set(id, { done: done as (value: unknown) => void, failed, timer });
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
    const opening = setTimeout(() => { if (this.socket === socket) this.drop(); }, OPEN_MS);
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
    if (message.problem) waits.failed(new ProblemError(message.problem as Problem));
    else waits.done(message);
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    for (const waits of this.pending.values()) {
      clearTimeout(waits.timer);
      waits.failed(new ProblemError(LOST));
    }
    this.pending.clear();
    if (this.stopped) return;
    const wait = backoff(this.attempt, Math.random());
    this.hooks.lost(this.attempt, wait);
    this.attempt += 1;
    this.timer = setTimeout(() => this.connect(), wait);
  }
}
