// A meeting's number or link, typed or pasted: either leads in.
import { useSignal } from '@preact/signals';
import { findNumber } from '../lib/api';
import { t } from '../lib/i18n';
import { destination } from '../lib/numbers';
import { ProblemError } from '../lib/types';

export function NumberForm({ primary }: { primary?: boolean }) {
  const id = 'number';
  const text = useSignal('');
  const wrong = useSignal<(() => string) | null>(null);       // in the language of the moment
  const busy = useSignal(false);
  const go = async (e: Event) => {
    e.preventDefault();
    const to = destination(text.peek());
    if (to.path) return location.assign(to.path);
    if (!to.number) return void (wrong.value = () => t('number.neither'));
    busy.value = true;
    try {
      const { code } = await findNumber(to.number);
      location.assign(`/m/${code}`);
    } catch (error) {
      const { problem, slug } = error as ProblemError;
      const key = slug === 'offline' ? 'kind.offline.text' : 'number.unknown';
      const said = slug === 'not-found' || slug === 'meeting-unknown' ? ''
        : [problem?.title, problem?.todo].filter(Boolean).join('. ');
      wrong.value = () => said || t(key);
    } finally {
      busy.value = false;
    }
  };
  return (
    <form class="numberform" onSubmit={(e) => void go(e)} noValidate>
      <label for={id} class="label">{t('number.label')}</label>
      <div class="inl">
        <input class="in" id={id} value={text.value} autocomplete="off" placeholder="123 456 78 90"
          aria-invalid={wrong.value !== null}
          aria-describedby={wrong.value ? `${id}-wrong` : undefined}
          onInput={(e) => {
            text.value = e.currentTarget.value;
            wrong.value = null;
          }} />
        <button type="submit" class={`btn ${primary ? 'primary' : ''}`}
          aria-disabled={busy.value}>{t('pre.join')}</button>
      </div>
      {wrong.value && <p class="bad small" role="alert" id={`${id}-wrong`}>{wrong.value()}</p>}
    </form>
  );
}
