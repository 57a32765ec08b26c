// Opens made-up backtest reports in headless Chromium: every picture is there, tables sort, nothing is loaded, nothing
// is thrown.   node dashboard/test/report_smoke.mjs BUILD_DIR/report_preview [SCREENSHOT_DIR]
// Exit 77 (skipped) without a Chromium.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Browser, needChromium } from './browser.mjs';

const [preview, shots] = process.argv.slice(2);
if (preview === undefined) throw new Error('usage: report_smoke.mjs PREVIEW_PROGRAM [SCREENSHOT_DIR]');
needChromium();

const folder = mkdtempSync(join(tmpdir(), 'underround-report-'));
const browser = new Browser(shots);

async function visit(scene) {
  const made = spawnSync(preview, ['--scene', scene], { encoding: 'utf8', maxBuffer: 64e6 });
  assert.equal(made.status, 0, `report_preview ended with ${made.status}`);
  const file = join(folder, `${scene}.html`);
  writeFileSync(file, made.stdout);
  await browser.send('Page.navigate', { url: pathToFileURL(file).href });
  await browser.until(`${scene} is drawn`, `document.documentElement?.dataset.drawn === 'yes' && location.href.endsWith('${scene}.html')`);
}
const count = (selector) => browser.value(`document.querySelectorAll(${JSON.stringify(selector)}).length`);
const text = (selector) => browser.value(`document.querySelector(${JSON.stringify(selector)}).textContent`);

const steps = {
  'full: every picture is there': async () => {
    await visit('full');
    for (const id of ['equity', 'parts', 'funnel', 'ladder', 'latency', 'hours']) {
      assert.equal(await count(`#${id} svg.plot`), 1, `no picture in #${id}`);
    }
    assert.equal(await count('#parts rect'), 8, 'seven parts and the whole');
    assert.equal(await count('#ladder rect'), 6);
    assert.equal(await count('#ladder .whisker'), 6);
    assert.equal(await count('#latency circle'), 6);
    assert.equal(await count('#latency .band'), 1);
    assert.equal(await count('#funnel rect'), 6);
    assert.equal(await count('#equity .curve'), 1);
    assert.equal(await count('#equity .drawdown'), 1);
    assert.equal(await count('#markets tbody tr'), 12);
    assert.equal(await count('#strategies tbody tr'), 2);
    assert.equal(await count('#samples details'), 50);
    assert.equal(await count('#settings tbody tr'), 5);
    await browser.picture('report-light');
  },
  'full: text from outside stays text': async () => {
    assert.equal(await text('#title'), 'Made-up figures </script><script>alert(1)</script>');
    assert.equal(await browser.value('document.scripts.length'), 2);
  },
  'full: the verdict and the limits are in words': async () => {
    assert.match(await text('#verdict'), /luck|zero|Positive in this sample|No edge/);
    assert.ok((await count('#thin li')) > 0);
    assert.equal(await count('#assumptions li'), 3);
  },
  'tables sort and filter': async () => {
    const results = `[...document.querySelectorAll('#markets tbody tr')].map((r) => r.lastElementChild.textContent.replace('−', '-').replace(/[$+]/g, '')).map(Number)`;
    const click = `[...document.querySelectorAll('#markets .sort')].find((b) => b.textContent === 'Result').click()`;
    await browser.value(click);
    const falling = await browser.value(results);
    assert.deepEqual(falling, [...falling].sort((a, b) => b - a));
    await browser.value(click);
    assert.deepEqual(await browser.value(results), [...falling].reverse());
    await browser.value(`(() => { const i = document.querySelector('#markets input'); i.value = 'game 12'; i.dispatchEvent(new Event('input')); })()`);
    assert.equal(await count('#markets tbody tr'), 1);
  },
  'hovering tells, dragging zooms, Escape comes back': async () => {
    const box = await browser.value(`(() => { document.querySelector('#equity').scrollIntoView(); const r = document.querySelector('#equity svg').getBoundingClientRect(); return { x: r.x, y: r.y, width: r.width }; })()`);
    const mouse = (type, x) => browser.send('Input.dispatchMouseEvent', { type, x: box.x + x, y: box.y + 80, button: 'left', buttons: type === 'mouseReleased' ? 0 : 1, clickCount: 1 });
    await browser.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x: box.x + 300, y: box.y + 80 });
    await browser.until('the curve is read', `document.querySelector('#equity output').textContent.includes('UTC · equity $')`);
    const before = await browser.value(`document.querySelector('#equity .curve').getAttribute('d').length`);
    await mouse('mousePressed', 200);
    await mouse('mouseMoved', 320);
    await mouse('mouseReleased', 400);
    await browser.until('zoomed in', `!document.querySelector('#equity button').hidden`);
    assert.ok((await browser.value(`document.querySelector('#equity .curve').getAttribute('d').length`)) < before);
    await browser.value(`document.querySelector('#equity svg').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }))`);
    assert.ok(await browser.value(`document.querySelector('#equity button').hidden`));
    await browser.value(`document.querySelector('#ladder rect').dispatchEvent(new PointerEvent('pointermove', { clientX: 300, clientY: 300 }))`);
    assert.match(await text('#tip'), /screen: .*bets/);
  },
  'a sample trade opens to its orders, prices and book': async () => {
    await browser.value(`document.querySelector('#samples details').open = true`);
    await browser.until('it is drawn', `document.querySelectorAll('#samples .order').length === 1`);
    assert.equal(await count('#samples .order svg.plot'), 1);
    assert.equal(await count('#samples .book'), 1);
    await browser.value(`document.querySelector('#samples').scrollIntoView()`);
    await browser.picture('report-trade');
  },
  'dark, and narrow: nothing is wider than the screen': async () => {
    await browser.theme('dark');
    await browser.value('scrollTo(0, 0)');
    await browser.picture('report-dark');
    await browser.size(390, 844, true);
    await browser.until('no sideways scrolling', 'document.documentElement.scrollWidth <= 390');
    await browser.picture('report-phone');
    await browser.size(1400, 2000);
    await browser.theme('light');
  },
  'thin and empty: said in words, no figure is made up': async () => {
    await visit('thin');
    assert.match(await text('#verdict'), /^Too thin to judge/);
    assert.ok(await browser.value(`document.querySelector('#thin').textContent.includes('is given below 30')`));
    await browser.shows('Only one latency was run.');
    await browser.picture('report-thin');
    await visit('empty');
    assert.match(await text('#verdict'), /^No trades/);
    assert.equal(await browser.value(`/NaN|undefined|Infinity/.test(document.body.innerText)`), false);
    await browser.picture('report-empty');
  },
  'losing: the first thing on the page says so': async () => {
    await visit('losing');
    assert.match(await text('#verdict'), /^No edge under these assumptions/);
  },
};

let failed = false;
try {
  await browser.open();
  await browser.size(1400, 2000);
  await browser.theme('light');
  for (const [name, step] of Object.entries(steps)) {
    await step();
    console.log(`ok  ${name}`);
  }
  assert.deepEqual(browser.errors, [], 'the console shows errors');
} catch (error) {
  failed = true;
  console.error(`report_smoke: ${error.message}`);
}
await browser.close();
rmSync(folder, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
