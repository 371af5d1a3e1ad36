// Firefox and Chromium in one meeting: each sees and hears the other, under the right name, and
// Firefox's pages have no fault that axe or its console can find.
import test from 'node:test';
import { axe, namespace, screenshot, startServer } from './harness.mjs';
import { openMeeting, until } from './meeting.mjs';
import { hears, here, shows, startPerson } from './either.mjs';

await namespace(import.meta.url);

let server, meeting, anna, björn, freja;

test.before(async () => {
  [server, anna, björn, freja] = await Promise.all([startServer(), startPerson('Anna'),
    startPerson('Björn'), startPerson('Freja', { firefox: true })]);
  meeting = await openMeeting(server, { title: 'Två läsare' });
});
test.after(async () => {
  await Promise.all([anna, björn, freja].map((p) => p?.stop()));
  await server?.stop();
});

test('the mirror in Firefox has a picture and no fault', async () => {
  const page = await freja.mirror(meeting);
  await until('the mirror moves', () => page.evaluate(() => {
    const video = document.querySelector('video');
    return video?.videoWidth > 0 && video.currentTime > 0;
  }));
  await screenshot(page, 'firefox-mirror');
  await axe(page);
});

test('Firefox joins Chromium', async () => {
  await anna.join(meeting, { host: true });
  await freja.leave();
  await freja.join(meeting);
  await björn.join(meeting);
  await until('three tiles', () => freja.page.evaluate(
    () => document.querySelectorAll('.tile[data-kind=camera]').length === 3));
});

test('each sees the others move, under the right name', async () => {
  await Promise.all([
    shows(anna.page, 'Freja'), shows(björn.page, 'Freja'), shows(anna.page, 'Björn'),
    shows(freja.page, 'Anna'), shows(freja.page, 'Björn'),
  ]);
});

test('each hears the others and not oneself', async () => {
  await hears(anna.page, { Anna: false, Björn: true, Freja: true });
  await hears(björn.page, { Anna: true, Björn: false, Freja: true });
  await hears(freja.page, { Anna: true, Björn: true, Freja: false });
});

test('Firefox is told that it is heard', async () => {
  await until('heard by two', () => here(freja.page, '.heard[data-ok=true][data-to="2"]'));
});

test('the meeting in Firefox has no fault', async () => {
  await screenshot(freja.page, 'firefox-meeting');
  await axe(freja.page);
});

test('a microphone and a camera that are turned off in Firefox are off in Chromium', async () => {
  const press = (kind) => freja.page.locator(`[data-tool=${kind}]`).click();
  await press('mic');
  await press('camera');
  await hears(anna.page, { Freja: false, Björn: true });
  await until('initials instead', async () => await anna.page.evaluate(
    () => [...document.querySelectorAll('.tile')].find((t) => t.querySelector('[title=Freja]'))
      .querySelector('.video[data-shown=true]') === null));
  await press('mic');
  await press('camera');
  await hears(anna.page, { Freja: true });
  await shows(anna.page, 'Freja');
});

test('a screen that Chromium shares is seen in Firefox', async () => {
  await anna.page.keyboard.press('s');
  await until('the shared picture', () => freja.page.evaluate(() => {
    const video = document.querySelector('.shared .video[data-shown=true] video');
    return video?.videoWidth > 300 || `${video?.videoWidth}`;
  }));
  await screenshot(freja.page, 'firefox-screen');
  await anna.page.keyboard.press('s');
  await until('it goes', async () => await here(freja.page, '.shared') === false);
});

test('nobody complained', async () => {
  for (const person of [freja, anna, björn]) await person.leave();
});
