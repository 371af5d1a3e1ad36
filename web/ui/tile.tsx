// One person on the stage: picture or initials, name, and what is to be known of them.
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../lib/i18n';
import type { Rect } from '../lib/layout';
import { camera, mic } from '../lib/devices';
import { hands, me, members, quality, reactions, self, slots, speaking } from '../lib/state';
import { sourceOf, type Member } from '../lib/types';
import { Face, shortName } from './face';
import { Icon } from './icon';
import { videoOf } from './pictures';
import { pinned, togglePin } from './room';

const SMALL = 11.9;             // rem; narrower tiles show the given name alone

export function place(el: HTMLElement | null, at: Rect): void {
  if (!el) return;
  el.style.width = `${at.w}px`;
  el.style.height = `${at.h}px`;
  el.style.transform = `translate(${at.x}px, ${at.y}px)`;
}

/** The slot's element, in here; seen only when its frames are of that source. */
export function Picture({ source }: { source: number }) {
  const host = useRef<HTMLDivElement>(null);
  const slot = slots.value.find((s) => s.assigned.value === source && s.role !== 'slot-audio'
    && s.role !== 'slot-screen-audio');
  useEffect(() => {
    if (!slot || !host.current) return;
    const video = videoOf(slot);
    host.current.replaceChildren(video);
    void video.play().catch(() => {});
  }, [slot, source]);
  return <div class="video" ref={host} data-shown={slot?.shows.value === source} />;
}

/** Does a picture of that source stand on the screen? */
export function isShown(source: number): boolean {
  return slots.value.some((s) => s.assigned.value === source && s.shows.value === source);
}

function Own() {
  const video = useRef<HTMLVideoElement>(null);
  const track = camera.track.value;
  useEffect(() => {
    if (video.current) video.current.srcObject = track ? new MediaStream([track]) : null;
  }, [track]);
  return (
    <div class="video mirror" data-shown={track !== null}>
      <video ref={video} autoplay muted playsInline aria-hidden="true" />
    </div>
  );
}

function Corner({ m, small }: { m: Member; small: boolean }) {
  const hand = hands.value.findIndex((h) => h.member === m.member);
  const line = quality.value[m.member] ?? 3;
  const signs = reactions.value.filter((r) => r.member === m.member);
  return (
    <div class="corner">
      {signs.slice(-3).map((r) => <span key={r.id} class="sign">{r.sign}</span>)}
      {m.away && (
        <span title={t('tile.away')}>
          <Icon name="hourglass" size="s" />
          {small ? <span class="hide">{t('tile.away')}</span> : t('tile.away')}
        </span>
      )}
      {line < 2 && !m.away && (
        <span title={t('tile.weak')}>
          <Icon name={line ? 'signal-low' : 'signal-zero'} size="s" />
          {small ? <span class="hide">{t('tile.weak')}</span> : t('tile.weak')}
        </span>
      )}
      {hand >= 0 && (
        <span class="up">
          <Icon name="hand" size="s" />{hand + 1}
          <span class="hide">{t('tile.hand', { n: hand + 1 })}</span>
        </span>
      )}
    </div>
  );
}

function Name({ m, own, small }: { m: Member; own: boolean; small: boolean }) {
  const muted = own ? !mic.on.value : !m.mic;
  const name = own ? t('tile.you') : small ? shortName(m.name) : m.name;
  return (
    <p class="name">
      {muted && <><Icon name="mic-off" size="s" /><span class="hide">{t('tile.muted')}</span></>}
      <span title={m.name}>
        {name}{m.role === 'interpreter' && `, ${t('tile.interpreter')}`}
      </span>
    </p>
  );
}

export interface TileProps { member: number; at: Rect }

export function Tile({ member, at }: TileProps) {
  const el = useRef<HTMLLIElement>(null);
  const m = members.value.get(member);
  useEffect(() => place(el.current, at), [at.x, at.y, at.w, at.h, m === undefined]);
  if (!m) return null;
  const own = member === self.value;
  const source = sourceOf(member, 'camera');
  const shows = own ? camera.track.value !== null : m.camera;
  const small = at.w < SMALL * parseFloat(getComputedStyle(document.documentElement).fontSize);
  const isPinned = pinned.value === member;
  const talks = speaking.value.includes(member);
  return (
    <li ref={el} class={`tile ${talks ? 'talks' : ''} ${small ? 'small' : ''}`}
      data-member={member} data-source={source} data-kind="camera"
      data-shown={shows && (own || isShown(source))}>
      <div class="pic">
        <div class="nopic"><Face name={own ? me.value?.name ?? '' : m.name} size="xl" /></div>
        {own ? <Own /> : m.camera && <Picture source={source} />}
      </div>
      <Name m={m} own={own} small={small} />
      <Corner m={m} small={small} />
      {!own && (
        <button class="pinit" type="button" aria-pressed={isPinned}
          aria-label={t(isPinned ? 'tile.unpin' : 'tile.pin', { name: m.name })}
          onClick={() => togglePin(member)}>
          <Icon name={isPinned ? 'pin-off' : 'pin'} size="s" />
        </button>
      )}
    </li>
  );
}
