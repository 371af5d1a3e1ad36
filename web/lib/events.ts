// What an event of the server changes: one entry an event.
import { batch } from '@preact/signals';
import { camera, mic, turn } from './devices';
import { t } from './i18n';
import { notice, say } from './notices';
import { play } from './sounds';
import * as state from './state';
import type { Chat, Heard, MeetingInfo, Member, Slots, Waiting } from './types';

type Message = Record<string, unknown>;

const QUIET_FROM = 13;          // in a larger meeting comings and goings are not shown
const LINES_KEPT = 300;
const REACTION_MS = 5_000;

/** What an event asks of the session. */
export interface EventCalls {
  admitted(message: Message): void;
  over(why: state.LeftWhy): void;
  restarting(): void;
  mediaLost(): void;
  mediaQuiet(): void;
  slots(slots: Slots): void;
  stopSharing(): void;
}

export function nameOf(member: number): string {
  return state.members.peek().get(member)?.name ?? t('people.somebody');
}

function chooseScreen(before: Member | undefined, now: Member): void {
  const shown = state.shownScreen.peek();
  const others = now.member !== state.self.peek();
  if (others && now.screen && !before?.screen) state.shownScreen.value = now.member;
  else if (shown === now.member && !now.screen) state.shownScreen.value = anyScreen(now.member);
}

/** Somebody else who shares, except that one; 0: nobody. */
export function anyScreen(except = 0): number {
  for (const m of state.members.peek().values()) {
    if (m.screen && m.member !== except && m.member !== state.self.peek()) return m.member;
  }
  return 0;
}

function member({ member: now }: { member: Member }): void {
  const before = state.members.peek().get(now.member);
  state.members.value = new Map(state.members.peek()).set(now.member, now);
  chooseScreen(before, now);
  const own = now.member === state.self.peek();
  if (!before && !own) {
    const text = t('say.joined', { name: now.name });
    if (state.members.peek().size < QUIET_FROM) notice(text, { topic: 'coming' });
    else say(text);
  }
  if (now.hand !== null && before && before.hand === null && !own) {
    const text = t('say.hand', { name: now.name });
    notice(text, { topic: 'hand' });
    if (state.hosting.peek()) play('hand');
  }
  if (before && before.role !== now.role && own) {
    notice(t('say.role', { role: t(`role.${now.role}`) }), { topic: 'role' });
  }
  if (now.screen && !before?.screen && !own) say(t('say.shares', { name: now.name }));
}

function gone({ member: number, why }: { member: number; why: string }): void {
  const before = state.members.peek().get(number);
  if (!before) return;
  const members = new Map(state.members.peek());
  members.delete(number);
  state.members.value = members;
  if (state.shownScreen.peek() === number) state.shownScreen.value = anyScreen();
  if (why === 'audience') {
    // Is there still, among those who are not listed; a lowered hand is no news.
    if (before.role === 'audience') return;
    const text = t('say.roleOf', { name: before.name, role: t('role.audience') });
    notice(text, { topic: `role-${number}` });
    return;
  }
  const text = t(why === 'removed' ? 'say.removed' : 'say.left', { name: before.name });
  if (members.size < QUIET_FROM) notice(text, { topic: 'coming' });
  else say(text);
}

/** Who waits outside; a new one is heard, and read aloud. */
export function knock(list: readonly Waiting[]): void {
  const known = new Set(state.waiting.peek().map((w) => w.member));
  const fresh = list.filter((w) => !known.has(w.member));
  state.waiting.value = list;
  if (!fresh.length) return;
  play('knock');
  say(fresh.length === 1
    ? t('say.knock', { name: fresh[0]!.name }) : t('say.knocks', { n: list.length }));
}

export function addChat(message: Chat): void {
  if (state.chat.peek().some((c) => c.chat === message.chat)) return;
  state.chat.value = [...state.chat.peek(), message].sort((a, b) => a.chat - b.chat);
}

function chat(message: Message): void {
  const found = (message.chat as object | number) instanceof Object ? message.chat : message;
  const line = found as Chat;
  addChat(line);
  if (line.member === state.self.peek() || line.chat <= state.chatSeen.peek()) return;
  play('chat');
  say(t('say.chat', { name: line.name, text: line.text }));
}

/** A line of real-time text or a caption: the whole line each time. */
export function addLine(line: Omit<state.TextLine, 'at'>): void {
  const same = (l: state.TextLine) => l.member === line.member && l.line === line.line
    && l.caption === line.caption;
  const list = state.lines.peek();
  const at = list.find(same)?.at ?? Date.now();
  const rest = list.filter((l) => !same(l));
  // An erased line is no line.
  const kept = line.text || !line.done ? [...rest, { ...line, at }] : rest;
  state.lines.value = kept.sort((a, b) => a.at - b.at).slice(-LINES_KEPT);
}

let reactionSerial = 0;

export function addReaction(from: number, sign: string): void {
  const id = ++reactionSerial;
  state.reactions.value = [...state.reactions.peek(), { id, member: from, sign }].slice(-20);
  setTimeout(() => {
    state.reactions.value = state.reactions.peek().filter((r) => r.id !== id);
  }, REACTION_MS);
}

function muteAsked(by: number, kind: string, calls: EventCalls): void {
  const name = nameOf(by);
  if (kind === 'camera') {
    void turn(camera, false, false);
    notice(t('say.cameraAsked', { name }), { topic: 'asked', stay_ms: 10_000 });
  } else if (kind === 'screen') {
    calls.stopSharing();
    notice(t('say.screenAsked', { name }), { topic: 'asked', stay_ms: 10_000 });
  } else {
    void turn(mic, false, false);
    notice(t('say.muteAsked', { name }), { topic: 'asked', stay_ms: 10_000 });
  }
}

function floor(now: number | null): void {
  state.floor.value = now;
  if (now === null) return;
  notice(now === state.self.peek() ? t('say.floorYours') : t('say.floor', { name: nameOf(now) }),
    { topic: 'floor' });
}

function meeting(now: Partial<MeetingInfo>): void {
  const before = state.meeting.peek();
  if (!before) return;
  state.meeting.value = { ...before, ...now };
  if (now.locked !== undefined && now.locked !== before.locked) {
    notice(t(now.locked ? 'say.locked' : 'say.unlocked'), { topic: 'lock' });
  }
}

/** One event, all its changes at once. */
export function take(name: string, m: Message, calls: EventCalls): void {
  const table: Record<string, () => void> = {
    member: () => member(m as unknown as { member: Member }),
    left: () => gone(m as unknown as { member: number; why: string }),
    waiting: () => knock(m.members as Waiting[]),
    meeting: () => meeting((m.meeting ?? m) as Partial<MeetingInfo>),
    chat: () => chat(m),
    rtt: () => addLine({ ...(m as unknown as state.TextLine), caption: false }),
    caption: () => addLine({ ...(m as unknown as state.TextLine), caption: true }),
    reaction: () => addReaction(Number(m.member), String(m.sign)),
    floor: () => floor(m.member as number | null),
    speaking: () => {
      state.speaking.value = m.members as number[];
      state.dominant.value = Number(m.dominant ?? 0);
    },
    quality: () => { state.quality.value = { ...state.quality.peek(), ...m.members as object }; },
    heard: () => {
      const { event: _, ...now } = m;
      state.heard.value = now as Heard;       // all that one means to send, each time
    },
    slots: () => calls.slots(m.slots as Slots),
    'mute-asked': () => muteAsked(Number(m.by), String(m.kind), calls),
    admitted: () => calls.admitted(m),
    refused: () => calls.over('refused'),
    removed: () => calls.over('removed'),
    ended: () => calls.over('ended'),
    replaced: () => calls.over('replaced'),
    restarting: () => calls.restarting(),
    'media-lost': () => calls.mediaLost(),
    'media-quiet': () => calls.mediaQuiet(),
  };
  const entry = Object.hasOwn(table, name) ? table[name] : undefined;
  if (entry) batch(entry);
}
