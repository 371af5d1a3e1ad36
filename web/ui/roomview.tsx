// The meeting: line, stage, sheet, bar.
import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { admit } from '../lib/actions';
import { t } from '../lib/i18n';
import { keepLips } from '../lib/lipsync';
import { stopSharing, tryNow } from '../lib/session';
import {
  flowing, hosting, line, media, others, retryAt, sharing, slots, waiting,
} from '../lib/state';
import { Sounds } from './audio';
import { Bar } from './bar';
import { Captions } from './captions';
import { Icon } from './icon';
import { Invite } from './info';
import { listenKeys } from './keys';
import { Notices } from './live';
import { covered, openSheet, popover, sheet } from './room';
import { Sheet } from './sheet';
import { Stage } from './stage';
import { Top } from './top';

function Lost() {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => { now.value = Date.now(); }, 1_000);
    return () => clearInterval(timer);
  }, []);
  if (line.value === 'up') return null;
  const keeps = media.value === 'connected' && flowing.value;
  const wait = Math.ceil((retryAt.value - now.value) / 1000);
  return (
    <div class="banner lost">
      <Icon name="wifi-off" />
      <p role={keeps ? 'status' : 'alert'}>
        <b>{t('net.lost')}</b> {t(keeps ? 'net.lostKeeps' : 'net.lostText')}
      </p>
      <button type="button" class="btn" onClick={tryNow}>
        <Icon name="rotate-cw" />{wait > 1 ? t('net.tryIn', { n: wait }) : t('net.try')}
      </button>
    </div>
  );
}

/** Somebody waits outside: said until something is done about it. */
function Knock() {
  const list = waiting.value;
  if (!hosting.value || !list.length || sheet.value === 'people') return null;
  const one = list.length === 1 ? list[0]! : null;
  return (
    <div class="banner knock" data-knock={list.length}>
      <Icon name="door-open" />
      <p>{one ? t('say.knock', { name: one.name }) : t('say.knocks', { n: list.length })}</p>
      <button type="button" class="btn slim" data-opens="people"
        onClick={() => openSheet('people')}>
        {t('people.see')}
      </button>
      {one && (
        <button type="button" class="btn primary slim" onClick={() => void admit(one.member)}>
          {t('people.admit')}
        </button>
      )}
    </div>
  );
}

function Sharing() {
  if (!sharing.value) return null;
  return (
    <div class="banner sharing" role="status">
      <Icon name="monitor-up" /><p>{t('bar.sharing')}</p>
      <button type="button" class="btn" onClick={stopSharing}>{t('bar.unshareLong')}</button>
    </div>
  );
}

function Alone() {
  if (others.value.length) return null;
  return (
    <div class="alone">
      <h2>{t('stage.alone')}</h2>
      <Invite />
    </div>
  );
}

function useWakeLock() {
  useEffect(() => {
    let held: WakeLockSentinel | null = null;
    let ended = false;
    const hold = async () => {
      if (document.hidden) return;
      held = await navigator.wakeLock?.request('screen').catch(() => null) ?? null;
      if (ended) void held?.release();
    };
    void hold();
    document.addEventListener('visibilitychange', hold);
    return () => {
      document.removeEventListener('visibilitychange', hold);
      ended = true;
      void held?.release();
    };
  }, []);
}

export function RoomView() {
  const rest = useRef<HTMLDivElement>(null);
  useEffect(() => listenKeys(), []);
  useEffect(() => () => { popover.value = null; }, []);     // what ended with it open is over
  useEffect(() => keepLips(() => slots.peek()), []);
  useWakeLock();
  useSignalEffect(() => {
    rest.current?.toggleAttribute('inert', covered.value);
  });
  return (
    <div class="room" data-sheet={sheet.value ?? undefined}>
      <div ref={rest} class="under">
        <Top />
        <main class="floor" tabIndex={-1}>
          <Lost />
          <Sharing />
          <Knock />
          <Alone />
          <Stage />
          <Captions />
        </main>
        <Bar />
      </div>
      <Sheet />
      <Sounds />
      <Notices />
    </div>
  );
}
