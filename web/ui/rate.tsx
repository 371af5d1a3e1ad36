// How was it? One click; another changes it; what was wrong, if anything, with one more.
import type { IconName } from '../icons/icons';
import { t } from '../lib/i18n';
import { grade, rate, rated, say, takeBack, ticket, trouble, wrong } from '../lib/rating';
import type { Grade, Wrong } from '../lib/types';
import { Icon } from './icon';

const GRADES: readonly [Grade, IconName][] = [
  ['good', 'smile'], ['fair', 'meh'], ['poor', 'frown'],
];
const WRONGS: readonly Wrong[] = ['sound', 'picture', 'other'];

export function Rate() {
  if (!ticket.value) return null;
  const asks = grade.value === 'fair' || grade.value === 'poor';
  return (
    <section class="card pad rate" aria-labelledby="rate" data-rated={rated.value}>
      <h2 id="rate">{t('rate.title')}</h2>
      <p class="q">{t('rate.text')}</p>
      <div class="row grades" role="group" aria-labelledby="rate">
        {GRADES.map(([g, icon]) => (
          <button key={g} type="button" class="btn" data-grade={g} aria-pressed={grade.value === g}
            onClick={() => void rate(g)}>
            <Icon name={icon} />{t(`rate.${g}`)}
          </button>
        ))}
      </div>
      {asks && (
        <>
          <h3 class="over" id="wrong">{t('rate.what')}</h3>
          <div class="row grades" role="group" aria-labelledby="wrong">
            {WRONGS.map((w) => (
              <button key={w} type="button" class="btn" data-wrong={w}
                aria-pressed={wrong.value === w} onClick={() => void say(w)}>
                {t(`rate.${w}`)}
              </button>
            ))}
          </div>
        </>
      )}
      <div class="row thanks">
        <p role="status">
          {rated.value === 'kept' && grade.value && <b>{t('rate.thanks')}</b>}
          {rated.value === 'back' && !grade.value && t('rate.back')}
        </p>
        {rated.value === 'kept' && grade.value && (
          <button type="button" class="btn plain" data-back onClick={() => void takeBack()}>
            {t('rate.undo')}
          </button>
        )}
      </div>
      <p class="bad" role="alert">{trouble.value}</p>
    </section>
  );
}
