// Before the meeting: see yourself, say your name, go in.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { config } from '../lib/api';
import { startBoth } from '../lib/devices';
import { improveAsRemembered } from './improve';
import { t } from '../lib/i18n';
import { prefs, remember } from '../lib/prefs';
import { join, prepare } from '../lib/session';
import { line, phase, summary } from '../lib/state';
import { Frame } from './frame';
import { Icon } from './icon';
import { Mirror } from './mirror';

const NAME_MAX = 80;

function About() {
  const s = summary.value;
  const organisation = config.value?.organisation || t('info.thisServer');
  const n = s?.people ?? 0;
  return (
    <section class="about" aria-label={t('pre.about')}>
      <p class="when">
        <span>{n > 0 ? t('pre.people', { n }) : t('pre.nobody')}</span>
      </p>
      <h1>{s?.title || t('home.untitled')}</h1>
      <dl class="facts">
        <div>
          <dt><span class="class"><Icon name="lock" size="s" />{t('top.encrypted')}</span></dt>
          <dd>{t('pre.encrypted', { organisation })}</dd>
        </div>
        {s?.lobby && (
          <div>
            <dt><span class="class"><Icon name="door-open" size="s" />{t('info.lobby')}</span></dt>
            <dd>{t('pre.lobby')}</dd>
          </div>
        )}
        {s?.locked && (
          <div>
            <dt><span class="class"><Icon name="lock" size="s" />{t('top.locked')}</span></dt>
            <dd>{t('info.lockOn')}</dd>
          </div>
        )}
      </dl>
      <a class="btn plain test" href="/test"><Icon name="headphones" />{t('pre.test')}</a>
    </section>
  );
}

function Go() {
  const missing = useSignal(false);
  const busy = phase.value === 'joining';
  const go = (e: Event) => {
    e.preventDefault();
    const name = prefs.peek().name.trim();
    missing.value = !name;
    if (!name) return void document.getElementById('name')?.focus();
    if (!busy) join();
  };
  return (
    <form class="go" onSubmit={go} noValidate>
      <div class="field">
        <label for="name">{t('pre.name')}</label>
        <input class="in big" id="name" value={prefs.value.name} autocomplete="name"
          maxLength={NAME_MAX} required aria-invalid={missing.value}
          aria-describedby={missing.value ? 'name-missing' : undefined}
          onInput={(e) => {
            remember({ name: e.currentTarget.value });
            missing.value = false;
          }} />
        {missing.value && (
          <p class="bad small" id="name-missing" role="alert">{t('pre.nameMissing')}</p>
        )}
      </div>
      {busy && line.value === 'lost' && <p class="q waits" role="status">{t('net.waiting')}</p>}
      <button type="submit" class="btn primary big" aria-disabled={busy} data-join>
        {t(busy ? 'pre.joining' : 'pre.join')}
      </button>
    </form>
  );
}

export function Prejoin() {
  useEffect(() => {
    void startBoth().then(improveAsRemembered);
    // The line is described while the person looks at the mirror.
    const timer = setTimeout(prepare, 400);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Frame>
      <main class="pre" id="main" tabIndex={-1}>
        <div class="me-now"><Mirror /><Go /></div>
        <About />
      </main>
    </Frame>
  );
}
