// A client of the signalling protocol in a browser's page, without the page's own code: whatever
// one wants to offer, with whichever codecs.
//
//   const page = await rawPage(browser, server);
//   const { self } = await raw(page, 'join', code, 'Anna');
//   await raw(page, 'connect', [{ role: 'camera', codec: 'video/H264', hue: 120 },
//     { role: 'slot-camera' }]);
//   await raw(page, 'view', [{ member, kind: 'camera', width: 640, height: 360 }]);
//   await raw(page, 'received')         what came in the slots
import { newPage } from '../browser/harness.mjs';

// In the page.
function install() {
  if (!globalThis.isSecureContext) return;
  const waiting = new Map();
  const it = globalThis.testRaw = { events: [], slots: {} };
  let socket, pc, serial = 0;

  const call = (verb, fields = {}) => new Promise((done, fail) => {
    const id = ++serial;
    waiting.set(id, (reply) => {
      if (reply.problem) fail(new Error(JSON.stringify(reply.problem)));
      else done(reply);
    });
    socket.send(JSON.stringify({ verb, id, ...fields }));
  });

  it.join = async (code, name) => {
    socket = new WebSocket(`wss://${location.host}/ws`, 'ting.1');
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.event === 'slots') it.slots = message.slots;
      if (message.event) it.events.push(message);
      else waiting.get(message.reply)?.(message);
    };
    await new Promise((done, fail) => { socket.onopen = done; socket.onerror = fail; });
    const { self, members } = await call('join', { code, name, lang: 'en' });
    return { self, members };
  };

  // A field of one hue over which a bar travels.
  const paint = (hue, width, height, fps) => {
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const ctx = canvas.getContext('2d');
    let n = 0;
    setInterval(() => {
      n = (n + 1) % 30;
      ctx.fillStyle = `hsl(${hue} 100% 40%)`;
      ctx.fillRect(0, 0, width, height);
      ctx.fillStyle = `hsl(${hue} 100% 65%)`;
      ctx.fillRect(n * width / 34, 0, width / 8, height);
    }, 1000 / fps);
    return canvas.captureStream(fps).getVideoTracks()[0];
  };

  // Each line: role; codec and rtx alone, or all; a camera's hue, width, height, fps and rids.
  it.connect = async (lines) => {
    pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    for (const line of lines) {
      const slot = line.role.startsWith('slot');
      const { width = 640, height = 360, fps = 15 } = line;
      const source = slot ? (/audio/.test(line.role) ? 'audio' : 'video')
        : paint(line.hue, width, height, fps);
      const transceiver = pc.addTransceiver(source, {
        direction: slot ? 'recvonly' : 'sendonly', sendEncodings: line.encodings });
      if (line.codec) {
        transceiver.setCodecPreferences(RTCRtpReceiver.getCapabilities('video').codecs
          .filter((c) => [line.codec, 'video/rtx'].includes(c.mimeType)));
      }
    }
    await pc.setLocalDescription();
    const roles = {};
    pc.getTransceivers().forEach((t, i) => { roles[t.mid] = lines[i].role; });
    const { sdp } = await call('offer', { sdp: pc.localDescription.sdp, roles });
    await pc.setRemoteDescription({ type: 'answer', sdp });
    await call('media', { camera: lines.some((l) => l.role === 'camera') });
    for (const { mid, receiver, direction } of pc.getTransceivers()) {
      if (direction !== 'recvonly' || receiver.track.kind !== 'video') continue;
      const video = document.createElement('video');
      Object.assign(video, { muted: true, autoplay: true, id: `mid-${mid}`,
        srcObject: new MediaStream([receiver.track]) });
      document.body.append(video);
    }
    await new Promise((done, fail) => {
      const look = () => {
        if (pc.connectionState === 'connected') done();
        else if (pc.connectionState === 'failed') fail(new Error('failed'));
      };
      pc.onconnectionstatechange = look;
      look();
    });
    return pc.getTransceivers().map((t) => ({ mid: t.mid, direction: t.currentDirection }));
  };

  it.view = async (tiles) => {
    const { slots } = await call('view', { tiles });
    it.slots = slots;
    return slots;
  };

  const hueOf = (video) => {
    if (!video?.videoWidth) return null;
    const ctx = new OffscreenCanvas(8, 8).getContext('2d');
    ctx.drawImage(video, 0, 0, 8, 8);
    const { data } = ctx.getImageData(0, 0, 8, 8);
    const [r, g, b] = [0, 1, 2].map((c) => data.filter((_, i) => i % 4 === c)
      .reduce((sum, v) => sum + v, 0));
    const most = Math.max(r, g, b), range = most - Math.min(r, g, b);
    if (range < most * 0.3) return null;
    return Math.round(60 * (most === r ? ((g - b) / range + 6) % 6
      : most === g ? (b - r) / range + 2 : (r - g) / range + 4));
  };

  // What has come in each slot for pictures.
  it.received = async () => {
    const all = [...(await pc.getStats()).values()];
    return all.filter((s) => s.type === 'inbound-rtp' && s.kind === 'video').map((s) => {
      const receiver = pc.getTransceivers().find((t) => t.mid === s.mid).receiver;
      return { mid: s.mid, packets: s.packetsReceived, frames: s.framesDecoded ?? 0,
        width: s.frameWidth, codec: all.find((c) => c.id === s.codecId)?.mimeType,
        source: receiver.getContributingSources()[0]?.source,
        hue: hueOf(document.getElementById(`mid-${s.mid}`)) };
    });
  };

  it.sent = async () => [...(await pc.getStats()).values()]
    .filter((s) => s.type === 'outbound-rtp' && s.kind === 'video')
    .map((s) => ({ rid: s.rid, frames: s.framesSent, width: s.frameWidth }));

  it.leave = () => {
    pc?.close();
    socket.close();
  };
}

export async function rawPage(browser, server) {
  const page = await newPage(browser, { width: 400, height: 300 });
  await page.addInitScript(install);
  await page.goto(server.url);
  return page;
}

export function raw(page, what, ...args) {
  return page.evaluate(([name, list]) => globalThis.testRaw[name](...list), [what, args]);
}
