// A shared screen: as large as it fits, zoomed by buttons, keys or wheel, panned by dragging.
import { signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../lib/i18n';
import type { Rect } from '../lib/layout';
import { others, members, shownScreen, slots } from '../lib/state';
import { sourceOf } from '../lib/types';
import { Icon } from './icon';
import { isShown, Picture, place } from './tile';
import { videoOf } from './pictures';

const STEPS = [1, 1.25, 1.5, 2, 3, 4];

/** Width to height of what is shared, as it comes. */
export const screenAspect = signal(16 / 9);

function useAspect(source: number): void {
  const slot = slots.value.find((s) => s.assigned.value === source);
  useEffect(() => {
    if (!slot) return;
    const video = videoOf(slot);
    const look = () => {
      if (video.videoWidth) screenAspect.value = video.videoWidth / video.videoHeight;
    };
    look();
    video.addEventListener('resize', look);
    return () => video.removeEventListener('resize', look);
  }, [slot]);
}

function drag(event: PointerEvent): void {
  const box = event.currentTarget as HTMLElement;
  if (event.pointerType === 'touch' || event.button !== 0) return;      // touch scrolls by itself
  const { scrollLeft, scrollTop } = box;
  const move = (e: PointerEvent) => {
    box.scrollLeft = scrollLeft - (e.clientX - event.clientX);
    box.scrollTop = scrollTop - (e.clientY - event.clientY);
  };
  box.setPointerCapture(event.pointerId);
  box.addEventListener('pointermove', move);
  box.addEventListener('pointerup', () => box.removeEventListener('pointermove', move),
    { once: true });
}

function Sharers() {
  const all = others.value.filter((m) => m.screen);
  if (all.length < 2) return null;
  return (
    <select class="in slim" aria-label={t('screen.which')} value={shownScreen.value}
      onChange={(e) => { shownScreen.value = Number(e.currentTarget.value); }}>
      {all.map((m) => <option key={m.member} value={m.member}>{m.name}</option>)}
    </select>
  );
}

export function SharedScreen({ member, at }: { member: number; at: Rect }) {
  const el = useRef<HTMLElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const zoom = useSignal(1);
  const source = sourceOf(member, 'screen');
  useAspect(source);
  useEffect(() => place(el.current, at), [at.x, at.y, at.w, at.h]);
  useEffect(() => { zoom.value = 1; }, [member]);

  const set = (to: number) => {
    const b = box.current!;
    const x = (b.scrollLeft + b.clientWidth / 2) / b.scrollWidth;
    const y = (b.scrollTop + b.clientHeight / 2) / b.scrollHeight;
    zoom.value = to;
    inner.current!.style.width = inner.current!.style.height = `${to * 100}%`;
    b.scrollLeft = x * b.scrollWidth - b.clientWidth / 2;
    b.scrollTop = y * b.scrollHeight - b.clientHeight / 2;
  };
  const step = (by: 1 | -1) => {
    const now = STEPS.findIndex((s) => s >= zoom.peek());
    set(STEPS[Math.min(STEPS.length - 1, Math.max(0, now + by))]!);
  };
  const keys = (e: KeyboardEvent) => {
    if (e.key === '+' || e.key === '-') step(e.key === '+' ? 1 : -1);
    else if (e.key === '0') set(1);
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  const wheel = (e: WheelEvent) => {
    if (!e.ctrlKey) return;
    e.preventDefault();
    step(e.deltaY < 0 ? 1 : -1);
  };
  const name = members.value.get(member)?.name ?? '';
  return (
    <figure ref={el} class="shared" data-member={member} data-source={source} data-kind="screen"
      data-shown={isShown(source)}>
      <div ref={box} class={`paper ${zoom.value > 1 ? 'zoomed' : ''}`} tabIndex={0} role="region"
        aria-label={t('screen.of', { name })} onKeyDown={keys} onWheel={wheel}
        onPointerDown={drag}>
        <div ref={inner} class="whole"><Picture source={source} /></div>
        {!isShown(source) && <p class="wait">{t('screen.coming', { name })}</p>}
      </div>
      <figcaption>
        <Icon name="monitor-up" size="s" /><span>{t('screen.shares', { name })}</span>
        <Sharers />
        <span class="zoom">
          <button type="button" aria-label={t('screen.out')} onClick={() => step(-1)}
            aria-disabled={zoom.value === 1}><Icon name="minus" size="s" /></button>
          <span class="num">{Math.round(zoom.value * 100)} %</span>
          <button type="button" aria-label={t('screen.in')} onClick={() => step(1)}
            aria-disabled={zoom.value === STEPS.at(-1)}><Icon name="plus" size="s" /></button>
        </span>
      </figcaption>
    </figure>
  );
}
