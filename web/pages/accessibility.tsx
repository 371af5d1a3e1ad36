// /tillganglighet: the statement that the law asks for, as whoever runs the server has written it,
// and a way to say that something is in the way.
import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { config, getConfig, report } from '../lib/api';
import { lang, t } from '../lib/i18n';
import type { ProblemError } from '../lib/types';
import { Frame } from '../ui/frame';
import { Prose } from '../ui/prose';

const TEXT_MAX = 5000;
const LINE_MAX = 300;

function Field({ id, label, value, set, rows, wrong }: { id: string; label: string; value: string;
  set(text: string): void; rows?: number; wrong?: string }) {
  const common = {
    id, class: 'in', value, 'aria-invalid': wrong ? true : undefined,
    'aria-describedby': wrong ? `${id}-wrong` : undefined,
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {rows
        ? <textarea {...common} rows={rows} maxLength={TEXT_MAX} required
          onInput={(e) => set(e.currentTarget.value)} />
        : <input {...common} maxLength={LINE_MAX} onInput={(e) => set(e.currentTarget.value)} />}
      {wrong && <p class="bad small" id={`${id}-wrong`} role="alert">{wrong}</p>}
    </div>
  );
}

function Report() {
  const page = useSignal('');
  const text = useSignal('');
  const contact = useSignal('');
  const state = useSignal<'' | 'sending' | 'sent'>('');
  const wrong = useSignal('');
  const missing = useSignal(false);
  const send = async (e: Event) => {
    e.preventDefault();
    missing.value = !text.peek().trim();
    if (missing.peek()) return void document.getElementById('report-text')?.focus();
    if (state.peek() === 'sending') return;
    state.value = 'sending';
    wrong.value = '';
    try {
      await report(page.peek(), text.peek().trim(), contact.peek().trim());
      state.value = 'sent';
    } catch (error) {
      const { problem } = error as ProblemError;
      state.value = '';
      wrong.value = [problem.title, problem.todo].filter(Boolean).join('. ')
        || t('kind.offline.text');
    }
  };
  if (state.value === 'sent') {
    return <p class="card pad" role="status"><b>{t('report.sent')}</b> {t('report.sentText')}</p>;
  }
  return (
    <form class="reportform" onSubmit={(e) => void send(e)} noValidate>
      <Field id="report-text" label={t('report.text')} value={text.value} rows={5}
        wrong={missing.value ? t('report.missing') : undefined}
        set={(v) => { text.value = v; missing.value = false; }} />
      <Field id="report-page" label={t('report.page')} value={page.value}
        set={(v) => { page.value = v; }} />
      <Field id="report-contact" label={t('report.contact')} value={contact.value}
        set={(v) => { contact.value = v; }} />
      {wrong.value && <p class="bad" role="alert">{wrong.value}</p>}
      <div>
        <button type="submit" class="btn primary" aria-disabled={state.value === 'sending'}>
          {t(state.value === 'sending' ? 'report.sending' : 'report.send')}
        </button>
      </div>
    </form>
  );
}

export function Accessibility() {
  useEffect(() => { void getConfig().catch(() => {}); }, []);
  useSignalEffect(() => { document.title = `${t('statement.title')} – Ting`; });
  const a = config.value?.accessibility;
  const text = a?.[lang.value];
  return (
    <Frame>
      <main class="narrow" id="main" tabIndex={-1}>
        <h1>{t('statement.title')}</h1>
        <p class="lead">{t('statement.lead')}</p>
        {config.value && <Prose text={text || t('statement.none')} />}
        <h2>{t('report.title')}</h2>
        <p class="q">{t('report.lead')}</p>
        <Report />
        {a?.contact && <p class="q contact">{t('statement.contact', { contact: a.contact })}</p>}
      </main>
    </Frame>
  );
}
