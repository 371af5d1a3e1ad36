// Help in the meeting: the keys, and what to do when something is amiss.
import { t } from '../lib/i18n';
import { prefs, remember } from '../lib/prefs';
import { config } from '../lib/api';
import { Icon } from './icon';
import { Switch } from './switch';

const KEYS = [['M', 'mic'], ['V', 'camera'], ['S', 'share'], ['H', 'hand'], ['C', 'chat'],
  ['P', 'people'], ['F', 'full'], ['?', 'help'], ['Esc', 'close']] as const;

const TROUBLES = ['unheard', 'deaf', 'unseen', 'choppy'] as const;

export function HelpSheet() {
  const contact = config.value?.accessibility.contact;
  return (
    <div class="body" tabIndex={0} role="region" aria-label={t('help.title')}>
      <h3 class="over">{t('help.troubles')}</h3>
      {TROUBLES.map((name) => (
        <details key={name} class="trouble-help">
          <summary>{t(`help.${name}.q`)}<Icon name="chevron-down" size="s" /></summary>
          <p>{t(`help.${name}.a`)}</p>
        </details>
      ))}
      <p class="small"><a href="/test" target="_blank">{t('pre.test')}</a></p>
      {contact && <p class="small q">{t('help.contact', { contact })}</p>}
      <h3 class="over">{t('help.keys')}</h3>
      <dl class="keys">
        <div><dt><kbd>{t('help.space')}</kbd></dt><dd>{t('help.key.talk')}</dd></div>
        {KEYS.map(([key, name]) => (
          <div key={key}><dt><kbd>{key}</kbd></dt><dd>{t(`help.key.${name}`)}</dd></div>
        ))}
      </dl>
      <Switch on={prefs.value.keys} label={t('devices.keys')} hint={t('devices.keysHint')}
        set={(keys) => remember({ keys })} />
      <p class="small"><a href="/tillganglighet" target="_blank">{t('foot.accessibility')}</a></p>
    </div>
  );
}
