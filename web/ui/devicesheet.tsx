// Sound and picture in the meeting: devices, improvements, and how the page behaves.
import { t } from '../lib/i18n';
import { prefs, remember } from '../lib/prefs';
import { CameraMenu, MicMenu } from './devicemenu';
import { Switch } from './switch';

export function DevicesSheet() {
  const p = prefs.value;
  return (
    <div class="body" tabIndex={0} role="region" aria-label={t('devices.title')}>
      <MicMenu level="h3" />
      <CameraMenu level="h3" />
      <h3 class="over">{t('devices.page')}</h3>
      <Switch on={p.sounds} label={t('devices.sounds')} hint={t('devices.soundsHint')}
        set={(sounds) => remember({ sounds })} />
      <Switch on={p.keys} label={t('devices.keys')} hint={t('devices.keysHint')}
        set={(keys) => remember({ keys })} />
      <Switch on={p.captions} label={t('more.captions')} hint={t('devices.captionsHint')}
        set={(captions) => remember({ captions })} />
    </div>
  );
}
