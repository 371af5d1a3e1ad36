// The row beneath the tiles: whether one is heard and seen, and the pages of the stage.
import { useSignal, useSignalEffect, type Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { camera, mic } from '../lib/devices';
import { t } from '../lib/i18n';
import type { Rect } from '../lib/layout';
import { mendMedia } from '../lib/session';
import { heard, line, listening, media, others, sharing, self, quality } from '../lib/state';
import { Icon } from './icon';
import { page } from './room';

export const STATUS = 32;        // px; the row beneath the tiles

const PATIENCE_MS = 3_000;      // a stream may take this long to arrive before that is a trouble

/** What one means to send and the server doesn't get, for longer than a moment. */
function useMissing() {
  const missing = useSignal<'mic' | 'camera' | 'screen' | null>(null);
  useSignalEffect(() => {
    const h = heard.value;
    const now = mic.on.value && h.mic?.arriving === false ? 'mic' as const
      : sharing.value && h.screen?.arriving === false ? 'screen' as const
        : camera.on.value && h.camera?.arriving === false ? 'camera' as const : null;
    if (!now || line.value !== 'up') {
      missing.value = null;
      return;
    }
    const timer = setTimeout(() => { missing.value = now; }, PATIENCE_MS);
    return () => clearTimeout(timer);
  });
  return missing;
}

function Heard() {
  if (listening.value) return <>{t('heard.audience')}</>;
  if (others.value.length === 0) return <>{t('heard.alone')}</>;
  const connecting = media.value === 'new' || media.value === 'connecting';
  if (connecting) return <>{t('heard.connecting')}</>;
  if (!mic.on.value) return <><Icon name="mic-off" size="s" />{t('heard.off')}</>;
  const state = heard.value.mic;
  if (!state?.arriving) return <>{t('heard.starting')}</>;
  if (state.to === 0) return <><Icon name="circle-check" size="s" />{t('heard.nobody')}</>;
  return <><Icon name="circle-check" size="s" />{t('heard.by', { n: state.to })}</>;
}

function Pages({ pages }: { pages: number }) {
  if (pages < 2) return null;
  const at = Math.min(page.value, pages - 1);
  return (
    <nav class="pages" aria-label={t('stage.pages')}>
      <button type="button" class="btn icon" aria-disabled={at === 0}
        aria-label={t('stage.before')} onClick={() => { page.value = Math.max(0, at - 1); }}>
        <Icon name="chevron-left" />
      </button>
      <span class="num">{t('stage.page', { n: at + 1, of: pages })}</span>
      <button type="button" class="btn icon" aria-disabled={at === pages - 1}
        aria-label={t('stage.next')}
        onClick={() => { page.value = Math.min(pages - 1, at + 1); }}>
        <Icon name="chevron-right" />
      </button>
    </nav>
  );
}

export interface StatusProps { own: Rect | null; pages: number; screen: boolean;
  room: Signal<number> }

/** room: how much of the stage's height the row takes: more when something is wrong. */
export function StatusRow({ own, pages, screen, room }: StatusProps) {
  const el = useRef<HTMLDivElement & HTMLParagraphElement>(null);
  const missing = useMissing();
  // Beneath one's own picture, unless the pages stand there.
  const crowded = !own || pages > 1;
  useEffect(() => {
    const { current } = el;
    if (!current) return;
    const { offsetHeight } = crowded && !missing.value ? current.parentElement! : current;
    room.value = Math.max(STATUS, offsetHeight + (missing.value ? 12 : 6));
    if (missing.value || crowded) return;
    current.style.setProperty('--x', `${own.x}px`);
    current.style.setProperty('top', `${own.y + own.h + 4}px`);
  });
  if (missing.value) {
    return (
      <div class="statusrow trouble" role="status" ref={el}>
        <Icon name="triangle-alert" />
        <span>{t(`heard.missing.${missing.value}`)}</span>
        <button type="button" class="btn" onClick={mendMedia}>{t('heard.mend')}</button>
        <Pages pages={pages} />
      </div>
    );
  }
  const weak = (quality.value[self.value] ?? 3) < 2;
  const words = (
    <p class={`heard ${crowded ? 'low' : ''}`} key={crowded} ref={el}
      data-to={heard.value.mic?.to ?? 0}
      data-ok={mic.on.value && heard.value.mic?.arriving === true}>
      <span>
        {weak
          ? <><Icon name="signal-low" size="s" />{t('heard.weak')}</>
          : <Heard />}
      </span>
    </p>
  );
  return (
    <>
      {!crowded && words}
      <div class={`statusrow ${screen ? 'right' : ''}`}>
        {crowded && words}<Pages pages={pages} />
      </div>
    </>
  );
}
