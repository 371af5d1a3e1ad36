// The stage: who is shown where, in a grid, beside a speaker or beside a shared screen.
import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../lib/i18n';
import { capacity, featured, gridRects, type Rect } from '../lib/layout';
import { arrange } from '../lib/places';
import { prefs } from '../lib/prefs';
import { dominant, floor, members, others, self, shownScreen, speaking } from '../lib/state';
import type { Tile as ViewTile } from '../lib/types';
import { show } from '../lib/view';
import { narrow, openSheet, page, pinned } from './room';
import { SharedScreen, screenAspect } from './screen';
import { STATUS, StatusRow } from './status';
import { place, Tile } from './tile';

const MOST = 16;                // tiles on a page
const FRESH_MS = 8_000;         // who spoke that lately is speaking
const TILE_MIN = 168;
const TILE_MIN_PHONE = 150;
const SPEAKER_FROM = 5;         // on a phone, so many others make one of them large

interface Plan {
  screen: Rect | null;
  tiles: { member: number; at: Rect }[];
  more: { at: Rect; n: number } | null;
  pages: number;
}

let order: readonly number[] = [];
let lastLarge = 0;
const spoke = new Map<number, number>();

function urgency(member: number, now: number): number {
  const m = members.value.get(member)!;
  if (member === pinned.value) return 5;
  if (m.pinned || floor.value === member) return 4;
  if (now - (spoke.get(member) ?? 0) < FRESH_MS) return 3;
  if (m.hand !== null) return 2;
  return m.camera ? 1 : 0;
}

function ordered(front: number): readonly number[] {
  const now = Date.now();
  for (const member of speaking.value) spoke.set(member, now);
  order = arrange(order, others.value.map(({ member }) => ({
    member, urgency: urgency(member, now), at: spoke.get(member) ?? 0,
  })), front);
  return order;
}

/** The one of the others who leads the talk; one whose microphone is off no longer does. */
function talker(): number {
  const may = (m: number) => m !== self.value && members.value.get(m)?.mic === true;
  return [dominant.value, ...speaking.value].find(may) ?? 0;
}

/** Who is large: pinned by this person, holding the floor, speaking, or as before. */
function large(candidates: readonly number[]): number {
  for (const m of [pinned.value, floor.value ?? 0, talker(), lastLarge]) {
    if (m && m !== self.value && candidates.includes(m)) return (lastLarge = m);
  }
  return (lastLarge = candidates[0] ?? 0);
}

function planGrid(box: Rect): Plan {
  const room = capacity(box, narrow.value ? TILE_MIN_PHONE : TILE_MIN, MOST);
  const perPage = room - 1;                           // one's own tile is on each page
  const all = ordered(perPage);
  const pages = Math.max(1, Math.ceil(all.length / perPage));
  const at = Math.min(page.value, pages - 1);
  const shown = [...all.slice(at * perPage, (at + 1) * perPage), self.value];
  const rects = gridRects(shown.length, box);
  return {
    screen: null, more: null, pages,
    tiles: shown.map((member, i) => ({ member, at: rects[i]! })),
  };
}

/** Too many for so many places: one's own tile stays while it can, and one place tells how many
 * more there are. */
function squeeze(strip: readonly number[], places: number): number[] {
  if (places < 3) return strip.slice(0, Math.min(1, places));
  return [...strip.slice(0, places - 2), self.value];
}

function planFeatured(box: Rect, screen: boolean): Plan {
  const all = ordered(4);
  const interpreters = all.filter((m) => members.value.get(m)!.pinned);
  const main = screen ? 0 : large(all);
  const first = interpreters.filter((m) => m !== main).slice(0, 1);
  if (screen && all.length) {
    const speaker = large(all);
    if (!first.includes(speaker)) first.push(speaker);
  }
  const rest = [...all.filter((m) => m !== main && !first.includes(m)), self.value];
  const strip = [...first, ...rest];
  const aspect = screen ? screenAspect.value : 0;
  const { main: at, strip: rects } = featured(box, aspect, first.length, rest.length,
    screen ? STATUS : 0);
  const fits = rects.length >= strip.length;
  const shown = fits ? strip : squeeze(strip, rects.length);
  const last = rects.length - 1;
  const count_at = last > 1 ? last - 1 : last;         // where the count stands: before oneself
  const tiles = shown.map((member, i) => (
    { member, at: rects[!fits && member === self.value ? last : i]! }));
  if (main) tiles.unshift({ member: main, at });
  return {
    screen: screen ? at : null,
    tiles,
    more: fits || rects.length < 2 ? null
      : { at: rects[count_at]!, n: strip.length - shown.length },
    pages: 1,
  };
}

function plan(box: Rect): Plan {
  if (shownScreen.value) return planFeatured(box, true);
  const tall = narrow.value && box.h > box.w && others.value.length >= SPEAKER_FROM;
  const one = prefs.value.speakerView || pinned.value > 0 || floor.value !== null || tall;
  return one && others.value.length > 0 ? planFeatured(box, false) : planGrid(box);
}

/** What of it comes from the server, most important first. */
function toView(now: Plan): ViewTile[] {
  const scale = devicePixelRatio || 1;
  const size = (r: Rect) => ({ width: Math.round(r.w * scale), height: Math.round(r.h * scale) });
  const tiles: ViewTile[] = now.tiles.filter(({ member }) => member !== self.value)
    .sort((a, b) => b.at.w * b.at.h - a.at.w * a.at.h)
    .map(({ member, at }) => ({ member, kind: 'camera', ...size(at) }));
  return now.screen
    ? [{ member: shownScreen.value, kind: 'screen', ...size(now.screen) }, ...tiles]
    : tiles;
}

function More({ at, n }: { at: Rect; n: number }) {
  const el = useRef<HTMLLIElement>(null);
  useEffect(() => place(el.current, at), [at.x, at.y, at.w, at.h]);
  return (
    <li ref={el} class="tile">
      <button type="button" class="morepeople" onClick={() => openSheet('people')}>
        <b>+{n}</b><span>{t('stage.more')}</span>
      </button>
    </li>
  );
}

export function Stage() {
  const el = useRef<HTMLDivElement>(null);
  const size = useSignal({ w: 0, h: 0 });
  const hidden = useSignal(document.hidden);
  const beneath = useSignal(STATUS);
  useEffect(() => {
    const look = new ResizeObserver(([entry]) => {
      const { width: w, height: h } = entry!.contentRect;
      if (w !== size.peek().w || h !== size.peek().h) size.value = { w, h };
    });
    look.observe(el.current!);
    const seen = () => { hidden.value = document.hidden; };
    document.addEventListener('visibilitychange', seen);
    return () => {
      look.disconnect();
      document.removeEventListener('visibilitychange', seen);
    };
  }, []);

  const now = useComputed(() => {
    const { w, h } = size.value;
    return w && h ? plan({ x: 0, y: 0, w, h: Math.max(h - beneath.value, 1) }) : null;
  });
  useSignalEffect(() => {
    if (!now.value) return;
    const away = hidden.value && !document.pictureInPictureElement;
    show(away ? [] : toView(now.value));
  });
  useSignalEffect(() => {
    if (now.value && page.value >= now.value.pages) page.value = now.value.pages - 1;
  });

  const p = now.value;
  const own = p?.tiles.find((tile) => tile.member === self.value);
  return (
    <div class="stage" ref={el}>
      {p?.screen && <SharedScreen member={shownScreen.value} at={p.screen} />}
      <ul class="tiles" aria-label={t('stage.people')}>
        {p?.tiles.map(({ member, at }) => <Tile key={member} member={member} at={at} />)}
        {p?.more && <More {...p.more} />}
      </ul>
      <StatusRow own={own?.at ?? null} pages={p?.pages ?? 1} screen={p?.screen != null}
        room={beneath} />
    </div>
  );
}
