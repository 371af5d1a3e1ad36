// Every view outside the meeting, in every way in which it is looked at: see looks.mjs.
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { newPage, noProblems, startChromium, startServer, TING } from './harness.mjs';
import { looks, verdict } from './looks.mjs';
import { enter, leave, openMeeting } from './meeting.mjs';
import { join } from '../attack/wsclient.mjs';

const PASSWORD = 'grönt te 42 gånger';
const ORGANISATION = 'Hälso- och sjukvårdsnämnden i Västra Götaland';
const TITLE = 'Samverkansmöte om hemgång från sjukhus, Norra Hisingen';
const MOST = 4;                                 // people in a meeting
const REFUSAL = [/status of (4\d\d|503)/];      // what a browser says of each

let server, installed, chromium, page;

test.before(async () => {
  [server, installed, chromium] = await Promise.all([
    startServer({ args: ['--set', `limits.meeting.people=${MOST}`] }),
    startServer({ demo: false, args: ['--set', `organisation=${ORGANISATION}`,
      '--set', 'accessibility.contact=tillganglighet@example.org'] }),
    startChromium(),
  ]);
  for (const user of [['asa', '--name', 'Åsa Lindqvist-Öberg']]) {
    execFileSync(TING, ['user', 'add', ...user, '--data', installed.dir],
      { input: `${PASSWORD}\n` });
  }
  page = await newPage(chromium, { reducedMotion: true });
});
test.afterEach(verdict);
test.after(async () => {
  await chromium?.close();
  await Promise.all([server?.stop(), installed?.stop()]);
});

const heading = () => page.locator('h1').waitFor();

async function to(url) {
  await page.goto(url);
  await heading();
}

// The rest of a test on a page of its own, in which something runs before anything else.
async function on(prepare, run) {
  const kept = page;
  page = await newPage(chromium, { reducedMotion: true });
  try {
    await page.addInitScript(prepare);
    await run();
    noProblems(page);
  } finally {
    await page.context().close();
    page = kept;
  }
}

// A meeting that a host without a page leads: [the host, the meeting].
async function led(settings) {
  const meeting = await openMeeting(server, { title: TITLE, ...settings });
  const host = await join(server, { code: meeting.code, invite: meeting.host_invite,
    name: 'Åsa Lindqvist-Öberg' });
  return [host, meeting];
}

test('home', async () => {
  await to(server.url);
  await looks(page, 'home');
  await page.locator('#number').fill('123 456 78 99');
  await page.locator('.numberform button').click();
  await page.locator('#number-wrong').waitFor();
  await looks(page, 'home-wrong-number', { themes: ['light'] });
});

test('home of an installation', async () => {
  await to(installed.url);
  await page.locator('#user').waitFor();
  await looks(page, 'signin');
  await page.locator('#user').fill('asa');
  await page.locator('#password').fill('fel');
  await page.locator('.signin button').click();
  await page.locator('.signin [role=alert]').waitFor();
  await looks(page, 'signin-wrong', { themes: ['light'] });
  await page.locator('#password').fill(PASSWORD);
  await page.locator('.signin button').click();
  await page.locator('[data-meet]').waitFor();
  await looks(page, 'signed-in');
});

test('the test page', async () => {
  await to(`${server.url}/test`);
  await page.locator('.cam[data-shown=true]').waitFor();
  await looks(page, 'test');
});

test('the statement', async () => {
  await to(`${installed.url}/tillganglighet`);
  await page.locator('.contact').waitFor();
  await looks(page, 'statement');
  await page.locator('.reportform .primary').click();
  await page.locator('#report-text-wrong').waitFor();
  await looks(page, 'statement-missing', { themes: ['light'] });
  await page.locator('#report-text').fill('Jag hittade inte knappen.');
  await page.locator('.reportform .primary').click();
  await page.locator('.card.pad[role=status]').waitFor();
  await looks(page, 'statement-sent', { themes: ['light'] });
});

test('before the meeting', async () => {
  const { url } = await openMeeting(server, { title: TITLE, lobby: true });
  await to(url);
  await page.locator('.cam[data-shown=true]').waitFor();
  await looks(page, 'mirror');
  await page.locator('[data-join]').click();
  await page.locator('#name-missing').waitFor();
  await looks(page, 'mirror-no-name', { themes: ['light'] });
  const chevron = page.locator('[data-toggle=mic] .d');
  await chevron.click();
  await looks(page, 'mirror-devices', { open: () => chevron.click() });
});

// What the page finds when it asks for a device, and names as long as they are in life.
function devices() {
  globalThis.testFault = 'NotAllowedError';
  const { getUserMedia } = MediaDevices.prototype;
  MediaDevices.prototype.getUserMedia = async function ask(...args) {
    const fault = globalThis.testFault;
    if (fault && fault !== 'silence') throw new DOMException('', fault);
    const stream = await getUserMedia.apply(this, args);
    const [mic] = stream.getAudioTracks();
    if (!fault || !mic) return stream;
    stream.removeTrack(mic);
    mic.stop();
    const { stream: silence } = new AudioContext().createMediaStreamDestination();
    stream.addTrack(silence.getAudioTracks()[0]);
    return stream;
  };
  const long = 'Jabra Evolve2 65 MS Stereo, headset med mikrofon (USB-C, Bluetooth)';
  for (const kind of [MediaStreamTrack, MediaDeviceInfo]) {
    Object.defineProperty(kind.prototype, 'label', { get: () => long });
  }
}

test('devices that are denied, missing, busy, and with long names', async () => {
  const { url } = await openMeeting(server, { title: TITLE });
  await on(devices, async () => {
    await to(url);
    for (const [fault, problem] of [['NotAllowedError', 'denied'], ['NotFoundError', 'none'],
      ['NotReadableError', 'busy'], ['UnknownError', 'other']]) {
      await page.evaluate((name) => { globalThis.testFault = name; }, fault);
      if (problem !== 'denied') await page.locator('.fixes .btn').last().click();
      await page.locator(`[data-problem=${problem}]`).waitFor();
      if (problem === 'denied') await page.locator('.fixes [aria-expanded]').click();
      await looks(page, `mirror-${problem}`,
        problem === 'denied' ? {} : { themes: ['light'] });
    }
    await page.evaluate(() => { globalThis.testFault = ''; });
    await page.locator('.fixes .btn').last().click();
    await page.locator('.cam[data-shown=true]').waitFor();
    await looks(page, 'mirror-long-names', { themes: ['light'] });
    const chevron = page.locator('[data-toggle=camera] .d');
    await chevron.click();
    await looks(page, 'mirror-long-devices', { open: () => chevron.click(), themes: ['light'] });
    await page.evaluate(() => { globalThis.testFault = 'silence'; });
    await page.locator('[data-toggle=mic] .d').click();
    await page.locator('.popover [role=radio]').nth(1).click();
    await page.locator('[data-problem=silent]').waitFor();
    await page.keyboard.press('Escape');
    await looks(page, 'mirror-silent', { themes: ['light'] });
  });
});

test('a browser that is too old, and an address without https', async () => {
  const { url } = await openMeeting(server);
  await on(() => { delete globalThis.RTCPeerConnection; }, async () => {
    await to(url);
    await looks(page, 'old-browser');
  });
  await on(() => {
    Object.defineProperty(globalThis, 'isSecureContext', { get: () => false });
  }, async () => {
    await to(url);
    await looks(page, 'insecure');
  });
});

test('the lobby, and not being let in', async () => {
  const [host, meeting] = await led({ lobby: true });
  await to(meeting.url);
  await enter(page, 'Björn Ek');
  await page.locator('[data-lobby] .cam[data-shown=true]').waitFor();
  await looks(page, 'lobby');
  const { members } = await host.event('waiting', (e) => e.members.length > 0);
  await host.fine('refuse', { member: members[0].member });
  await page.locator('[data-left=refused]').waitFor();
  await looks(page, 'refused');
  await host.leave();
});

test('a link that leads nowhere', async () => {
  await to(`${server.url}/m/finnsinte`);
  await page.locator('.kind .ic').waitFor();
  await looks(page, 'unknown');
});

test('a meeting that is locked, full or over', async () => {
  const [host, meeting] = await led();
  await to(meeting.url);
  await host.fine('lock', { on: true });
  const refused = async () => {
    await page.locator('#name').fill('Björn Ek');
    await page.locator('[data-join]').click();
    await page.locator('.kind .ic').waitFor();
  };
  await refused();
  await looks(page, 'locked');
  await host.fine('lock', { on: false });
  for (let i = 1; i < MOST; i++) await join(server, { code: meeting.code });
  await page.locator('.kind .btn.primary').click();
  await refused();
  await looks(page, 'full');
  await host.fine('end');
  await page.locator('.kind .btn.primary').click();
  await page.locator('.kind .ic').waitFor();
  await looks(page, 'ended-before', { themes: ['light'] });
});

test('after the meeting', async () => {
  const [host, meeting] = await led();
  await to(meeting.url);
  await enter(page, 'Björn Ek');
  await host.fine('chat', { text: 'Vi ses igen på torsdag.' });
  await page.locator('.toast, .n').first().waitFor();
  await leave(page);
  await looks(page, 'left');
  await page.locator('.acts .primary').click();
  await page.locator('.room').waitFor();
  await host.fine('end');
  await page.locator('[data-left=ended]').waitFor();
  await looks(page, 'ended');
});

test('after one was removed', async () => {
  const [host, meeting] = await led();
  await to(meeting.url);
  await enter(page, 'Björn Ek');
  const { member } = await host.event('member');
  await host.fine('remove', { member: member.member });
  await page.locator('[data-left=removed]').waitFor();
  await looks(page, 'removed');
  await host.fine('end');
});

test('nothing was complained of', () => noProblems(page, REFUSAL));
