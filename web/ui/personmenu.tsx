// What can be done about one person: for everybody a pin, for hosts the rest.
import { useSignal, type Signal } from '@preact/signals';
import { giveFloor, mute, pinInterpreter, remove, rename } from '../lib/actions';
import { t } from '../lib/i18n';
import { prefs } from '../lib/prefs';
import { floor, hosting, me, self } from '../lib/state';
import { isHost, type Member } from '../lib/types';
import type { IconName } from '../icons/icons';
import { Icon } from './icon';
import { Popover } from './popover';
import { RoleChoice } from './rolechoice';
import { pinned, togglePin } from './room';
import { Sure } from './sure';

function Item({ icon, label, run, danger }: { icon: IconName; label: string; run(): void;
  danger?: boolean }) {
  return (
    <button type="button" class={`item ${danger ? 'danger' : ''}`} onClick={run}>
      <Icon name={icon} /><span>{label}</span>
    </button>
  );
}

function Hosts({ m, done }: { m: Member; done(): void }) {
  const sure = useSignal(false);
  const has = floor.value === m.member;
  const act = (run: () => void) => () => { run(); done(); };
  if (sure.value) {
    return (
      <>
        <p class="small">{t('people.removeSure', { name: m.name })}</p>
        <Sure label={t('people.removeOne', { name: m.name })}
          run={act(() => void remove(m.member))} />
      </>
    );
  }
  return (
    <>
      {m.mic && <Item icon="mic-off" label={t('people.mute')}
        run={act(() => void mute(m.member, 'mic'))} />}
      {m.camera && <Item icon="video-off" label={t('people.cameraStop')}
        run={act(() => void mute(m.member, 'camera'))} />}
      {m.screen && <Item icon="monitor-off" label={t('people.screenStop')}
        run={act(() => void mute(m.member, 'screen'))} />}
      {m.role !== 'audience' && (
        <Item icon="hand-metal" label={t(has ? 'people.floorTake' : 'people.floorGive')}
          run={act(() => void giveFloor(has ? null : m.member))} />
      )}
      {m.role === 'interpreter' && (
        <Item icon="accessibility" run={act(() => void pinInterpreter(m.member, !m.pinned))}
          label={t(m.pinned ? 'people.interpreterFree' : 'people.interpreterPin')} />
      )}
      {(me.value?.role === 'host' || !isHost(m.role)) && (
        <>
          <RoleChoice m={m} />
          <Item icon="user-x" danger label={t('people.remove')}
            run={() => { sure.value = true; }} />
        </>
      )}
    </>
  );
}

function Rename({ done }: { done(): void }) {
  const name = useSignal(prefs.value.name);
  const save = (e: Event) => {
    e.preventDefault();
    if (name.value.trim()) void rename(name.value.trim());
    done();
  };
  return (
    <form class="field" onSubmit={save}>
      <label for="rename" class="over">{t('pre.name')}</label>
      <div class="row">
        <input id="rename" class="in" value={name.value} maxLength={80} autocomplete="name"
          onInput={(e) => { name.value = e.currentTarget.value; }} />
        <button type="submit" class="btn primary">{t('people.rename')}</button>
      </div>
    </form>
  );
}

export function PersonMenu({ m, open }: { m: Member; open: Signal<boolean> }) {
  const own = m.member === self.value;
  const close = () => { open.value = false; };
  const isPinned = pinned.value === m.member;
  return (
    <>
      <button type="button" class="btn icon" aria-haspopup="dialog" aria-expanded={open.value}
        aria-label={t('people.more', { name: m.name })}
        onClick={() => { open.value = !open.value; }}>
        <Icon name="ellipsis" />
      </button>
      {open.value && (
        <Popover label={m.name} close={close} class="menu inline">
          {own && <Rename done={close} />}
          {!own && m.role !== 'audience' && (
            <Item icon={isPinned ? 'pin-off' : 'pin'} run={() => { togglePin(m.member); close(); }}
              label={t(isPinned ? 'people.unpin' : 'people.pin')} />
          )}
          {!own && hosting.value && <Hosts m={m} done={close} />}
        </Popover>
      )}
    </>
  );
}
