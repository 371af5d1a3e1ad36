// What is said in passing: a few visible lines, and words for a screen reader.
import { signal } from '@preact/signals';

export interface Notice {
  id: number;
  tone: 'info' | 'warning';
  text: string;
  /** A second notice with the same topic takes the place of the first. */
  topic: string;
  action?: { label: string; run(): void };
  /** 0: until it is dismissed. */
  stay_ms: number;
}

interface Options { tone?: Notice['tone']; topic?: string; action?: Notice['action'];
  stay_ms?: number }

const STAY_MS = 6_000;
const MOST = 3;

export const notices = signal<readonly Notice[]>([]);
/** Read politely by a screen reader; the number makes a repeated text a new one. */
export const said = signal<{ text: string; serial: number }>({ text: '', serial: 0 });

const timers = new Map<number, ReturnType<typeof setTimeout>>();
let serial = 0;
let unsaid: string[] = [];

/** For a screen reader only; what comes in a rush is said together. */
export function say(text: string): void {
  if (unsaid.includes(text)) return;
  unsaid.push(text);
  if (unsaid.length > 1) return;
  setTimeout(() => {
    const all = unsaid;
    unsaid = [];
    said.value = { text: all.join('. '), serial: ++serial };
  }, 300);
}

export function dismiss(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  notices.value = notices.peek().filter((n) => n.id !== id);
}

/** While somebody is at it, a notice stays; then its time begins again. */
export function hold({ id, stay_ms }: Notice, on: boolean): void {
  clearTimeout(timers.get(id));
  if (stay_ms && !on) timers.set(id, setTimeout(() => dismiss(id), stay_ms));
}

export function notice(text: string, options: Options = {}): void {
  const id = ++serial;
  const { tone = 'info', topic = `${id}`, action, stay_ms = STAY_MS } = options;
  const rest = notices.peek().filter((n) => n.topic !== topic);
  const made = { id, tone, text, topic, action, stay_ms };
  notices.value = [...rest, made].slice(-MOST);
  say(text);
  hold(made, false);
}
