// Books and what is read off them.
import {
  LastTradePriceSchema, LastTradePricesSchema, MidpointSchema, MidpointsSchema, OrderBookSchema, OrderBooksSchema,
  PriceSchema, PricesSchema, SpreadSchema, SpreadsSchema,
} from '@polymarket/bindings/clob';
import { OrderType, PriceHistoryInterval, Side } from '@polymarket/clob-client-v2';

import { assert, conforms, refused, steady } from './checks.mjs';
import { row } from './registry.mjs';
import { clientOf } from './wallets.mjs';

const TOPIC = 'prices';
const ascending = (levels) => levels.map((l) => Number(l.price)).every((p, i, all) => i === 0 || all[i - 1] < p);
const near = (a, b) => assert.ok(Math.abs(Number(a) - Number(b)) < 1e-9, `${a} is not ${b}`);
const both = ({ market }) => market.tokens.map((token_id) => ({ token_id, side: Side.BUY }));

row(TOPIC, 'getOrderBook', 'official schema; best price last; both tokens mirror each other; unknown: 404', async ({ client, market }) => {
  await steady(async () => {
    const [yes, no] = await Promise.all(market.tokens.map((token) => client.getOrderBook(token)));
    conforms(OrderBookSchema, yes);
    assert.equal(yes.market, market.condition);
    assert.ok(ascending(yes.bids) && ascending([...yes.asks].reverse()));
    assert.ok(Number(yes.bids.at(-1).price) < Number(yes.asks.at(-1).price), 'crossed');
    near(Number(yes.bids.at(-1).price) + Number(no.asks.at(-1).price), 1);
    assert.equal(yes.bids.at(-1).size, no.asks.at(-1).size);
  });
  refused(await client.getOrderBook('5'), 404, 'No orderbook exists for the requested token id');
});

row(TOPIC, 'getOrderBooks', 'one book for each token asked', async (ctx) => {
  const books = await ctx.client.getOrderBooks(both(ctx));
  conforms(OrderBooksSchema, books);
  assert.deepEqual(books.map((b) => b.asset_id).sort(), [...ctx.market.tokens].sort());
});

row(TOPIC, 'getOrderBookHash', 'the client\'s SHA-1 of the book is the hash the venue sent', async ({ client, market }) => {
  for (const token of market.tokens) {
    const book = await client.getOrderBook(token);
    const sent = book.hash;
    assert.equal(await client.getOrderBookHash(book), sent);
  }
});

row(TOPIC, 'getTickSize', 'the market\'s tick', async ({ venue, market }) => {
  assert.equal(await clientOf(venue.host).getTickSize(market.tokens[0]), String(market.tick));
});

row(TOPIC, 'getNegRisk', 'the market\'s flag', async ({ venue, market, negRiskMarket }) => {
  assert.equal(await clientOf(venue.host).getNegRisk(market.tokens[0]), market.negRisk);
  if (negRiskMarket) assert.equal(await clientOf(venue.host).getNegRisk(negRiskMarket.tokens[0]), true);
});

row(TOPIC, 'getFeeRateBps', 'the legacy base fee: a cap of 1000, or 0', async ({ venue, market }) => {
  const fee = await clientOf(venue.host).getFeeRateBps(market.tokens[0]);
  assert.ok(Number(fee) >= 0 && Number(fee) <= 1000, `${fee}`);
});

row(TOPIC, 'getFeeExponent', 'found from the token alone', async ({ venue, market }) => {
  assert.equal(await clientOf(venue.host).getFeeExponent(market.tokens[1]), market.info.fd?.e ?? 0);
});

row(TOPIC, 'getPrice', 'BUY is the lowest ask, SELL the highest bid', async ({ client, market }) => {
  const [token] = market.tokens;
  await steady(async () => {
    const [book, buy, sell] = await Promise.all([
      client.getOrderBook(token), client.getPrice(token, Side.BUY), client.getPrice(token, Side.SELL)]);
    conforms(PriceSchema, buy);
    near(buy.price, book.asks.at(-1).price);
    near(sell.price, book.bids.at(-1).price);
  });
  refused(await client.getPrice(token, 'UP'), 400, 'Invalid side');
});

row(TOPIC, 'getPrices', 'map of token and side', async (ctx) => {
  const [yes] = ctx.market.tokens;
  const prices = await ctx.client.getPrices([{ token_id: yes, side: Side.BUY }, { token_id: ctx.market.tokens[1], side: Side.SELL }]);
  conforms(PricesSchema, prices);
  assert.deepEqual(Object.keys(prices).sort(), [...ctx.market.tokens].sort());
  assert.ok(Number(prices[yes].BUY) > 0);
});

row(TOPIC, 'getMidpoint', 'half of best bid and best ask', async ({ client, market }) => {
  const [token] = market.tokens;
  await steady(async () => {
    const [book, middle] = await Promise.all([client.getOrderBook(token), client.getMidpoint(token)]);
    conforms(MidpointSchema, middle);
    near(middle.mid, (Number(book.bids.at(-1).price) + Number(book.asks.at(-1).price)) / 2);
  });
});

row(TOPIC, 'getMidpoints', 'map of tokens; the two add up to 1', async (ctx) => {
  await steady(async () => {
    const middles = await ctx.client.getMidpoints(both(ctx));
    conforms(MidpointsSchema, middles);
    near(ctx.market.tokens.reduce((sum, token) => sum + Number(middles[token]), 0), 1);
  });
});

row(TOPIC, 'getSpread', 'best ask less best bid', async ({ client, market }) => {
  const [token] = market.tokens;
  await steady(async () => {
    const [book, spread] = await Promise.all([client.getOrderBook(token), client.getSpread(token)]);
    conforms(SpreadSchema, spread);
    near(spread.spread, Number(book.asks.at(-1).price) - Number(book.bids.at(-1).price));
  });
});

row(TOPIC, 'getSpreads', 'map of tokens; both have the same spread', async (ctx) => {
  await steady(async () => {
    const spreads = await ctx.client.getSpreads(both(ctx));
    conforms(SpreadsSchema, spreads);
    near(spreads[ctx.market.tokens[0]], spreads[ctx.market.tokens[1]]);
  });
});

row(TOPIC, 'getLastTradePrice', 'price and taker side', async ({ client, market }) => {
  conforms(LastTradePriceSchema, await client.getLastTradePrice(market.tokens[0]));
});

row(TOPIC, 'getLastTradesPrices', 'one row for each token that has traded', async (ctx) => {
  const last = await ctx.client.getLastTradesPrices(both(ctx));
  conforms(LastTradePricesSchema, last);
  assert.ok(last.every((row) => ctx.market.tokens.includes(row.token_id)));
});

row(TOPIC, 'getPricesHistory', 'points in order of time; start and end respected; without a range the client refuses', async ({ client, market }) => {
  const [token] = market.tokens;
  const all = await client.getPricesHistory({ market: token, interval: PriceHistoryInterval.MAX, fidelity: 1 });
  assert.ok(all.history.every((point) => Number.isInteger(point.t) && point.p >= 0 && point.p <= 1));
  assert.ok(all.history.every((point, i, points) => i === 0 || points[i - 1].t <= point.t));
  const none = await client.getPricesHistory({ market: token, startTs: 1, endTs: 2 });
  assert.equal(none.history.length, 0);
  await assert.rejects(() => client.getPricesHistory({ market: token }), /requires either interval/);
});

row(TOPIC, 'calculateMarketPrice', 'worst price of a small order is the top of the book; too much for a FOK: no match', async ({ client, market }) => {
  const [token] = market.tokens;
  await steady(async () => {
    const [book, price] = await Promise.all([client.getOrderBook(token), client.calculateMarketPrice(token, Side.BUY, 0.01)]);
    near(price, book.asks.at(-1).price);
    near(await client.calculateMarketPrice(token, Side.SELL, 0.01), (await client.getOrderBook(token)).bids.at(-1).price);
  });
  await assert.rejects(() => client.calculateMarketPrice(token, Side.BUY, 1e12, OrderType.FOK), /no match/);
});
