// The bar: what one does in a meeting, always in the same place.
import type { ComponentChildren } from 'preact';
import { toggleCamera, toggleHand, toggleMic, toggleShare, react } from '../lib/actions';
import { camera, mic, type Source } from '../lib/devices';
import { t } from '../lib/i18n';
import { hands, listening, me, self, sharing, unread, waiting } from '../lib/state';
import { REACTIONS } from '../lib/types';
import { CameraMenu, MicMenu } from './devicemenu';
import { Icon } from './icon';
import type { IconName } from '../icons/icons';
import { LeaveMenu } from './leavemenu';
import { MoreMenu } from './moremenu';
import { Popover } from './popover';
import {
  popover, sheet, togglePopover, toggleSheet, type PopoverName, type SheetName,
} from './room';

interface ToolProps { icon: IconName; label: string; keys?: string; class?: string;
  active?: boolean;             // in use now; the word on it says what a press will do
  pressed?: boolean;            // on now; the word on it stays
  count?: number; countSay?: string; run(): void }

function Inside({ icon, label, count }: ToolProps) {
  return (
    <>
      <Icon name={icon} /><b>{label}</b>{' '}
      {count ? <span class="n" aria-hidden="true">{count > 99 ? '99+' : count}</span> : null}
    </>
  );
}

function Tool(p: ToolProps) {
  return (
    <button type="button" class={`tool ${p.class ?? ''} ${p.active ? 'active' : ''}`}
      title={p.keys ? `${p.label} (${p.keys})` : p.label} aria-keyshortcuts={p.keys}
      aria-pressed={p.pressed} onClick={p.run}><Inside {...p} /></button>
  );
}

function Opens(p: ToolProps & { opens: SheetName }) {
  return (
    <button type="button" class={`tool ${p.class ?? ''}`} data-opens={p.opens}
      aria-expanded={sheet.value === p.opens} aria-keyshortcuts={p.keys}
      aria-label={p.countSay ? `${p.label} ${p.countSay}` : undefined}
      title={p.keys ? `${p.label} (${p.keys})` : p.label} onClick={p.run}>
      <Inside {...p} />
    </button>
  );
}

interface PopsProps { name: PopoverName; icon: IconName; label: string; class?: string;
  children: ComponentChildren }

function Pops({ name, icon, label, class: extra = '', children }: PopsProps) {
  const open = popover.value === name;
  return (
    <div class={`pops ${extra}`}>
      <button type="button" class={`tool ${extra}`} aria-haspopup="dialog" aria-expanded={open}
        data-opens={name} title={label} onClick={() => togglePopover(name)}>
        <Icon name={icon} /><b>{label}</b>
      </button>
      {open && (
        <Popover label={label} close={() => { popover.value = null; }} class={name}>
          {children}
        </Popover>
      )}
    </div>
  );
}

function Device({ source, icon, off, keys, run, children }: { source: Source; icon: IconName;
  off: IconName; keys: string; run(): void; children: ComponentChildren }) {
  const { kind } = source;
  const on = source.on.value;
  const open = popover.value === kind;
  const state = t(`bar.${kind}.${on ? 'on' : 'off'}`);
  return (
    <div class="pops device" data-on={on} data-problem={source.problem.value ?? undefined}>
      <button type="button" class={`tool own ${on ? '' : 'isoff'}`} aria-pressed={on}
        data-tool={kind} title={`${state} (${keys})`} aria-keyshortcuts={keys} onClick={run}>
        <Icon name={on ? icon : off} /><b>{t(`bar.${kind}.name`)}</b>
        {source.problem.value && <span class="n warn" aria-hidden="true">!</span>}
      </button>
      <button type="button" class="chev" aria-haspopup="dialog" aria-expanded={open}
        aria-label={t(`bar.${kind}.choose`)} onClick={() => togglePopover(kind)}>
        <Icon name="chevron-down" size="s" />
      </button>
      {open && (
        <Popover label={t(`bar.${kind}.choose`)} close={() => { popover.value = null; }}
          class="devices">{children}</Popover>
      )}
    </div>
  );
}

function Reactions() {
  return (
    <div class="reactions">
      {REACTIONS.map((sign, i) => (
        <button key={sign} type="button" aria-label={t(`reaction.${i}`)}
          onClick={() => { react(sign); popover.value = null; }}>{sign}</button>
      ))}
    </div>
  );
}

function Devices() {
  return (
    <>
      <Device source={mic} icon="mic" off="mic-off" keys="M" run={() => void toggleMic()}>
        <MicMenu />
      </Device>
      <Device source={camera} icon="video" off="video-off" keys="V"
        run={() => void toggleCamera()}><CameraMenu /></Device>
    </>
  );
}

export function Bar() {
  const up = me.value?.hand !== null && me.value?.hand !== undefined;
  const place = hands.value.findIndex((h) => h.member === self.value) + 1;
  const canShare = 'getDisplayMedia' in (navigator.mediaDevices ?? {});
  const n = unread.value;
  const w = waiting.value.length;
  return (
    <footer class="roombar">
      <div class="tools" role="group" aria-label={t('bar.name')}>
        {!listening.value && <Devices />}
        {canShare && !listening.value && (
          <Tool icon={sharing.value ? 'monitor-off' : 'monitor-up'} keys="S" class="far"
            label={t(sharing.value ? 'bar.unshare' : 'bar.share')}
            active={sharing.value !== null} run={() => void toggleShare()} />
        )}
        <Tool icon="hand" keys="H" label={t('bar.hand')} pressed={up}
          count={up ? place : 0} run={() => void toggleHand()} />
        <Pops name="reactions" icon="smile" label={t('bar.react')} class="far"><Reactions /></Pops>
        <span class="gap" />
        <Opens opens="chat" icon="message-square" keys="C" class="far" label={t('bar.chat')}
          count={n} countSay={n ? t('bar.unread', { n }) : ''} run={() => toggleSheet('chat')} />
        <Opens opens="people" icon="users" keys="P" class="far" label={t('bar.people')} count={w}
          countSay={w ? t('bar.waiting', { n: w }) : ''} run={() => toggleSheet('people')} />
        <Opens opens="help" icon="life-buoy" keys="?" class="far" label={t('bar.help')}
          run={() => toggleSheet('help')} />
        <Pops name="more" icon="ellipsis" label={t('bar.more')}><MoreMenu /></Pops>
        <Pops name="leave" icon="phone-off" label={t('bar.leave')} class="bye"><LeaveMenu /></Pops>
      </div>
    </footer>
  );
}
