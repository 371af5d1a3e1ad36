// The sound of the others: one element a slot, through the chosen speaker.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../lib/i18n';
import type { Slot } from '../lib/peer';
import { prefs } from '../lib/prefs';
import { slots } from '../lib/state';
import { Icon } from './icon';

function Sound({ slot, blocked }: { slot: Slot; blocked(): void }) {
  const el = useRef<HTMLAudioElement>(null);
  const { speaker } = prefs.value;
  useEffect(() => {
    const audio = el.current!;
    audio.srcObject = new MediaStream([slot.track]);
    audio.play().catch((e: DOMException) => {
      if (e.name === 'NotAllowedError') blocked();
    });
  }, [slot]);
  useEffect(() => {
    void el.current?.setSinkId?.(speaker).catch(() => {});
  }, [speaker]);
  return <audio ref={el} data-mid={slot.mid} data-role={slot.role} />;
}

export function Sounds() {
  const silent = useSignal(false);
  const play = () => {
    silent.value = false;
    for (const el of document.querySelectorAll<HTMLAudioElement>('audio[data-mid]')) {
      void el.play().catch(() => { silent.value = true; });
    }
  };
  return (
    <>
      {slots.value.filter((s) => s.role === 'slot-audio' || s.role === 'slot-screen-audio')
        .map((s, i) => <Sound key={i} slot={s} blocked={() => { silent.value = true; }} />)}
      {silent.value && (
        <div class="banner" role="alert">
          <Icon name="volume-2" /><p>{t('audio.blocked')}</p>
          <button type="button" class="btn primary" onClick={play}>{t('audio.start')}</button>
        </div>
      )}
    </>
  );
}
