// The first page: it comes from the server alone, in both languages, light and dark, on a desk
// and in a hand, without a fault that axe or the browser's console can find.
import assert from 'node:assert/strict';
import test from 'node:test';
import { axe, newPage, noProblems, request, screenshot, startChromium, startServer }
  from './harness.mjs';

let server, chromium;

test.before(async () => {
  [server, chromium] = await Promise.all([startServer(), startChromium()]);
});
test.after(async () => {
  await chromium?.close();
  await server?.stop();
});

const VIEWS = [
  { lang: 'sv', width: 1280, height: 800 },
  { lang: 'sv', width: 390, height: 844 },
  { lang: 'sv', width: 320, height: 640 },
  { lang: 'sv', width: 1280, height: 800, dark: true },
  { lang: 'en', width: 1280, height: 800 },
  { lang: 'en', width: 390, height: 844, dark: true },
];

for (const view of VIEWS) {
  const name = `home-${view.lang}-${view.width}${view.dark ? '-dark' : ''}`;
  test(name, async () => {
    const page = await newPage(chromium, view);
    const foreign = [];
    page.on('request', (r) => {
      if (!r.url().startsWith(server.url) && !/^(data|blob):/.test(r.url())) foreign.push(r.url());
    });
    await page.goto(server.url);
    await page.waitForSelector('h1');
    assert.equal(await page.evaluate(() => document.documentElement.lang), view.lang);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${wide} px too wide`);
    await screenshot(page, name);
    await axe(page);
    noProblems(page);
    assert.deepEqual(foreign, []);
    await page.context().close();
  });
}

test('the page may run nothing but its own scripts', async () => {
  const { headers } = await request(`${server.url}/`);
  const policy = headers['content-security-policy'] ?? '';
  assert.match(policy, /default-src 'none'|default-src 'self'/);
  assert.match(policy, /require-trusted-types-for 'script'/);
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval|\*/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
});

test('hashed files are kept for ever, the page is not', async () => {
  const page = await request(`${server.url}/`);
  assert.doesNotMatch(page.headers['cache-control'] ?? '', /immutable/);
  const script = page.body.match(/src="(\/assets\/[^"]+)"/)[1];
  const asset = await request(server.url + script, { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(asset.status, 200);
  assert.match(asset.headers['cache-control'], /immutable/);
  assert.equal(asset.headers['content-encoding'], 'gzip');
});
