// Options in, exit code out.
import { readFileSync } from 'node:fs';

import { makeContext } from './context.mjs';
import { HELP, parseOptions, UsageError } from './options.mjs';
import { allRows, clientMethods } from './registry.mjs';
import { pageDifference, pageText, printRow, printTotal, writePage } from './report.mjs';
import { openVenue } from './venue.mjs';

// The order of the files is the order of the rows.
import './rows_markets.mjs';
import './rows_prices.mjs';
import './rows_keys.mjs';
import './rows_orders.mjs';
import './rows_wallets.mjs';
import './rows_account.mjs';
import './rows_notifications.mjs';
import './rows_rewards.mjs';
import './rows_streams.mjs';
import './rows_refusals.mjs';
import './rows_heartbeats.mjs';

const LEVELS = ['public', 'account', 'trade'];

function versions() {
  const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return { client: dependencies['@polymarket/clob-client-v2'], bindings: dependencies['@polymarket/bindings'] };
}

function whySkipped(entry, ctx) {
  if (LEVELS.indexOf(entry.access) > LEVELS.indexOf(ctx.options.access)) return `needs --access ${entry.access}`;
  if (entry.method.startsWith('wire:market') && !ctx.venue.wsMarket) return 'needs --ws-market';
  if (entry.method.startsWith('wire:user') && !ctx.venue.wsUser) return 'needs --ws-user';
  return undefined;
}

async function runRow(entry, ctx) {
  const { topic, method, claim } = entry;
  const skipped = whySkipped(entry, ctx);
  if (skipped) return { topic, method, claim, outcome: 'skip', why: skipped };
  try {
    await entry.run(ctx);
    return { topic, method, claim, outcome: 'pass' };
  } catch (error) {
    return { topic, method, claim, outcome: 'fail', why: String(error?.message ?? error).split('\n').slice(0, 4).join(' / ') };
  }
}

async function runAll(ctx) {
  const { only, json } = ctx.options;
  const methods = clientMethods();
  const rows = allRows();
  const results = [];
  const say = (result) => { results.push(result); printRow(result, json); };
  for (const entry of rows) {
    if (!only || entry.topic.includes(only) || entry.method.includes(only)) say(await runRow(entry, ctx));
  }
  for (const method of only ? [] : methods.filter((m) => !rows.some((r) => r.method === m))) {
    say({ topic: 'coverage', method, claim: 'has a row', outcome: 'fail', why: 'a public method of the client without a row' });
  }
  printTotal(results, json);
  return { results, methods };
}

// The client talks to the console about its errors; rows look at what it returns.
function hushClient() {
  console.error = () => {};
  console.warn = () => {};
}

export async function main(argv) {
  const complain = console.error;
  let venue;
  try {
    const options = parseOptions(argv);
    if (options.help) return console.log(HELP), 0;
    venue = await openVenue(options);
    hushClient();
    const { results, methods } = await runAll(await makeContext(venue, options));
    const failed = results.some((r) => r.outcome === 'fail');
    const page = pageText(results, methods, versions());
    if (options['write-doc']) writePage(page);
    const differs = options['check-doc'] ? pageDifference(page) : undefined;
    if (differs) complain(`${differs}\nrun with --write-doc and look at what changed`);
    return failed || differs ? 1 : 0;
  } catch (error) {
    complain(`conformance: ${error.message}`);
    if (error instanceof UsageError) complain('--help says more');
    return 2;
  } finally {
    await venue?.stop();
  }
}
