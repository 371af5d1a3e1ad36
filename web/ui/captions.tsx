// Captions and real-time text beneath the stage: the last lines, unfinished words quieter.
import { useSignal, useSignalEffect } from '@preact/signals';
import { nameOf } from '../lib/events';
import { t } from '../lib/i18n';
import { prefs } from '../lib/prefs';
import { lines, self } from '../lib/state';

const SHOWN = 2;
const STAY_MS = 9_000;

export function Captions() {
  const now = useSignal(Date.now());
  // A finished line leaves after a while; an unfinished one stays.
  useSignalEffect(() => {
    now.value = Date.now();
    if (!lines.value.length) return;
    const timer = setInterval(() => { now.value = Date.now(); }, 1_000);
    return () => clearInterval(timer);
  });
  const touched = useSignal(new Map<string, { text: string; at: number }>());
  useSignalEffect(() => {
    const before = touched.peek();
    touched.value = new Map(lines.value.map((l) => {
      const key = `${l.member}/${l.line}/${l.caption}`;
      const was = before.get(key);
      return [key, was?.text === l.text ? was : { text: l.text, at: Date.now() }];
    }));
  });
  if (!prefs.value.captions) return null;
  const fresh = lines.value.filter((l) => {
    const at = touched.value.get(`${l.member}/${l.line}/${l.caption}`)?.at ?? l.at;
    return l.text && now.value - at < (l.done ? STAY_MS : 60_000);
  }).slice(-SHOWN);
  return (
    <div class="captions" role="region" aria-label={t('text.captions')} hidden={!fresh.length}
      tabIndex={0}>
      <div>
        {fresh.map((l) => (
          <p key={`${l.member}/${l.line}/${l.caption}`} lang={l.lang} data-member={l.member}
            data-done={l.done}>
            <b class="who">
              {l.member === self.value ? t('tile.you') : l.name ?? nameOf(l.member)}
            </b>
            <span class={l.done ? '' : 'new'}>{l.text}</span>
          </p>
        ))}
      </div>
    </div>
  );
}
