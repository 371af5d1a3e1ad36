// The loudspeaker, of which only the person can tell whether it is heard.
import { signal, useSignal } from '@preact/signals';
import { t } from '../lib/i18n';
import { prefs } from '../lib/prefs';
import { playTest } from '../lib/sounds';
import { Icon } from './icon';

/** null: not tried, or not answered. */
export const heardTones = signal<boolean | null>(null);

export function SpeakerCheck() {
  const state = useSignal<'' | 'playing' | 'played'>('');
  const run = async () => {
    if (state.peek() === 'playing') return;
    heardTones.value = null;
    state.value = 'playing';
    await playTest(prefs.peek().speaker).catch(() => {});
    state.value = 'played';
  };
  const heard = heardTones.value;
  return (
    <div class="speakercheck" role="group" aria-label={t('dev.speaker.name')}>
      <button type="button" class="btn wide" aria-disabled={state.value === 'playing'}
        onClick={() => void run()}>
        <Icon name="volume-2" />
        {t(state.value === 'playing' ? 'dev.speakerPlaying' : 'dev.speakerTest')}
      </button>
      {state.value === 'played' && (
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
