// What doesn't fit on the bar, or is needed seldom.
import { toggleShare, takeFloor } from '../lib/actions';
import { lang, t, chooseLang } from '../lib/i18n';
import { prefs, remember } from '../lib/prefs';
import { floor, listening, me, self, sharing, unread, waiting } from '../lib/state';
import type { IconName } from '../icons/icons';
import { Icon } from './icon';
import { canPip, togglePip } from './pip';
import { fullscreen, openSheet, popover, toggleFullscreen, type SheetName } from './room';

interface ItemProps { icon: IconName; label: string; run(): void; checked?: boolean;
  class?: string; count?: number; langOf?: string }

function Item({ icon, label, run, checked, class: extra = '', count, langOf }: ItemProps) {
  return (
    <button type="button" class={`item ${extra}`} aria-pressed={checked} lang={langOf}
      onClick={() => { popover.value = null; run(); }}>
      <Icon name={icon} /><span>{label}</span>
      {count ? <span class="n">{count}</span> : checked && <Icon name="check" size="s" />}
    </button>
  );
}

const sheetItem = (name: SheetName) => () => openSheet(name);

export function MoreMenu() {
  const p = prefs.value;
  const role = me.value?.role;
  const mine = floor.value === self.value;
  const other = lang.value === 'sv' ? 'en' : 'sv';
  return (
    <div class="menu">
      {'getDisplayMedia' in (navigator.mediaDevices ?? {}) && !listening.value && (
        <Item icon="monitor-up" class="near" run={() => void toggleShare()}
          label={t(sharing.value ? 'bar.unshareLong' : 'bar.shareLong')} />
      )}
      <Item icon="smile" class="near" label={t('bar.react')}
        run={() => { popover.value = 'reactions'; }} />
      <Item icon="message-square" class="near" label={t('bar.chat')} count={unread.value}
        run={sheetItem('chat')} />
      <Item icon="users" class="near" label={t('bar.people')} count={waiting.value.length}
        run={sheetItem('people')} />
      <Item icon="info" label={t('info.title')} run={sheetItem('info')} />
      <Item icon="text-cursor-input" label={t('text.title')} run={sheetItem('text')} />
      <Item icon="captions" label={t('more.captions')} checked={p.captions}
        run={() => remember({ captions: !p.captions })} />
      <Item icon={p.speakerView ? 'layout-grid' : 'square-user'}
        label={t(p.speakerView ? 'more.grid' : 'more.speaker')}
        run={() => remember({ speakerView: !p.speakerView })} />
      {role && role !== 'audience' && (
        <Item icon="hand-metal" label={t(mine ? 'more.floorBack' : 'more.floorTake')}
          run={() => void takeFloor(!mine)} />
      )}
      {canPip() && (
        <Item icon="picture-in-picture-2" label={t('more.pip')} run={() => void togglePip()} />
      )}
      {document.fullscreenEnabled && (
        <Item icon={fullscreen.value ? 'minimize' : 'maximize'} run={() => void toggleFullscreen()}
          label={t(fullscreen.value ? 'more.window' : 'more.full')} />
      )}
      <Item icon="settings-2" label={t('devices.title')} run={sheetItem('devices')} />
      <Item icon="languages" langOf={other} label={t('lang.other')}
        run={() => void chooseLang(other)} />
      <Item icon="life-buoy" class="near" label={t('bar.help')} run={sheetItem('help')} />
    </div>
  );
}
