// What the page knows. Events and replies write it (events.ts, session.ts), components read it,
// and what a person does goes out by actions.ts and comes back as an event.
import { computed, signal } from '@preact/signals';
import type { Slot } from './peer';
import {
  isHost, type Chat, type Heard, type MeetingInfo, type MeetingSummary, type Member,
  type Problem, type Waiting,
} from './types';

export type Phase =
  | 'loading'   // asking what the link leads to
  | 'problem'   // it leads nowhere, see problem
  | 'prejoin'
  | 'joining'
  | 'lobby'
  | 'in'
  | 'left';     // see left

export type LeftWhy = 'left' | 'removed' | 'refused' | 'ended' | 'replaced';

/** The line to the server: up, being made anew, or lost for so long that it must be said. */
export type Line = 'up' | 'lost';

export interface TextLine { member: number; line: number; text: string; done: boolean; at: number;
  caption: boolean; lang?: string; name?: string }

export interface Reaction { id: number; member: number; sign: string }

export const phase = signal<Phase>('loading');
export const problem = signal<Problem | null>(null);
export const left = signal<LeftWhy>('left');
export const summary = signal<MeetingSummary | null>(null);

export const self = signal(0);
export const meeting = signal<MeetingInfo | null>(null);
export const members = signal<ReadonlyMap<number, Member>>(new Map());
export const waiting = signal<readonly Waiting[]>([]);
export const chat = signal<readonly Chat[]>([]);
export const chatSeen = signal(0);              // the last number that was on the screen
export const floor = signal<number | null>(null);
export const speaking = signal<readonly number[]>([]);
export const dominant = signal(0);
export const quality = signal<Readonly<Record<string, number>>>({});
export const heard = signal<Heard>({});
export const lines = signal<readonly TextLine[]>([]);
export const reactions = signal<readonly Reaction[]>([]);
export const slots = signal<readonly Slot[]>([]);

export const line = signal<Line>('up');
export const retryAt = signal(0);               // when the next try comes, by this clock
export const media = signal<RTCPeerConnectionState>('new');
export const flowing = signal(true);            // false: media came steadily, and has stopped
export const skew = signal(0);                  // server's clock minus ours, ms

export const sharing = signal<MediaStream | null>(null);   // one's own screen

export const me = computed(() => members.value.get(self.value));
export const hosting = computed(() => isHost(me.value?.role));
/** One of the audience: sees and hears, and sends nothing. */
export const listening = computed(() => me.value?.role === 'audience');
export const hands = computed(() => [...members.value.values()]
  .filter((m) => m.hand !== null)
  .sort((a, b) => a.hand! - b.hand!));
export const unread = computed(() => chat.value
  .filter((c) => c.chat > chatSeen.value && c.member !== self.value).length);
export const others = computed(() => [...members.value.values()]
  .filter((m) => m.member !== self.value)
  .sort((a, b) => a.since - b.since || a.member - b.member));
/** Whose screen is shown: the one that was shared last. */
export const shownScreen = signal(0);

export function forget(): void {
  members.value = new Map();
  waiting.value = [];
  chat.value = [];
  chatSeen.value = 0;
  floor.value = null;
  speaking.value = [];
  dominant.value = 0;
  quality.value = {};
  heard.value = {};
  lines.value = [];
  reactions.value = [];
  shownScreen.value = 0;
}
