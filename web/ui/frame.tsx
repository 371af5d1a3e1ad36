// What stands around every page outside the meeting: the mark, the language, the foot.
import type { ComponentChildren } from 'preact';
import { chooseLang, lang, t } from '../lib/i18n';
import { config } from '../lib/api';
import { Icon, Logo } from './icon';
import { Said } from './live';

export function LanguageButton() {
  const other = lang.value === 'sv' ? 'en' : 'sv';
  return (
    <button type="button" class="btn plain" lang={other} onClick={() => void chooseLang(other)}>
      <Icon name="languages" /><span>{t('lang.other')}</span>
    </button>
  );
}

interface Props { children: ComponentChildren; more?: ComponentChildren; quiet?: boolean }

export function Frame({ children, more, quiet }: Props) {
  const organisation = config.value?.organisation;
  return (
    <div class="frame">
      <a class="skip" href="#main">{t('frame.skip')}</a>
      <header class="top">
        <Logo />
        {organisation && organisation !== 'Ting' && <span class="org">{organisation}</span>}
        <span class="push row">{more}<LanguageButton /></span>
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
