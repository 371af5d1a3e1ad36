// Whose picture a slot shows, told by the packets themselves: every packet from the server names
// its source as the only CSRC, and the page shows a name only with a frame of that source.

interface Named { source: number; timestamp: number; rtpTimestamp?: number }

/** The source of the frame with that RTP timestamp; without one that matches, of what was
 * delivered last. 0: unknown. */
export function frameSource(sources: readonly Named[], rtp?: number): number {
  let latest: Named | undefined;
  for (const s of sources) {
    if (rtp !== undefined && s.rtpTimestamp === rtp) return s.source;
    if (!latest || s.timestamp > latest.timestamp) latest = s;
  }
  return latest?.source ?? 0;
}

const POLL_MS = 200;

/** Calls back with the source of each presented frame that differs from the one before. Returns
 * what ends it. */
export function watch(video: HTMLVideoElement, receiver: RTCRtpReceiver,
  shows: (source: number) => void): () => void {
  let ended = false;
  let last = -1;
  const look = (rtp?: number) => {
    const source = frameSource(receiver.getContributingSources(), rtp);
    if (source && source !== last) shows(last = source);
  };
  if ('requestVideoFrameCallback' in video) {
    const frame = (_: number, about: VideoFrameCallbackMetadata) => {
      if (ended) return;
      look(about.rtpTimestamp);
      video.requestVideoFrameCallback(frame);
    };
    video.requestVideoFrameCallback(frame);
    return () => { ended = true; };
  }
  // Without the callback a frame can't be told from the next; a short poll is what is left.
  const timer = setInterval(look, POLL_MS);
  return () => clearInterval(timer);
}
