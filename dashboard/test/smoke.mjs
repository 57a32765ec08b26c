// Opens the page in headless Chromium and uses it: scenes, kill switch, lost and regained connection, phone, login.
//   node dashboard/test/smoke.mjs BUILD_DIR/dashboard_preview [SCREENSHOT_DIR]
// Speaks the browser's debugging protocol over a pipe; needs nothing but Node. Exit 77 (skipped) without a Chromium.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [preview, shots] = process.argv.slice(2);
if (preview === undefined) throw new Error('usage: smoke.mjs PREVIEW_PROGRAM [SCREENSHOT_DIR]');
const program = ['chromium', 'chromium-browser', 'google-chrome'].find((name) => spawnSync('which', [name]).status === 0);
if (program === undefined) {
  console.log('smoke: skipped, no Chromium');
  process.exit(77);
}
if (shots !== undefined) mkdirSync(shots, { recursive: true });

const kPatienceMs = 20_000;

class Browser {
  constructor() {
    this.profile = mkdtempSync(join(tmpdir(), 'underround-smoke-'));
    this.process = spawn(
      program,
      [
        '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--hide-scrollbars',
        '--disable-background-networking', '--disable-component-update', '--disable-sync',
        `--user-data-dir=${this.profile}`, '--remote-debugging-pipe', 'about:blank',
      ],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
    );
    this.waiting = new Map();
    this.complaints = [];
    this.lastId = 0;
    let buffered = '';
    this.process.stdio[4].on('data', (bytes) => {
      const parts = (buffered + bytes).split('\0');
      buffered = parts.pop();
      for (const part of parts) this.receive(JSON.parse(part));
    });
  }

  receive(message) {
    if (message.method === 'Runtime.exceptionThrown') this.complaints.push(message.params.exceptionDetails.exception?.description);
    if (message.method === 'Log.entryAdded' && message.params.entry.source === 'security') this.complaints.push(message.params.entry.text);
    const done = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.error !== undefined) done?.reject(new Error(message.error.message));
    else done?.resolve(message.result);
  }

  send(method, params = {}) {
    this.lastId += 1;
    const id = this.lastId;
    this.process.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId: this.session })}\0`);
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  async open() {
    const { targetInfos } = await this.send('Target.getTargets');
    const { targetId } = targetInfos.find((t) => t.type === 'page');
    this.session = (await this.send('Target.attachToTarget', { targetId, flatten: true })).sessionId;
    for (const domain of ['Page', 'Runtime', 'Log']) await this.send(`${domain}.enable`);
  }

  async size(width, height, mobile = false) {
    await this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: mobile ? 2 : 1, mobile });
  }

  async theme(value) {
    await this.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value }] });
  }

  async value(expression) {
    return (await this.send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })).result.value;
  }

  // A page that navigates meanwhile has no answer: asked again like any "not yet".
  async until(what, expression) {
    const start = Date.now();
    while (!(await this.value(expression).catch(() => false))) {
      if (Date.now() - start > kPatienceMs) {
        throw new Error(`never came true: ${what}\n${await this.value('document.body?.innerText.slice(0, 600)')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  shows(text) {
    return this.until(`the page shows "${text}"`, `document.body !== null && document.body.innerText.includes(${JSON.stringify(text)})`);
  }

  async click(id) {
    await this.value(`document.getElementById(${JSON.stringify(id)}).click()`);
  }

  async picture(name) {
    if (shots === undefined) return;
    const { data } = await this.send('Page.captureScreenshot', { format: 'png' });
    writeFileSync(join(shots, `${name}.png`), Buffer.from(data, 'base64'));
  }

  async close() {
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    this.send('Browser.close').catch(() => undefined);
    await gone;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

class Server {
  static async start(args, env = {}) {
    const server = new Server();
    server.output = '';
    server.process = spawn(preview, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
    await new Promise((resolve, reject) => {
      server.process.once('exit', (code) => reject(new Error(`the preview server ended with ${code}`)));
      server.process.stdout.on('data', (bytes) => {
        server.output += bytes;
        if (server.output.includes('\n')) resolve();
      });
    });
    server.url = server.output.split('\n')[0];
    return server;
  }

  async stop() {
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await gone;
  }
}

const browser = new Browser();
let server;
const visit = async (args, env) => {
  server = await Server.start(['--port', '0', ...args], env);
  await browser.send('Page.navigate', { url: server.url });
};
const steps = {
  'trading: figures arrive and move': async () => {
    await visit(['--speed', '60']);
    await browser.shows('SIMULATED VENUE');
    await browser.shows('Connected');
    for (const text of ['sum_to_100', 'Will Northport win', 'update to command', 'polymarket market 1']) await browser.shows(text);
    const clock = await browser.value('document.getElementById("clock").textContent');
    await browser.until('the engine clock moves', `document.getElementById("clock").textContent !== ${JSON.stringify(clock)}`);
    await browser.until('the message rate is known', '/^[0-9]/.test(document.getElementById("message-rate").textContent)');
    await browser.picture('desktop-light');
    await browser.theme('dark');
    await browser.picture('desktop-dark');
  },
  'phone: nothing is wider than the screen': async () => {
    await browser.size(390, 844, true);
    await browser.until('no sideways scrolling', 'document.documentElement.scrollWidth <= 390');
    await browser.picture('phone-dark');
    await browser.value('document.getElementById("positions").scrollIntoView()');
    await browser.picture('phone-positions');
    await browser.size(1400, 1000);
  },
  'disconnected: said at once, figures stay, connects again by itself': async () => {
    const port = new URL(server.url).port;
    await server.stop();
    await browser.shows('Disconnected from the engine.');
    assert.ok(await browser.value('document.body.classList.contains("stale")'));
    await browser.shows('Will Northport win');
    await browser.picture('disconnected');
    server = await Server.start(['--port', port]);
    await browser.shows('Connected');
    await browser.until('the page is fresh again', '!document.body.classList.contains("stale")');
  },
  'kill switch: asks, sends, shows the halt': async () => {
    await browser.click('kill');
    await browser.shows('Stop all trading?');
    await browser.picture('kill-dialog');
    await browser.value('document.getElementById("kill-reason").value = "smoke test"');
    await browser.click('kill-confirm');
    await browser.until('the dialog closes', '!document.getElementById("kill-dialog").open');
    await browser.shows('Trading is halted.');
    assert.match(server.output, /kill: web: smoke test/);
    await browser.picture('halted');
    await server.stop();
  },
  'empty: every panel says what will be there': async () => {
    await visit(['--scene', 'empty']);
    for (const text of ['No opportunity seen yet.', 'No positions.', 'No open orders.', 'No book yet.', 'No halt.', '$10,000.00']) {
      await browser.shows(text);
    }
    await browser.picture('empty');
    await server.stop();
  },
  'starting: said, with no figures shown': async () => {
    await visit(['--scene', 'starting']);
    await browser.shows('The engine is starting');
    assert.equal(await browser.value('getComputedStyle(document.querySelector("main")).display'), 'none');
    await browser.picture('starting');
    await server.stop();
  },
  'live mode cannot be missed': async () => {
    await visit(['--mode', 'live']);
    await browser.shows('LIVE');
    assert.match(await browser.value('document.title'), /^LIVE/);
    await browser.picture('live-mode');
    await server.stop();
  },
  'token: login page first, then the console': async () => {
    await visit([], { UNDERROUND_DASHBOARD_TOKEN: 'smoke test token 123' });
    await browser.shows('Dashboard token');
    await browser.picture('login');
    // Submitted after the answer: the form may take the page away before it.
    const enter = (token) =>
      browser.value(`document.getElementById("token").value = "${token}"; setTimeout(() => document.forms[0].requestSubmit())`);
    await enter('wrong');
    await browser.shows('That is not the token.');
    await enter('smoke test token 123');
    await browser.shows('Connected');
    await server.stop();
  },
};

let failed = false;
try {
  await browser.open();
  await browser.size(1400, 1000);
  await browser.theme('light');
  for (const [name, step] of Object.entries(steps)) {
    await step();
    console.log(`ok  ${name}`);
  }
  assert.deepEqual(browser.complaints, [], 'the page threw or broke its content policy');
} catch (error) {
  failed = true;
  console.error(`smoke: ${error.message}`);
  server?.process.kill();
}
await browser.close();
process.exit(failed ? 1 : 0);
