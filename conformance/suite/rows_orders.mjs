// Orders: made, posted, looked up, cancelled.
import { CancelOrdersResponseSchema, OpenOrderSchema, OrderResponseSchema, OrderResponsesSchema } from '@polymarket/bindings/clob';
import { getContractConfig, OrderType, Side } from '@polymarket/clob-client-v2';
import { hashTypedData, recoverTypedDataAddress } from 'viem';

import { accepted, assert, cents, conforms, eventually } from './checks.mjs';
import { row } from './registry.mjs';
import { CHAIN } from './wallets.mjs';

const TOPIC = 'orders';

// The bid nobody sells to: rests until it is cancelled.
export const restingBid = ({ market }, size = 100) => ({
  tokenID: market.tokens[0], price: market.tick, size, side: Side.BUY,
});

const ORDER_TYPE = {
  Order: [
    ['salt', 'uint256'], ['maker', 'address'], ['signer', 'address'], ['tokenId', 'uint256'], ['makerAmount', 'uint256'],
    ['takerAmount', 'uint256'], ['side', 'uint8'], ['signatureType', 'uint8'], ['timestamp', 'uint256'],
    ['metadata', 'bytes32'], ['builder', 'bytes32'],
  ].map(([name, type]) => ({ name, type })),
};

// EIP-712 by a third library: what the order id must be, and who signed.
export function typedData(order, { negRisk = false, version = '2' } = {}) {
  const contracts = getContractConfig(CHAIN);
  const verifyingContract = version === '3' ? contracts.exchangeV3 : negRisk ? contracts.negRiskExchangeV2 : contracts.exchangeV2;
  assert.ok(verifyingContract, `no exchange for version ${version} in ${Object.keys(contracts)}`);
  return {
    domain: { name: 'Polymarket CTF Exchange', version, chainId: CHAIN, verifyingContract },
    types: ORDER_TYPE,
    primaryType: 'Order',
    message: { ...order, side: order.side === Side.BUY ? 0 : 1 },
  };
}

export async function bestPrices(ctx, token = ctx.market.tokens[0]) {
  const book = await ctx.client.getOrderBook(token);
  return { bid: Number(book.bids.at(-1).price), ask: Number(book.asks.at(-1).price), book };
}

row(TOPIC, 'createOrder', 'signed under domain 2; the signer recovers', async (ctx) => {
  const order = await ctx.alice.client.createOrder(restingBid(ctx));
  assert.equal(order.makerAmount, String(100 * ctx.market.tick * 1e6));
  assert.equal(order.takerAmount, '100000000');
  const who = await recoverTypedDataAddress({ ...typedData(order, ctx.market), signature: order.signature });
  assert.equal(who, ctx.alice.address);
}, 'account');

row(TOPIC, 'createMarketOrder', 'priced from the book; fees and tick found from the token', async (ctx) => {
  const order = await ctx.alice.client.createMarketOrder({ tokenID: ctx.market.tokens[0], amount: 5, side: Side.BUY });
  assert.equal(order.makerAmount, '5000000');
  assert.ok(Number(order.takerAmount) > 5_000_000);
  // With little in the wallet, the platform's fee comes out of the amount.
  const fee = ctx.market.info.fd?.r ?? 0;
  const tight = await ctx.alice.client.createMarketOrder({ tokenID: ctx.market.tokens[0], amount: 5, side: Side.BUY, userUSDCBalance: 5 });
  assert.equal(Number(tight.makerAmount) < 5_000_000, fee > 0);
}, 'account');

row(TOPIC, 'createExchangeV3OrderFromAmounts', 'signed under domain 3 for the V3 exchange; the signer recovers', async (ctx) => {
  const order = await ctx.alice.client.createExchangeV3OrderFromAmounts({
    tokenID: ctx.market.tokens[0], makerAmount: '1234567', takerAmount: '7654321', side: Side.BUY,
  });
  const who = await recoverTypedDataAddress({ ...typedData(order, { version: '3' }), signature: order.signature });
  assert.equal(who, ctx.alice.address);
}, 'account');

row(TOPIC, 'postOrder', 'GTC rests; the order id is the EIP-712 digest', async (ctx) => {
  const { client } = ctx.alice;
  const order = await client.createOrder(restingBid(ctx));
  const answer = accepted(await client.postOrder(order, OrderType.GTC), 'live');
  conforms(OrderResponseSchema, answer);
  assert.equal(answer.orderID, hashTypedData(typedData(order, ctx.market)));
  ctx.notes.resting = answer.orderID;
}, 'trade');

row(TOPIC, 'getOrder', 'the open order in the official schema; null once it is gone', async (ctx) => {
  const { client } = ctx.alice;
  const order = await client.getOrder(ctx.notes.resting);
  conforms(OpenOrderSchema, order);
  assert.equal(order.id, ctx.notes.resting);
  assert.equal(order.status, 'LIVE');
  assert.equal(order.owner, ctx.alice.creds.key);
  assert.equal(order.maker_address.toLowerCase(), ctx.alice.address.toLowerCase());
  assert.deepEqual([Number(order.price), Number(order.original_size), Number(order.size_matched)], [ctx.market.tick, 100, 0]);
}, 'trade');

row(TOPIC, 'getOpenOrders', 'all, by market, by token, by id; nobody else\'s', async (ctx) => {
  const { client } = ctx.alice;
  const id = ctx.notes.resting;
  const ids = async (filter) => (await client.getOpenOrders(filter)).map((order) => order.id);
  assert.ok((await ids()).includes(id));
  assert.deepEqual(await ids({ id }), [id]);
  assert.ok((await ids({ market: ctx.market.condition })).includes(id));
  assert.ok(!(await ids({ asset_id: ctx.market.tokens[1] })).includes(id));
  assert.ok(!(await ctx.bob.client.getOpenOrders()).some((order) => order.id === id));
}, 'trade');

row(TOPIC, 'cancelOrder', 'gone from the open orders', async (ctx) => {
  const { client } = ctx.alice;
  const answer = await client.cancelOrder({ orderID: ctx.notes.resting });
  conforms(CancelOrdersResponseSchema, answer);
  assert.deepEqual(answer, { canceled: [ctx.notes.resting], not_canceled: {} });
  assert.equal(await client.getOrder(ctx.notes.resting), null);
}, 'trade');

row(TOPIC, 'createAndPostOrder', 'GTC, GTD and post-only rest', async (ctx) => {
  const { client } = ctx.alice;
  const gtc = accepted(await client.createAndPostOrder(restingBid(ctx)), 'live');
  const expiration = (await client.getServerTime()) + 600;
  const gtd = accepted(await client.createAndPostOrder({ ...restingBid(ctx), expiration }, undefined, OrderType.GTD), 'live');
  const only = accepted(await client.createAndPostOrder(restingBid(ctx), undefined, OrderType.GTC, true), 'live');
  const dated = await client.getOrder(gtd.orderID);
  assert.deepEqual([dated.order_type, dated.expiration], ['GTD', String(expiration)]);
  ctx.notes.three = [gtc.orderID, gtd.orderID, only.orderID];
}, 'trade');

row(TOPIC, 'cancelOrders', 'several by id, each with its own answer', async (ctx) => {
  const unknown = `0x${'9'.repeat(64)}`;
  const answer = await ctx.alice.client.cancelOrders([...ctx.notes.three, unknown]);
  conforms(CancelOrdersResponseSchema, answer);
  assert.deepEqual([...answer.canceled].sort(), [...ctx.notes.three].sort());
  assert.deepEqual(Object.keys(answer.not_canceled), [unknown]);
}, 'trade');

row(TOPIC, 'postOrders', 'a batch; the bad leg says why and the others rest', async (ctx) => {
  const { client } = ctx.alice;
  const leg = async (size) => ({ order: await client.createOrder(restingBid(ctx, size)), orderType: OrderType.GTC });
  const answers = await client.postOrders([await leg(10), await leg(1), await leg(20)]);
  conforms(OrderResponsesSchema, answers);
  accepted(answers[0], 'live');
  accepted(answers[2], 'live');
  assert.equal(answers[1].orderID, '');
  assert.match(answers[1].errorMsg, /is invalid\. Size \(1\) lower than the minimum: 5$/);
  ctx.notes.batch = [answers[0].orderID, answers[2].orderID];
}, 'trade');

row(TOPIC, 'cancelMarketOrders', 'by token, by market; others stay', async (ctx) => {
  const { client } = ctx.alice;
  const [yes, no] = ctx.market.tokens;
  assert.deepEqual((await client.cancelMarketOrders({ asset_id: no })).canceled, []);
  const gone = await client.cancelMarketOrders({ market: ctx.market.condition, asset_id: yes });
  assert.deepEqual([...gone.canceled].sort(), [...ctx.notes.batch].sort());
}, 'trade');

row(TOPIC, 'cancelAll', 'nothing stays open', async (ctx) => {
  const { client } = ctx.alice;
  await client.createAndPostOrder(restingBid(ctx));
  assert.equal((await client.cancelAll()).canceled.length, 1);
  assert.deepEqual(await client.getOpenOrders(), []);
}, 'trade');

row(TOPIC, 'createAndPostMarketOrder', 'FOK buys; the client finds the transaction of the fill', async (ctx) => {
  const { client } = ctx.alice;
  const answer = accepted(await client.createAndPostMarketOrder({
    tokenID: ctx.market.tokens[0], amount: 5, side: Side.BUY, price: 0.95,
  }), 'matched');
  conforms(OrderResponseSchema, answer);
  // The simulator fills dollar targets in hundredths of a share.
  assert.ok(Number(answer.makingAmount) <= 5 && Number(answer.makingAmount) > 4.99, answer.makingAmount);
  assert.ok(Number(answer.takingAmount) > 5);
  assert.ok(answer.tradeIDs.length >= 1);
  assert.match(answer.transactionsHashes[0], /^0x[0-9a-f]{64}$/);
  ctx.notes.bought = answer;
}, 'trade');

row('cases', 'case:FAK', 'a SELL through the book fills what is there and leaves nothing open', async (ctx) => {
  const { client } = ctx.alice;
  const order = await client.createMarketOrder({ tokenID: ctx.market.tokens[0], amount: 10, side: Side.SELL, price: 0.05 });
  const answer = accepted(await client.postOrder(order, OrderType.FAK), 'matched');
  assert.equal(answer.makingAmount, '10');
  assert.ok(Number(answer.takingAmount) > 0);
  assert.deepEqual(await client.getOpenOrders(), []);
}, 'trade');

row('cases', 'case:GTC that takes first', 'a crossing limit order trades at once, price improvement goes to it', async (ctx) => {
  const { client } = ctx.alice;
  const { ask } = await bestPrices(ctx);
  const answer = accepted(await client.createAndPostOrder(
    { tokenID: ctx.market.tokens[0], price: cents(ask + 0.03), size: 6, side: Side.BUY }), 'matched');
  assert.ok(Number(answer.makingAmount) <= 6 * (ask + 0.03) + 1e-9);
  await client.cancelAll();
}, 'trade');

row('cases', 'case:GTD that expires', 'the venue ends it 60 s before its time and tells it as a cancellation', async (ctx) => {
  const { client } = ctx.alice;
  const expiration = (await client.getServerTime()) + 185;
  const { orderID } = accepted(await client.createAndPostOrder({ ...restingBid(ctx), expiration }, undefined, OrderType.GTD), 'live');
  await ctx.venue.control('/time', { advance_ms: 120_000 });
  assert.notEqual(await client.getOrder(orderID), null);
  await ctx.venue.control('/time', { advance_ms: 10_000 });
  assert.equal(await client.getOrder(orderID), null);
}, 'trade');

row('cases', 'case:deferExec', 'accepted, answered without waiting for the transaction', async (ctx) => {
  const { client } = ctx.alice;
  const order = await client.createMarketOrder({ tokenID: ctx.market.tokens[0], amount: 2, side: Side.BUY, price: 0.95 });
  const answer = accepted(await client.postOrder(order, OrderType.FAK, false, true), 'matched');
  assert.equal(answer.transactionsHashes, undefined);
}, 'trade');

row('cases', 'case:neg-risk market', 'signed for the neg-risk exchange, rests, cancels', async (ctx) => {
  const { client } = ctx.alice;
  const market = ctx.negRiskMarket;
  assert.ok(market, 'the world has no quoted neg-risk market');
  const order = await client.createOrder({ tokenID: market.tokens[0], price: market.tick, size: 20, side: Side.BUY });
  const answer = accepted(await client.postOrder(order), 'live');
  assert.equal(answer.orderID, hashTypedData(typedData(order, { negRisk: true })));
  assert.deepEqual((await client.cancelOrder({ orderID: answer.orderID })).canceled, [answer.orderID]);
}, 'trade');

row('cases', 'case:taker delay', 'a marketable order is held, cannot be cancelled, and trades afterwards', async (ctx) => {
  const { client } = ctx.alice;
  const market = ctx.delayedMarket;
  assert.ok(market, 'the world has no quoted market with a taker delay');
  await ctx.venue.control('/time', { pause: true });
  try {
    const order = await client.createMarketOrder({ tokenID: market.tokens[0], amount: 5, side: Side.BUY, price: 0.95 });
    const { orderID } = accepted(await client.postOrder(order, OrderType.FAK), 'delayed');
    const kept = await client.cancelOrder({ orderID });
    assert.equal(kept.not_canceled[orderID], 'cannot cancel because the order is in pending/delayed status');
    ctx.notes.delayed = orderID;
  } finally {
    await ctx.venue.control('/time', { pause: false });
  }
  await eventually('the delayed order trades', async () =>
    (await client.getTrades({ market: market.condition })).some((t) => t.taker_order_id === ctx.notes.delayed));
}, 'trade');

row('cases', 'case:builder code', 'an order with a builder code is listed for that code', async (ctx) => {
  const builderCode = `0x${'0'.repeat(60)}cafe`;
  const client = ctx.alice.clientWith({ builderConfig: { builderCode } });
  const answer = accepted(await client.createAndPostMarketOrder(
    { tokenID: ctx.market.tokens[0], amount: 3, side: Side.BUY, price: 0.95 }, undefined, OrderType.FAK), 'matched');
  ctx.notes.builder = { builderCode, tradeIDs: answer.tradeIDs, orderID: answer.orderID };
}, 'trade');
