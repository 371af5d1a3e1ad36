// Leaving: for oneself, and for a host also for all.
import { useSignal } from '@preact/signals';
import { end } from '../lib/actions';
import { t } from '../lib/i18n';
import { leave } from '../lib/session';
import { me, others } from '../lib/state';
import { popover } from './room';
import { Sure } from './sure';

export function LeaveMenu() {
  const sure = useSignal(false);
  const host = me.value?.role === 'host';
  const out = () => {
    popover.value = null;
    leave();
  };
  return (
    <div class="menu">
      <p class="q small">
        {t(others.value.length ? 'leave.hint' : 'leave.alone', { n: others.value.length })}
      </p>
      <button type="button" class="btn danger" data-leave onClick={out}>{t('leave.me')}</button>
      {host && !sure.value && (
        <button type="button" class="btn" onClick={() => { sure.value = true; }}>
          {t('leave.all')}
        </button>
      )}
      {host && sure.value && (
        <Sure label={t('leave.allSure')} end run={() => void end()} />
      )}
    </div>
  );
}
