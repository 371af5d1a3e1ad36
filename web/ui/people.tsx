// Who is here, who waits outside, who wants to speak; and what a host can do about each.
import { useSignal } from '@preact/signals';
import { admit, admitAll, lowerHand, muteAll, refuse, toggleHand } from '../lib/actions';
import { camera, mic } from '../lib/devices';
import { t } from '../lib/i18n';
import { hands, hosting, me, members, others, self, sharing, waiting } from '../lib/state';
import type { Member } from '../lib/types';
import { Audience } from './audience';
import { Face } from './face';
import { Icon } from './icon';
import { PersonMenu } from './personmenu';
import { closeSheet, narrow, pinned, togglePin } from './room';

const SEARCH_FROM = 7;

function Outside() {
  const list = waiting.value;
  if (!list.length) return null;
  return (
    <section class="outside" aria-labelledby="outside">
      <div class="row between">
        <h3 id="outside">{t('people.outside', { n: list.length })}</h3>
        {list.length > 1 && (
          <button type="button" class="btn plain" onClick={() => void admitAll()}>
            {t('people.admitAll')}
          </button>
        )}
      </div>
      <ul class="rows">
        {list.map((w) => (
          <li key={w.member} data-waiting={w.member}>
            <Face name={w.name} /><span class="grow">{w.name}</span>
            <button type="button" class="btn icon" title={t('people.refuse')}
              aria-label={t('people.refuseOne', { name: w.name })}
              onClick={() => void refuse(w.member)}>
              <Icon name="user-x" />
            </button>
            <button type="button" class="btn primary slim"
              aria-label={t('people.admitOne', { name: w.name })}
              onClick={() => void admit(w.member)}>{t('people.admit')}</button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Hands() {
  const list = hands.value;
  if (!list.length) return null;
  return (
    <section aria-labelledby="hands">
      <h3 class="over" id="hands">{t('people.hands')}</h3>
      <ol class="rows">
        {list.map((m, i) => {
          const own = m.member === self.value;
          return (
            <li key={m.member} data-hand={m.member}>
              <span class="nth num">{i + 1}</span><span class="grow">{m.name}</span>
              {(own || hosting.value) && (
                <button type="button" class="btn plain slim"
                  aria-label={t('people.lowerOne', { name: m.name })}
                  onClick={() => void (own ? toggleHand() : lowerHand(m.member))}>
                  {t('people.lower')}
                </button>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function Marks({ m }: { m: Member }) {
  // Of oneself the page knows better than the server's last word.
  const now = m.member === self.value
    ? { mic: mic.on.value, camera: camera.on.value, screen: sharing.value !== null } : m;
  return (
    <span class="marks">
      {now.screen && <span title={t('people.shares')}><Icon name="monitor-up" size="s" />
        <span class="hide">{t('people.shares')}</span></span>}
      <span title={t(now.mic ? 'people.micOn' : 'people.micOff')} class={now.mic ? '' : 'off'}>
        <Icon name={now.mic ? 'mic' : 'mic-off'} size="s" />
        <span class="hide">{t(now.mic ? 'people.micOn' : 'people.micOff')}</span>
      </span>
      <span title={t(now.camera ? 'people.cameraOn' : 'people.cameraOff')}
        class={now.camera ? '' : 'off'}>
        <Icon name={now.camera ? 'video' : 'video-off'} size="s" />
        <span class="hide">{t(now.camera ? 'people.cameraOn' : 'people.cameraOff')}</span>
      </span>
    </span>
  );
}

function Row({ m }: { m: Member }) {
  const own = m.member === self.value;
  const open = useSignal(false);
  const under = [
    m.role !== 'participant' && t(`role.${m.role}`), m.away && t('tile.away'),
    m.kind !== 'browser' && t('people.stream'),
  ].filter(Boolean).join(' · ');
  const show = () => {
    togglePin(m.member);
    if (narrow.peek()) closeSheet();
  };
  return (
    <li data-person={m.member}>
      <button type="button" class="person" disabled={own} aria-pressed={pinned.value === m.member}
        onClick={show} title={own ? undefined : t('people.show')}>
        <Face name={m.name} />
        <span class="grow">
          <span class="nm">
            {m.name}{own && <span class="q"> ({t('tile.you').toLowerCase()})</span>}
          </span>
          {under && <small class="q">{under}</small>}
        </span>
        {pinned.value === m.member && <Icon name="pin" size="s" />}
        <Marks m={m} />
      </button>
      <PersonMenu m={m} open={open} />
    </li>
  );
}

export function PeopleSheet() {
  const query = useSignal('');
  const all = [...(me.value ? [me.value] : []), ...others.value];
  const wanted = query.value.trim().toLocaleLowerCase();
  const found = wanted ? all.filter((m) => m.name.toLocaleLowerCase().includes(wanted)) : all;
  // One types a name at once, unless that opens a phone's keyboard or somebody waits.
  const first = !narrow.value && !(hosting.value && waiting.value.length);
  const enter = (e: KeyboardEvent) => {
    const one = found.find((m) => m.member !== self.peek());
    if (e.key === 'Enter' && wanted && one) togglePin(one.member);
  };
  return (
    <>
      <div class="body" tabIndex={0} role="region" aria-label={t('people.title')}>
        {hosting.value && <Outside />}
        <Hands />
        <section aria-labelledby="here">
          <h3 class="over" id="here">{t('people.here', { n: members.value.size })}</h3>
          {(members.value.size >= SEARCH_FROM || query.value) && (
            <label class="search"><Icon name="search" />
              <input class="in" type="search" value={query.value} aria-label={t('people.search')}
                placeholder={t('people.search')} data-first={first} onKeyDown={enter}
                onInput={(e) => { query.value = e.currentTarget.value; }} />
            </label>
          )}
          <ul class="rows people">{found.map((m) => <Row key={m.member} m={m} />)}</ul>
          {!found.length && <p class="q">{t('people.noneFound')}</p>}
        </section>
        {hosting.value && <Audience />}
      </div>
      {hosting.value && others.value.length > 0 && (
        <div class="below">
          <button type="button" class="btn wide" onClick={() => void muteAll()}>
            <Icon name="mic-off" />{t('people.muteAll')}
          </button>
        </div>
      )}
    </>
  );
}
