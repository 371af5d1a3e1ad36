// /m/<code>[/<invite>]: a meeting, from the link to the page after it.
import { effect } from '@preact/signals';
import { render } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { getConfig, getMeeting } from '../lib/api';
import { startBoth, unsupported } from '../lib/devices';
import { improveAsRemembered } from '../ui/improve';
import { t } from '../lib/i18n';
import { claimTab, getPlace, putPlace } from '../lib/resume';
import { join, prepare, setCode, watchLocal } from '../lib/session';
import { hands, meeting, phase, problem, summary, unread, waiting } from '../lib/state';
import { prefs } from '../lib/prefs';
import { ProblemError, type Problem } from '../lib/types';
import { OldBrowser, Problems } from '../ui/kind';
import { Left } from '../ui/left';
import { Said } from '../ui/live';
import { Lobby } from '../ui/lobby';
import { Prejoin } from '../ui/prejoin';
import { RoomView } from '../ui/roomview';

function Loading() {
  const text = t(phase.value === 'loading' ? 'kind.loading' : 'kind.returning');
  return (
    <main class="kind" aria-busy="true"><p class="q late" role="status">{text}</p></main>
  );
}

// A reload goes straight back in, past the mirror.
let returning = false;

/** A new view begins at its top, for the keyboard and for a screen reader. */
function useFocus(): void {
  const now = phase.value;
  const before = useRef(now);
  useEffect(() => {
    const moved = before.current !== now && before.current !== 'loading';
    before.current = now;
    if (!moved || now === 'joining') return;
    const at = document.activeElement;
    if (!at || at === document.body) document.querySelector<HTMLElement>('main')?.focus();
  }, [now]);
}

function App() {
  useFocus();
  if (returning && phase.value === 'joining') return <Loading />;
  switch (phase.value) {
    case 'loading': return <Loading />;
    case 'problem': return <Problems />;
    case 'prejoin':
    case 'joining': return <Prejoin />;
    case 'lobby': return <Lobby />;
    case 'in': return <><RoomView /><Said /></>;
    case 'left': return <Left />;
  }
}

/** The meeting is dark, whatever the rest is; its title stands on the tab. */
function watchPage(): void {
  effect(() => {
    const root = document.documentElement;
    if (phase.value === 'in') root.dataset.theme = 'dark';
    else delete root.dataset.theme;
  });
  effect(() => {
    const title = meeting.value?.title || summary.value?.title || t('home.untitled');
    const n = phase.value === 'in' ? unread.value + waiting.value.length : 0;
    const hand = hands.value.length && n === 0 ? '✋ ' : '';
    document.title = `${n ? `(${n}) ` : hand}${title} – Ting`;
  });
}

function fail(error: unknown): void {
  const other: Problem = { type: '/problem/other', title: '', status: 0 };
  problem.value = error instanceof ProblemError ? error.problem : other;
  phase.value = 'problem';
}

const ENDED: Problem = { type: '/problem/meeting-ended', title: '', status: 410 };

export async function showMeeting(root: HTMLElement): Promise<void> {
  const [, , code = '', given = ''] = location.pathname.split('/');
  watchPage();
  if (unsupported() === 'unsupported' || unsupported() === 'insecure') {
    return render(<OldBrowser />, root);
  }
  await claimTab();
  // What makes its bearer a host leaves the address, which people copy to invite others.
  if (given) {
    putPlace(code, { invite: given });
    history.replaceState(null, '', `/m/${code}`);
  }
  const place = getPlace(code);
  setCode(code, place.invite);
  watchLocal();
  render(<App />, root);
  try {
    const [, found] = await Promise.all([getConfig(), getMeeting(code)]);
    summary.value = found;
    if (found.ended) throw new ProblemError(ENDED);
  } catch (error) {
    return fail(error);
  }
  if (place.in && place.token && prefs.peek().name) {
    // A reload: back in at once, with the devices as they were.
    returning = true;
    prepare();
    join();
    effect(() => { if (phase.value !== 'joining') returning = false; });
    return void startBoth().then(improveAsRemembered);
  }
  phase.value = 'prejoin';
}
