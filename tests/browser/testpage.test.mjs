// /test against a real server, over lines that are good, lossy or closed: what the page says, what
// it measures, and what one copies from it for whoever helps.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { axe, lose, namespace, newPage, noProblems, screenshot, startChromium, startServer }
  from './harness.mjs';
import { looks, verdict } from './looks.mjs';
import { until } from './meeting.mjs';
import { RELAYS, startTurn } from './turn.mjs';

const TEST_MS = 60000;          // a test of everything
const LOSS_PERCENT = 10;
const VERDICTS = {
  good: /^(Allt fungerar|Everything works)/, fair: /^(Det duger|It will do)/,
  bad: /^(Något hindrar|Something)/,
};
const FIGURES = ['time', 'server', 'version', 'browser', 'server_ms', 'udp', 'tcp', 'relay',
  'drawn', 'picture', 'sound', 'up', 'down', 'rtt_ms'];

await namespace(import.meta.url);

let server, chromium, strict, page;

test.before(async () => {
  [server, chromium, strict] = await Promise.all([startServer(),
    startChromium({ tone: 500, spoken: true, hue: 120, width: 1280, height: 720 }),
    startChromium({ share: 'nothing' })]);        // asks, and nobody says yes
});
test.afterEach(verdict);
test.after(async () => {
  await Promise.all([chromium?.close(), strict?.close()]);
  await server?.stop();
});

// From now on the network drops what these say, and nothing else.
function drop(t, ...rules) {
  const table = (text) => execFileSync('nft', ['-f', '-'], {
    input: `table inet closed\ndelete table inet closed\n${text}` });
  const lines = rules.map((rule) => `${rule} drop`).join('\n');
  t.after(() => table(''));
  table(`table inet closed {
    chain input { type filter hook input priority 0\n${lines}\n}
  }\n`);
}

const mediaPorts = (s) => `${s.mediaPort}-${s.mediaPort + 7}`;

async function open(browser = chromium, { at = server, ...settings } = {}) {
  const made = await newPage(browser, { reducedMotion: true, ...settings });
  await made.goto(`${at.url}/test`);
  // Chromium gives up what it loads when it learns of a network, as it may have just now.
  await made.locator('[data-run], .kind').waitFor();
  if (await made.locator('.kind').count()) await made.reload();
  await made.locator('[data-run]').waitFor();
  return made;
}

const close = async (made, allow = []) => {
  noProblems(made, [/ERR_NETWORK_CHANGED/, ...allow]);
  await made.context().close();
};

const row = (made, name) => made.locator('.checks li',
  { has: made.getByText(name, { exact: true }) });

// Runs the test on that page: its figures. The verdict on the whole is that on its worst part.
async function run(made) {
  await made.locator('[data-run]').click();
  await made.locator('[data-verdict=running]').waitFor();
  await made.locator('[data-verdict]:not([data-verdict=running])').waitFor({ timeout: TEST_MS });
  const states = await made.locator('.checks li').evaluateAll((all) =>
    all.map((li) => li.dataset.state));
  const worst = ['bad', 'fair', 'good'].find((state) => states.includes(state));
  await made.locator(`[data-verdict=${worst}] .verdict`, { hasText: VERDICTS[worst] }).waitFor();
  const text = await made.locator('pre.result').textContent();
  return JSON.parse(text.slice(text.indexOf('\n{')));
}

// state null: a machine that others load may be slow.
const says = async (made, name, state, text) => {
  const found = row(made, name);
  if (state) {
    assert.equal(await found.getAttribute('data-state'), state, await found.innerText());
  }
  assert.match(await found.locator('p').innerText(), text);
};

test('the devices are named, all of a kind are listed, and the meter moves', async () => {
  page = await open();
  await page.locator('[data-toggle=mic] small', { hasText: /Fake/ }).waitFor();
  await page.locator('[data-toggle=camera] small', { hasText: /fake|y4m/i }).waitFor();
  const lit = () => page.locator('[data-toggle=mic] .meter i[data-lit]').count();
  await until('it is loud', async () => await lit() > 2);
  await until('it is quiet', async () => await lit() < 2);
  for (const [kind, groups] of [['mic', ['Mikrofon', 'Högtalare']], ['camera', ['Kamera']]]) {
    await page.locator(`[data-toggle=${kind}] .d`).click();
    for (const name of groups) {
      const list = page.getByRole('radiogroup', { name });
      assert.ok(await list.getByRole('radio').count() >= 1, name);
      assert.equal(await list.getByRole('radio', { checked: true }).count(), 1, name);
    }
    await page.locator('.popover:focus-within').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.popover').waitFor({ state: 'detached' });
  }
});

test('the speaker plays, and the person says whether it was heard', async () => {
  await page.evaluate(() => {
    const start = OscillatorNode.prototype.start;
    globalThis.testTones = 0;
    OscillatorNode.prototype.start = function counted(...args) {
      globalThis.testTones += 1;
      return start.apply(this, args);
    };
  });
  await page.getByRole('button', { name: 'Testa högtalaren' }).click();
  await page.getByText('Hörde du fyra toner?').waitFor();
  assert.equal(await page.evaluate(() => globalThis.testTones), 4);
  await page.getByRole('button', { name: 'Nej' }).click();
  await page.getByText('Du hörde inte tonerna. Höj ljudet').waitFor();
  await axe(page);
  await page.getByRole('button', { name: 'Testa högtalaren' }).click();
  await page.getByRole('button', { name: 'Ja', exact: true }).click();
  await page.getByText('Du hörde tonerna.').waitFor();
});

test('a good line: all is well, with sane figures', async (t) => {
  const found = await run(page);
  t.diagnostic(JSON.stringify(found));
  const { up, down } = found;
  assert.deepEqual([found.udp, found.tcp, found.relay, found.drawn, found.picture, found.sound],
    [true, true, null, false, true, true]);
  for (const flow of [up, down]) {
    assert.ok(flow.bps > 100e3 && flow.bps < 8e6, `${flow.bps} bit/s`);
    assert.ok(flow.loss >= 0 && flow.loss < 0.02, `lost ${flow.loss}`);
    assert.ok(flow.jitter_ms >= 0 && flow.jitter_ms < 200, `jitter ${flow.jitter_ms} ms`);
  }
  assert.ok(found.rtt_ms >= 0 && found.rtt_ms < 300, `${found.rtt_ms} ms`);
  assert.ok(found.server_ms >= 0 && found.server_ms < 1000, `${found.server_ms} ms`);
  await says(page, 'Webbläsare', 'good', /klarar möten/);
  await says(page, 'Mikrofon', 'good', /Fake/);
  await says(page, 'Högtalare', 'good', /hörde/);
  await says(page, 'Kamera', 'good', /\d+ × \d+/);
  await says(page, 'Servern', 'good', /^Svarar på \d+ ms\.$/);
  await says(page, 'Ljud och bild fram och tillbaka', 'good', /^Din bild gick .* Ditt ljud gick/);
  await says(page, 'Väg genom nätet', 'good', /^UDP, den bästa\. TCP finns i reserv\.$/);
  await says(page, 'Förlorade paket', 'good', /^[\d,]+ % upp, [\d,]+ % ner$/);
  await says(page, 'Fördröjning', null, /^\d+ ms fram och tillbaka$/);
  await says(page, 'Ojämn fördröjning', null, /^\d+ ms upp, \d+ ms ner$/);
  await says(page, 'Hastighet i testet', 'good', /^[\d,]+ Mbit\/s upp, [\d,]+ Mbit\/s ner$/);
});

test('the result is copied, in each language, and holds no secret', async () => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write', 'camera',
    'microphone']);
  for (const [copy, copied, other] of [['Kopiera resultatet', 'Kopierad', 'English'],
    ['Copy the result', 'Copied', 'Svenska']]) {
    await page.getByRole('button', { name: copy }).click();
    await page.getByRole('button', { name: copied }).waitFor();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    const rows = await page.locator('.checks li').evaluateAll((all) => all.map((li) =>
      `${li.querySelector('b').textContent}: ${li.querySelector('p').textContent}`));
    assert.ok(rows.length >= 11, `${rows}`);
    assert.deepEqual(text.split('\n\n')[0].split('\n'), rows);
    const facts = JSON.parse(text.slice(text.indexOf('\n{')));
    assert.deepEqual(Object.keys(facts), FIGURES);
    assert.equal(facts.server, `${server.host}:${server.port}`);
    const addresses = text.match(/\d+\.\d+\.\d+\.\d+(:\d+)?/g)
      .filter((a) => a !== facts.server && !facts.browser.includes(a));
    assert.deepEqual(addresses, [], 'addresses of whoever tests');
    assert.doesNotMatch(text, /candidate|ufrag|pwd|fingerprint|token|deviceId|\/m\/|[0-9a-f]{24}/i);
    await page.getByRole('button', { name: other }).click();
    await page.getByRole('button', { name: copied }).waitFor({ state: 'detached' });
  }
});

test('the result in every way it is looked at', async () => {
  await page.mouse.move(2, 2);
  await looks(page, 'test-result');
  await close(page);
});

test('a line that loses every tenth packet says so', async (t) => {
  page = await open();
  t.after(() => lose(mediaPorts(server), 0));
  lose(mediaPorts(server), LOSS_PERCENT);
  const { up, down, picture } = await run(page);
  t.diagnostic(JSON.stringify({ up, down }));
  for (const [way, { loss }] of Object.entries({ up, down })) {
    assert.ok(loss > LOSS_PERCENT / 300 && loss < LOSS_PERCENT / 50, `${way}: ${loss}`);
  }
  assert.equal(picture, true);
  assert.notEqual(await row(page, 'Förlorade paket').getAttribute('data-state'), 'good');
  await screenshot(page, 'test-loss', { fullPage: true });
  await close(page);
});

test('without UDP it goes by TCP, and the page asks for UDP', async (t) => {
  page = await open();
  drop(t, 'meta l4proto udp');
  const found = await run(page);
  assert.deepEqual([found.udp, found.tcp, found.picture, found.sound], [false, true, true, true]);
  assert.ok(found.up.bps > 100e3 && found.down.bps > 100e3, JSON.stringify(found));
  await says(page, 'Väg genom nätet', 'fair', /^Bara TCP\..*släppa fram UDP/);
  await screenshot(page, 'test-tcp', { fullPage: true });
  await axe(page);
  await close(page);
});

test('without TCP it goes by UDP, and that is enough', async (t) => {
  const other = await startServer({ args: ['--set', 'media.https=no'] });
  t.after(() => other.stop());
  page = await open(chromium, { at: other });
  drop(t, `tcp dport ${mediaPorts(other)}`);
  const found = await run(page);
  assert.deepEqual([found.udp, found.tcp, found.picture, found.sound], [true, false, true, true]);
  await says(page, 'Väg genom nätet', 'good', /^UDP, den bästa\. TCP är stängt/);
  await close(page);
});

test('where only a TURN server leads, that is said', async (t) => {
  const turn = await startTurn(t, server.host);
  const other = await startServer({ args: ['--set', 'media.https=no', ...turn] });
  t.after(() => other.stop());
  page = await open(chromium, { at: other });
  const ports = mediaPorts(other);
  drop(t, `tcp dport ${ports}`, `udp dport ${ports} udp sport != ${RELAYS}`,
    `udp sport ${ports} udp dport != ${RELAYS}`);
  const found = await run(page);
  assert.deepEqual([found.udp, found.tcp, found.relay, found.picture],
    [false, false, true, true]);
  await says(page, 'Väg genom nätet', 'fair', /^Bara genom en TURN-server/);
  assert.doesNotMatch(await page.locator('pre.result').textContent(), /turn:|credential/);
  await close(page);
});

test('a network that lets no media through', async (t) => {
  const other = await startServer({ args: ['--set', 'media.https=no'] });
  t.after(() => other.stop());
  page = await open(chromium, { at: other });
  drop(t, `tcp dport ${mediaPorts(other)}`, 'meta l4proto udp');
  const found = await run(page);
  assert.deepEqual([found.udp, found.tcp, found.picture, found.up], [false, false, null, null]);
  await says(page, 'Väg genom nätet', 'bad', /^Varken UDP eller TCP kommer fram/);
  await says(page, 'Ljud och bild fram och tillbaka', 'bad', /^Inget kom tillbaka/);
  assert.equal(await row(page, 'Hastighet i testet').count(), 0);
  await screenshot(page, 'test-closed', { fullPage: true });
  await axe(page);
  await close(page);
});

test('a server that does not answer', async (t) => {
  page = await open();
  drop(t, `tcp dport ${server.port}`);
  const found = await run(page);
  assert.equal(found.server_ms, null);
  await says(page, 'Servern', 'bad', /^Svarar inte/);
  await close(page, [/ERR_/, /WebSocket/]);
});

test('devices that are refused: said with what to do, and the line is tested all the same',
  async () => {
    page = await open(strict, { permissions: [] });
    await page.locator('.notice', { hasText: 'inte använda din mikrofon och kamera' }).waitFor();
    assert.equal(await page.getByText('Du kan gå med ändå').count(), 0);
    await page.getByRole('button', { name: 'Visa hur' }).click();
    const found = await run(page);
    assert.deepEqual([found.udp, found.drawn, found.picture, found.sound],
      [true, true, true, null]);
    assert.ok(found.up.bps > 50e3, JSON.stringify(found));
    await says(page, 'Mikrofon', 'bad', /får inte använda din mikrofon\. Tillåt den vid adressen/);
    await says(page, 'Kamera', 'bad', /får inte använda din kamera\. Tillåt den vid adressen/);
    await says(page, 'Ljud och bild fram och tillbaka', 'good', /^En ritad provbild gick/);
    await screenshot(page, 'test-refused', { fullPage: true });
    await axe(page);
    await close(page);
  });

test('a computer without devices', async () => {
  page = await newPage(chromium, { reducedMotion: true, lang: 'en' });
  await page.addInitScript(() => {
    MediaDevices.prototype.getUserMedia = () => Promise.reject(
      new DOMException('Requested device not found', 'NotFoundError'));
    MediaDevices.prototype.enumerateDevices = () => Promise.resolve([]);
  });
  await page.goto(`${server.url}/test`);
  await page.locator('.notice[data-problem=none]').waitFor();
  const found = await run(page);
  assert.deepEqual([found.udp, found.tcp, found.drawn, found.picture], [true, true, true, true]);
  assert.match(await row(page, 'Microphone').innerText(), /find no microphone.*Connect one/s);
  await close(page);
});

test('a part of the page that does not come is said, and comes with the next try', async () => {
  page = await newPage(chromium, { lang: 'en' });
  await page.route(/assets\/(test|en)-/, (route) => route.abort());
  await page.goto(`${server.url}/test`);
  await page.getByRole('heading', { name: 'Vi når inte servern' }).waitFor();
  await axe(page);
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Försök igen' }).click();
  await page.getByRole('heading', { name: 'Test sound and picture' }).waitFor();
  await close(page, [/ERR_FAILED/]);
});
