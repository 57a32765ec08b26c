// Opens the page in headless Chromium and uses it: scenes, kill switch, lost and regained connection, phone, login.
//   node dashboard/test/smoke.mjs BUILD_DIR/dashboard_preview [SCREENSHOT_DIR]
// Exit 77 (skipped) without a Chromium.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { Browser, needChromium } from './browser.mjs';

const [preview, shots] = process.argv.slice(2);
if (preview === undefined) throw new Error('usage: smoke.mjs PREVIEW_PROGRAM [SCREENSHOT_DIR]');
needChromium();

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

const browser = new Browser(shots);
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
