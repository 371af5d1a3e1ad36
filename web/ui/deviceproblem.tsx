// What is wrong with a microphone or a camera, on the control it concerns, with the way out.
import { useSignal } from '@preact/signals';
import { turn, type DeviceProblem, type Source } from '../lib/devices';
import { t } from '../lib/i18n';
import { Icon } from './icon';

type Browser = 'chrome' | 'firefox' | 'safari' | 'iphone' | 'android';

function browser(): Browser {
  const ua = navigator.userAgent;
  if (/iPhone|iPad/.test(ua)) return 'iphone';
  if (/Android/.test(ua)) return 'android';
  if (/Firefox/.test(ua)) return 'firefox';
  return /Safari/.test(ua) && !/Chrom/.test(ua) ? 'safari' : 'chrome';
}

function howTo(problem: DeviceProblem): string | null {
  if (problem === 'denied') return t(`how.denied.${browser()}`);
  if (problem === 'denied-system') return t('how.system');
  if (problem === 'busy') return t('how.busy');
  return null;
}

/** both: the other device has the same trouble, so it is said once. test: there is no meeting that
 * one could go to anyway. */
export function ProblemNote({ source, id, both, test }: { source: Source; id: string;
  both?: Source; test?: boolean }) {
  const shown = useSignal(false);
  const problem = source.problem.value;
  if (!problem) return null;
  const how = howTo(problem);
  const retry = async () => {
    await turn(source, true);
    if (both) await turn(both, true);
  };
  const again = problem !== 'insecure' && problem !== 'unsupported';
  return (
    <div class="notice tip" id={id} role="status" data-problem={problem} data-of={source.kind}>
      <Icon name="triangle-alert" />
      <p>
        <b>{t(`dev.${both ? 'both' : source.kind}.${problem}`)}</b><br />
        {t(`dev.todo.${problem}`)} {!test && t('pre.anyway')}
      </p>
      <div class="fixes">
        {how && (
          <button type="button" class="btn" aria-expanded={shown.value}
            onClick={() => { shown.value = !shown.value; }}>{t('pre.how')}</button>
        )}
        {again && (
          <button type="button" class="btn" onClick={() => void retry()}>
            {t('pre.again')}
          </button>
        )}
      </div>
      {shown.value && how && <p class="how">{how}</p>}
    </div>
  );
}

/** The microphone is open, and nothing comes in. */
export function SilentNote({ id, test }: { id: string; test?: boolean }) {
  const shown = useSignal(false);
  return (
    <div class="notice tip" id={id} role="status" data-problem="silent" data-of="mic">
      <Icon name="triangle-alert" />
      <p><b>{t('pre.silent')}</b><br />{t('pre.silentTodo')} {!test && t('pre.anyway')}</p>
      <div class="fixes">
        <button type="button" class="btn" aria-expanded={shown.value}
          onClick={() => { shown.value = !shown.value; }}>{t('pre.how')}</button>
      </div>
      {shown.value && <p class="how">{t('how.silent')}</p>}
    </div>
  );
}
