// The one PeerConnection. Its description never changes: senders and a fixed number of receive
// slots are offered once, and the server assigns sources to slots (docs/protocol.md, "Media").
import { signal, type Signal } from '@preact/signals';

export type SlotRole = 'slot-audio' | 'slot-camera' | 'slot-interpreter' | 'slot-screen'
  | 'slot-screen-audio';
type SendRole = 'mic' | 'camera' | 'screen' | 'screen-audio';

const SLOTS: readonly [SlotRole, number][] = [
  ['slot-audio', 4], ['slot-camera', 16], ['slot-interpreter', 1], ['slot-screen', 1],
  ['slot-screen-audio', 1],
];
const CAMERA_LAYERS: RTCRtpEncodingParameters[] = [
  { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 180_000, active: true },
  { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 600_000, active: true },
  { rid: 'f', scaleResolutionDownBy: 1, maxBitrate: 2_000_000, active: true },
];
const SCREEN_BPS = 4_000_000;
const AUDIO_CODECS = ['audio/opus', 'audio/red'];
const VIDEO_CODECS = ['video/VP8', 'video/H264', 'video/VP9', 'video/AV1', 'video/rtx'];

/** A receive slot. assigned: the source that the server says is in it; shows: the source of the
 * frame that was presented last. 0: none. */
export interface Slot {
  role: SlotRole;
  mid: string;
  receiver: RTCRtpReceiver;
  track: MediaStreamTrack;
  assigned: Signal<number>;
  shows: Signal<number>;
}

// The wanted codecs in the wanted order; the SDP of thirty lines stays a third of its size.
function prefer(transceiver: RTCRtpTransceiver, kind: 'audio' | 'video'): void {
  const wanted = kind === 'audio' ? AUDIO_CODECS : VIDEO_CODECS;
  const known = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
  const rank = (c: { mimeType: string }) =>
    wanted.findIndex((w) => w.toLowerCase() === c.mimeType.toLowerCase());
  const codecs = known.filter((c) => rank(c) >= 0).sort((a, b) => rank(a) - rank(b));
  try {
    if (codecs.length) transceiver.setCodecPreferences(codecs);
  } catch {
    // An older browser: its own order then.
  }
}

export class Peer {
  readonly pc: RTCPeerConnection;
  readonly slots: Slot[] = [];
  private senders = {} as Record<SendRole, RTCRtpTransceiver>;
  private lines: [string, RTCRtpTransceiver][] = [];
  private whenClosed!: (why: Error) => void;
  private readonly closed = new Promise<never>((_, fail) => { this.whenClosed = fail; });

  constructor(iceServers: RTCIceServer[], state: (peer: Peer) => void) {
    this.pc = new RTCPeerConnection({ iceServers, bundlePolicy: 'max-bundle' });
    this.pc.onconnectionstatechange = () => state(this);
    this.closed.catch(() => {});
    this.sendLine('mic', 'audio');
    this.sendLine('camera', 'video', CAMERA_LAYERS);
    this.sendLine('screen', 'video', [{ maxBitrate: SCREEN_BPS }]);
    this.sendLine('screen-audio', 'audio');
    for (const [role, count] of SLOTS) {
      for (let i = 0; i < count; i++) this.slotLine(role);
    }
  }

  private sendLine(role: SendRole, kind: 'audio' | 'video', layers?: RTCRtpEncodingParameters[]) {
    const line = this.pc.addTransceiver(kind, { direction: 'sendonly', sendEncodings: layers });
    prefer(line, kind);
    this.senders[role] = line;
    this.lines.push([role, line]);
  }

  private slotLine(role: SlotRole): void {
    const kind = role.endsWith('audio') ? 'audio' : 'video';
    const line = this.pc.addTransceiver(kind, { direction: 'recvonly' });
    prefer(line, kind);
    this.lines.push([role, line]);
    const { receiver } = line;
    this.slots.push({
      role, mid: '', receiver, track: receiver.track, assigned: signal(0), shows: signal(0),
    });
  }

  /** What to offer; the mids stand from here on. Fails when it is closed meanwhile. */
  async offer(restart = false): Promise<{ sdp: string; roles: Record<string, string> }> {
    const made = await this.unlessClosed(this.pc.createOffer({ iceRestart: restart }));
    await this.unlessClosed(this.pc.setLocalDescription(made));
    const roles: Record<string, string> = {};
    for (const [role, line] of this.lines) roles[line.mid!] = role;
    const slotLines = this.lines.slice(this.lines.length - this.slots.length);
    this.slots.forEach((slot, i) => { slot.mid = slotLines[i]![1].mid!; });
    return { sdp: this.pc.localDescription!.sdp, roles };
  }

  async answer(sdp: string): Promise<void> {
    await this.unlessClosed(this.pc.setRemoteDescription({ type: 'answer', sdp }));
  }

  async send(role: SendRole, track: MediaStreamTrack | null): Promise<void> {
    if (track && role === 'screen') track.contentHint = 'detail';
    if (track && role === 'screen-audio') track.contentHint = 'music';
    const { sender } = this.senders[role];
    if (sender.track !== track) await sender.replaceTrack(track);
  }

  /** Which source the server has put in which slot. */
  assign(slots: Record<string, number>): void {
    for (const slot of this.slots) slot.assigned.value = slots[slot.mid] ?? 0;
  }

  close(): void {
    this.pc.onconnectionstatechange = null;
    this.pc.close();
    this.whenClosed(new Error('closed'));
  }

  // What a closed connection was asked for is never answered.
  private unlessClosed<T>(answer: Promise<T>): Promise<T> {
    return Promise.race([answer, this.closed]);
  }
}
