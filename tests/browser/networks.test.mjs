// Networks that let little through, in Chromium and Firefox: TCP alone, only the HTTPS port, only
// a TURN server; and addresses that change in the middle of a call.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { namespace, startServer } from './harness.mjs';
import { openMeeting, until } from './meeting.mjs';
import { hears, membersOn, noticesOn, pathOf, shows, startPerson, watchNotices }
  from './either.mjs';
import { flowOf, watchFlow } from './flow.mjs';
import { RELAYS, SECRET, startTurn } from './turn.mjs';

const HOST = '10.77.1.1';
const FIRST = '10.78.1.1', SECOND = '10.79.1.1';        // of one who moves
const BACK_MS = 15000;
const DEAD_MS = 6000;               // Chromium alone needs 6.5 s to notice, Firefox 5
const NOTICED_MS = 3000;            // Chromium gives up what it loads when it learns of a network

await namespace(import.meta.url);

const people = {};

test.before(async () => {
  [people.Anna, people.Freja] = await Promise.all([startPerson('Anna'),
    startPerson('Freja', { firefox: true })]);
});
test.after(() => Promise.all(Object.values(people).map((p) => p.stop())));

// From now on the network drops what these say, and nothing else; [] opens it again.
function drop(...rules) {
  const lines = rules.map((rule) => `${rule} drop`).join('\n');
  const chain = rules.length === 0 ? '' : `table inet network {
    chain input { type filter hook input priority 0\n${lines}\n}
  }\n`;
  execFileSync('nft', ['-f', '-'], {
    input: `table inet network\ndelete table inet network\n${chain}` });
}

// The media ports are eight in a row: a worker each.
const mediaPorts = (server) => `${server.mediaPort}-${server.mediaPort + 7}`;

async function meet(t, { args = [], allow = [] } = {}) {
  const server = await startServer({ args });
  t.after(async () => {
    drop();
    try {
      for (const person of Object.values(people)) await person.leave(allow);
    } finally {
      await server.stop();
    }
  });
  return { server, meeting: await openMeeting(server) };
}

const joinBoth = (meeting) => Promise.all(Object.values(people).map((p) => p.join(meeting)));

async function eachHasTheOther() {
  const { Anna, Freja } = people;
  await Promise.all([shows(Anna.page, 'Freja'), shows(Freja.page, 'Anna')]);
  await hears(Anna.page, { Anna: false, Freja: true });
  await hears(Freja.page, { Anna: true, Freja: false });
}

async function pathsAre(right) {
  for (const { name, page } of Object.values(people)) {
    await until(`${name}'s path`, async () => {
      const used = await pathOf(page);
      return (used && right(used)) || used;
    });
  }
}

test('only the HTTPS port: media by ICE-TCP beside the page', async (t) => {
  const { server, meeting } = await meet(t);
  drop('meta l4proto udp', `tcp dport ${mediaPorts(server)}`);
  await joinBoth(meeting);
  await eachHasTheOther();
  await pathsAre(({ remote }) => remote.protocol === 'tcp' && remote.port === server.port);
});

test('no UDP: media by ICE-TCP on the media port', async (t) => {
  const { server, meeting } = await meet(t, { args: ['--set', 'media.https=no'] });
  drop('meta l4proto udp');
  await joinBoth(meeting);
  await eachHasTheOther();
  await pathsAre(({ remote }) => remote.protocol === 'tcp' && remote.port >= server.mediaPort
    && remote.port < server.mediaPort + 8);
});

test('only a TURN server: media by its relay', async (t) => {
  const turn = await startTurn(t, HOST);
  const { server, meeting } = await meet(t, { args: ['--set', 'media.https=no', ...turn] });
  drop(`tcp dport ${mediaPorts(server)}`,
    `udp dport ${mediaPorts(server)} udp sport != ${RELAYS}`,
    `udp sport ${mediaPorts(server)} udp dport != ${RELAYS}`);
  await joinBoth(meeting);
  await eachHasTheOther();
  await pathsAre(({ local }) => local.candidateType === 'relay');
  assert.ok(!server.log().includes(SECRET), 'the secret is not in the log');
});

// ── Moving ──

// In a call by UDP; then `change` is made, and it goes on between the same two.
async function callThrough(t, change) {
  await eachHasTheOther();
  await pathsAre(({ local }) => local.protocol === 'udp');
  const before = await membersOn(people.Anna.page);
  for (const { page } of Object.values(people)) {
    await watchNotices(page);
    await watchFlow(page);
  }
  await change();
  for (const { name, page } of Object.values(people)) {
    await hears(page, { [name === 'Anna' ? 'Freja' : 'Anna']: true }, { ms: BACK_MS });
  }
  const flows = {};
  for (const { name, page } of Object.values(people)) {
    const { sound, states } = flows[name] = await flowOf(page);
    t.diagnostic(`${name}: ${sound} ms without sound; ${states.join(', ')}`);
  }
  await eachHasTheOther();
  for (const { page } of Object.values(people)) {
    assert.deepEqual(await membersOn(page), before, 'the same participants');
    assert.doesNotMatch(await noticesOn(page), /lämnade|gick med/);
  }
  return flows;
}

test('a path that dies is noticed by the page, long before its browser does', async (t) => {
  const { server, meeting } = await meet(t, { args: ['--set', 'media.https=no'] });
  await joinBoth(meeting);
  const flows = await callThrough(t, async () => {
    const ports = [];
    for (const { page } of Object.values(people)) ports.push((await pathOf(page)).local.port);
    const lines = `{ ${ports.join(', ')} }`;
    drop(`udp sport ${lines} udp dport ${mediaPorts(server)}`,
      `udp dport ${lines} udp sport ${mediaPorts(server)}`);
    await sleep(1000);
  });
  for (const [name, { sound, states }] of Object.entries(flows)) {
    assert.ok(states.includes('restarted'), `${name} has another path`);
    assert.ok(sound < DEAD_MS, `${name}: ${sound} ms without sound`);
  }
});

test('silence is no broken path: nothing is mended when devices are turned off', async (t) => {
  const { meeting } = await meet(t);
  await joinBoth(meeting);
  await eachHasTheOther();
  const all = Object.values(people);
  const press = (kind) => Promise.all(all.map(({ page }) => page.locator(`[data-tool=${kind}]`)
    .click()));
  for (const { page } of all) await watchFlow(page);
  await press('camera');
  await sleep(1500);
  await press('mic');
  await hears(people.Anna.page, { Freja: false });
  await sleep(4000);
  await press('mic');
  await press('camera');
  await eachHasTheOther();
  for (const { name, page } of all) {
    assert.deepEqual((await flowOf(page)).states, [], `${name}: the path from before`);
  }
});

test('a NAT gives another address in mid-call: sound and picture go on', async (t) => {
  const { server, meeting } = await meet(t, { args: ['--set', 'media.https=no'] });
  await joinBoth(meeting);
  const ports = mediaPorts(server);
  execFileSync('ip', ['addr', 'add', `${FIRST}/32`, 'dev', 'lo']);
  t.after(() => execFileSync('ip', ['addr', 'del', `${FIRST}/32`, 'dev', 'lo']));
  await callThrough(t, async () => {
    // Whatever goes to the media ports comes from elsewhere, and what is sent there comes back.
    execFileSync('nft', ['-f', '-'], { input: `table ip nat_box {
      chain out {
        type filter hook output priority raw
        ip saddr ${HOST} udp dport ${ports} counter ip saddr set ${FIRST}
      }
      chain in {
        type filter hook prerouting priority raw
        ip daddr ${FIRST} udp sport ${ports} counter ip daddr set ${HOST}
      }
    }\n` });
    t.after(() => execFileSync('nft', ['delete', 'table', 'ip', 'nat_box']));
    await sleep(1000);
  });
  const { nftables } = JSON.parse(execFileSync('nft', ['-j', 'list', 'table', 'ip', 'nat_box']));
  const counters = nftables.flatMap(({ rule }) => rule?.expr ?? []).filter((e) => e.counter);
  assert.equal(counters.length, 2);
  for (const { counter } of counters) assert.ok(counter.packets > 100, 'it went through the NAT');
});

test('another network in mid-call: back with sound, as the same participants', async (t) => {
  const { server, meeting } = await meet(t, { args: ['--set', 'media.https=no'],
    allow: [/^The connection to wss:.* was interrupted/, /ERR_/] });
  const ip = (line) => execFileSync('ip', line.split(' '));
  // To the server only from the network one is in. Firefox takes the address that leads there.
  const moveTo = (address) => {
    ip(`addr add ${address}/24 dev walk0`);
    leadFrom(address);
    drop(`tcp dport ${mediaPorts(server)}`,
      `udp dport ${mediaPorts(server)} ip saddr != ${address}`);
  };
  const leadFrom = (address) => ip(`route replace table local local ${HOST} dev ting0`
    + ` proto kernel scope host src ${address}`);
  ip('link add name walk0 type veth peer name walk1');
  for (const dev of ['walk0', 'walk1']) ip(`link set dev ${dev} up`);
  t.after(() => {
    ip('link del dev walk0');
    leadFrom(HOST);
  });
  moveTo(FIRST);
  await sleep(NOTICED_MS);
  await joinBoth(meeting);
  await callThrough(t, async () => {
    ip(`addr del ${FIRST}/24 dev walk0`);
    moveTo(SECOND);
    await sleep(500);
  });
});
