// A person with a keyboard and nothing else. Each stop that the Tab key makes is looked at: it is
// no part of nowhere, it shows that it has the focus, and nothing lies over it.
//
//   await go(page, 'Chatt');              Tab until that control has the focus
//   await walk(page);                     Tab through all there is; nothing may be left out
//   await focusIs(page, 'Mer');           waits until it has the focus
import assert from 'node:assert/strict';
import { newPage, noProblems } from './harness.mjs';
import { until } from './meeting.mjs';

const MOST_STOPS = 120;
const CONTRAST = 3;             // WCAG 2.2, 1.4.11

// In the page: what asks about the focus. Counts the clicks of a pointer, of which there are none.
function prepareKeyboard() {
  globalThis.testPointer = 0;
  addEventListener('pointerdown', () => { globalThis.testPointer += 1; }, true);
  const nameOf = (el) => {
    const said = el.getAttribute('aria-label')
      ?? document.getElementById(el.getAttribute('aria-labelledby'))?.textContent;
    if (said) return said;
    const words = (el.labels?.[0] ?? el).cloneNode(true);
    for (const silent of words.querySelectorAll('[aria-hidden=true], small, select, option')) {
      silent.remove();
    }
    return words.textContent.replace(/\s+/g, ' ').trim();
  };
  const rgb = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = rgb(colour).map((c) => {
      const v = c / 255;
      return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (el) => {
    for (let at = el; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      const [, , , alpha = 1] = rgb(backgroundColor);
      if (alpha > 0.5) return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };
  // How many sides of the outline are cut off by what scrolls or hides around it.
  const cut = (el, grow) => {
    const { left, top, right, bottom } = el.getBoundingClientRect();
    let sides = 0;
    for (let at = el.parentElement; at && at !== document.body; at = at.parentElement) {
      const { overflowX, overflowY, position } = getComputedStyle(at);
      if (overflowX !== 'visible' || overflowY !== 'visible') {
        const box = at.getBoundingClientRect();
        const out = [left - grow < box.left - 1, top - grow < box.top - 1,
          right + grow > box.right + 1, bottom + grow > box.bottom + 1];
        sides = Math.max(sides, out.filter(Boolean).length);
      }
      if (position === 'fixed') break;
    }
    return sides;
  };
  const seen = new WeakSet();
  let last = null;
  globalThis.testFocus = () => {
    const el = document.activeElement;
    if (!el || el === document.body || el === document.documentElement) return null;
    const style = getComputedStyle(el);
    const width = style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth);
    const offset = parseFloat(style.outlineOffset);
    const [one, other] = [light(style.outlineColor),
      light(ground(offset < 0 ? el : el.parentElement))].sort((a, b) => b - a);
    const box = el.getBoundingClientRect();
    const top = document.elementFromPoint(
      Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1),
      Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1));
    const again = seen.has(el);
    const order = last?.isConnected && !again
      ? !!(last.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_FOLLOWING) : true;
    seen.add(el);
    last = el;
    return { name: nameOf(el), tag: el.tagName, again, order, width,
      contrast: (one + 0.05) / (other + 0.05), cut: width ? cut(el, width + offset) : 0,
      size: [box.width, box.height],
      hidden: !(el.contains(top) || top?.contains(el) || el.labels?.[0]?.contains(top)),
      over: top?.className };
  };
  globalThis.testForget = () => {
    last = null;
    for (const el of document.querySelectorAll('*')) seen.delete(el);
  };
  globalThis.testMissed = () => [...document.querySelectorAll('a[href], button, input, select,'
    + ' textarea, summary, [tabindex="0"]')]
    .filter((el) => !el.disabled && !el.closest('[inert]') && el.checkVisibility()
      && el.getClientRects().length && !seen.has(el))
    .map((el) => `${el.tagName} ${nameOf(el)}`);
}

// What has the focus: {name, tag, …}; null: nothing.
export const focused = (page) => page.evaluate(() => globalThis.testFocus());

async function check(page, stop) {
  // What moves aside is given the time it takes, a passing notice too.
  if (stop.hidden || stop.cut > 1) {
    await until(`nothing over ${JSON.stringify(stop)}`, async () => {
      const now = await focused(page);
      return now !== null && !now.hidden && now.cut <= 1;
    }, { ms: 8000 });
  }
  const about = JSON.stringify(stop);
  assert.ok(stop.width >= 2, `shows no focus: ${about}`);
  assert.ok(stop.contrast >= CONTRAST, `its focus is hard to see: ${about}`);
}

const fits = (stop, wanted) => (wanted instanceof RegExp ? wanted.test(stop.name)
  : stop.name === wanted);

// Tab, or Shift+Tab, until what bears that name has the focus.
export async function go(page, wanted, { key = 'Tab' } = {}) {
  const names = [];
  const here = await focused(page);
  if (here && fits(here, wanted)) return here;
  for (let i = 0, ends = 0; i < MOST_STOPS; i++) {
    await page.keyboard.press(key);
    const stop = await focused(page);
    if (!stop) {
      ends += 1;
      assert.ok(ends <= 1, `${wanted} is not among ${names}`);
      continue;
    }
    await check(page, stop);
    names.push(stop.name);
    if (fits(stop, wanted)) return stop;
  }
  return assert.fail(`${wanted} is not among ${names}`);
}

// Everything that can have the focus gets it by the Tab key, in the order in which it stands.
export async function walk(page) {
  await page.evaluate(() => globalThis.testForget());
  let stops = [], turns = 0, nowhere = 0;
  for (let i = 0; i < MOST_STOPS; i++) {
    await page.keyboard.press('Tab');
    const stop = await focused(page);
    if (stop?.again) break;
    if (!stop) {
      nowhere += 1;
      assert.ok(nowhere <= 1, `nothing has the focus, after ${stops}`);
      continue;
    }
    await check(page, stop);
    if (!stop.order) {              // from the last to the first, once
      turns += 1;
      assert.ok(turns <= 1, `out of order: ${JSON.stringify(stop)}`);
      stops = [[], ...stops];
    }
    if (turns) stops[0].push(stop.name);
    else stops.push(stop.name);
  }
  stops = stops.flat();
  assert.deepEqual(await page.evaluate(() => globalThis.testMissed()), [], `only ${stops}`);
  return stops;
}

export async function focusIs(page, wanted) {
  await until(`the focus is at ${wanted}`, async () => {
    const stop = await focused(page);
    return (stop !== null && fits(stop, wanted)) || stop?.name || 'nowhere';
  }, { ms: 5000 });
}

// That it is gone. What closes gives the focus back with the next frame.
export async function closed(page, selector) {
  await page.locator(selector).waitFor({ state: 'detached' });
  await page.evaluate(() => new Promise((done) => {
    requestAnimationFrame(() => requestAnimationFrame(done));
  }));
}

// That the focus is in there, and stays on the screen.
export async function focusIn(page, selector) {
  await until(`the focus is in ${selector}`, () => page.evaluate(
    (query) => document.activeElement?.closest(query) != null
      || document.activeElement?.outerHTML.slice(0, 120), selector), { ms: 5000 });
}

// That what is done leaves the focus on something.
export async function keepsFocus(page, done) {
  await done();
  await until('something has the focus', async () => await focused(page) !== null, { ms: 3000 });
}

export async function keyboardPage(browser, url, settings) {
  const page = await newPage(browser, settings);
  await page.addInitScript(prepareKeyboard);
  await page.goto(url);
  return page;
}

// Fails if a pointer was used, or if the page complained.
export async function closeKeyboard(page) {
  assert.equal(await page.evaluate(() => globalThis.testPointer), 0, 'a pointer was used');
  noProblems(page);
  await page.context().close();
}

// ── What a screen reader is told ──

// From now on what the polite region says is kept. It must be the one that stood there before.
export async function watchSaid(page) {
  await page.evaluate(() => {
    const region = document.querySelector('[role=status][aria-live=polite].hide');
    const said = globalThis.testSaid = [];
    new MutationObserver(() => { if (region.isConnected) said.push(region.textContent); })
      .observe(region, { childList: true, subtree: true, characterData: true });
  });
}

export async function wasSaid(page, text) {
  await until(`said: ${text}`, async () => {
    const said = await page.evaluate(() => globalThis.testSaid);
    return said.some((line) => line.includes(text)) || said;
  }, { ms: 8000 });
}
