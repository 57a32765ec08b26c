// Liveness, and markets as the CLOB lists them.
import { ConditionByTokenSchema, MarketInfoSchema } from '@polymarket/bindings/clob';

import { assert, conforms } from './checks.mjs';
import { row } from './registry.mjs';

const TOPIC = 'markets';

row(TOPIC, 'getOk', 'answers "OK"', async ({ client }) => {
  assert.equal(await client.getOk(), 'OK');
});

row(TOPIC, 'getVersion', 'order version 2', async ({ client }) => {
  assert.equal(await client.getVersion(), 2);
});

row(TOPIC, 'getServerTime', 'whole unix seconds that do not go back', async ({ client }) => {
  const first = await client.getServerTime(), second = await client.getServerTime();
  assert.ok(Number.isInteger(first) && first > 1_700_000_000, `${first}`);
  assert.ok(second >= first);
});

// Walks the cursors, two pages at most.
async function pages(fetchPage) {
  const first = await fetchPage();
  assert.equal(first.count, first.data.length);
  assert.ok(first.count > 0 && first.count <= first.limit, `count ${first.count}, limit ${first.limit}`);
  if (first.next_cursor === 'LTE=') return first.data;
  const second = await fetchPage(first.next_cursor);
  assert.notEqual(second.data[0]?.condition_id, first.data[0].condition_id, 'the second page repeats the first');
  return [...first.data, ...second.data];
}

function looksLikeMarket(market) {
  assert.match(market.condition_id, /^0x[0-9a-f]{64}$/);
  assert.equal(market.tokens.length, 2);
  for (const token of market.tokens) {
    assert.match(token.token_id, /^\d{20,78}$/);
    assert.equal(typeof token.price, 'number');
    assert.equal(typeof token.winner, 'boolean');
  }
  for (const flag of ['active', 'closed', 'archived', 'accepting_orders']) assert.equal(typeof market[flag], 'boolean', flag);
}

row(TOPIC, 'getMarkets', 'pages of markets, walked by cursor', async ({ client }) => {
  for (const market of await pages((cursor) => client.getMarkets(cursor))) {
    if (market.condition_id === '') continue;  // the venue lists a few markets of its early days without one
    looksLikeMarket({ ...market, tokens: market.tokens.map((t) => ({ ...t })) });
    assert.equal(typeof market.question, 'string');
    assert.equal(typeof market.minimum_tick_size, 'number');
  }
});

row(TOPIC, 'getSimplifiedMarkets', 'pages of short descriptions', async ({ client }) => {
  for (const market of await pages((cursor) => client.getSimplifiedMarkets(cursor))) {
    if (market.condition_id !== '') looksLikeMarket(market);
  }
});

row(TOPIC, 'getSamplingMarkets', 'only markets that take orders', async ({ client }) => {
  const markets = await pages((cursor) => client.getSamplingMarkets(cursor));
  for (const market of markets) looksLikeMarket(market);
  assert.ok(markets.every((market) => market.accepting_orders));
});

row(TOPIC, 'getSamplingSimplifiedMarkets', 'the same, short', async ({ client }) => {
  const markets = await pages((cursor) => client.getSamplingSimplifiedMarkets(cursor));
  for (const market of markets) looksLikeMarket(market);
  assert.ok(markets.every((market) => market.accepting_orders));
});

row(TOPIC, 'getMarket', 'one market by condition id; unknown: 404', async ({ client, market }) => {
  const found = await client.getMarket(market.condition);
  looksLikeMarket(found);
  assert.equal(found.condition_id, market.condition);
  assert.deepEqual(found.tokens.map((t) => t.token_id), market.tokens);
  const unknown = await client.getMarket(`0x${'1'.repeat(64)}`);
  assert.equal(unknown.status, 404);
});

row(TOPIC, 'getClobMarketInfo', 'compact trading parameters in the official schema; fills the caches', async ({ client, market }) => {
  const info = await client.getClobMarketInfo(market.condition);
  conforms(MarketInfoSchema, info);
  assert.equal(info.c, market.condition);
  assert.equal(client.tickSizes[market.tokens[0]], String(info.mts));
  assert.equal(client.negRisk[market.tokens[1]], info.nr ?? false);
  assert.deepEqual(client.feeInfos[market.tokens[0]], { rate: info.fd?.r ?? 0, exponent: info.fd?.e ?? 0 });
  const byToken = await (await fetch(`${client.host}/markets-by-token/${market.tokens[1]}`)).json();
  conforms(ConditionByTokenSchema, byToken, '/markets-by-token');
  assert.equal(byToken.condition_id, market.condition);
});

row(TOPIC, 'getMarketTradesEvents', 'public trades, newest first', async ({ client, market }) => {
  const events = await client.getMarketTradesEvents(market.condition);
  assert.ok(Array.isArray(events), JSON.stringify(events).slice(0, 200));
  for (const event of events) {
    assert.equal(event.market.condition_id, market.condition);
    assert.ok(market.tokens.includes(event.market.asset_id));
    assert.equal(market.tokens[event.outcome_index], event.market.asset_id);
    assert.match(event.user.address, /^0x[0-9a-fA-F]{40}$/);
    assert.ok(Number(event.price) > 0 && Number(event.price) < 1 && Number(event.size) > 0);
    assert.ok(['BUY', 'SELL'].includes(event.side));
  }
  const times = events.map((event) => Number(event.timestamp));
  assert.deepEqual(times, [...times].sort((a, b) => b - a));
});
