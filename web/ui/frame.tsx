// What stands around every page outside the meeting: the mark, the language, the foot.
import type { ComponentChildren } from 'preact';
import { chooseLang, lang, t } from '../lib/i18n';
import { config } from '../lib/api';
import { Icon } from './icon';
import { Said } from './live';
import { Logo } from './icon';

export function LanguageButton() {
  const other = lang.value === 'sv' ? 'en' : 'sv';
  return (
    <button type="button" class="btn plain" lang={other} onClick={() => void chooseLang(other)}>
      <Icon name="languages" /><span>{t('lang.other')}</span>
    </button>
  );
}

export function Frame({ children, quiet }: { children: ComponentChildren; quiet?: boolean }) {
  const organisation = config.value?.organisation;
  return (
    <div class="frame">
      <a class="skip" href="#main">{t('frame.skip')}</a>
      <header class="top">
        <Logo />
        {organisation && <span class="org">{organisation}</span>}
        <span class="push row"><LanguageButton /></span>
      </header>
      {children}
      {!quiet && (
        <footer class="foot">
          <a href="/test">{t('pre.test')}</a>
          <a href="/tillganglighet">{t('foot.accessibility')}</a>
          <a href="/licences.txt">{t('foot.licences')}</a>
        </footer>
      )}
      <Said />
    </div>
  );
}
