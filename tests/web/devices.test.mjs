// A device takes its time to open, and a person changes their mind meanwhile: what is not wanted
// any more is closed as soon as it has opened, and what was wanted last is what is used.
import assert from 'node:assert/strict';
import test from 'node:test';
import { load, pretendBrowser } from './bundle.mjs';

pretendBrowser();
globalThis.isSecureContext = true;
globalThis.RTCPeerConnection = class {};
globalThis.RTCRtpSender = class { replaceTrack() {} };

let asked = [];                         // [{kind, id, opens(), fails(name)}]
navigator.mediaDevices = {
  enumerateDevices: async () => [],
  getUserMedia: ({ audio, video }) => new Promise((done, fail) => {
    const id = (audio ?? video).deviceId?.exact ?? '';
    asked.push({
      id,
      opens() {
        const tracks = Object.entries({ audio, video }).filter(([, wanted]) => wanted)
          .map(([kind]) => {
            const track = { kind, label: id, readyState: 'live', enabled: true,
              stop() { track.readyState = 'ended'; } };
            return track;
          });
        done({ getTracks: () => tracks });
        return tracks.length > 1 ? tracks : tracks[0];
      },
      fails: (name) => fail(Object.assign(new Error('no'), { name })),
    });
  }),
};
const [devices, { remember }] = await load('lib/devices.ts', 'lib/prefs.ts');
const { camera, choose, closeAll, mic, startBoth, turn } = devices;

const settled = () => new Promise((done) => { setImmediate(done); });
test.beforeEach(() => {
  closeAll();
  remember({ mic: '', camera: '' });
  mic.on.value = camera.on.value = true;
  asked = [];
});

test('who leaves while the camera opens is not filmed', async () => {
  const on = turn(camera, true);
  await settled();
  closeAll();
  const track = asked[0].opens();
  await on;
  assert.equal(track.readyState, 'ended');
  assert.equal(camera.track.value, null);
  assert.equal(camera.starting.value, false);
});

test('the camera that is turned off while it opens stays off', async () => {
  const on = turn(camera, true);
  await settled();
  await turn(camera, false);
  const track = asked[0].opens();
  assert.equal(await on, false);
  assert.equal(track.readyState, 'ended');
  assert.equal(camera.on.value, false);
  assert.equal(camera.track.value, null);
});

test('of two chosen quickly the last is used, whichever opens first', async () => {
  const on = turn(camera, true);
  await settled();
  asked[0].opens();
  assert.equal(await on, true);
  const first = choose('camera', 'first');
  const second = choose('camera', 'second');
  await settled();
  const [, slow, quick] = asked;
  const wanted = quick.opens();
  await settled();
  assert.equal(camera.starting.value, false);
  const unwanted = slow.opens();
  await Promise.all([first, second]);
  assert.equal(camera.raw.value, wanted);
  assert.equal(wanted.readyState, 'live');
  assert.equal(unwanted.readyState, 'ended');
});

test('one that is chosen while another opens is waited for', async () => {
  const on = turn(camera, true);
  await settled();
  const other = choose('camera', 'other');
  await settled();
  const unwanted = asked[0].opens();
  await settled();
  assert.equal(unwanted.readyState, 'ended');
  assert.equal(camera.on.value, true);
  assert.equal(camera.starting.value, true);
  const wanted = asked[1].opens();
  await Promise.all([on, other]);
  assert.equal(camera.raw.value, wanted);
  assert.equal(camera.on.value, true);
});

test('a failure of what is not wanted any more is nobody’s trouble', async () => {
  const on = turn(mic, true);
  await settled();
  closeAll();
  asked[0].fails('NotReadableError');
  await on;
  assert.equal(mic.problem.value, null);
  const again = turn(mic, true);
  await settled();
  asked[1].fails('NotReadableError');
  assert.equal(await again, false);
  assert.equal(mic.problem.value, 'busy');
});

test('a microphone turned off while it opens is silent when it has', async () => {
  const on = turn(mic, true);
  await settled();
  await turn(mic, false);
  const track = asked[0].opens();
  await on;
  assert.equal(mic.on.value, false);
  assert.ok(track.readyState === 'ended' || !track.enabled);
});

test('who leaves while both are asked for is neither heard nor filmed', async () => {
  const both = startBoth();
  await settled();
  closeAll();
  const tracks = asked[0].opens();
  await both;
  assert.deepEqual(tracks.map((track) => track.readyState), ['ended', 'ended']);
  assert.deepEqual([mic.raw.value, camera.raw.value], [null, null]);
});

test('nor when the browser refuses both together, or one after the other', async () => {
  const both = startBoth();
  await settled();
  closeAll();
  asked[0].fails('NotAllowedError');
  await both;
  assert.equal(asked.length, 1);
  const again = startBoth();
  await settled();
  asked[1].fails('NotAllowedError');
  await settled();
  const mic1 = asked[2];
  closeAll();
  mic1.opens();
  await again;
  assert.equal(asked.length, 3);
  assert.deepEqual([mic.raw.value, camera.raw.value], [null, null]);
});
