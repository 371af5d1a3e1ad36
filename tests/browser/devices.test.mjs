// Microphones and cameras that are refused, missing, taken or impossible, each told with a way out
// before the meeting; changed and unplugged while one talks; the small window above others.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  axe, newPage, noProblems, screenshot, startChromium, startServer,
} from './harness.mjs';
import {
  enter, hears, keepConnections, openMeeting, ownTile, sees, seesNot, startPeople,
  stopPeople, tile, toast, tool, until,
} from './meeting.mjs';

const CAMERAS = ['--use-fake-device-for-media-stream=device-count=2'];

let server, people, asking, meeting, anna, björn;

test.before(async () => {
  [server, people, asking] = await Promise.all([
    startServer(), startPeople(['Anna', 'Björn']),
    startChromium({ share: 'x' }),
  ]);
});
test.after(async () => {
  await Promise.all([stopPeople(people), asking?.close()]);
  await server?.stop();
});

const note = (page, problem) => page.locator(`.notice[data-problem=${problem}]`);
const fell = (page, topic) => page.locator(`.toast[data-topic=${topic}]`,
  { hasText: 'är borta. Nu används' });
const muted = (page, name) => tile(page, name).locator('.name .hide', { hasText: 'av' });
const state = (page, kind) => page.locator(`[data-toggle=${kind}]`).getAttribute('data-state');

// At the mirror of a meeting, in a browser where devices behave as `prepare` says.
async function mirror(browser, { prepare, arg, ...settings } = {}) {
  const page = await newPage(browser, settings);
  if (prepare) await page.addInitScript(prepare, arg);
  await page.goto((await openMeeting(server)).url);
  await page.locator('#name').waitFor();
  return page;
}

async function done(page) {
  noProblems(page);
  await page.context().close();
}

// In the page: devices answer with these errors, by kind, until they are mended.
function broken(errors) {
  const devices = navigator.mediaDevices;
  const real = devices.getUserMedia.bind(devices);
  globalThis.testErrors = errors;
  devices.getUserMedia = async (wanted) => {
    for (const kind of ['audio', 'video']) {
      const [name, message] = (wanted[kind] && globalThis.testErrors[kind]) || [];
      if (name) throw new DOMException(message ?? '', name);
    }
    return real(wanted);
  };
}

// ── Before the meeting ──

test('the browser refuses the microphone: said, with how to allow it, and one joins anyway',
  async () => {
    // This browser asks, and the answer for all but the camera is no.
    const page = await mirror(asking, { permissions: ['camera'] });
    await note(page, 'denied').filter({ hasText: 'får inte använda din mikrofon' }).waitFor();
    assert.equal(await state(page, 'mic'), 'bad');
    await until('the camera is on', async () => await state(page, 'camera') === 'on');
    await page.getByRole('button', { name: 'Visa hur' }).click();
    await page.locator('.how', { hasText: 'Slå på Mikrofon' }).waitFor();
    await axe(page);
    await screenshot(page, 'device-denied');
    await enter(page, 'Nils');
    await ownTile(page).waitFor();
    await done(page);
  });

test('allowed afterwards, it starts by “Försök igen”', async () => {
  const page = await mirror(asking, { permissions: ['camera'] });
  await note(page, 'denied').waitFor();
  await page.context().grantPermissions(['camera', 'microphone']);
  await page.getByRole('button', { name: 'Försök igen' }).click();
  await until('the microphone is on', async () => await state(page, 'mic') === 'on');
  assert.equal(await note(page, 'denied').count(), 0);
  await done(page);
});

const CASES = [
  ['none', ['NotFoundError'], 'Vi hittar ingen kamera', 'Anslut en'],
  ['busy', ['NotReadableError'], 'används av ett annat program', 'Stäng det andra programmet'],
  ['denied-system', ['NotAllowedError', 'Permission denied by system'],
    'Datorn låter inte webbläsaren', 'inställningar för integritet'],
  ['other', ['TypeError'], 'gick inte att starta', 'starta om webbläsaren'],
];
for (const [problem, error, what, todo] of CASES) {
  test(`a camera that is ${problem}: said with what to do, and tried again`, async () => {
    const page = await mirror(people.Anna.browser, { prepare: broken, arg: { video: error } });
    await note(page, problem).filter({ hasText: what }).filter({ hasText: todo }).waitFor();
    assert.equal(await state(page, 'camera'), 'bad');
    assert.equal(await state(page, 'mic'), 'on');
    await screenshot(page, `device-${problem}`);
    await page.evaluate(() => { globalThis.testErrors = {}; });
    await page.getByRole('button', { name: 'Försök igen' }).click();
    await until('the camera is on', async () => await state(page, 'camera') === 'on');
    await done(page);
  });
}

test('what is wrong with both is said once', async () => {
  const page = await mirror(people.Anna.browser, { prepare: broken,
    arg: { video: ['NotFoundError'], audio: ['NotFoundError'] } });
  await note(page, 'none').filter({ hasText: 'Vi hittar varken mikrofon eller kamera' }).waitFor();
  assert.equal(await page.locator('.notice[data-problem]').count(), 1);
  await enter(page, 'Nils');
  await done(page);
});

// In the page: what the browser lacks.
const LACKS = {
  'Adressen måste börja med https': () => {
    Object.defineProperty(globalThis, 'isSecureContext', { value: false });
  },
  'Webbläsaren är för gammal för möten': () => { delete globalThis.RTCPeerConnection; },
};
const WAYS = [/Be den som bjöd in om rätt länk/, /Öppna länken i en ny version av Chrome/];
for (const [i, [title, prepare]] of Object.entries(LACKS).entries()) {
  test(`${title}: instead of the mirror, with the way out`, async () => {
    const page = await newPage(people.Anna.browser);
    await page.addInitScript(prepare);
    await page.goto((await openMeeting(server)).url);
    await page.getByRole('heading', { name: title }).waitFor();
    assert.match(await page.locator('main').innerText(), WAYS[i]);
    await page.getByRole('button', { name: 'Kopiera länken' }).waitFor();
    await axe(page);
    await screenshot(page, `device-lacks-${i + 1}`);
    await done(page);
  });
}

test('a microphone into which nothing comes is noticed', async () => {
  const page = await mirror(people.Anna.browser, { prepare: () => {
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      const stream = await real(wanted);
      if (!wanted.audio) return stream;
      const silence = new AudioContext().createMediaStreamDestination().stream;
      return new MediaStream([...silence.getAudioTracks(), ...stream.getVideoTracks()]);
    };
  } });
  await note(page, 'silent').waitFor();
  await page.getByRole('button', { name: 'Visa hur' }).click();
  await page.locator('.how', { hasText: 'headset' }).waitFor();
  await done(page);
});

test('the loudspeaker is tested by four tones', async () => {
  const page = await mirror(people.Anna.browser);
  await until('the microphone is on', async () => await state(page, 'mic') === 'on');
  await page.locator('[data-toggle=mic] .d').click();
  await page.getByRole('button', { name: 'Testa högtalaren' }).click();
  await page.getByRole('button', { name: 'Hör du fyra toner?' }).waitFor();
  await page.getByRole('button', { name: 'Testa högtalaren' }).waitFor();
  await done(page);
});

// ── During it ──

// In the page: what was opened last, by kind, so that it can be unplugged.
function keepTracks() {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const tracks = globalThis.testTracks = {};
  globalThis.testGone = false;
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    if (globalThis.testGone) throw new DOMException('', 'NotFoundError');
    const stream = await real(wanted);
    for (const track of stream.getTracks()) tracks[track.kind] = track;
    return stream;
  };
}

const unplug = (page, kind, last = false) => page.evaluate(([which, gone]) => {
  globalThis.testGone = gone;
  const track = globalThis.testTracks[which];
  track.stop();
  track.dispatchEvent(new Event('ended'));
}, [kind, last]);

const sent = (page, kind) => page.evaluate((which) => globalThis.testConnections.at(-1).getSenders()
  .find((s) => s.track?.kind === which)?.track.getSettings().deviceId ?? null, kind);

test('two meet', async () => {
  meeting = await openMeeting(server, { title: 'Apparater' });
  björn = await people.Björn.join(meeting);
  anna = await people.Anna.mirror(meeting, { host: true });
  await anna.addInitScript(keepTracks);
  await anna.reload();
  await anna.locator('#name').waitFor();
  await enter(anna, 'Anna');
  await sees(björn, 'Anna');
  await hears(björn, { Anna: true });
});

// Chooses the last of the others in the list that was opened, and waits until it is sent.
async function change(page, kind, list) {
  const before = await sent(page, kind);
  await list.getByRole('radio', { checked: false }).last().click();
  await until('another device is sent', async () => {
    const now = await sent(page, kind);
    return now !== null && now !== before;
  });
  await list.getByRole('radio', { checked: true }).waitFor();
}

test('another microphone is chosen while one talks, and that one is heard', async () => {
  await anna.locator('.roombar [data-opens=more]').click();
  await anna.getByRole('button', { name: 'Ljud och bild' }).click();
  const list = anna.locator('.sheet').getByRole('radiogroup', { name: 'Mikrofon' });
  assert.equal(await list.getByRole('radio').count(), 3);
  await change(anna, 'audio', list);
  await hears(björn, { Anna: true });
  await anna.keyboard.press('Escape');
});

// The clock of Chromium's second camera that is not real may lag behind the first one's; its
// encoder then waits for it. So that pictures go on after a change is seen below, with one camera.
test('another camera is chosen, and it is that one which is shown and sent', async (t) => {
  const tove = await startChromium({ args: CAMERAS });
  t.after(() => tove.close());
  const page = await newPage(tove);
  await page.addInitScript(keepConnections);
  await page.goto(meeting.url);
  await enter(page, 'Tove');
  await page.locator('.roombar [data-opens=more]').click();
  await page.getByRole('button', { name: 'Ljud och bild' }).click();
  const list = page.locator('.sheet').getByRole('radiogroup', { name: 'Kamera' });
  assert.equal(await list.getByRole('radio').count(), 2);
  await change(page, 'video', list);
  const frames = () => ownTile(page).locator('video').evaluate(
    (video) => video.getVideoPlaybackQuality().totalVideoFrames);
  const before = await frames();
  await until('twenty more pictures', async () => await frames() - before >= 20);
  await done(page);
});

test('a microphone that is unplugged gives way to another, and one is told', async () => {
  await unplug(anna, 'audio');
  await fell(anna, 'mic').waitFor();
  await hears(björn, { Anna: true });
});

test('a camera too', async () => {
  await unplug(anna, 'video');
  await fell(anna, 'camera').waitFor();
  await sees(björn, 'Anna');
});

test('the last microphone that is unplugged is off, for all to see, and comes back', async () => {
  await unplug(anna, 'audio', true);
  await toast(anna, 'Din mikrofon är av').waitFor();
  await hears(björn, { Anna: false });
  await muted(björn, 'Anna').waitFor();
  await anna.evaluate(() => { globalThis.testGone = false; });
  await tool(anna, 'mic').click();
  await hears(björn, { Anna: true });
});

test('the last camera that is unplugged leaves initials, and comes back', async () => {
  await unplug(anna, 'video', true);
  await toast(anna, 'Din kamera är av').waitFor();
  await seesNot(björn, 'Anna');
  await anna.evaluate(() => { globalThis.testGone = false; });
  await tool(anna, 'camera').click();
  await sees(björn, 'Anna');
});

test('a picture that does not reach the server is said, and mended by a button', async () => {
  await anna.evaluate(async () => {
    const [, camera] = globalThis.testConnections.at(-1).getSenders();
    await camera.replaceTrack(null);
  });
  const trouble = anna.locator('.statusrow.trouble');
  await trouble.filter({ hasText: 'Din bild kommer inte fram' }).waitFor();
  await trouble.getByRole('button', { name: 'Anslut på nytt' }).click();
  await trouble.waitFor({ state: 'detached' });
  await sees(björn, 'Anna');
  await hears(björn, { Anna: true });
});

test('who asks for less motion gets none', async () => {
  const moving = async (reducedMotion) => {
    await björn.emulateMedia({ reducedMotion });
    await anna.locator('.roombar [aria-keyshortcuts=H]').click();
    await björn.locator('.corner .up').waitFor();
    const names = await björn.evaluate(() => {
      const all = [...document.querySelectorAll('*')].flatMap((e) =>
        [null, '::before', '::after'].map((part) => getComputedStyle(e, part)));
      return all.filter((s) => s.animationName !== 'none'
        || s.transitionDuration.split(', ').some((d) => parseFloat(d) > 0)).length;
    });
    await anna.locator('.roombar [aria-keyshortcuts=H]').click();
    await björn.locator('.corner .up').waitFor({ state: 'detached' });
    return names;
  };
  assert.ok(await moving('no-preference') > 0);
  assert.equal(await moving('reduce'), 0);
});

test('the small window shows whom one would see large, and goes again', async () => {
  await anna.locator('.roombar [data-opens=more]').click();
  await anna.getByRole('button', { name: 'Litet fönster ovanpå allt' }).click();
  await until('a picture in the small window', () => anna.evaluate(() => {
    const video = document.pictureInPictureElement;
    return video !== null && video.videoWidth > 0 && !video.paused;
  }));
  await anna.evaluate(() => document.exitPictureInPicture());
});

test('nothing was complained of', async () => {
  await people.Anna.leave();
  await people.Björn.leave();
});
