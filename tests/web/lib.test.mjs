// The parts of the page that need no browser.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { load, pretendBrowser } from './bundle.mjs';
import { fakeTimeouts } from './clock.mjs';

pretendBrowser();
const [{ backoff }, i18n, prefs, { LineSender, LINE_MAX }, { frameSource }, types, { only }, face,
  { destination }, { loudness }, notices] = await load('lib/backoff.ts', 'lib/i18n.ts',
  'lib/prefs.ts', 'lib/rtt.ts', 'lib/csrc.ts', 'lib/types.ts', 'lib/linecheck.ts', 'ui/face.tsx',
  'lib/numbers.ts', 'lib/meter.ts', 'lib/notices.ts');

const json = (name) => JSON.parse(fs.readFileSync(new URL(`../../web/i18n/${name}.json`,
  import.meta.url), 'utf8'));

test('a lost connection is tried again after 0, 0.3, 1.2, 2.7 s, and never later than 12', () => {
  assert.deepEqual([0, 1, 2, 3].map((n) => backoff(n)), [0, 300, 1200, 2700]);
  assert.equal(backoff(100), 10_000);
  for (let n = 0; n < 50; n++) {
    assert.ok(backoff(n, 0) <= backoff(n, 1));
    assert.ok(backoff(n, 1) <= 12_000);
  }
  assert.equal(backoff(0, 1), 0);
});

test('the first of a person\'s languages that there is', () => {
  assert.equal(i18n.pick(['sv-SE', 'en']), 'sv');
  assert.equal(i18n.pick(['de', 'en-US', 'sv']), 'en');
  assert.equal(i18n.pick(['fi', 'nb-NO']), 'sv');
  assert.equal(i18n.pick([]), 'sv');
});

test('texts are filled, counted and changed with the language', async () => {
  assert.equal(i18n.fill('{a} och {b}', { a: 1, b: 'två' }), '1 och två');
  assert.equal(i18n.fill('{a} {c}', { a: 1 }), '1 {c}');
  assert.equal(i18n.t('bar.unread', { n: 1 }), '1 oläst');
  assert.equal(i18n.t('bar.unread', { n: 3 }), '3 olästa');
  assert.equal(i18n.t('no.such.text'), 'no.such.text');
  await i18n.chooseLang('en');
  assert.equal(i18n.t('bar.leave'), 'Leave');
  assert.equal(prefs.prefs.value.lang, 'en');
  await i18n.chooseLang('sv');
  assert.equal(i18n.t('bar.leave'), 'Lämna');
});

test('a hole is never filled with what a name says', () => {
  assert.equal(i18n.t('say.joined', { name: '{name} $& $1' }), '{name} $& $1 gick med');
});

test('what is remembered is in the storage, and only that', () => {
  prefs.remember({ name: 'Åsa' });
  assert.equal(JSON.parse(localStorage.getItem('ting')).name, 'Åsa');
});

test('every state of a device is told on both controls, in both languages', () => {
  for (const texts of [json('sv'), json('en')]) {
    const states = Object.keys(texts.dev.todo);
    for (const state of states) {
      assert.ok(texts.dev.mic[state] && texts.dev.camera[state] && texts.pre.short[state], state);
    }
    for (const role of ['host', 'co-host', 'presenter', 'participant', 'interpreter',
      'captioner', 'audience']) assert.ok(texts.role[role], role);
    types.REACTIONS.forEach((_, i) => assert.ok(texts.reaction[i]));
  }
});

test('sources are numbered by member and kind, and back', () => {
  assert.equal(types.sourceOf(3, 'mic'), 12);
  assert.equal(types.sourceOf(3, 'screen-audio'), 15);
  for (const kind of ['mic', 'camera', 'screen', 'screen-audio']) {
    assert.equal(types.memberOf(types.sourceOf(77, kind)), 77);
    assert.equal(types.kindOf(types.sourceOf(77, kind)), kind);
  }
});

test('a frame is of the source whose packet had its timestamp, not of the latest packet', () => {
  const sources = [
    { source: 5, timestamp: 100, rtpTimestamp: 9000 },
    { source: 9, timestamp: 200, rtpTimestamp: 12000 },
  ];
  assert.equal(frameSource(sources, 9000), 5);
  assert.equal(frameSource(sources, 12000), 9);
  assert.equal(frameSource(sources), 9);
  assert.equal(frameSource([]), 0);
});

test('real-time text goes out within 300 ms of each change, and no oftener', (t) => {
  const tick = fakeTimeouts(t);
  const sent = [];
  const sender = new LineSender((line) => sent.push(line));
  sender.write('H');
  sender.write('He');
  sender.write('Hej');
  assert.deepEqual(sent.map((l) => l.text), ['H']);
  tick(299);
  assert.deepEqual(sent.map((l) => l.text), ['H']);
  tick(1);
  assert.deepEqual(sent.map((l) => l.text), ['H', 'Hej']);
  tick(1000);
  assert.equal(sent.length, 2);
  sender.write('Hej!');
  sender.end();
  assert.deepEqual(sent.at(-1), { line: sent[0].line, text: 'Hej!', done: true });
  sender.write('Ny');
  assert.equal(sent.at(-1).line, sent[0].line + 1);
  sender.end();
  sender.write('x'.repeat(LINE_MAX + 10));
  assert.equal(sent.at(-1).text.length, LINE_MAX);
  const before = sent.length;
  sender.end();
  sender.end();
  assert.equal(sent.length, before + 1, 'an empty line is no line');
});

test('a notice goes by itself, but not from under the hands of somebody', (t) => {
  const tick = fakeTimeouts(t);
  const shown = () => notices.notices.value.map((n) => n.text);
  notices.notice('en', { stay_ms: 1000 });
  notices.notice('två', { stay_ms: 1000 });
  notices.notice('kvar', { stay_ms: 0 });
  notices.hold(notices.notices.value[1], true);
  tick(1000);
  assert.deepEqual(shown(), ['två', 'kvar']);
  notices.hold(notices.notices.value[0], false);
  tick(999);
  assert.deepEqual(shown(), ['två', 'kvar']);
  tick(1);
  assert.deepEqual(shown(), ['kvar']);
});

test('a second notice of a topic takes the place of the first, and its time', (t) => {
  const tick = fakeTimeouts(t);
  const before = notices.notices.value.length;
  notices.notice('a', { topic: 'x', stay_ms: 1000 });
  tick(900);
  notices.notice('b', { topic: 'x', stay_ms: 1000 });
  tick(999);
  assert.equal(notices.notices.value.at(-1).text, 'b');
  tick(1);
  assert.equal(notices.notices.value.length, before);
});

test('an answer with the candidates of one way alone', () => {
  const sdp = ['v=0', 'm=audio 9 UDP/TLS/RTP/SAVPF 111',
    'a=candidate:1 1 udp 2130706431 192.0.2.1 10000 typ host',
    'a=candidate:2 1 TCP 1671430143 192.0.2.1 10000 typ host tcptype passive',
    'a=end-of-candidates', ''].join('\r\n');
  assert.match(only(sdp, 'udp'), / udp /);
  assert.doesNotMatch(only(sdp, 'udp'), / TCP /);
  assert.match(only(sdp, 'tcp'), / TCP /);
  assert.doesNotMatch(only(sdp, 'tcp'), / udp /);
  assert.equal(only(sdp, 'tcp').split('\r\n').length, 5);
});

test('initials and given names', () => {
  assert.equal(face.initials('Åsa Lindkvist'), 'ÅL');
  assert.equal(face.initials('Ingrid Bergmansson-Lagerkvist'), 'IB');
  assert.equal(face.initials('madonna'), 'M');
  assert.equal(face.initials('Björn (2)'), 'B');
  assert.equal(face.initials('  '), '?');
  assert.equal(face.shortName(' Per-Olof Wikström '), 'Per-Olof');
});

test('a link or a number leads in, anything else nowhere', () => {
  assert.deepEqual(destination('https://moten.example.se/m/AbC_-9/inv'), { path: '/m/AbC_-9/inv' });
  assert.deepEqual(destination('moten.example.se/m/AbC'), { path: '/m/AbC' });
  assert.deepEqual(destination('123 456 78 90'), { number: '1234567890' });
  assert.deepEqual(destination('123-456-7890'), { number: '1234567890' });
  assert.deepEqual(destination('hej'), {});
  assert.deepEqual(destination(''), {});
});

test('a meter is empty in silence, full at a shout, and never outside', () => {
  assert.equal(loudness(0), 0);
  assert.equal(loudness(1), 1);
  assert.ok(loudness(0.01) > 0.3 && loudness(0.01) < 0.5);
});
