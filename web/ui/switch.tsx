// On or off, at once, with one line about what it means.
import { useId } from 'preact/hooks';
import { t } from '../lib/i18n';

interface Props { on: boolean; label: string; hint?: string; busy?: boolean;
  set(on: boolean): void }

export function Switch({ on, label, hint, busy, set }: Props) {
  const id = useId();
  return (
    <button type="button" class="switch" role="switch" aria-checked={on} aria-busy={busy}
      aria-describedby={hint && id} onClick={() => set(!on)}>
      <span class="words">
        <b>{label}</b>
        {hint && <small id={id}>{busy ? t('dev.loading') : hint}</small>}
      </span>
      <span class="track" aria-hidden="true"><i /></span>
    </button>
  );
}
