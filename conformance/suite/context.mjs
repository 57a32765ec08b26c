// What rows are given: the venue, a client without keys, two traders, and markets fit for the purpose.
import { clientOf, readerOf, traderOf, TEST_KEYS } from './wallets.mjs';

const best = (levels) => Number(levels.at(-1).price);

async function describe(client, market) {
  const info = await client.getClobMarketInfo(market.condition_id);
  const tokens = info.t.map((token) => token.t);
  const book = await client.getOrderBook(tokens[0]);
  const open = book.bids?.length > 0 && book.asks?.length > 0;
  return {
    condition: market.condition_id,
    tokens,
    info,
    tick: info.mts,
    negRisk: info.nr ?? false,
    delayed: Boolean(info.itode) || (info.sd ?? 0) > 0,
    quoted: open && best(book.bids) >= 0.15 && best(book.asks) <= 0.85,
  };
}

// Without taker delay, quoted on both sides, away from the edges.
export async function findMarket(client, wanted, most = 500) {
  const page = await client.getSamplingMarkets();
  if (!Array.isArray(page?.data)) throw new Error(`${client.host} does not answer as a CLOB: ${JSON.stringify(page).slice(0, 200)}`);
  for (const market of page.data.slice(0, most)) {
    const prices = market.tokens.map((token) => Number(token.price));
    if (!market.enable_order_book || !market.accepting_orders || Math.min(...prices) < 0.15) continue;
    const found = await describe(client, market);
    if (found.quoted && wanted(found)) return found;
  }
  return undefined;
}

export async function makeContext(venue, options) {
  const client = clientOf(venue.host);
  const ctx = { venue, options, client, notes: {} };
  const plain = (m) => !m.delayed && !m.negRisk && m.tick === 0.01;
  ctx.market = (await findMarket(client, plain)) ?? (await findMarket(client, () => true));
  if (!ctx.market) throw new Error(`${venue.host} has no market with a two-sided book`);
  if (options.access === 'account') ctx.alice = await readerOf(venue, process.env.CONFORMANCE_PRIVATE_KEY);
  if (options.access !== 'trade') return ctx;
  ctx.negRiskMarket = await findMarket(client, (m) => m.negRisk && !m.delayed);
  ctx.delayedMarket = await findMarket(client, (m) => m.delayed);
  ctx.alice = await traderOf(venue, TEST_KEYS[0], 10_000);
  ctx.bob = await traderOf(venue, TEST_KEYS[1], 10_000);
  // Shares to sell, from a split: the faucet gives dollars.
  for (const trader of [ctx.alice, ctx.bob]) {
    await venue.control('/operations', {
      address: trader.address, operation: 'split', condition_id: ctx.market.condition, amount: '500',
    });
  }
  return ctx;
}
