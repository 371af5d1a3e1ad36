// Real browsers take our answers: offer, answer through negotiate_cli, setRemoteDescription, and
// then what each transceiver became. No media flows: nobody listens where the answer points.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { newFirefoxPage, newPage, ROOT, startChromium, startFirefox } from '../browser/harness.mjs';

const BUILD = path.dirname(path.resolve(ROOT, process.env.TING ?? 'build/release/ting'));
const CLI = path.join(BUILD, 'tests/media/negotiate_cli');
const ROLES = [
  'mic', 'camera', 'screen', 'screen-audio',
  ...Array(3).fill('slot-audio'), 'slot-screen-audio',
  ...Array(16).fill('slot-camera'), 'slot-screen', 'slot-interpreter',
];

execFileSync('ninja', ['-C', BUILD, '--quiet', 'tests/media/negotiate_cli']);

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'negotiate-'));
test.after(() => fs.rmSync(folder, { recursive: true }));

// before: the offer that was answered earlier on the same connection.
function answer(sdp, roles, before) {
  const file = path.join(folder, 'before.sdp');
  if (before) fs.writeFileSync(file, before);
  const run = spawnSync(CLI, [...(before ? ['-p', file] : []), ...roles],
    { input: sdp, encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
  return run.stdout;
}

// In the page: a PeerConnection with an m-line a role, new or the one that is there.
async function offer([roles, again]) {
  const pc = again ? globalThis.pc : new RTCPeerConnection();
  globalThis.pc = pc;
  if (again) pc.restartIce();
  for (const role of roles) {
    const kind = /mic|audio/.test(role) ? 'audio' : 'video';
    const direction = role.startsWith('slot') ? 'recvonly' : 'sendonly';
    const layers = [{ rid: 'q', scaleResolutionDownBy: 4 },
      { rid: 'h', scaleResolutionDownBy: 2 }, { rid: 'f' }];
    pc.addTransceiver(kind, { direction, ...(role === 'camera' && { sendEncodings: layers }) });
  }
  await pc.setLocalDescription();
  return pc.localDescription.sdp;
}

async function take(sdp) {
  const streams = new Map();
  const { pc } = globalThis;
  pc.ontrack = ({ transceiver, streams: own }) => {
    streams.set(transceiver.mid, own.map((s) => s.id).join());
  };
  await pc.setRemoteDescription({ type: 'answer', sdp });
  return pc.getTransceivers().map((t) => ({
    mid: t.mid,
    direction: t.currentDirection,
    encodings: t.sender.getParameters().encodings?.map((e) => e.rid) ?? [],
    sends: t.sender.getParameters().codecs?.map((c) => c.mimeType) ?? [],
    receives: t.receiver.getParameters().codecs?.map((c) => c.mimeType) ?? [],
    stream: streams.get(t.mid),
  }));
}

const ssrcs = (sdp) => sdp.match(/a=ssrc-group:FID .*/g);

async function whole(page, receives) {
  const first = await page.evaluate(offer, [ROLES]);
  const sdp = answer(first, ROLES);
  const got = await page.evaluate(take, sdp);
  assert.equal(got.length, ROLES.length);
  got.forEach((t, i) => {
    const slot = ROLES[i].startsWith('slot');
    assert.equal(t.direction, slot ? 'recvonly' : 'sendonly', ROLES[i]);
    if (slot) assert.equal(t.stream, `slot-${t.mid}`);
  });
  assert.deepEqual(got[1].encodings, ['q', 'h', 'f']);
  const codecs = (list) => [...new Set(list)].filter((c) => !/rtx|red|ulpfec/.test(c));
  assert.deepEqual(codecs(got[0].sends), ['audio/opus']);
  assert.deepEqual(codecs(got[1].sends), ['video/VP8']);
  assert.deepEqual(codecs(got[2].sends), ['video/VP8']);
  if (receives) {
    for (const codec of receives) assert.ok(got[8].receives.includes(codec), codec);
  }
  await widen(page, first, sdp);
}

// On the same connection: four more slots and an ICE restart; what was there keeps its numbers.
async function widen(page, before, sdp) {
  const more = Array(4).fill('slot-camera');
  const again = answer(await page.evaluate(offer, [more, true]), [...ROLES, ...more], before);
  const got = await page.evaluate(take, again);
  assert.equal(got.length, ROLES.length + 4);
  assert.ok(got.slice(4).every((t) => t.direction === 'recvonly'));
  assert.deepEqual(got[1].encodings, ['q', 'h', 'f']);
  assert.match(again, /ice-ufrag:tinganew/);
  assert.equal(ssrcs(again).length, ssrcs(sdp).length + 4);
  assert.deepEqual(ssrcs(again).slice(0, ssrcs(sdp).length), ssrcs(sdp));
}

// What we refuse comes back stopped, and the rest works.
async function refused(page) {
  const roles = ['mic', 'camera', 'slot-camera'];
  const sdp = answer(await page.evaluate(offer, [roles]), ['mic', 'none', 'slot-camera']);
  const got = await page.evaluate(take, sdp);
  const [mic, camera, slot] = ['0', '1', '2'].map((mid) => got.find((t) => t.mid === mid));
  assert.equal(mic.direction, 'sendonly');
  assert.ok(!camera || ['stopped', 'inactive'].includes(camera.direction), camera?.direction);
  assert.equal(slot.direction, 'recvonly');
}

test('Chromium', async (t) => {
  const browser = await startChromium();
  t.after(() => browser.close());
  const page = await newPage(browser);
  await t.test('takes senders and slots, then more', () => whole(page,
    ['video/VP8', 'video/H264', 'video/VP9', 'video/AV1', 'video/rtx']));
  await t.test('lives with a refused m-line', () => refused(page));
});

test('Firefox', async (t) => {
  const browser = await startFirefox();
  t.after(() => browser.close());
  const page = await newFirefoxPage(browser);
  await t.test('takes senders and slots, then more', () => whole(page));
  await t.test('lives with a refused m-line', () => refused(page));
});
