// What the page makes of an answer that is none: always a problem, in the same shape.
import assert from 'node:assert/strict';
import test from 'node:test';
import { load, pretendBrowser } from './bundle.mjs';

pretendBrowser();
const { findNumber } = await load('lib/api.ts');

const answers = (fetched) => { globalThis.fetch = fetched; };
const broken = () => Promise.reject(new TypeError('no line'));

test('no line, at once or in the middle of an answer, is a problem of its own', async () => {
  answers(broken);
  await assert.rejects(findNumber('1234567890'), { slug: 'offline' });
  answers(async () => ({ ok: true, status: 200, text: broken }));
  await assert.rejects(findNumber('1234567890'), { slug: 'offline' });
});

test('a page that something in between has put there is a problem, with its status', async () => {
  answers(async () => ({ ok: false, status: 502, text: async () => '<html>Bad gateway' }));
  await assert.rejects(findNumber('1234567890'), ({ slug, problem }) =>
    slug === 'other' && problem.status === 502);
});

test('what the server has against it is told as it was said', async () => {
  const problem = { type: '/problem/not-found', title: 'Finns inte', status: 404 };
  answers(async () => ({ ok: false, status: 404, text: async () => JSON.stringify(problem) }));
  await assert.rejects(findNumber('1234567890'), (e) =>
    e.slug === 'not-found' && e.problem.title === 'Finns inte');
});
