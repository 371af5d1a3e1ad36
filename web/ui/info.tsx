// "In this meeting": the way in, and what is on and off, each with one line why.
import { useSignal } from '@preact/signals';
import { lock, setLobby } from '../lib/actions';
import { config } from '../lib/api';
import { t } from '../lib/i18n';
import { spaced } from '../lib/numbers';
import { hosting, meeting } from '../lib/state';
import type { IconName } from '../icons/icons';
import { Icon } from './icon';
import { Switch } from './switch';

export function CopyButton({ text, label, primary }: { text: string; label: string;
  primary?: boolean }) {
  const done = useSignal(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      done.value = true;
      setTimeout(() => { done.value = false; }, 2_500);
    } catch {
      // Forbidden here: the text stands beside the button and can be marked.
    }
  };
  return (
    <button type="button" class={`btn ${primary ? 'primary' : ''}`} onClick={() => void copy()}>
      <Icon name={done.value ? 'check' : 'copy'} />
      <span aria-live="polite">{done.value ? t('info.copied') : label}</span>
    </button>
  );
}

/** The link for others: without the part that makes its bearer a host. */
export function guestLink(): string {
  return `${location.origin}/m/${location.pathname.split('/')[2] ?? ''}`;
}

function Fact({ icon, title, on, text }: { icon: IconName; title: string; on: boolean;
  text: string }) {
  return (
    <li>
      <Icon name={icon} />
      <div>
        <h4>{title}<span class={`st ${on ? 'on' : ''}`}>{t(on ? 'info.on' : 'info.off')}</span></h4>
        <p>{text}</p>
      </div>
    </li>
  );
}

export function Invite() {
  const m = meeting.value;
  const link = guestLink();
  return (
    <section class="invite" aria-labelledby="invite">
      <h3 class="over" id="invite">{t('info.invite')}</h3>
      <p class="linktext"><a href={link}>{link.replace(/^https?:\/\//, '')}</a></p>
      {m?.number && <p class="q small">{t('info.number')} <b class="num">{spaced(m.number)}</b></p>}
      <CopyButton text={link} label={t('info.copyLink')} primary />
    </section>
  );
}

export function InfoSheet() {
  const m = meeting.value;
  const days = config.value?.limits.chat_days ?? 0;
  const organisation = config.value?.organisation || t('info.thisServer');
  return (
    <div class="body" tabIndex={0} role="region" aria-label={t('info.title')}>
      <Invite />
      {hosting.value && m && (
        <section aria-labelledby="door">
          <h3 class="over" id="door">{t('info.door')}</h3>
          <Switch on={m.lobby} label={t('info.lobby')} hint={t('info.lobbyHint')}
            set={(on) => void setLobby(on)} />
          <Switch on={m.locked} label={t('info.lock')} hint={t('info.lockHint')}
            set={(on) => void lock(on)} />
        </section>
      )}
      <h3 class="over">{t('info.facts')}</h3>
      <ul class="fn">
        <Fact icon="lock" title={t('info.encryption')} on
          text={t('info.encryptionText', { organisation })} />
        {!hosting.value && m && (
          <>
            <Fact icon="door-open" title={t('info.lobby')} on={m.lobby}
              text={t(m.lobby ? 'info.lobbyOn' : 'info.lobbyOff')} />
            <Fact icon={m.locked ? 'lock' : 'lock-open'} title={t('info.lock')} on={m.locked}
              text={t(m.locked ? 'info.lockOn' : 'info.lockOff')} />
          </>
        )}
        <Fact icon="message-square" title={t('chat.title')} on
          text={[t('info.chatText'), days > 0 && t('info.chatDays', { n: days })]
            .filter(Boolean).join(' ')} />
        <Fact icon="text-cursor-input" title={t('text.title')} on text={t('info.textText')} />
        <Fact icon="flag" title={t('info.recording')} on={false} text={t('info.recordingText')} />
      </ul>
    </div>
  );
}
