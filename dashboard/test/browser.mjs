// A headless Chromium driven over its debugging protocol, through a pipe; needs nothing but Node.
//   const browser = new Browser(screenshotFolder);  await browser.open();  await browser.shows('text');
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = ['chromium', 'chromium-browser', 'google-chrome'].find((name) => spawnSync('which', [name]).status === 0);

// Exit 77 (skipped), and says so, without a Chromium.
export function needChromium() {
  if (program !== undefined) return;
  console.log('smoke: skipped, no Chromium');
  process.exit(77);
}

const kPatienceMs = 20_000;

export class Browser {
  constructor(shots) {
    this.shots = shots;
    if (shots !== undefined) mkdirSync(shots, { recursive: true });
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
    this.complaints = []; // thrown, or against the content policy
    this.errors = []; // everything the console shows in red
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
    if (message.method === 'Runtime.exceptionThrown') this.errors.push(message.params.exceptionDetails.text);
    if (message.method === 'Runtime.consoleAPICalled' && message.params.type === 'error') this.errors.push(JSON.stringify(message.params.args));
    if (message.method === 'Log.entryAdded' && message.params.entry.level === 'error') this.errors.push(message.params.entry.text);
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
    if (this.shots === undefined) return;
    const { data } = await this.send('Page.captureScreenshot', { format: 'png' });
    writeFileSync(join(this.shots, `${name}.png`), Buffer.from(data, 'base64'));
  }

  async close() {
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    this.send('Browser.close').catch(() => undefined);
    await gone;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
