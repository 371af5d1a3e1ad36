// /test: does this place do for a meeting? Devices, then the way to the server and back, and a
// result to copy for whoever helps.
import { signal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { config, getConfig } from '../lib/api';
import { camera, mic, startBoth, unsupported } from '../lib/devices';
import { number, t } from '../lib/i18n';
import { checkLine, type LineResult } from '../lib/linecheck';
import { meter, SILENT_PEAK } from '../lib/meter';
import { drawPicture } from '../ui/drawn';
import { Frame } from '../ui/frame';
import { Icon } from '../ui/icon';
import { CopyButton } from '../ui/info';
import { Mirror } from '../ui/mirror';
import { heardTones, SpeakerCheck } from '../ui/speakercheck';
import type { IconName } from '../icons/icons';

type State = 'good' | 'fair' | 'bad' | 'none' | 'wait';
interface Check { name: string; state: State; text: string }

const LOSS_FAIR = 0.02;
const LOSS_BAD = 0.1;
const RTT_FAIR = 200;
const RTT_BAD = 500;
const JITTER_FAIR = 30;
const JITTER_BAD = 100;

const running = signal(false);
const line = signal<LineResult | null>(null);
const heardMic = signal<boolean | null>(null);

const worse = (value: number, fair: number, bad: number): State =>
  (value >= bad ? 'bad' : value >= fair ? 'fair' : 'good');

function deviceCheck(s: typeof mic): Check {
  const name = t(`test.${s.kind}`);
  const track = s.raw.value;
  if (s.problem.value) {
    const { value: problem } = s.problem;
    const text = `${t(`dev.${s.kind}.${problem}`)} ${t(`dev.todo.${problem}`)}`;
    return { name, state: 'bad', text };
  }
  if (!s.on.value || !track) return { name, state: 'none', text: t('test.off') };
  if (s.kind === 'mic') {
    return heardMic.value === false
      ? { name, state: 'bad', text: t('test.micSilent') }
      : { name, state: 'good', text: track.label };
  }
  const { width = 0, height = 0 } = track.getSettings();
  return { name, state: 'good', text: t('test.cameraGood', { name: track.label, width, height }) };
}

function speakerCheck(): Check {
  const heard = heardTones.value;
  const how = heard === null ? 'None' : heard ? 'Good' : 'Bad';
  return {
    name: t('dev.speaker.name'), text: t(`test.speaker${how}`),
    state: heard === null ? 'none' : heard ? 'good' : 'bad',
  };
}

function wayCheck(r: LineResult): Check | null {
  const name = t('test.path');
  if (r.udp) return { name, state: 'good', text: t(r.tcp ? 'test.both' : 'test.udp') };
  if (r.tcp) return { name, state: 'fair', text: t('test.tcp') };
  if (r.relay) return { name, state: 'fair', text: t('test.relay') };
  return running.value ? null : { name, state: 'bad', text: t('test.noWay') };
}

function mediaChecks(r: LineResult): Check[] {
  const name = t('test.media');
  const checks: (Check | null)[] = [];
  if (r.picture || r.sound) {
    const picture = t(r.drawn ? 'test.mediaDrawn' : 'test.mediaGood');
    const text = [r.picture && picture, r.sound && t('test.mediaSound')];
    checks.push({ name, state: 'good', text: text.filter(Boolean).join(' ') });
  } else if (!running.value) {
    checks.push({ name, state: 'bad', text: t('test.mediaBad') });
  }
  checks.push(wayCheck(r));
  return checks.filter((c) => c !== null);
}

function lineChecks(r: LineResult): Check[] {
  if (!r.up || !r.down) return [];
  const loss = Math.max(r.up.loss, r.down.loss);
  const rtt = r.rtt_ms ?? 0;
  const jitter = Math.max(r.up.jitter_ms, r.down.jitter_ms);
  const mbit = (bps: number) => number(bps / 1e6, 1);
  return [
    {
      name: t('test.loss'), state: worse(loss, LOSS_FAIR, LOSS_BAD),
      text: t('test.lossText', {
        up: number(r.up.loss * 100, 1), down: number(r.down.loss * 100, 1),
      }),
    },
    {
      name: t('test.delay'), state: worse(rtt, RTT_FAIR, RTT_BAD),
      text: t('test.delayText', { ms: number(rtt) }),
    },
    {
      name: t('test.jitter'), state: worse(jitter, JITTER_FAIR, JITTER_BAD),
      text: t('test.jitterText', {
        up: number(r.up.jitter_ms), down: number(r.down.jitter_ms),
      }),
    },
    {
      name: t('test.rate'), state: 'good',
      text: t('test.rateText', { up: mbit(r.up.bps), down: mbit(r.down.bps) }),
    },
  ];
}

function checks(): Check[] {
  const bad = unsupported() !== null;
  const list: Check[] = [
    {
      name: t('test.browser'), state: bad ? 'bad' : 'good',
      text: t(bad ? 'test.browserBad' : 'test.browserGood'),
    },
    deviceCheck(mic), speakerCheck(), deviceCheck(camera),
  ];
  const r = line.value;
  if (!r) return list;
  list.push(r.server_ms === null
    ? { name: t('test.server'), state: 'bad', text: t('test.serverBad') }
    : { name: t('test.server'), state: 'good', text: t('test.serverGood', { ms: r.server_ms }) });
  list.push(...mediaChecks(r), ...lineChecks(r));
  if (running.value) list.push({ name: t('test.running'), state: 'wait', text: t('test.wait') });
  return list;
}

function verdict(list: Check[]): 'good' | 'fair' | 'bad' {
  const states = list.map((c) => c.state);
  if (states.includes('bad')) return 'bad';
  return states.includes('fair') ? 'fair' : 'good';
}

/** The result for somebody who helps: words, then the bare figures. */
function forSupport(list: Check[]): string {
  const words = list.map((c) => `${c.name}: ${c.text}`);
  const facts = {
    time: new Date().toISOString(), server: location.host, version: config.value?.version,
    browser: navigator.userAgent, ...line.value,
  };
  return `${words.join('\n')}\n\n${JSON.stringify(facts, null, 1)}`;
}

async function listen(): Promise<void> {
  heardMic.value = null;
  const track = mic.raw.peek();
  if (!track || !mic.on.peek()) return;
  const m = meter(track);
  let most = 0;
  for (let i = 0; i < 20; i++) {
    await new Promise((done) => setTimeout(done, 100));
    most = Math.max(most, m.peak());
  }
  m.stop();
  heardMic.value = most > SILENT_PEAK;
}

async function run(): Promise<void> {
  if (running.peek()) return;
  running.value = true;
  line.value = null;
  const sends = (s: typeof mic) => (s.on.peek() ? s.track.peek() : null);
  const seen = sends(camera);
  const drawn = seen ? null : drawPicture();
  try {
    const { ice_servers } = await getConfig().catch(() => ({ ice_servers: [] }));
    const sent = { mic: sends(mic), picture: seen ?? drawn!.track, drawn: drawn !== null };
    await Promise.all([
      listen(),
      checkLine(ice_servers, sent, (r) => { line.value = { ...r }; }),
    ]);
  } finally {
    drawn?.stop();
    running.value = false;
  }
}

const ICONS: Record<State, IconName> = {
  good: 'circle-check', fair: 'triangle-alert', bad: 'circle-alert', none: 'minus',
  wait: 'hourglass',
};

function Results() {
  const list = checks();
  if (!line.value && !running.value) return null;
  const found = verdict(list);
  const text = forSupport(list);
  return (
    <section aria-labelledby="results" data-verdict={running.value ? 'running' : found}>
      <h2 id="results">{t('test.results')}</h2>
      {!running.value && (
        <div class="card verdict" role="status">
          <span class="ic"><Icon name={ICONS[found]} size="l" /></span>
          <b>{t(`test.verdict.${found}`)}</b>
        </div>
      )}
      <ul class="checks">
        {list.map((c) => (
          <li key={c.name} data-state={c.state}>
            <Icon name={ICONS[c.state]} /><b>{c.name}</b><p>{c.text}</p>
          </li>
        ))}
      </ul>
      {!running.value && (
        <>
          <div class="testacts"><CopyButton text={text} label={t('test.copy')} primary /></div>
          <details class="support">
            <summary>{t('test.details')}</summary><pre class="result" tabIndex={0}>{text}</pre>
          </details>
        </>
      )}
    </section>
  );
}

export function TestPage() {
  useEffect(() => {
    void getConfig().catch(() => {});
    void startBoth();
  }, []);
  useSignalEffect(() => { document.title = `${t('test.title')} – Ting`; });
  return (
    <Frame>
      <main class="narrow" id="main" tabIndex={-1}>
        <h1>{t('test.title')}</h1>
        <p class="lead">{t('test.lead')}</p>
        <Mirror test><SpeakerCheck /></Mirror>
        <div class="testacts">
          <button type="button" class="btn primary big" aria-disabled={running.value} data-run
            onClick={() => void run()}>
            {t(running.value ? 'test.running' : line.value ? 'test.again' : 'test.start')}
          </button>
        </div>
        <Results />
      </main>
    </Frame>
  );
}
