// Every view inside the meeting, in every way in which it is looked at: see looks.mjs.
import test from 'node:test';
import { newPage, noProblems, startChromium, startServer } from './harness.mjs';
import { looks, speak, verdict } from './looks.mjs';
import { enter, openMeeting, openSheet } from './meeting.mjs';
import { join } from '../attack/wsclient.mjs';

const TITLE = 'Samverkansmöte om hemgång från sjukhus, Norra Hisingen';
const LONG = 'Mehmet Aydin-Lindström, Göteborgs stad, socialförvaltning Centrum';
const CROWD = 'Ella Norén, Karin Wåhlin, Göran Sjö, Jonas Öst, Amina Ali, Per Lind, Eva Falk,'
  + ' Leif Ahl, Siv Ros, Nils Åberg, Ida Ek, Olof Björk, Maj Grön, Tor Alm, Gun Dahl, Ulf Hed,'
  + ' Li Wu, Bo Ås, Ann Ny, Kim Ström';
const PAPER = 'Underlag';
const LOST = [/WebSocket|ERR_|status of (4\d\d|503)/];

let server, chromium, meeting, page, björn, åsa, mehmet, fatima;

// What passes by stays while it is looked at.
function linger() {
  const { setTimeout: after } = globalThis;
  globalThis.setTimeout = (run, ms, ...more) =>
    (globalThis.testStays && ms >= 6000 ? 0 : after(run, ms, ...more));
}

async function person(name, url) {
  const one = await newPage(chromium, { reducedMotion: true });
  await one.addInitScript(linger);
  await one.addInitScript(() => {
    globalThis.testConnections = [];
    globalThis.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(...args) {
        super(...args);
        globalThis.testConnections.push(this);
      }
    };
  });
  await one.goto(url);
  await one.locator('#name').waitFor();
  await enter(one, name);
  await åsa?.fine('admit', { all: true });
  await one.locator('.room').waitFor();
  return one;
}

const guest = async (name) => {
  const one = await join(server, { code: meeting.code, name });
  await åsa.fine('admit', { member: one.self });
  return one;
};

test.before(async () => {
  [server, chromium] = await Promise.all([
    startServer(), startChromium({ hue: 200, width: 640, height: 360, share: PAPER }),
  ]);
  meeting = await openMeeting(server, { title: TITLE, lobby: true });
  page = await person('Anna Sköld', meeting.hostUrl);
});
test.afterEach(verdict);
test.after(async () => {
  await chromium?.close();
  await server?.stop();
});

const closed = () => page.locator('.sheet > .head .btn').click();

// A panel at a button, opened again when it has gone.
async function panel(name, button, { on = page } = {}) {
  const open = async () => {
    if (!await on.locator('.room .popover').count()) await on.locator(button).click();
    await on.locator('.room .popover').waitFor();
  };
  await open();
  await looks(on, name, { open });
  await on.keyboard.press('Escape');
}

test('alone', async () => {
  await page.locator('.alone').waitFor();
  await looks(page, 'in-alone');
});

test('a few, alike and one large', async () => {
  åsa = await join(server, { code: meeting.code, invite: meeting.host_invite,
    name: 'Åsa Lindqvist-Öberg' });
  [mehmet, fatima] = [await guest(LONG), await guest('Fatima Noor')];
  await mehmet.fine('hand', { up: true });
  await åsa.fine('role', { member: fatima.self, role: 'interpreter' });
  await fatima.fine('caption', { line: 1, done: false, lang: 'sv',
    text: 'Vi behöver hemtjänst redan på fredag, och ett samtal med läkaren innan dess.' });
  await mehmet.fine('rtt', { line: 1, done: false, text: 'Jag skriver i stället för att tala' });
  await page.locator('.captions p').nth(1).waitFor();
  await looks(page, 'in-grid');
  await page.locator('.roomtop .push .btn').first().click();
  await looks(page, 'in-speaker');
  await page.locator('.roomtop .push .btn').first().click();
});

test('panels of the bar', async () => {
  await panel('in-more', '.roombar [data-opens=more]');
  await panel('in-leave', '.roombar [data-opens=leave]');
  await panel('in-reactions', '.roombar [data-opens=reactions]');
  await panel('in-mic', '.device:has([data-tool=mic]) .chev');
  await panel('in-camera', '.device:has([data-tool=camera]) .chev');
});

test('sheets', async () => {
  await åsa.fine('chat', { text: 'Dagordningen: https://example.org/dagordning/2026/november' });
  await åsa.fine('chat', { text: 'Punkt två tar vi först.' });
  await mehmet.fine('chat', { text: 'Jag kan inte höra så bra i dag.', to: 'hosts' });
  for (const name of ['chat', 'people', 'info', 'help']) {
    await openSheet(page, name);
    if (name === 'help') await page.locator('.trouble-help summary').first().click();
    await looks(page, `in-${name}`);
    await closed();
  }
  for (const [name, item] of [['text', /Text i realtid|Real-time text/],
    ['devices', /Ljud och bild|Sound and picture/]]) {
    await page.locator('.roombar [data-opens=more]').click();
    await page.locator('.popover.more').getByRole('button', { name: item }).click();
    await looks(page, `in-${name}`);
    await closed();
  }
});

test('what can be done about a person', async () => {
  await openSheet(page, 'people');
  const menu = page.locator('.sheet .popover');
  const open = async () => {
    if (!await menu.count()) await page.locator(`[data-person="${mehmet.self}"] > .btn`).click();
  };
  const remove = async () => {
    await open();
    if (await menu.locator('.item.danger').count()) await menu.locator('.item.danger').click();
  };
  await open();
  await looks(page, 'in-person', { open });
  await remove();
  await looks(page, 'in-person-remove', { open: remove });
  await closed();
});

test('who waits outside', async () => {
  const one = await join(server, { code: meeting.code, name: 'Karin Öberg' });
  await page.locator('[data-knock="1"]').waitFor();
  await looks(page, 'in-knock');
  const two = await join(server, { code: meeting.code, name: LONG });
  await page.locator('[data-knock="2"]').waitFor();
  await openSheet(page, 'people');
  await looks(page, 'in-outside');
  await closed();
  await Promise.all([one.leave(), two.leave()]);
});

test('what passes by', async () => {
  await page.evaluate(() => { globalThis.testStays = true; });
  await fatima.fine('reaction', { sign: '👏' });
  await åsa.fine('mute', { member: Number(await page.locator('.tile', { has:
    page.locator('.video.mirror') }).getAttribute('data-member')), kind: 'mic' });
  await page.locator('.toast').first().waitFor();
  await looks(page, 'in-notices', { keep: true });
  await page.evaluate(() => { globalThis.testStays = false; });
  await page.locator('[data-tool=mic]').click();
});

test('sound that does not arrive', async () => {
  await page.evaluate(async () => {
    const [mic] = globalThis.testConnections.at(-1).getSenders();
    globalThis.testTrack = mic.track;
    await mic.replaceTrack(null);
  });
  await page.locator('.statusrow.trouble').waitFor();
  await looks(page, 'in-unheard');
  await page.locator('.statusrow .btn').first().click();
  await page.locator('.statusrow.trouble').waitFor({ state: 'detached' });
});

test('a shared screen, seen and sent', async () => {
  björn = await person('Björn Ek', meeting.url);
  await page.bringToFront();
  const paper = await björn.context().newPage();
  await paper.setContent(`<title>${PAPER}</title><body style="background:#fff;font:60px sans-serif">
    <h1>Hemgång</h1><p>Dag 1: samtal. Dag 2: hemtjänst. Dag 3: uppföljning.`);
  await björn.locator('.roombar [aria-keyshortcuts=S]').click();
  await björn.locator('.banner.sharing').waitFor();
  await page.bringToFront();
  await page.locator('.shared[data-shown=true]').waitFor();
  await looks(page, 'in-screen');
  await björn.bringToFront();
  await looks(björn, 'in-sharing');
  await paper.close();
  await page.locator('.shared').waitFor({ state: 'detached' });
});

test('in the audience', async () => {
  const number = Number(await page.locator('.tile', { has: page.locator('[title="Björn Ek"]') })
    .getAttribute('data-member'));
  await speak(björn, 'sv');
  await åsa.fine('role', { member: number, role: 'audience' });
  await björn.locator('.heard', { hasText: 'De andra ser och hör inte dig' }).waitFor();
  await looks(björn, 'in-audience');
  noProblems(björn);
  await björn.context().close();
  await page.bringToFront();
});

test('many', async () => {
  for (const name of CROWD.split(', ')) await guest(name);
  await page.locator('.pages').waitFor();
  await looks(page, 'in-many');
  await page.locator('.roomtop .push .btn').first().click();
  await looks(page, 'in-many-speaker');
  await openSheet(page, 'people');
  await looks(page, 'in-many-people');
  await closed();
});

test('a line that is broken', async () => {
  noProblems(page);
  await server.kill9();
  await page.locator('.banner.lost').waitFor();
  await looks(page, 'in-lost');
  noProblems(page, LOST);
});
