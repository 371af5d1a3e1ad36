// One meeting from the link to the page after it: joining, the PeerConnection, coming back.
import { batch, effect, untracked } from '@preact/signals';
import { config } from './api';
import { camera, closeAll, mic, turn } from './devices';
import { addChat, anyScreen, knock, take } from './events';
import { lang, t } from './i18n';
import { notice } from './notices';
import { Peer } from './peer';
import { prefs } from './prefs';
import { PulseWatch } from './pulse';
import { setTicket } from './rating';
import { getPlace, putPlace } from './resume';
import { Signalling, socketUrl } from './signalling';
import * as state from './state';
import { viewTo } from './view';
import {
  ProblemError, type JoinReply, type Problem, type Slots, type Stats, type Tile,
} from './types';

const SAY_LOST_MS = 1_200;      // shorter losses are nobody's business
const ALIVE_MS = 15_000;        // how often to ask the server for a sign of life
const MEND_MS = 3_000;          // how long a line may be broken before ICE is restarted
const REBUILD_MS = 10_000;      // and how long before everything is made anew
const RETRY_MS = 2_000;

let code = '';
let invite = '';
let signalling: Signalling | null = null;
let peer: Peer | null = null;
let answered = false;           // the server knows this peer
let broken = false;             // the path of its media is, and no socket stood to mend it by
let offering: Promise<void> = Promise.resolve();
let lostTimer: ReturnType<typeof setTimeout> | undefined;
let mendTimer: ReturnType<typeof setTimeout> | undefined;
let rebuildTimer: ReturnType<typeof setTimeout> | undefined;
let aliveTimer: ReturnType<typeof setInterval> | undefined;
let joinedHooks: (() => void)[] = [];

export function setCode(to: string, with_invite: string): void {
  code = to;
  invite = with_invite;
}

/** After each (re)join, when the server answers again. */
export function onJoined(run: () => void): void {
  joinedHooks.push(run);
}

/** A verb to the server; fails with a ProblemError. */
export function call<T>(verb: string, fields: object = {}): Promise<T> {
  return signalling
    ? signalling.call<T>(verb, fields)
    : Promise.reject(new ProblemError({ type: '/problem/connection-lost', title: '', status: 0 }));
}

export function tell(verb: string, fields: object = {}): void {
  signalling?.tell(verb, fields);
}

// ── The PeerConnection ──

function newPeer(): Peer {
  peer?.close();
  answered = broken = false;
  clearTimeout(mendTimer);
  clearTimeout(rebuildTimer);
  peer = new Peer(config.peek()?.ice_servers ?? [], peerState);
  state.slots.value = peer.slots;
  state.media.value = 'new';
  state.flowing.value = true;
  void sendTracks();
  return peer;
}

/** Made while the person still looks in the mirror, so that joining costs no time for it. */
export function prepare(): void {
  if (!peer) newPeer();
}

function sendTracks(): Promise<unknown> {
  const screen = untracked(() => state.sharing.value);
  return Promise.all([
    peer?.send('mic', mic.track.peek()),
    peer?.send('camera', camera.track.peek()),
    peer?.send('screen', screen?.getVideoTracks()[0] ?? null),
    peer?.send('screen-audio', screen?.getAudioTracks()[0] ?? null),
  ]).catch(() => notice(t('dev.notSent'), { tone: 'warning', topic: 'send' }));
}

function peerState(changed: Peer): void {
  if (changed !== peer) return;
  const now = changed.pc.connectionState;
  state.media.value = now;
  if (now === 'connected') {
    clearTimeout(mendTimer);
    clearTimeout(rebuildTimer);
    mendTimer = rebuildTimer = undefined;
  } else if (now === 'failed') {
    mend();
  } else if (now === 'disconnected') {
    void pulse.doubt(true);        // what cut the media off may have cut the socket off as well
    mendTimer ??= setTimeout(mend, MEND_MS);
  }
}

// A new path for the same connection; if that doesn't help in time, a new connection.
function mend(): void {
  clearTimeout(mendTimer);
  mendTimer = undefined;
  if (state.phase.peek() !== 'in' || !signalling?.up || !answered) return;
  broken = false;
  void offer(true);
  rebuildTimer ??= setTimeout(rebuild, REBUILD_MS);
}

function rebuild(): void {
  rebuildTimer = undefined;
  if (state.phase.peek() !== 'in' || !signalling?.up) return;
  if (peer?.pc.connectionState === 'connected') return;
  newPeer();
  void offer(false);
}

function offer(restart: boolean): Promise<void> {
  const run = async () => {
    const mine = peer;
    if (!mine) return;
    try {
      const reply = await call<{ sdp: string }>('offer', await mine.offer(restart));
      if (mine !== peer) return;
      await mine.answer(reply.sdp);
      answered = true;
      viewTo(sendView);
    } catch (error) {
      if (mine === peer) offerFailed(error);
    }
  };
  offering = offering.then(run);
  return offering;
}

function offerFailed(error: unknown): void {
  if (error instanceof ProblemError) {
    if (error.slug === 'connection-lost') return;      // the next join offers again
    notice(error.problem.title || t('net.noMedia'), { tone: 'warning', topic: 'media' });
    if (error.slug === 'not-usable') return;           // nor would the next one be
  }
  clearTimeout(rebuildTimer);
  rebuildTimer = setTimeout(rebuild, RETRY_MS);
}

function sendView(tiles: Tile[]): void {
  call<{ slots: Slots }>('view', { tiles })
    .then(({ slots }) => peer?.assign(slots))
    .catch(() => {});
}

function sendMedia(): void {
  const media = {
    mic: mic.on.peek(), camera: camera.on.peek(), screen: state.sharing.peek() !== null,
  };
  tell('media', media);
  // The server tells the others; one's own row in the list is known here.
  const me = state.me.peek();
  if (me) state.members.value = new Map(state.members.peek()).set(me.member, { ...me, ...media });
}

// ── Joining ──

export function join(): void {
  batch(() => {
    state.forget();
    state.phase.value = 'joining';
    state.line.value = 'up';
  });
  prepare();
  signalling?.stop();
  signalling = new Signalling({ url: socketUrl(), open: () => void sayJoin(), event, lost });
  signalling.start();
  clearInterval(aliveTimer);
  aliveTimer = setInterval(() => void signalling?.probe(), ALIVE_MS);
}

async function sayJoin(): Promise<void> {
  const asked = signalling;
  const { token } = getPlace(code);
  const stands = answered && peer && !['failed', 'closed'].includes(peer.pc.connectionState);
  try {
    const reply = await call<JoinReply>('join', {
      code,
      name: prefs.peek().name,
      lang: lang.peek(),
      ...(invite ? { invite } : {}),
      ...(token ? { resume: token } : {}),
      ...(stands && token ? { media: 'keep' } : {}),
    });
    if (asked !== signalling) return;
    signalling?.joined();
    putPlace(code, { token: reply.resume, in: true });
    clearTimeout(lostTimer);
    batch(() => {
      state.line.value = 'up';
      state.self.value = reply.self;
      state.meeting.value = reply.meeting;
      state.skew.value = reply.now - Date.now();
      if (reply.state === 'lobby') state.phase.value = 'lobby';
      else enter(reply);
    });
  } catch (error) {
    if (asked === signalling) joinFailed(error);
  }
}

function joinFailed(error: unknown): void {
  const found: Problem = error instanceof ProblemError
    ? error.problem
    : { type: '/problem/other', title: '', status: 0 };
  const slug = found.type.split('/').pop();
  // It may stand and its answer never come; or the server, just back, has a crowd at its door.
  const passing = state.phase.peek() === 'in' && (found.status === 429 || found.status === 503);
  if (slug === 'connection-lost' || passing) {
    // When it was given up for another, that one is being made.
    if (signalling?.up) signalling.again();
    return;
  }
  if (slug === 'resume-unknown') {
    putPlace(code, { token: '' });
    answered = false;
    return void sayJoin();
  }
  stop();
  putPlace(code, { in: false, ...(slug === 'removed' ? { token: '' } : {}) });
  batch(() => {
    state.problem.value = found;
    state.phase.value = 'problem';
  });
}

/** In the meeting, for the first time or again. */
function enter(reply: Pick<JoinReply, 'members' | 'chat'> & Partial<JoinReply>): void {
  const fresh = state.phase.peek() !== 'in';
  state.members.value = new Map(reply.members.map((m) => [m.member, m]));
  for (const line of reply.chat ?? []) addChat(line);
  if (fresh) state.chatSeen.value = state.chat.peek().at(-1)?.chat ?? 0;
  if (reply.meeting) state.meeting.value = reply.meeting;
  state.floor.value = reply.floor ?? null;
  const shown = state.members.peek().get(state.shownScreen.peek());
  if (!shown?.screen) state.shownScreen.value = anyScreen();
  knock(reply.waiting ?? []);
  setTicket(reply.rating ?? '');
  state.phase.value = 'in';
  sendMedia();
  if (reply.media === 'kept' && answered) {
    viewTo(sendView);
    if (broken || peer?.pc.connectionState !== 'connected') mend();
    else void pulse.doubt();
  } else {
    if (answered) newPeer();
    void offer(false);
  }
  for (const run of joinedHooks) run();
}

function event(name: string, message: Record<string, unknown>): void {
  take(name, message, {
    admitted: (m) => enter(m as unknown as JoinReply),
    over,
    restarting: () => notice(t('net.restarting'), { topic: 'line' }),
    mediaLost: () => {
      if (!answered) return;      // the one before, which an offer under way replaces
      newPeer();
      void offer(false);
    },
    mediaQuiet: () => void pulse.doubt(),
    slots: (slots) => peer?.assign(slots),
    stopSharing,
  });
}

// ── The line breaks and comes back ──

function lost(attempt: number, wait_ms: number): void {
  viewTo(null);
  state.retryAt.value = Date.now() + wait_ms;
  if (attempt > 0) state.line.value = 'lost';
  else {
    clearTimeout(lostTimer);
    lostTimer = setTimeout(() => {
      if (!signalling?.up) state.line.value = 'lost';
    }, SAY_LOST_MS);
  }
}

export function tryNow(): void {
  signalling?.hurry();
}

/** The device has another network, or woke: look at once instead of waiting for a timeout. */
function networkChanged(): void {
  if (!signalling) return;
  void pulse.doubt().then(() => {
    if (state.phase.peek() === 'in' && peer?.pc.connectionState !== 'connected') mend();
  });
}

const CARRIES: RTCPeerConnectionState[] = ['connected', 'disconnected'];

const pulse = new PulseWatch({
  connection: () => (state.phase.peek() === 'in' && answered && peer
    && CARRIES.includes(peer.pc.connectionState) ? peer.pc : null),
  ask: () => signalling?.ask<Stats>('stats') ?? Promise.resolve(null),
  broken: (socket_works) => {
    broken = true;
    if (socket_works) mend();
  },
  comes: (on) => { state.flowing.value = on; },
});

// ── The way out ──

/** For a person who isn't heard though they should be. */
export function mendMedia(): void {
  newPeer();
  void offer(false);
}

function stop(): void {
  stopSharing();
  clearTimeout(lostTimer);
  clearInterval(aliveTimer);
  clearTimeout(mendTimer);
  clearTimeout(rebuildTimer);
  viewTo(null);
  signalling?.stop();
  signalling = null;
  peer?.close();
  peer = null;
  answered = broken = false;
  state.slots.value = [];
}

function over(why: state.LeftWhy): void {
  stop();
  closeAll();
  putPlace(code, why === 'left' ? { in: false } : { in: false, token: '' });
  batch(() => {
    state.left.value = why;
    state.phase.value = 'left';
  });
}

export function leave(): void {
  tell('leave');
  over('left');
}

export function stopSharing(): void {
  const stream = state.sharing.peek();
  if (!stream) return;
  state.sharing.value = null;
  for (const track of stream.getTracks()) {
    track.onended = null;
    track.stop();
  }
}

export async function startSharing(): Promise<void> {
  const stream = await navigator.mediaDevices.getDisplayMedia({
    video: { frameRate: { ideal: 15, max: 30 } }, audio: true,
  });
  for (const track of stream.getVideoTracks()) track.onended = stopSharing;
  state.sharing.value = stream;
}

/** The page lives in one meeting at a time, so these watch for its whole life. */
export function watchLocal(): void {
  pulse.start();
  effect(() => { void (mic.track.value, camera.track.value, state.sharing.value, sendTracks()); });
  // Signs are read by their movement: of an interpreter the frame rate is kept before the size.
  effect(() => {
    const track = camera.track.value;
    if (track) track.contentHint = state.me.value?.role === 'interpreter' ? 'motion' : '';
  });
  effect(() => {
    void (mic.on.value, camera.on.value, state.sharing.value);
    if (state.phase.peek() === 'in') sendMedia();
  });
  // The audience sends nothing, so its lights go out.
  effect(() => {
    if (!state.listening.value) return;
    if (mic.on.value) void turn(mic, false, false);
    if (camera.on.value || camera.raw.value) void turn(camera, false, false);
    if (state.sharing.value) untracked(stopSharing);
  });
  addEventListener('online', networkChanged);
  (navigator as { connection?: EventTarget }).connection
    ?.addEventListener('change', networkChanged);
}
