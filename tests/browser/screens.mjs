// The picture of a meeting in the README: real browsers in a real meeting, whose cameras show the
// drawn people of tests/browser/people. Not a test; run it by hand after the page changed:
//
//   make && node tests/browser/screens.mjs
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { newPage, ROOT, startChromium, startServer } from './harness.mjs';

const PEOPLE = [
  { file: 'ella', name: 'Ella Norén', tone: 300 },
  { file: 'karin', name: 'Karin Öberg', tone: 440 },
  { file: 'mehmet', name: 'Mehmet Aydin' },
  { file: 'fatima', name: 'Fatima Noor' },
];
const [WIDTH, HEIGHT] = [640, 360];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ting-screens-'));

// A film of one picture, which the browser plays in a loop; every other frame a shade brighter, so
// that the encoder has something to send.
async function film(page, name) {
  const svg = fs.readFileSync(path.join(ROOT, 'tests/browser/people', `${name}.svg`), 'utf8');
  const frames = await page.evaluate(async ([source, w, h]) => {
    const image = new Image();
    image.src = `data:image/svg+xml;base64,${btoa(source)}`;
    await image.decode();
    const ctx = new OffscreenCanvas(w, h).getContext('2d');
    const out = [];
    for (const shade of [0, 0.02]) {
      ctx.drawImage(image, 0, 0, w, h);
      ctx.fillStyle = `rgba(255,255,255,${shade})`;
      ctx.fillRect(0, 0, w, h);
      const { data } = ctx.getImageData(0, 0, w, h);
      const yuv = new Uint8Array((w * h * 3) / 2);
      for (let y = 0; y < h; y++) {
        for (let x = 0; x < w; x++) {
          const i = (y * w + x) * 4;
          const [r, g, b] = [data[i], data[i + 1], data[i + 2]];
          yuv[y * w + x] = 16 + 0.257 * r + 0.504 * g + 0.098 * b;
          if (x % 2 || y % 2) continue;
          const at = w * h + ((y / 2) * w) / 2 + x / 2;
          yuv[at] = 128 - 0.148 * r - 0.291 * g + 0.439 * b;
          yuv[at + (w * h) / 4] = 128 + 0.439 * r - 0.368 * g - 0.071 * b;
        }
      }
      let text = '';
      for (let i = 0; i < yuv.length; i += 8192) {
        text += String.fromCharCode(...yuv.subarray(i, i + 8192));
      }
      out.push(btoa(text));
    }
    return out;
  }, [svg, WIDTH, HEIGHT]);
  const parts = [Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F15:1 Ip A1:1 C420jpeg\n`)];
  for (let i = 0; i < 15; i++) {
    parts.push(Buffer.from('FRAME\n'), Buffer.from(frames[i % 2], 'base64'));
  }
  const file = path.join(folder, `${name}.y4m`);
  fs.writeFileSync(file, Buffer.concat(parts));
  return file;
}

async function join(server, code, person, file) {
  const browser = await startChromium({ tone: person.tone ?? 0,
    args: [`--use-file-for-fake-video-capture=${file}`] });
  const page = await newPage(browser, { lang: 'sv' });
  await page.goto(`${server.url}/m/${code}`);
  await page.getByLabel('Ditt namn').fill(person.name);
  await page.getByRole('button', { name: 'Gå med', exact: true }).click();
  await page.waitForSelector('[data-member]');
  if (!person.tone) await page.keyboard.press('m');
  return { browser, page };
}

const server = await startServer();
const painter = await startChromium();
const easel = await (await painter.newContext()).newPage();
const films = [];
for (const person of PEOPLE) films.push(await film(easel, person.file));
await painter.close();
const { code } = await server.meeting('--title', 'Hemgång från sjukhus');
const people = [];
for (const [i, person] of PEOPLE.entries()) {
  people.push(await join(server, code, person, films[i]));
}
await people[3].page.keyboard.press('h');
const [me] = people;
await me.page.waitForFunction((n) => [...document.querySelectorAll('[data-member] video')]
  .filter((v) => v.videoWidth >= 320).length === n, PEOPLE.length, { timeout: 60000 });
await people[1].page.keyboard.press('c');
await people[1].page.keyboard.type('Jag delar listan efter punkt två.');
await people[1].page.keyboard.press('Enter');
await me.page.keyboard.press('c');
await me.page.locator('.what').waitFor();
await me.page.waitForFunction(() => !document.querySelector('.toast'), null, { timeout: 20000 })
  .catch(() => {});
await me.page.mouse.move(2, 2);
await me.page.screenshot({ path: path.join(ROOT, 'docs/screens/meeting.png') });
for (const { browser } of people) await browser.close();
await server.stop();
fs.rmSync(folder, { recursive: true, force: true });
