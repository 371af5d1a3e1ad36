// The stage's arithmetic: tiles that fit, keep their shape, waste little, and keep their places.
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './bundle.mjs';

const [layout, places] = await load('lib/layout.ts', 'lib/places.ts');
const { capacity, featured, grid, gridRects, GAP, TIGHT, WIDE } = layout;
const { arrange } = places;

const WINDOWS = [[320, 480], [390, 690], [720, 330], [844, 340], [1248, 630], [1280, 720],
  [1920, 900], [3840, 1900], [600, 600]];
const EPSILON = 0.01;

function inBox(r, box, slack = EPSILON) {
  return r.x >= box.x - slack && r.y >= box.y - slack
    && r.x + r.w <= box.x + box.w + slack && r.y + r.h <= box.y + box.h + slack;
}

function apart(a, b) {
  return a.x + a.w <= b.x + EPSILON || b.x + b.w <= a.x + EPSILON
    || a.y + a.h <= b.y + EPSILON || b.y + b.h <= a.y + EPSILON;
}

function noneOverlap(rects) {
  rects.forEach((a, i) => rects.slice(i + 1).forEach((b) =>
    assert.ok(apart(a, b), `${JSON.stringify(a)} lies on ${JSON.stringify(b)}`)));
}

function shaped(r) {
  assert.ok(r.w / r.h <= WIDE + EPSILON, `wider than 16:9: ${r.w} x ${r.h}`);
  assert.ok(r.w / r.h >= TIGHT - EPSILON, `tighter than 4:3: ${r.w} x ${r.h}`);
}

test('a grid holds all tiles in the box, apart, between 4:3 and 16:9', () => {
  for (const [w, h] of WINDOWS) {
    for (let n = 1; n <= 16; n++) {
      const box = { x: 3, y: 5, w, h };
      const rects = gridRects(n, box);
      assert.equal(rects.length, n);
      for (const r of rects) {
        assert.ok(inBox(r, box), `${n} in ${w} x ${h}: ${JSON.stringify(r)}`);
        shaped(r);
      }
      noneOverlap(rects);
    }
  }
});

test('no other number of columns gives larger tiles', () => {
  for (const [w, h] of WINDOWS) {
    for (let n = 1; n <= 16; n++) {
      const best = grid(n, w, h);
      for (let cols = 1; cols <= n; cols++) {
        const rows = Math.ceil(n / cols);
        const cw = (w - GAP * (cols - 1)) / cols, ch = (h - GAP * (rows - 1)) / rows;
        if (cw <= 0 || ch <= 0) continue;
        const tw = Math.min(cw, ch * WIDE), th = Math.min(ch, cw / TIGHT);
        assert.ok(tw * th <= best.w * best.h + EPSILON, `${n} in ${w} x ${h}: ${cols} columns`);
      }
    }
  }
});

test('known windows: two beside each other on a desk, above each other in the hand', () => {
  assert.equal(grid(2, 1248, 630).cols, 2);
  assert.equal(grid(2, 390, 690).cols, 1);
  assert.equal(grid(4, 1248, 630).cols, 2);
  assert.equal(grid(6, 1248, 630).cols, 3);
  assert.equal(grid(16, 1248, 630).cols, 4);
});

test('a last row that is not full stands in the middle', () => {
  const box = { x: 0, y: 0, w: 1000, h: 800 };
  const [, , third] = gridRects(3, box);
  assert.ok(Math.abs(third.x + third.w / 2 - 500) < EPSILON);
});

test('a large picture and its strip: in the box, apart, nobody twice', () => {
  for (const [w, h] of WINDOWS) {
    for (const aspect of [0, 16 / 9, 4 / 3, 0.6, 2.4]) {
      for (const large of [0, 1, 2]) {
        for (const small of [0, 1, 2, 5, 9, 20]) {
          const box = { x: 0, y: 0, w, h };
          const { main, strip } = featured(box, aspect, large, small, 32);
          const what = `${w} x ${h}, aspect ${aspect}, ${large} + ${small}`;
          assert.ok(main.w > 40 && main.h > 40, `${what}: ${JSON.stringify(main)}`);
          assert.ok(inBox(main, box), `${what}: ${JSON.stringify(main)}`);
          if (aspect) assert.ok(Math.abs(main.w / main.h - aspect) < EPSILON, what);
          assert.ok(strip.length <= large + small, what);
          noneOverlap([main, ...strip]);
          for (const r of strip) assert.ok(inBox(r, box, 2), `${what}: ${JSON.stringify(r)}`);
        }
      }
    }
  }
});

test('the one who is large has more room than all others together', () => {
  for (const [w, h] of [[1248, 630], [1920, 900], [844, 340]]) {
    const { main, strip } = featured({ x: 0, y: 0, w, h }, 0, 0, 5);
    const rest = strip.reduce((sum, r) => sum + r.w * r.h, 0);
    assert.ok(main.w * main.h > rest, `${w} x ${h}`);
  }
});

test('as many on a page as find room, at least two, at most sixteen', () => {
  assert.equal(capacity({ x: 0, y: 0, w: 3840, h: 2000 }, 168, 16), 16);
  assert.equal(capacity({ x: 0, y: 0, w: 320, h: 200 }, 150, 16), 2);
  assert.equal(capacity({ x: 0, y: 0, w: 390, h: 690 }, 150, 16), 10);
});

const person = (member, urgency = 0, at = 0) => ({ member, urgency, at });

test('who comes stands last, who goes leaves a gap that closes, nobody else moves', () => {
  assert.deepEqual(arrange([], [1, 2, 3].map((m) => person(m)), 9), [1, 2, 3]);
  assert.deepEqual(arrange([3, 1, 2], [1, 2, 3, 4].map((m) => person(m)), 9), [3, 1, 2, 4]);
  assert.deepEqual(arrange([3, 1, 2, 4], [person(3), person(2), person(4)], 9), [3, 2, 4]);
});

test('who speaks on a later page changes places with the quietest of the first', () => {
  const people = [person(1, 0, 50), person(2, 0, 10), person(3, 3, 99), person(4),
    person(5, 3, 100)];
  assert.deepEqual(arrange([1, 2, 3, 4, 5], people, 3), [1, 5, 3, 4, 2]);
});

test('nobody gives way to one who is no more urgent', () => {
  const people = [person(1, 3, 1), person(2, 3, 2), person(3, 3, 100)];
  assert.deepEqual(arrange([1, 2, 3], people, 2), [1, 2, 3]);
});

test('arranging again changes nothing', () => {
  const people = [person(1), person(2, 1), person(3, 3, 9), person(4, 2), person(5, 3, 7)];
  const once = arrange([1, 2, 3, 4, 5], people, 2);
  assert.deepEqual(arrange(once, people, 2), once);
});
