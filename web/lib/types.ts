// The shapes of the signalling protocol (docs/protocol.md) as the page knows them.

export type Kind = 'mic' | 'camera' | 'screen' | 'screen-audio';
export type Role = 'host' | 'co-host' | 'presenter' | 'participant' | 'interpreter'
  | 'captioner' | 'audience';

const KINDS: readonly Kind[] = ['mic', 'camera', 'screen', 'screen-audio'];

/** The number of one stream of a member; 0 means none. */
export function sourceOf(member: number, kind: Kind): number {
  return member * 4 + KINDS.indexOf(kind);
}

export function memberOf(source: number): number {
  return Math.floor(source / 4);
}

export function kindOf(source: number): Kind {
  return KINDS[source % 4]!;
}

export interface Member {
  member: number;
  name: string;
  role: Role;
  mic: boolean;
  camera: boolean;
  screen: boolean;
  hand: number | null;
  away: boolean;
  pinned: boolean;
  since: number;
  kind: 'browser' | 'whip' | 'whep';
}

export interface MeetingInfo {
  title: string;
  locked: boolean;
  lobby: boolean;
  started: number;
  number: string;
  audience: number;
}

export interface Chat {
  chat: number;
  member: number;
  name: string;
  to: 'all' | 'hosts';
  text: string;
  at: number;
}

export interface Waiting { member: number; name: string }

export interface Arriving { arriving: boolean; to: number }
export type Heard = Partial<Record<Kind, Arriving>>;

export interface Problem {
  type: string;
  title: string;
  detail?: string;
  todo?: string;
  status: number;
}

/** RFC 9457's object as an error; slug is the last part of its type. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title);
  }

  get slug(): string {
    return this.problem.type.split('/').pop() ?? '';
  }
}

/** How a meeting was, and what was wrong. */
export type Grade = 'good' | 'fair' | 'poor';
export type Wrong = 'sound' | 'picture' | 'other';

export interface JoinReply {
  state: 'in' | 'lobby';
  self: number;
  resume: string;
  now: number;
  media: 'kept' | 'none';
  meeting: MeetingInfo;
  members: Member[];
  chat: Chat[];
  floor: number | null;
  rating?: string;
  waiting?: Waiting[];
}

export interface Config {
  organisation: string;
  demo: boolean;
  signed_in: boolean;
  user: { login: string; name: string; admin: boolean } | null;
  may_create: boolean;
  ice_servers: RTCIceServer[];
  version: string;
  limits: Record<string, number>;
  accessibility: { sv: string; en: string; contact: string };
}

export interface MeetingSummary {
  title: string;
  lobby: boolean;
  locked: boolean;
  ended: boolean;
  number: string;
  people: number;
}

export interface Stats {
  up: { bps: number; loss: number; jitter_ms: number };
  down: { bps: number; loss: number };
  rtt_ms: number;
  quiet_ms: number;
  path: 'udp' | 'tcp';
}

export type Slots = Record<string, number>;

export interface Tile { member: number; kind: 'camera' | 'screen'; width: number; height: number }

export const REACTIONS = ['👍', '👏', '❤️', '😂', '😮', '🎉'] as const;

export function isHost(role: Role | undefined): boolean {
  return role === 'host' || role === 'co-host';
}
