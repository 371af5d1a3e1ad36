// When it doesn't go as it should: what happened, what to do, and the way on as a button.
import type { ComponentChildren } from 'preact';
import { unsupported } from '../lib/devices';
import { t } from '../lib/i18n';
import { phase, problem } from '../lib/state';
import type { Problem } from '../lib/types';
import { Frame } from './frame';
import { Icon } from './icon';
import type { IconName } from '../icons/icons';
import { CopyButton, guestLink } from './info';
import { NumberForm } from './numberform';

export function KindPage({ icon, title, text, children }: { icon: IconName; title: string;
  text: string; children?: ComponentChildren }) {
  return (
    <Frame>
      <main class="kind" id="main" tabIndex={-1}>
        <div class="card s">
          <span class="ic"><Icon name={icon} size="l" /></span>
          <h1>{title}</h1>
          <p class="q">{text}</p>
          <div class="acts">{children}</div>
        </div>
      </main>
    </Frame>
  );
}

interface Known { icon: IconName; text: string; numbers?: boolean; again?: boolean }

const KNOWN: Record<string, Known> = {
  'meeting-unknown': { icon: 'unlink', text: 'unknown', numbers: true },
  'not-found': { icon: 'unlink', text: 'unknown', numbers: true },
  'meeting-ended': { icon: 'circle-check', text: 'ended' },
  gone: { icon: 'circle-check', text: 'ended' },
  'meeting-locked': { icon: 'lock', text: 'locked', again: true },
  'meeting-full': { icon: 'users', text: 'full', again: true },
  'lobby-full': { icon: 'users', text: 'full', again: true },
  refused: { icon: 'door-open', text: 'refused' },
  removed: { icon: 'user-x', text: 'removed' },
  offline: { icon: 'wifi-off', text: 'offline', again: true },
};

function Actions({ known }: { known?: { numbers?: boolean; again?: boolean } }) {
  return (
    <>
      {known?.numbers && <NumberForm primary />}
      {(!known || known.again) && (
        <button type="button" class="btn primary" onClick={() => location.reload()}>
          <Icon name="rotate-cw" />{t('kind.again')}
        </button>
      )}
      <a class="btn" href="/">{t('kind.home')}</a>
    </>
  );
}

export function ProblemPage({ found }: { found: Problem }) {
  const slug = found.type.split('/').pop() ?? '';
  const known = KNOWN[slug];
  // A problem that this page doesn't know explains itself, in the person's language.
  const title = known ? t(`kind.${known.text}.title`) : found.title || t('kind.other.title');
  const text = known ? t(`kind.${known.text}.text`)
    : [found.detail, found.todo].filter(Boolean).join(' ') || t('kind.other.text');
  return (
    <KindPage icon={known?.icon ?? 'circle-alert'} title={title} text={text}>
      <Actions known={known} />
    </KindPage>
  );
}

export function OldBrowser() {
  const insecure = unsupported() === 'insecure';
  return (
    <KindPage icon="monitor-x" title={t(insecure ? 'kind.insecure.title' : 'kind.old.title')}
      text={t(insecure ? 'kind.insecure.text' : 'kind.old.text')}>
      <CopyButton text={guestLink()} label={t('info.copyLink')} primary />
    </KindPage>
  );
}

export function Problems() {
  if (phase.value !== 'problem' || !problem.value) return null;
  return <ProblemPage found={problem.value} />;
}
