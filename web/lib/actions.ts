// What a person can do in a meeting. Each asks the server; what it changes comes back as an event.
import { batch, signal } from '@preact/signals';
import { camera, mic, turn } from './devices';
import { addChat, addLine, addReaction } from './events';
import { lang, t } from './i18n';
import { notice } from './notices';
import { remember } from './prefs';
import { call, onJoined, startSharing, stopSharing } from './session';
import * as state from './state';
import { LineSender } from './rtt';
import { ProblemError, type Chat, type Member, type Role } from './types';

const UNDO_MS = 10_000;         // how long a way back is offered

/** What went wrong, in words, where the person looks. */
export function complain(error: unknown): void {
  const problem = error instanceof ProblemError ? error.problem : null;
  const title = problem?.title || t('net.notDone');
  notice([title, problem?.todo].filter(Boolean).join('. '), { tone: 'warning', topic: 'trouble' });
}

/** Whether it was done. */
async function ask(verb: string, fields: object = {}): Promise<boolean> {
  try {
    await call(verb, fields);
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

// ── Oneself ──

/** Nothing is sent by the audience; said to who presses the key. */
function maySend(): boolean {
  if (state.listening.peek()) notice(t('say.audience'), { topic: 'role' });
  return !state.listening.peek();
}

export async function toggleMic(): Promise<void> {
  if (!maySend()) return;
  const on = await turn(mic, !mic.on.peek());
  if (!on && mic.problem.peek()) deviceNotice('mic');
}

export async function toggleCamera(): Promise<void> {
  if (!maySend()) return;
  const on = await turn(camera, !camera.on.peek());
  if (!on && camera.problem.peek()) deviceNotice('camera');
}

function deviceNotice(kind: 'mic' | 'camera'): void {
  const problem = (kind === 'mic' ? mic : camera).problem.peek();
  const what = t(`dev.${kind}.${problem}`);
  notice(`${what} ${t(`dev.todo.${problem}`)}`, { tone: 'warning', topic: kind, stay_ms: 12_000 });
}

export async function toggleShare(): Promise<void> {
  if (state.sharing.peek()) return stopSharing();
  if (!maySend()) return;
  try {
    await startSharing();
  } catch (error) {
    // The person closed the browser's own question: nothing to say.
    if ((error as DOMException).name !== 'NotAllowedError') complain(error);
  }
}

export function toggleHand(): Promise<boolean> {
  return ask('hand', { up: state.me.peek()?.hand === null });
}

export function react(sign: string): void {
  addReaction(state.self.peek(), sign);
  void ask('reaction', { sign });
}

export async function rename(name: string): Promise<void> {
  remember({ name });
  await ask('rename', { name });
}

export function takeFloor(take: boolean): Promise<boolean> {
  return ask('floor', { take });
}

// ── Hosts ──

export const admit = (member: number) => ask('admit', { member });
export const admitAll = () => ask('admit', { all: true });
export const refuse = (member: number) => ask('refuse', { member });
export const mute = (member: number, kind: 'mic' | 'camera' | 'screen' = 'mic') =>
  ask('mute', { member, kind });
export const muteAll = () => ask('mute', { all: true, kind: 'mic' });
export const lowerHand = (member: number) => ask('hand', { member, up: false });
export const giveFloor = (member: number | null) => ask('floor', { member });
export const pinInterpreter = (member: number, on: boolean) =>
  ask('pin-interpreter', { member, on });
export const remove = (member: number) => ask('remove', { member });
export const lock = (on: boolean) => ask('lock', { on });
export const setLobby = (on: boolean) => ask('lobby', { on });
export const end = () => ask('end');

/** Another role, and for a while the way back: a slip in a menu takes somebody's voice. */
export async function setRole(
  { member, name, role: before }: Pick<Member, 'member' | 'name' | 'role'>, role: Role,
): Promise<boolean> {
  const done = await ask('role', { member, role });
  if (!done || member === state.self.peek()) return done;
  notice(t('say.roleOf', { name, role: t(`role.${role}`) }), {
    topic: `role-${member}`, stay_ms: UNDO_MS,
    action: { label: t('say.undo'), run: () => void ask('role', { member, role: before }) },
  });
  return true;
}

// ── Chat ──

/** Sent, not acknowledged yet: the server says so when it is stored. */
export interface Outgoing { key: string; text: string; to: 'all' | 'hosts'; failed: boolean }

export const outgoing = signal<readonly Outgoing[]>([]);

async function post(message: Outgoing): Promise<void> {
  const { key, text, to } = message;
  try {
    const { chat } = await call<{ chat: Chat }>('chat', { key, text, to });
    batch(() => {
      outgoing.value = outgoing.peek().filter((o) => o.key !== key);
      addChat(chat);
    });
  } catch (error) {
    // A lost line is no failure: the same key goes again when it is back.
    if (error instanceof ProblemError && error.slug === 'connection-lost') return;
    outgoing.value = outgoing.peek().map((o) => (o.key === key ? { ...o, failed: true } : o));
    complain(error);
  }
}

export function sendChat(text: string, to: 'all' | 'hosts'): void {
  const message = { key: crypto.randomUUID(), text, to, failed: false };
  outgoing.value = [...outgoing.peek(), message];
  void post(message);
}

export function resendChat(key: string): void {
  outgoing.value = outgoing.peek().map((o) => (o.key === key ? { ...o, failed: false } : o));
  const message = outgoing.peek().find((o) => o.key === key);
  if (message) void post(message);
}

onJoined(() => {
  for (const message of outgoing.peek()) if (!message.failed) void post(message);
});

// ── Text as it is written ──

const writer = new LineSender((line) => {
  const caption = state.me.peek()?.role === 'captioner' || state.me.peek()?.role === 'interpreter';
  addLine({ ...line, member: state.self.peek(), caption });
  call(caption ? 'caption' : 'rtt', caption ? { ...line, lang: lang.peek() } : line)
    .catch(() => {});
});

export const writeLine = (text: string): void => writer.write(text);
export const endLine = (): void => writer.end();
