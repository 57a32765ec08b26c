// Where the rows run: a simulator started here, or any host.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { UsageError } from './options.mjs';

const KNOWN_CHANNELS = {
  'https://clob.polymarket.com': {
    wsMarket: 'wss://ws-subscriptions-clob.polymarket.com/ws/market',
    wsUser: 'wss://ws-subscriptions-clob.polymarket.com/ws/user',
  },
};

// Books and trades exist after this long.
const WARM_UP_MS = 60_000;

async function startSimulator(options) {
  const path = options.sim ?? fileURLToPath(new URL('../../build/underround', import.meta.url));
  if (!existsSync(path)) throw new UsageError(`no simulator at ${path}: build it ('make conformance' does), or --sim PATH`);
  const child = spawn(path, ['sim', '--seed', options.seed, '--port', options.port, '--duration', '30m'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (text) => { complaints += text; });
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('error', reject);
    child.once('exit', (code) => reject(new UsageError(`the simulator left with ${code}: ${complaints.trim()}`)));
  });
  const ready = JSON.parse(line);
  return {
    host: ready.clob,
    gamma: ready.gamma,
    wsMarket: ready.ws_market,
    wsUser: ready.ws_user,
    control: ready.control,
    stop: () => new Promise((resolve) => {
      child.removeAllListeners('exit');
      child.once('exit', resolve);
      child.kill('SIGTERM');
    }),
  };
}

function controlOf(url) {
  if (!url) return undefined;
  return async (path, body) => {
    const answer = await fetch(url + path, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`control ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
}

export async function openVenue(options) {
  const where = options.host
    ? {
        ...KNOWN_CHANNELS[options.host.replace(/\/$/, '')],
        host: options.host,
        ...(options['ws-market'] && { wsMarket: options['ws-market'] }),
        ...(options['ws-user'] && { wsUser: options['ws-user'] }),
        control: options.control,
        stop: async () => {},
      }
    : await startSimulator(options);
  const venue = { ...where, control: controlOf(where.control) };
  if (venue.control) await venue.control('/time', { advance_ms: WARM_UP_MS });
  return venue;
}
