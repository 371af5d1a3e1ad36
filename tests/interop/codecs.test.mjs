// Who can send only one codec is forwarded as is, and whoever can't decode it is sent nothing.
// Raw PeerConnections in Chromium, which knows VP8, H.264, VP9 and AV1.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { noProblems, startChromium, startServer } from '../browser/harness.mjs';
import { openMeeting, until } from '../browser/meeting.mjs';
import { raw, rawPage } from './raw.mjs';

const HUE_NEAR = 25;
const HUES = { 'video/VP8': 20, 'video/H264': 110, 'video/VP9': 200, 'video/AV1': 290 };
const SLOTS = [{ role: 'slot-audio' }, { role: 'slot-camera' }, { role: 'slot-camera' }];
const FINE = { width: 1280, height: 720 }, COARSE = { width: 160, height: 90 };

let server, chromium, meeting;
const watcher = {};

test.before(async () => {
  [server, chromium] = await Promise.all([startServer(), startChromium()]);
  meeting = await openMeeting(server);
  await join(watcher, 'Alla', SLOTS);
});
test.after(async () => {
  await chromium?.close();
  await server?.stop();
});

async function join(client, name, lines) {
  client.page = await rawPage(chromium, server);
  client.self = (await raw(client.page, 'join', meeting.code, name)).self;
  client.lines = await raw(client.page, 'connect', lines);
  return client;
}

async function leave({ page }) {
  await raw(page, 'leave');
  noProblems(page);
  await page.context().close();
}

const watch = (client, member, size) => raw(client.page, 'view',
  member ? [{ member, kind: 'camera', ...size }] : []);

// That a picture of that member comes, moving, in that codec, colour and width.
async function gets(client, { member, codec, hue, width = () => true }) {
  let before;
  await until(`${codec} of ${member}`, async () => {
    const slots = await raw(client.page, 'received');
    const slot = slots.find((s) => s.source === member * 4 + 1);
    const right = slot && slot.codec === codec && slot.hue !== null
      && Math.abs(slot.hue - hue) < HUE_NEAR && width(slot.width);
    if (!right) {
      before = undefined;
      return slots;
    }
    before ??= slot.frames;
    return slot.frames >= before + 5 || slot;
  });
}

for (const [codec, hue] of Object.entries(HUES)) {
  test(`only ${codec}: forwarded and decoded, for who comes early and late`, async () => {
    const sender = await join({}, codec, [{ role: 'camera', codec, hue, width: 320, height: 180 }]);
    assert.equal(sender.lines[0].direction, 'sendonly');
    await watch(watcher, sender.self, FINE);
    await gets(watcher, { member: sender.self, codec, hue });
    const late = await join({}, 'Sen', SLOTS);
    await watch(late, sender.self, FINE);
    await gets(late, { member: sender.self, codec, hue });
    await watch(watcher, 0);
    await leave(late);
    await leave(sender);
  });
}

test('what a receiver can\'t decode is not sent to it, and what it can is', async () => {
  const only = (codec) => SLOTS.map((line) => (line.role === 'slot-camera'
    ? { ...line, codec } : line));
  const plain = await join({}, 'VP8', only('video/VP8'));
  const h264 = await join({}, 'H264', [{ role: 'camera', codec: 'video/H264',
    hue: HUES['video/H264'], width: 320, height: 180 }]);
  const vp8 = await join({}, 'Gammal', [{ role: 'camera', codec: 'video/VP8',
    hue: HUES['video/VP8'], width: 320, height: 180 }]);
  const both = [{ member: h264.self, kind: 'camera', ...FINE },
    { member: vp8.self, kind: 'camera', ...FINE }];
  for (const client of [plain, watcher]) await raw(client.page, 'view', both);
  for (const [sender, codec] of [[h264, 'video/H264'], [vp8, 'video/VP8']]) {
    await gets(watcher, { member: sender.self, codec, hue: HUES[codec] });
  }
  await gets(plain, { member: vp8.self, codec: 'video/VP8', hue: HUES['video/VP8'] });
  await sleep(1000);
  const came = await raw(plain.page, 'received');
  assert.deepEqual(came.filter((s) => s.packets > 0).map((s) => s.source), [vp8.self * 4 + 1]);
  await watch(watcher, 0);
  for (const client of [plain, h264, vp8]) await leave(client);
});

for (const codec of ['video/H264', 'video/VP8']) {
  test(`simulcast of ${codec}: the layer that fits`, async () => {
    const hue = HUES[codec];
    const sender = await join({}, 'Lager', [{ role: 'camera', codec, hue, width: 1280, height: 720,
      fps: 10, encodings: [{ rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 150000 },
        { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 400000 },
        { rid: 'f', maxBitrate: 800000 }] }]);
    const sent = async () => (await raw(sender.page, 'sent')).filter((s) => s.frames > 0);
    await until('three layers', async () => (await sent()).length === 3 || await sent());
    const { self: member } = sender;
    await watch(watcher, member, FINE);
    await gets(watcher, { member, codec, hue, width: (w) => w === 1280 });
    await watch(watcher, member, COARSE);
    await gets(watcher, { member, codec, hue, width: (w) => w === 320 });
    await watch(watcher, member, { width: 640, height: 360 });
    await gets(watcher, { member, codec, hue, width: (w) => w === 640 });
    await watch(watcher, 0);
    await leave(sender);
  });
}

test('nobody complained', () => noProblems(watcher.page));
