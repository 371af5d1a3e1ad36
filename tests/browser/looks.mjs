// A view of the page as it is looked at: in both languages, at each size, with the text twice as
// large, light and dark. Each is measured and kept as a picture in build/screens, and axe looks at
// it on a desk and on a phone.
//
//   test.afterEach(verdict);                        fails a test with all that was amiss in it
//   await looks(page, 'home');
//   await looks(page, 'more', { open: (p) => … });  done again when the language was changed
import assert from 'node:assert/strict';
import { axeFaults, screenshot } from './harness.mjs';

const SIZES = [
  { name: '1280', width: 1280, height: 800, axe: true },
  { name: '1280-large', width: 1280, height: 800, large: true },
  { name: '390', width: 390, height: 844, axe: true, touch: true },
  { name: '320', width: 320, height: 640, touch: true },
  { name: '320-large', width: 320, height: 640, large: true },
  { name: '844', width: 844, height: 390, touch: true },                // on its side
];

// In the page. What a person would stumble over, each as a line of text.
function measure({ touch, large }) {
  const PEOPLES = '.name > span, .roomtop h1, .roomtop .status, .toggle small, .grow, .nm, .org,'
    + ' figcaption > span, .linktext, .about h1, .what, .who, pre,'
    + ' .btn.danger.wide';      // their words may end in dots
  const WORD = /(?<![\w@.:/-])[\p{L}\d]+(?![\w@:/-])/gu;
  const CONTROL = 'a[href], button, input, select, textarea, summary';
  const FLOATS = '.popover, .notices';      // lie over the rest for a moment
  const faults = new Set();
  const plain = new CSSStyleSheet();
  plain.replaceSync('* { pointer-events: auto !important; }');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, plain];
  const scrolled = [...document.querySelectorAll('*')].filter((e) => e.scrollTop || e.scrollLeft)
    .map((e) => [e, e.scrollTop, e.scrollLeft]);
  const { clientWidth: W } = document.documentElement;
  const H = innerHeight;

  const words = (e) => (e.getAttribute('aria-label') ?? e.innerText ?? e.value ?? '').trim()
    .replace(/\s+/g, ' ').slice(0, 40);
  const where = (e) => `${e.tagName.toLowerCase()}${e.className && typeof e.className === 'string'
    ? `.${e.className.trim().split(/\s+/).join('.')}` : ''} "${words(e)}"`;
  const shown = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && !e.closest('[inert], .hide, .skip')
    && !(getComputedStyle(e).clipPath.startsWith('inset') && e.getBoundingClientRect().width <= 1);
  const kin = (a, b) => a === b || a.contains(b) || b.contains(a);
  const clear = (colour) => /^(transparent|rgba\(.*, 0\))$/.test(colour);
  const paints = (e) => {
    if (!e.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    if (/^(video|img|canvas|input|select|textarea)$/i.test(e.tagName)) return true;
    const s = getComputedStyle(e);
    return !clear(s.backgroundColor) || s.backgroundImage !== 'none';
  };
  const intoView = (e) => {
    const r = e.getBoundingClientRect();
    let hidden = r.top < 0 || r.bottom > H;
    for (let up = e.parentElement; up && !hidden; up = up.parentElement) {
      if (getComputedStyle(up).overflowY === 'visible') continue;
      const box = up.getBoundingClientRect();
      hidden = r.top < box.top || r.bottom > box.bottom;
    }
    if (hidden) e.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
  };
  const meet = (p, q) => Math.min(p.right, q.right) - Math.max(p.left, q.left) > 2
    && Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top) > 4;
  const scroller = (e) => {
    for (let up = e.parentElement; up && up !== document.body; up = up.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(up).overflowY)
        && up.scrollHeight > up.clientHeight) return up;
    }
    return null;
  };
  const floats = (over, e) => {
    const float = over.closest(FLOATS);
    return float && !float.contains(e);
  };

  // Words: whole, within the window and their box, and not covered.
  const texts = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const e = node.parentElement;
    if (!node.data.trim() || /^(SCRIPT|STYLE|OPTION|NOSCRIPT|TITLE)$/.test(e.tagName)) continue;
    if (large && e.closest('.face')) continue;        // initials; the name stands beside
    if (!shown(e) || e.closest('.nopic')?.parentElement.querySelector('[data-shown=true]')) {
      continue;
    }
    intoView(e);
    const range = document.createRange();
    range.selectNodeContents(node);
    const rects = [...range.getClientRects()].filter((r) => r.width > 1 && r.height > 1);
    if (!rects.length) {
      faults.add(`${where(e)}: no room`);
      continue;
    }
    const own = !e.closest(PEOPLES);
    const em = parseFloat(getComputedStyle(e).fontSize);
    if (!own && rects.length > 2 && Math.max(...rects.map((r) => r.width)) < 4 * em) {
      faults.add(`${where(e)}: squeezed`);
    }
    if (own && rects.length > 1) {
      // An address may, for want of a better place.
      for (const { index, 0: word } of node.data.matchAll(WORD)) {
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        const tops = [...range.getClientRects()].map((r) => Math.round(r.top));
        if (tops.some((top) => top > tops[0] + 4)) faults.add(`${where(e)}: breaks in "${word}"`);
      }
    }
    let boxed = false;
    const roll = scroller(e);
    const seen = roll?.getBoundingClientRect() ?? { top: -2, bottom: H + 2 };
    for (const r of rects) {
      if (own && (r.left < -1 || r.right > W + 1)) faults.add(`${where(e)}: beside the window`);
      if (r.top < seen.top || r.bottom > seen.bottom) {
        if (!roll && e.getBoundingClientRect().height < H) {
          faults.add(`${where(e)}: out of reach`);
        }
        continue;
      }
      for (let up = e; up && up !== document.body; up = up.parentElement) {
        const s = getComputedStyle(up);
        const box = up.getBoundingClientRect();
        const sideways = r.left < box.left - 1.5 || r.right > box.right + 1.5;
        const painted = !clear(s.backgroundColor) || parseFloat(s.borderLeftWidth) > 0;
        if (s.display === 'inline') continue;
        if (s.position === 'absolute' && s.overflowX === 'visible' && !painted) break;
        if (own && sideways && (s.overflowX !== 'visible' || (painted && !boxed))) {
          faults.add(`${where(e)}: too wide for ${where(up)}`);
        }
        const tall = r.top < box.top - 2.5 || r.bottom > box.bottom + 2.5;
        const cuts = /hidden|clip/.test(s.overflowY);
        if (tall && (cuts || (painted && !boxed && s.overflowY === 'visible'))) {
          faults.add(`${where(e)}: too tall for ${where(up)}`);
        }
        if (painted) boxed = true;
        if (s.position === 'fixed') break;
      }
      for (const part of [0.02, 0.5, 0.98]) {
        const over = document.elementsFromPoint(r.left + r.width * part, (r.top + r.bottom) / 2)
          .find((x) => kin(x, e) || paints(x));
        if (over && !kin(over, e) && !floats(over, e) && own) {
          faults.add(`${where(e)}: covered by ${where(over)}`);
        }
      }
    }
    // Where they are on what scrolls, and as far as they are seen: for comparing.
    let [x, y, left, right] = [scrollX, scrollY, -Infinity, Infinity], box = null;
    for (let up = e; up && up !== document.body; up = up.parentElement) {
      const s = getComputedStyle(up);
      if (s.overflowX === 'visible' || s.display === 'inline') continue;
      const { left: l, right: r } = up.getBoundingClientRect();
      [left, right] = [Math.max(left, l), Math.min(right, r)];
      [x, y] = [x + up.scrollLeft, y + up.scrollTop];
      if (up.scrollHeight > up.clientHeight + 1) box ??= up;
    }
    texts.push({ e, box, float: e.closest(FLOATS), rects: rects.map((r) => ({
      left: Math.max(left, r.left) + x, right: Math.min(right, r.right) + x,
      top: r.top + y, bottom: r.bottom + y })) });
  }
  for (const [i, a] of texts.entries()) {
    for (const b of texts.slice(i + 1)) {
      if (kin(a.e, b.e) || a.float !== b.float || a.box !== b.box) continue;
      if (a.rects.some((p) => b.rects.some((q) => meet(p, q)))) {
        faults.add(`${where(a.e)}: in the same place as ${where(b.e)}`);
      }
    }
  }

  // Our own words never end in dots.
  for (const e of document.querySelectorAll('body *')) {
    const s = getComputedStyle(e);
    if (s.textOverflow !== 'ellipsis' || e.matches(PEOPLES) || !shown(e)) continue;
    if (e.scrollWidth > e.clientWidth + 1) faults.add(`${where(e)}: ends in dots`);
  }

  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((s) => s !== plain);

  // Controls: within the window, and what one meets where one aims.
  for (const e of document.querySelectorAll(CONTROL)) {
    if (!shown(e)) continue;
    intoView(e);
    const r = e.getBoundingClientRect();
    if (r.left < -1 || r.right > W + 1 || r.top < -1 || r.bottom > H + 1) {
      faults.add(`${where(e)}: out of the window`);
      continue;
    }
    const x = (r.left + r.right) / 2, y = (r.top + r.bottom) / 2;
    const other = (dx, dy) => {
      const hit = document.elementFromPoint(x + dx, y + dy);
      return hit && (kin(hit, e) || hit.closest('label')?.control === e ? null : hit);
    };
    const over = other(0, 0);
    if (over && !floats(over, e)) faults.add(`${where(e)}: covered by ${where(over)}`);
    const inline = getComputedStyle(e).display === 'inline';
    if (!touch || over || inline) continue;
    // How far one may miss its middle that way, in px.
    const reach = (dx, dy) => {
      let n = 0;
      while (n < 44 && !other(dx * (n + 1), dy * (n + 1))) n += 1;
      return n;
    };
    const [across, down] = [reach(-1, 0) + reach(1, 0), reach(0, -1) + reach(0, 1)];
    if (Math.min(across, down) < 42) {
      faults.add(`${where(e)}: a finger has ${across} by ${down} px`);
    }
  }

  const wide = document.documentElement.scrollWidth - W;
  if (wide > 0) faults.add(`the page is ${wide} px too wide`);
  for (const e of document.querySelectorAll('body *')) {
    if (!/auto|scroll/.test(getComputedStyle(e).overflowX) || e.matches('.paper.zoomed')) continue;
    if (shown(e) && e.scrollWidth > e.clientWidth + 1 && e.tagName !== 'TEXTAREA') {
      faults.add(`${where(e)}: scrolls sideways`);
    }
  }
  for (const e of document.querySelectorAll('*')) e.scrollTop &&= 0;
  for (const [e, top, left] of scrolled) { e.scrollTop = top; e.scrollLeft = left; }
  return [...faults];
}

// What is wrong with the view as it stands.
export const faultsOf = (page, how = {}) => page.evaluate(measure, how);

// Until what depends on the size has been drawn.
async function drawn(page) {
  await page.evaluate(async () => {
    for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
  });
}

export async function resize(page, { width, height, large = false }) {
  await page.setViewportSize({ width, height });
  await page.evaluate((size) => { document.documentElement.style.fontSize = size; },
    large ? '200%' : '');
  await drawn(page);
}

const langOf = (page) => page.evaluate(() => document.documentElement.lang);

// By the button at the top of the page, or in the menu of the meeting.
export async function speak(page, lang) {
  if (await langOf(page) === lang) return;
  if (await page.locator('.room').count()) {
    await resize(page, SIZES[0]);
    if (!await page.locator('.popover.more').count()) {
      await page.locator('.roombar [data-opens=more]').click();
    }
    await page.locator(`.popover.more button[lang=${lang}]`).click();
  } else {
    await page.locator(`.top button[lang=${lang}]`).click();
    await page.mouse.move(2, 2);
  }
  await page.waitForFunction((wanted) => document.documentElement.lang === wanted, lang);
}

async function quiet(page) {
  for (const button of await page.locator('.toast > .btn.icon').all()) {
    await button.click({ timeout: 500 }).catch(() => {});
  }
}

let found = [];

// Fails unless all that was looked at since the last verdict was right.
export function verdict() {
  const all = found;
  found = [];
  assert.deepEqual(all, [], `${all.length} faults`);
}

// Looks at a view in every way. themes: without it light and dark, and light alone in the meeting,
// which is always dark. keep: the notices. What is amiss is for the verdict.
export async function looks(page, name, { open, themes, keep } = {}) {
  const inside = await page.locator('.room').count() > 0;
  const now = await langOf(page);
  for (const lang of [now, now === 'sv' ? 'en' : 'sv']) {
    await resize(page, SIZES[0]);
    await speak(page, lang);
    await open?.(page);
    for (const size of SIZES) {
      await resize(page, size);
      if (inside && !keep) await quiet(page);
      const tell = (what) => found.push(`${name} ${lang} ${size.name}: ${what}`);
      for (const fault of await faultsOf(page, size)) tell(fault);
      for (const scheme of themes ?? (inside ? ['light'] : ['light', 'dark'])) {
        const dark = scheme === 'dark';
        if (dark && !size.axe) continue;
        await page.emulateMedia({ colorScheme: scheme });
        if (size.axe) for (const fault of await axeFaults(page)) tell(`${scheme}: ${fault}`);
        if (lang === 'en' && !size.axe) continue;
        await screenshot(page, `${name}-${lang}-${size.name}${dark ? '-dark' : ''}`,
          { fullPage: !inside });
      }
      await page.emulateMedia({ colorScheme: 'light' });
    }
  }
  await resize(page, SIZES[0]);
}
