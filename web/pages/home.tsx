// /: meet now, or join by link or number.
import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { config, createMeeting, getConfig, signIn, signOut } from '../lib/api';
import { t } from '../lib/i18n';
import { prefs, remember } from '../lib/prefs';
import { ProblemError, type Problem } from '../lib/types';
import { Frame } from '../ui/frame';
import { Icon, Ring } from '../ui/icon';
import { NumberForm } from '../ui/numberform';

const TITLE_MAX = 120;

function words(problem: Problem): string {
  if (problem.type === '/problem/offline') return t('kind.offline.text');
  return [problem.title, problem.todo].filter(Boolean).join('. ') || t('kind.other.text');
}

function MeetNow() {
  const title = useSignal('');
  const lobby = useSignal(false);
  const busy = useSignal(false);
  const wrong = useSignal<Problem | null>(null);
  const go = async (e: Event) => {
    e.preventDefault();
    if (busy.peek()) return;
    busy.value = true;
    wrong.value = null;
    try {
      const made = await createMeeting(title.peek().trim(), lobby.peek());
      location.assign(`/m/${made.code}/${made.host_invite}`);
    } catch (error) {
      busy.value = false;
      wrong.value = (error as ProblemError).problem;
    }
  };
  return (
    <form onSubmit={(e) => void go(e)}>
      <label class="label" for="title">{t('home.what')}</label>
      <div class="inl">
        <input class="in big" id="title" value={title.value} maxLength={TITLE_MAX}
          autocomplete="off" placeholder={t('home.optional')}
          onInput={(e) => { title.value = e.currentTarget.value; }} />
        <button type="submit" class="btn big" aria-disabled={busy.value} data-meet>
          {t(busy.value ? 'home.making' : 'home.now')}
        </button>
      </div>
      <label class="check">
        <input type="checkbox" checked={lobby.value}
          onChange={(e) => { lobby.value = e.currentTarget.checked; }} />
        {t('home.lobby')}
      </label>
      {wrong.value && <p class="bad" role="alert">{words(wrong.value)}</p>}
    </form>
  );
}

function SignIn() {
  const user = useSignal('');
  const password = useSignal('');
  const wrong = useSignal<(() => string) | null>(null);
  const go = async (e: Event) => {
    e.preventDefault();
    try {
      await signIn(user.peek().trim(), password.peek());
      await getConfig();
    } catch (error) {
      const { problem } = error as ProblemError;
      wrong.value = () => (problem.status === 401 || problem.status === 403 ? t('home.wrong')
        : words(problem));
    }
  };
  return (
    <form class="signin" onSubmit={(e) => void go(e)}>
      <h2>{t('home.signIn')}</h2>
      <div class="field">
        <label for="user">{t('home.user')}</label>
        <input class="in" id="user" autocomplete="username" required autocapitalize="none"
          value={user.value} onInput={(e) => { user.value = e.currentTarget.value; }} />
      </div>
      <div class="field">
        <label for="password">{t('home.password')}</label>
        <input class="in" id="password" type="password" autocomplete="current-password" required
          value={password.value} onInput={(e) => { password.value = e.currentTarget.value; }} />
      </div>
      <button type="submit" class="btn big">{t('home.enter')}</button>
      {wrong.value && <p class="bad" role="alert">{wrong.value()}</p>}
    </form>
  );
}

function Begin() {
  const c = config.value;
  if (!c) return <p class="lead late" role="status">{t('pre.starting')}</p>;
  if (c.may_create) return <MeetNow />;
  if (!c.signed_in) return <SignIn />;
  return <p class="act">{t('home.notAllowed')}</p>;
}

function Promises() {
  const organisation = config.value?.organisation || t('info.thisServer');
  return (
    <ul class="promises">
      <li><Icon name="shield-check" size="l" /><b>{t('home.own')}</b>
        <p>{t('home.ownText', { organisation })}</p></li>
      <li><Icon name="globe" size="l" /><b>{t('home.noInstall')}</b>
        <p>{t('home.noInstallText')}</p></li>
      <li><Icon name="accessibility" size="l" /><b>{t('home.forAll')}</b>
        <p>{t('home.forAllText')}</p></li>
    </ul>
  );
}

export function Home() {
  const lost = useSignal(false);
  useEffect(() => {
    getConfig().catch(() => { lost.value = true; });
  }, []);
  useSignalEffect(() => {
    document.title = [t('home.page'), config.value?.organisation].filter(Boolean).join(' – ');
    const user = config.value?.user;
    if (user?.name && !prefs.peek().name) remember({ name: user.name });
  });
  const user = config.value?.user;
  return (
    <Frame more={user && (
      <button type="button" class="btn plain" onClick={() => void signOut().then(getConfig)}>
        {t('home.signOut')}<span class="hide">, {t('home.signedIn', { user: user.name })}</span>
      </button>
    )}>
      <main class="home" id="main" tabIndex={-1}>
        <section class="hero">
          <Ring />
          <h1>{t('home.title')}</h1>
          <p class="lead">{t('home.lead')}</p>
          {lost.value ? <p class="act" role="alert">{t('kind.offline.text')}</p> : <Begin />}
        </section>
        <div class="doors">
          <section class="card" aria-labelledby="join">
            <h2 id="join"><Icon name="log-in" size="l" />{t('home.join')}</h2>
            <NumberForm />
          </section>
          <a class="card" href="/test">
            <h2><Icon name="headphones" size="l" />{t('home.test')}</h2>
            <p>{t('home.testText')}</p>
          </a>
        </div>
        <Promises />
      </main>
    </Frame>
  );
}
