// A slip in a menu makes somebody audience: it is undone at once, or later from the list of the
// audience, in which one is found by name.
import assert from 'node:assert/strict';
import test from 'node:test';
import { axe, newPage, noProblems, screenshot, startChromium, startServer } from './harness.mjs';
import { enter, openMeeting, openSheet, setRole, until } from './meeting.mjs';
import { join } from '../attack/wsclient.mjs';

const MANY = 55;

let server, chromium, page, meeting, bo;

test.before(async () => {
  [server, chromium] = await Promise.all([startServer(), startChromium()]);
  meeting = await openMeeting(server, { title: 'Medborgardialog' });
  page = await newPage(chromium, { reducedMotion: true });
  await page.goto(meeting.hostUrl);
  await enter(page, 'Åsa');
  bo = await join(server, { code: meeting.code, name: 'Bo' });
});
test.after(async () => {
  await chromium?.close();
  await server?.stop();
});

// The list is left by the same key as the menu in it, when that has gone with its row.
const makeAudience = async (name) => {
  await setRole(page, name, 'audience');
  await openSheet(page, 'people');
};
const undo = () => page.locator('.toast', { hasText: 'Bo är nu: Publik' })
  .getByRole('button', { name: 'Ångra' });
const listed = (name) => page.locator('[data-person]', { hasText: name });
const inAudience = () => page.locator('[data-audience]');
const roleOfBo = (role) => bo.event('member', (e) => e.member.member === bo.self
  && e.member.role === role);

test('right after, it is undone by one click', async () => {
  await openSheet(page, 'people');
  await makeAudience('Bo');
  await roleOfBo('audience');
  await listed('Bo').waitFor({ state: 'detached' });
  await page.getByText('1 i publiken').waitFor();
  await screenshot(page, 'audience-undo');
  await undo().click();
  await roleOfBo('participant');
  await listed('Bo').waitFor();
  await page.getByText('1 i publiken').waitFor({ state: 'detached' });
});

test('and later from the list, without a hand up', async () => {
  await makeAudience('Bo');
  await undo().waitFor();
  await page.locator('[data-audience-open]').click();
  await inAudience().filter({ hasText: 'Bo' }).waitFor();
  await axe(page);
  await screenshot(page, 'audience-list');
  await page.getByRole('button', { name: 'Låt delta: Bo' }).click();
  await roleOfBo('participant');
  await listed('Bo').waitFor();
});

test('of many, one is found by name, and the rest by the page', async () => {
  const host = await join(server, { code: meeting.code, invite: meeting.host_invite, name: 'Ulf' });
  for (let i = 1; i <= MANY; i++) {
    const one = await join(server, { code: meeting.code, name: `Gäst ${i}` });
    await host.fine('role', { member: one.self, role: 'audience' });
  }
  await page.getByText(`${MANY} i publiken`).waitFor();
  await page.reload();
  await page.locator('.room').waitFor();
  await openSheet(page, 'people');
  await page.locator('[data-audience-open]').click();
  await until('a page of them', async () => await inAudience().count() === 50);
  await page.getByRole('button', { name: 'Visa 5 till' }).click();
  await until('all of them', async () => await inAudience().count() === MANY);
  await page.getByRole('searchbox', { name: 'Sök i publiken' }).fill('gäst 33');
  await until('the one', async () => await inAudience().count() === 1);
  await page.setViewportSize({ width: 390, height: 844 });
  await axe(page);
  await screenshot(page, 'audience-found-390');
  await page.getByRole('button', { name: 'Låt delta: Gäst 33' }).click();
  await host.event('member', (e) => e.member.name === 'Gäst 33' && e.member.role === 'participant');
  await until('nobody of that name is left', async () => await inAudience().count() === 0);
  await listed('Gäst 33').waitFor();
});

test('nothing was complained of', () => noProblems(page));
