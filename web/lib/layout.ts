// Where pictures go: the arrangement that wastes least of the window. Sizes in CSS pixels.
//
// A tile is as wide as 16:9 and no tighter than 4:3; what is left over stays empty around them.

export interface Rect { x: number; y: number; w: number; h: number }

export const WIDE = 16 / 9;
export const TIGHT = 4 / 3;
export const GAP = 8;

function fit(w: number, h: number): { w: number; h: number } {
  if (w / h > WIDE) return { w: h * WIDE, h };
  if (w / h < TIGHT) return { w, h: w / TIGHT };
  return { w, h };
}

export interface Grid { cols: number; rows: number; w: number; h: number }

/** The largest equal tiles for n in a box. */
export function grid(n: number, width: number, height: number, gap = GAP): Grid {
  let best: Grid = { cols: 1, rows: Math.max(n, 1), w: 0, h: 0 };
  for (let cols = 1; cols <= n; cols++) {
    const rows = Math.ceil(n / cols);
    const tile = fit((width - gap * (cols - 1)) / cols, (height - gap * (rows - 1)) / rows);
    if (tile.w > 0 && tile.h > 0 && tile.w * tile.h > best.w * best.h) {
      best = { cols, rows, ...tile };
    }
  }
  return best;
}

/** The tiles of a grid, in reading order; a last row that isn't full is centred. */
export function gridRects(n: number, box: Rect, gap = GAP): Rect[] {
  const { cols, rows, w, h } = grid(n, box.w, box.h, gap);
  const top = box.y + (box.h - rows * h - (rows - 1) * gap) / 2;
  return Array.from({ length: n }, (_, i) => {
    const row = Math.floor(i / cols);
    const inRow = Math.min(cols, n - row * cols);
    const start = box.x + (box.w - inRow * w - (inRow - 1) * gap) / 2;
    return { x: start + (i % cols) * (w + gap), y: top + row * (h + gap), w, h };
  });
}

/** How many tiles of at least that width find room, at most `most`. */
export function capacity(box: Rect, minWidth: number, most: number, gap = GAP): number {
  const cols = Math.max(1, Math.floor((box.w + gap) / (minWidth + gap)));
  const rows = Math.max(1, Math.floor((box.h + gap) / (minWidth / TIGHT + gap)));
  return Math.min(most, Math.max(2, cols * rows));
}

const STRIP_MIN = 148;
const STRIP_MAX = 272;
const SMALL_MIN = 116;          // the narrowest tile of a strip
const COLS_MAX = 6;

const STRIP_SHARE = 0.22;       // of the width

/** The width of a strip where n tiles stand under each other. */
function singleWidth(box: Rect, n: number, gap: number): number {
  const most = Math.min(STRIP_MAX, Math.max(STRIP_MIN, box.w * STRIP_SHARE));
  return Math.min(most, ((box.h - gap * (n - 1)) / n) * WIDE);
}

/** Large tiles across the strip, the first of two a little taller, then small ones in two columns.
 * Who finds no room is left out. */
function column(box: Rect, large: number, small: number, first: number, gap: number): Rect[] {
  const rects: Rect[] = [];
  let y = box.y;
  for (let i = 0; i < large; i++) {
    const h = box.w / (i === 0 && large > 1 ? first : WIDE);
    if (y + h > box.y + box.h + 1 && i > 0) return rects;
    rects.push({ x: box.x, y, w: box.w, h });
    y += h + gap;
  }
  const cols = box.w < 2 * SMALL_MIN + gap ? 1 : 2;
  const w = (box.w - gap * (cols - 1)) / cols;
  const h = w / (cols === 1 ? WIDE : TIGHT);
  const rows = Math.max(0, Math.floor((box.y + box.h - y + gap) / (h + gap)));
  for (let i = 0; i < Math.min(small, rows * cols); i++) {
    rects.push({
      x: box.x + (i % cols) * (w + gap), y: y + Math.floor(i / cols) * (h + gap), w, h,
    });
  }
  return rects;
}

function beside(box: Rect, aspect: number, large: number, small: number, gap: number): Featured {
  const single = large ? 0 : singleWidth(box, small, gap);
  const w = single >= STRIP_MIN ? single
    : Math.min(STRIP_MAX, Math.max(STRIP_MIN, box.w * STRIP_SHARE));
  const main = inside({ ...box, w: box.w - w - gap * 1.5 }, aspect);
  const at = { x: box.x + box.w - w, y: box.y, w, h: box.h };
  if (single >= STRIP_MIN) {
    const h = w / WIDE;
    return {
      main,
      strip: Array.from({ length: small }, (_, i) => ({ ...at, y: at.y + i * (h + gap), h })),
    };
  }
  const tall = column(at, large, small, TIGHT, gap);
  return {
    main,
    strip: tall.length < large + small ? column(at, large, small, WIDE, gap) : tall,
  };
}

/** Rows of small tiles beneath the large one; the first of `large` takes two by two. */
function rowsBelow(box: Rect, cols: number, large: number, small: number, gap: number): Rect[] {
  const w = (box.w - gap * (cols - 1)) / cols;
  const h = w / TIGHT;
  const rows = Math.max(1, Math.floor((box.h + gap) / (h + gap)));
  const big = large > 0 && rows > 1;
  const rects: Rect[] = big ? [{ x: box.x, y: box.y, w: 2 * w + gap, h: 2 * h + gap }] : [];
  for (let row = 0; row < rows && rects.length < large + small; row++) {
    for (let col = 0; col < cols && rects.length < large + small; col++) {
      if (big && col < 2 && row < 2) continue;
      rects.push({ x: box.x + col * (w + gap), y: box.y + row * (h + gap), w, h });
    }
  }
  return rects;
}

function beneath(box: Rect, aspect: number, large: number, small: number, foot: number,
  gap: number): Featured {
  const stepOf = (n: number) => (box.w - gap * (n - 1)) / n / TIGHT + gap;
  const least = Math.min(box.w / (aspect || WIDE), box.h * 0.6);
  const most = Math.min(box.w / (aspect || TIGHT), box.h * 0.6);
  let cols = large || small > 6 ? 3 : 2;
  while (cols < COLS_MAX && stepOf(cols) > box.h - foot - least) cols += 1;
  const step = stepOf(cols);
  const wanted = Math.ceil((small + large + (large ? 3 : 0)) / cols);
  // The large one takes what the rows leave over.
  const rows = Math.min(wanted, Math.max(1, Math.floor((box.h - foot - least) / step)));
  const high = Math.min(Math.max(box.h - foot - rows * step, least), most);
  const top = high + foot + gap;
  const below = { x: box.x, y: box.y + top, w: box.w, h: box.h - top };
  return {
    main: inside({ ...box, h: high }, aspect),
    strip: below.h < step - gap - 1 ? [] : rowsBelow(below, cols, large, small, gap),
  };
}

export interface Featured { main: Rect; strip: Rect[] }

/** One large picture and the rest beside or beneath it.
 *  aspect   of the large one; 0: a person, between 4:3 and 16:9
 *  large    how many of the rest come first and larger (an interpreter, the speaker)
 *  small    how many others; the strip may be shorter than large + small
 *  foot     room for a line beneath the large one */
export function featured(box: Rect, aspect: number, large: number, small: number, foot = 0,
  gap = GAP): Featured {
  if (large + small === 0) return { main: inside(box, aspect), strip: [] };
  return box.w > box.h * 1.15
    ? beside(box, aspect, large, small, gap)
    : beneath(box, aspect, large, small, foot, gap);
}

function inside(box: Rect, aspect: number): Rect {
  const size = aspect
    ? { w: Math.min(box.w, box.h * aspect), h: Math.min(box.h, box.w / aspect) }
    : fit(box.w, box.h);
  return { x: box.x + (box.w - size.w) / 2, y: box.y + (box.h - size.h) / 2, ...size };
}
