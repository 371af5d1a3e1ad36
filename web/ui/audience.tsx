// The audience, for who leads: found by name, and let in to take part.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { setRole } from '../lib/actions';
import { audience, found, lookOn, more, search } from '../lib/audience';
import { t } from '../lib/i18n';
import { meeting, members } from '../lib/state';
import type { Member } from '../lib/types';
import { Face } from './face';
import { Icon } from './icon';
import { PersonMenu } from './personmenu';

const SEARCH_FROM = 7;

function Row({ m }: { m: Member }) {
  const open = useSignal(false);
  return (
    <li data-audience={m.member}>
      <Face name={m.name} />
      <span class="grow nm">{m.name}{m.away && <small class="q"> {t('tile.away')}</small>}</span>
      {m.kind === 'browser' && (
        <button type="button" class="btn slim" aria-label={t('audience.letOne', { name: m.name })}
          onClick={() => void setRole(m, 'participant')}>{t('audience.let')}</button>
      )}
      <PersonMenu m={m} open={open} />
    </li>
  );
}

/** How many there are is told by the server; who they are is asked for when this is open. */
export function Audience() {
  const count = meeting.value?.audience ?? 0;
  const open = useSignal(false);
  const words = useSignal('');
  useEffect(() => (open.value ? search(words.value) : undefined),
    [open.value, count, words.value]);
  if (!count) return null;
  // Who has been let in stands in the other list.
  const list = audience.value.filter((m) => {
    const now = members.value.get(m.member);
    return !now || now.role === 'audience';
  });
  return (
    <section class="audience" aria-labelledby="audience">
      <div class="row between">
        <h3 class="over" id="audience">{t('audience.title', { n: count })}</h3>
        <button type="button" class="btn plain slim" aria-expanded={open.value}
          aria-describedby="audience" data-audience-open
          onClick={() => { open.value = !open.value; }}>
          {t(open.value ? 'audience.hide' : 'audience.show')}
        </button>
      </div>
      {open.value && (
        <>
          {(count >= SEARCH_FROM || words.value) && (
            <label class="search"><Icon name="search" />
              <input class="in" type="search" value={words.value} aria-label={t('audience.search')}
                placeholder={t('audience.search')}
                onInput={(e) => { words.value = e.currentTarget.value; }} />
            </label>
          )}
          <ul class="rows people">{list.map((m) => <Row key={m.member} m={m} />)}</ul>
          {words.value && !found.value && <p class="q">{t('people.noneFound')}</p>}
          {more.value > 0 && (
            <button type="button" class="btn wide" onClick={() => void lookOn()}>
              {t('audience.more', { n: more.value })}
            </button>
          )}
        </>
      )}
    </section>
  );
}
