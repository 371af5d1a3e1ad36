// The loudspeaker, of which only the person can tell whether it is heard.
import { signal, useSignal } from '@preact/signals';
import { t } from '../lib/i18n';
import { SpeakerTest } from './devicemenu';

/** null: not tried, or not answered. */
export const heardTones = signal<boolean | null>(null);

export function SpeakerCheck() {
  const played = useSignal(false);
  const told = (plays: boolean) => {
    if (plays) heardTones.value = null;
    played.value = !plays;
  };
  const heard = heardTones.value;
  return (
    <div class="speakercheck" role="group" aria-label={t('dev.speaker.name')}>
      <SpeakerTest wide told={told} />
      {played.value && (
        <div class="row answer">
          <p class="grow" role="status">
            {t(heard === null ? 'test.speakerAsk' : heard ? 'test.speakerGood' : 'test.speakerBad')}
          </p>
          {heard === null && (
            <>
              <button type="button" class="btn slim" onClick={() => { heardTones.value = true; }}>
                {t('test.yes')}
              </button>
              <button type="button" class="btn slim" onClick={() => { heardTones.value = false; }}>
                {t('test.no')}
              </button>
            </>
          )}
        </div>
      )}
    </div>
  );
}
