// Balances and trades of an account.
import { BalanceAllowanceResponseSchema, ClobTradeSchema, PaginatedBuilderTradesSchema } from '@polymarket/bindings/clob';
import { AssetType, OrderType, Side } from '@polymarket/clob-client-v2';

import { accepted, assert, conforms, eventually } from './checks.mjs';
import { row } from './registry.mjs';

const TOPIC = 'account';

row(TOPIC, 'getBalanceAllowance', 'dollars and shares in base units, an allowance for every exchange', async ({ alice, market }) => {
  const usd = await alice.client.getBalanceAllowance({ asset_type: AssetType.COLLATERAL });
  conforms(BalanceAllowanceResponseSchema, usd);
  assert.match(usd.balance, /^\d+$/);
  assert.ok(Object.keys(usd.allowances).length > 0);
  const shares = await alice.client.getBalanceAllowance({ asset_type: AssetType.CONDITIONAL, token_id: market.tokens[0] });
  conforms(BalanceAllowanceResponseSchema, shares);
}, 'account');

row(TOPIC, 'updateBalanceAllowance', 'accepted; the balance read after it is the chain\'s', async ({ alice, venue }) => {
  const read = async () => BigInt((await alice.client.getBalanceAllowance({ asset_type: AssetType.COLLATERAL })).balance);
  const before = await read();
  if (venue.control) await venue.control('/faucet', { address: alice.address, usd: '7' });
  const answer = await alice.client.updateBalanceAllowance({ asset_type: AssetType.COLLATERAL });
  assert.equal(answer?.error, undefined);
  if (venue.control) assert.equal((await read()) - before, 7_000_000n);
}, 'account');

row(TOPIC, 'getTrades', 'as taker, in the official schema; CONFIRMED with a transaction in the end', async ({ alice, notes }) => {
  const trades = await alice.client.getTrades();
  for (const trade of trades) conforms(ClobTradeSchema, trade);
  if (!notes.bought) return;
  const [id] = notes.bought.tradeIDs;
  const [mine] = await alice.client.getTrades({ id });
  assert.equal(mine.taker_order_id, notes.bought.orderID);
  assert.deepEqual([mine.trader_side, mine.owner, mine.side], ['TAKER', alice.creds.key, 'BUY']);
  const sum = mine.maker_orders.reduce((total, maker) => total + Number(maker.matched_amount), 0);
  assert.ok(Math.abs(sum - Number(mine.size)) < 1e-6);
  const done = await eventually('the trade is confirmed', async () => {
    const [now] = await alice.client.getTrades({ id });
    return now.status === 'CONFIRMED' && now;
  });
  assert.match(done.transaction_hash, /^0x[0-9a-f]{64}$/);
}, 'account');

row(TOPIC, 'getTradesPaginated', 'the first page and its cursor; a time window without trades is empty', async ({ alice, notes }) => {
  const page = await alice.client.getTradesPaginated();
  assert.equal(page.count, page.trades.length);
  assert.equal(typeof page.next_cursor, 'string');
  if (notes.bought) assert.ok(page.trades.some((trade) => trade.id === notes.bought.tradeIDs[0]));
  assert.equal((await alice.client.getTradesPaginated({ before: '1000' })).count, 0);
}, 'account');

// Time stands still: bob sells exactly through alice's bid, and nobody gets in between.
row('cases', 'case:trade as maker', 'both sides see one trade: the taker its own, the maker its row of maker_orders', async (ctx) => {
  const { alice, bob, market, venue } = ctx;
  const [tokenID] = market.tokens;
  await venue.control('/time', { pause: true });
  try {
    const book = await ctx.client.getOrderBook(tokenID);
    const { price, size } = book.bids.at(-1);
    const bid = accepted(await alice.client.createAndPostOrder({ tokenID, price: Number(price), size: 10, side: Side.BUY }), 'live');
    const amount = Math.ceil(Number(size)) + 10;
    await venue.control('/operations', { address: bob.address, operation: 'split', condition_id: market.condition, amount: String(amount) });
    const order = await bob.client.createMarketOrder({ tokenID, amount, side: Side.SELL, price: Number(price) });
    const sale = accepted(await bob.client.postOrder(order, OrderType.FAK, false, true), 'matched');
    const [seen] = await alice.client.getTrades({ id: sale.tradeIDs[0] });
    conforms(ClobTradeSchema, seen);
    assert.deepEqual([seen.trader_side, seen.owner, seen.side], ['MAKER', bob.creds.key, 'SELL']);
    const mine = seen.maker_orders.filter((maker) => maker.owner === alice.creds.key);
    assert.equal(mine.length, 1);
    assert.deepEqual([mine[0].order_id, mine[0].side, Number(mine[0].matched_amount), Number(mine[0].price)], [bid.orderID, 'BUY', 10, Number(price)]);
    ctx.notes.maker = { orderID: bid.orderID, tradeID: sale.tradeIDs[0] };
  } finally {
    await venue.control('/time', { pause: false });
  }
}, 'trade');

row(TOPIC, 'getBuilderTrades', 'the trades of a builder code, public; without a code the client refuses', async ({ client, notes }) => {
  await assert.rejects(() => client.getBuilderTrades({ builder_code: `0x${'0'.repeat(64)}` }), /builderCode is required/);
  const { builderCode, tradeIDs, orderID } = notes.builder ?? { builderCode: `0x${'0'.repeat(63)}1` };
  const { trades, ...page } = await client.getBuilderTrades({ builder_code: builderCode });
  conforms(PaginatedBuilderTradesSchema, { ...page, data: trades });
  if (!notes.builder) return;
  assert.deepEqual(trades.map((trade) => trade.id).sort(), [...tradeIDs].sort());
  assert.ok(trades.every((trade) => trade.takerOrderHash === orderID && trade.tradeType === 'TAKER' && trade.builder === builderCode));
});

row(TOPIC, 'getPreMigrationOrders', 'none: the simulator was never anything but V2', async ({ alice }) => {
  assert.ok(Array.isArray(await alice.client.getPreMigrationOrders()));
}, 'account');
