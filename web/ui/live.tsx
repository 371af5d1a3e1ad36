// What is said in passing: notices on the screen, and the same to a screen reader.
import { t } from '../lib/i18n';
import { dismiss, hold, notices, said } from '../lib/notices';
import { Icon } from './icon';

export function Notices() {
  return (
    <section class="notices" aria-label={t('live.name')}>
      {notices.value.map((n) => (
        <div key={n.id} class={`toast ${n.tone}`} data-topic={n.topic}
          onFocusIn={() => hold(n, true)} onFocusOut={() => hold(n, false)}>
          {n.tone === 'warning' && <Icon name="triangle-alert" />}
          <p>{n.text}</p>
          {n.action && (
            <button type="button" class="btn primary slim"
              onClick={() => { n.action!.run(); dismiss(n.id); }}>{n.action.label}</button>
          )}
          <button type="button" class="btn icon" aria-label={t('live.dismiss')}
            onClick={() => dismiss(n.id)}><Icon name="x" size="s" /></button>
        </div>
      ))}
    </section>
  );
}

/** Stands from the first moment, so that a screen reader watches it. */
export function Said() {
  const { text, serial } = said.value;
  return <p class="hide" role="status" aria-live="polite"><span key={serial}>{text}</span></p>;
}
