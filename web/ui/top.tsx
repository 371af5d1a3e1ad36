// The line above the stage: which meeting, what holds in it, how to look at it.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { clock, t } from '../lib/i18n';
import { prefs, remember } from '../lib/prefs';
import { floor, hands, meeting, members } from '../lib/state';
import { nameOf } from '../lib/events';
import { briefName } from './face';
import { Icon } from './icon';
import { fullscreen, openSheet, sheet, toggleFullscreen } from './room';

function Clock() {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => { now.value = Date.now(); }, 10_000);
    return () => clearInterval(timer);
  }, []);
  return <time class="q small num wideonly">{clock(now.value)}</time>;
}

function Flip() {
  const speaker = prefs.value.speakerView;
  return (
    <button type="button" class="btn icon" title={t(speaker ? 'more.grid' : 'more.speaker')}
      aria-label={t(speaker ? 'more.grid' : 'more.speaker')}
      onClick={() => remember({ speakerView: !speaker })}>
      <Icon name={speaker ? 'layout-grid' : 'square-user'} />
    </button>
  );
}

/** Past the pictures, each of which has a button. */
function toBar(): void {
  document.querySelector<HTMLElement>('.tools button')?.focus();
}

export function Top() {
  const m = meeting.value;
  const first = hands.value[0];
  return (
    <header class="roomtop">
      <button type="button" class="skip" onClick={toBar}>{t('frame.skipRoom')}</button>
      <h1>{m?.title || t('home.untitled')}</h1>
      <button type="button" class="mark" aria-expanded={sheet.value === 'info'} data-opens="info"
        aria-label={`${t(m?.locked ? 'top.locked' : 'top.encrypted')}. ${t('top.info')}`}
        onClick={() => openSheet('info')}>
        <Icon name={m?.locked ? 'lock' : 'shield-check'} size="s" />
        <span>{t(m?.locked ? 'top.locked' : 'top.encrypted')}</span>
      </button>
      <span class="q small wideonly status">
        {floor.value !== null && t('top.floor', { name: briefName(nameOf(floor.value)) })}
        {floor.value === null && first
          && t('top.hand', { name: briefName(first.name), n: hands.value.length })}
      </span>
      <span class="push row">
        <span class="q small wideonly">{t('top.people', { n: members.value.size })}</span>
        <Clock />
        <Flip />
        {document.fullscreenEnabled && (
          <button type="button" class="btn icon wideonly"
            aria-label={t(fullscreen.value ? 'more.window' : 'more.full')}
            title={`${t(fullscreen.value ? 'more.window' : 'more.full')} (F)`}
            onClick={() => void toggleFullscreen()}>
            <Icon name={fullscreen.value ? 'minimize' : 'maximize'} />
          </button>
        )}
      </span>
    </header>
  );
}
