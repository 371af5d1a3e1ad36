// Microphone, camera and speaker: getting them, saying what is wrong, changing and losing them.
import { batch, effect, signal, type Signal } from '@preact/signals';
import { notice } from './notices';
import { prefs, remember } from './prefs';
import { t } from './i18n';

export type DeviceProblem = 'denied' | 'denied-system' | 'none' | 'busy' | 'insecure'
  | 'unsupported' | 'other';

export interface Source {
  kind: 'mic' | 'camera';
  /** What the person means: on or off. */
  on: Signal<boolean>;
  /** The device's own track; null: not open. */
  raw: Signal<MediaStreamTrack | null>;
  /** What is sent and shown: raw, or raw with noise or background taken away. */
  track: Signal<MediaStreamTrack | null>;
  problem: Signal<DeviceProblem | null>;
  starting: Signal<boolean>;
}

/** Takes a raw track, gives the improved one and what ends it. */
export type Improve = (raw: MediaStreamTrack) => Promise<{ track: MediaStreamTrack;
  stop(): void }>;

const WIDTH = 1280;
const HEIGHT = 720;
const FPS = 30;

function source(kind: 'mic' | 'camera', on: boolean): Source {
  return {
    kind, on: signal(on), raw: signal(null), track: signal(null), problem: signal(null),
    starting: signal(false),
  };
}

export const mic = source('mic', prefs.peek().micOn);
export const camera = source('camera', prefs.peek().cameraOn);
export const devices = signal<readonly MediaDeviceInfo[]>([]);

/** Can this browser take part at all? */
export function unsupported(): DeviceProblem | null {
  if (!globalThis.isSecureContext) return 'insecure';
  return navigator.mediaDevices && 'RTCPeerConnection' in globalThis
    && 'replaceTrack' in RTCRtpSender.prototype ? null : 'unsupported';
}

export function deviceProblem(error: unknown): DeviceProblem {
  const { name, message } = error as DOMException;
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return /system/i.test(message) ? 'denied-system' : 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'none';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'other';
  }
}

function constraints(kind: 'mic' | 'camera', id: string): MediaStreamConstraints {
  const deviceId = id ? { exact: id } : undefined;
  if (kind === 'camera') {
    const size = { width: { ideal: WIDTH }, height: { ideal: HEIGHT }, frameRate: { ideal: FPS } };
    return { video: id ? { deviceId, ...size } : { facingMode: 'user', ...size } };
  }
  return {
    audio: {
      deviceId, echoCancellation: true, noiseSuppression: true, autoGainControl: true,
      channelCount: 1,
    },
  };
}

async function open(kind: 'mic' | 'camera', id: string): Promise<MediaStreamTrack> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia(constraints(kind, id));
    return stream.getTracks()[0]!;
  } catch (error) {
    // The remembered device is not there today: any other will do.
    if (id && deviceProblem(error) === 'none') return open(kind, '');
    throw error;
  }
}

// What is asked for or closed makes all that was asked for before of no account, however late it
// opens: who has left is not filmed, and of two chosen quickly the last is used.
const wishes = { mic: 0, camera: 0 };
const opening = { mic: 0, camera: 0 };

/** Opens a device and takes it into use. False: something else was wanted meanwhile. */
async function openFor(s: Source, id: string): Promise<boolean> {
  const wish = ++wishes[s.kind];
  opening[s.kind]++;
  s.starting.value = true;
  try {
    const raw = await open(s.kind, id);
    if (wish !== wishes[s.kind]) {
      raw.stop();
      return false;
    }
    s.problem.value = null;
    await adopt(s, raw);
    return true;
  } catch (error) {
    if (wish !== wishes[s.kind]) return false;
    throw error;
  } finally {
    opening[s.kind]--;
    if (wish === wishes[s.kind] || !opening[s.kind]) s.starting.value = false;
  }
}

export function chosen(kind: 'mic' | 'camera' | 'speaker'): string {
  return prefs.value[kind];
}

async function list(): Promise<void> {
  devices.value = (await navigator.mediaDevices.enumerateDevices()).filter((d) => d.deviceId);
}

const improvers: Partial<Record<'mic' | 'camera', Improve>> = {};
const improving: Partial<Record<'mic' | 'camera', () => void>> = {};

/** It is off from now on, and the device as it is. */
export function notImproved(kind: 'mic' | 'camera'): void {
  delete improvers[kind];
  remember(kind === 'mic' ? { noise: false } : { blur: false });
  notice(t(kind === 'mic' ? 'dev.noNoise' : 'dev.noBlur'), { tone: 'warning', topic: kind });
}

async function adopt(s: Source, raw: MediaStreamTrack): Promise<void> {
  improving[s.kind]?.();
  delete improving[s.kind];
  const before = s.raw.peek();
  if (before && before !== raw) before.stop();
  s.raw.value = raw;
  raw.onended = () => { void lost(s, raw); };
  let track = raw;
  const improve = improvers[s.kind];
  if (improve) {
    try {
      const made = await improve(raw);
      if (s.raw.peek() !== raw || improvers[s.kind] !== improve) return made.stop();
      improving[s.kind] = made.stop;
      track = made.track;
    } catch {
      if (improvers[s.kind] === improve) notImproved(s.kind);
    }
  }
  if (s.kind === 'mic') raw.enabled = s.on.peek();
  s.track.value = track;
}

/** Opens the device if it is not; false: there is a problem, said in s.problem. */
async function start(s: Source): Promise<boolean> {
  if (s.raw.peek()?.readyState === 'live') return true;
  const why = unsupported();
  if (why) {
    s.problem.value = why;
    return false;
  }
  try {
    await openFor(s, prefs.peek()[s.kind]);
    void list();
    return true;
  } catch (error) {
    s.problem.value = deviceProblem(error);
    return false;
  }
}

function close(s: Source): void {
  wishes[s.kind]++;
  s.starting.value = false;
  improving[s.kind]?.();
  delete improving[s.kind];
  const raw = s.raw.peek();
  if (raw) {
    raw.onended = null;
    raw.stop();
  }
  batch(() => {
    s.raw.value = null;
    s.track.value = null;
  });
}

/** The device is gone, by its plug or by the system: take another, and say so. */
async function lost(s: Source, raw: MediaStreamTrack): Promise<void> {
  if (s.raw.peek() !== raw) return;
  const label = raw.label;
  close(s);
  const mic = s.kind === 'mic';
  if (await start(s)) {
    const now = s.raw.peek();
    if (now) {
      notice(t(mic ? 'dev.micFell' : 'dev.cameraFell', { from: label, to: now.label }),
        { tone: 'warning', topic: s.kind });
    }
  } else {
    s.on.value = false;
    notice(t(mic ? 'dev.micLost' : 'dev.cameraLost', { from: label }),
      { tone: 'warning', topic: s.kind });
  }
}

/** On or off, as the person says. A camera that is off is closed, so that its light goes out; a
 * microphone stays open, silent, so that it answers at once. */
export async function turn(s: Source, on: boolean, keep = true): Promise<boolean> {
  if (keep) remember(s.kind === 'mic' ? { micOn: on } : { cameraOn: on });
  if (!on) {
    s.on.value = false;
    s.problem.value = null;
    if (s.kind === 'camera') close(s);
    else if (s.raw.peek()) s.raw.peek()!.enabled = false;
    return true;
  }
  s.on.value = true;
  if (!await start(s)) {
    s.on.value = false;
    return false;
  }
  if (!s.on.peek()) close(s);                    // changed their mind meanwhile
  else if (s.kind === 'mic' && s.raw.peek()) s.raw.peek()!.enabled = true;
  return s.on.peek();
}

/** Both at once at the first visit, so that the browser asks once. */
export async function startBoth(): Promise<void> {
  const why = unsupported();
  if (why) {
    mic.problem.value = camera.problem.value = why;
    mic.on.value = camera.on.value = false;
    return;
  }
  void list();
  let wish = { ...wishes };
  if (mic.on.peek() && camera.on.peek() && !prefs.peek().mic && !prefs.peek().camera) {
    mic.starting.value = camera.starting.value = true;
    wish = { mic: ++wishes.mic, camera: ++wishes.camera };
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        ...constraints('mic', ''), ...constraints('camera', ''),
      });
      await Promise.all([mic, camera].map((s) => {
        const raw = stream.getTracks().find((track) => (track.kind === 'audio') === (s === mic))!;
        return wish[s.kind] === wishes[s.kind] ? adopt(s, raw) : raw.stop();
      }));
      void list();
      return;
    } catch {
      // One of the two is the trouble; each by itself tells which.
    } finally {
      for (const s of [mic, camera]) if (wish[s.kind] === wishes[s.kind]) s.starting.value = false;
    }
  }
  for (const s of [mic, camera]) {
    if (s.on.peek() && wish[s.kind] === wishes[s.kind]) await turn(s, true, false);
  }
}

/** Changes the device, also while talking; the old one is let go when the new one stands. */
export async function choose(kind: 'mic' | 'camera', id: string): Promise<void> {
  remember({ [kind]: id });
  const s = kind === 'mic' ? mic : camera;
  if (!s.raw.peek()) return void (s.on.peek() && await turn(s, true, false));
  // A phone's second camera opens only when the first is closed.
  if (kind === 'camera') s.raw.peek()!.stop();
  try {
    await openFor(s, id);
  } catch (error) {
    close(s);
    s.on.value = false;
    s.problem.value = deviceProblem(error);
  }
}

/** Takes noise or background away from now on; null: no longer. */
export async function improveBy(kind: 'mic' | 'camera', improve: Improve | null): Promise<void> {
  if (improve) improvers[kind] = improve;
  else delete improvers[kind];
  const s = kind === 'mic' ? mic : camera;
  const raw = s.raw.peek();
  if (raw) await adopt(s, raw);
}

export function closeAll(): void {
  close(mic);
  close(camera);
}

// Devices come and go. A speaker that has gone is left for the system's own choice.
if (navigator.mediaDevices) {
  navigator.mediaDevices.addEventListener?.('devicechange', () => { void list(); });
  effect(() => {
    const outs = devices.value.filter((d) => d.kind === 'audiooutput');
    const { speaker } = prefs.peek();
    if (outs.length && speaker && !outs.some((d) => d.deviceId === speaker)) {
      remember({ speaker: '' });
      notice(t('dev.speakerFell'), { tone: 'warning', topic: 'speaker' });
    }
  });
}
