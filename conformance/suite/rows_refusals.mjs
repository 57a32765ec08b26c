// Wrong on purpose: what the venue says then, in its own words.
import { OrderType, Side } from '@polymarket/clob-client-v2';

import { accepted, assert, cents, refused } from './checks.mjs';
import { row } from './registry.mjs';
import { bestPrices, restingBid } from './rows_orders.mjs';
import { clientOf, signerOf, TEST_KEYS } from './wallets.mjs';

const bad = (name, text, run, access = 'trade') => row('refusals', `refusal:${name}`, text, run, access);

// Past the client's own checks.
async function built(ctx, userOrder, tickSize = String(ctx.market.tick)) {
  return ctx.alice.client.orderBuilder.buildOrder(userOrder, { tickSize, negRisk: ctx.market.negRisk }, 2);
}

const FINER = { 0.1: '0.01', 0.01: '0.001', 0.001: '0.0001' };

bad('price between ticks', '400 order … is invalid. Price (…) breaks minimum tick size rule: …', async (ctx) => {
  const { tick } = ctx.market;
  const price = Number((tick * 1.5).toFixed(4));
  const order = await built(ctx, { ...restingBid(ctx), price }, FINER[tick]);
  refused(await ctx.alice.client.postOrder(order), 400,
    new RegExp(`^order 0x[0-9a-f]{64} is invalid\\. Price \\(${price}\\) breaks minimum tick size rule: ${tick}$`));
});

bad('tick finer than the market\'s', 'refused by the client itself', async (ctx) => {
  await assert.rejects(() => ctx.alice.client.createOrder(restingBid(ctx), { tickSize: FINER[ctx.market.tick] }), /invalid tick size \(0\.\d+\), minimum for the market is 0\.\d+/);
});

bad('price outside the range', 'refused by the client itself', async (ctx) => {
  await assert.rejects(() => ctx.alice.client.createOrder({ ...restingBid(ctx), price: 1 }), /invalid price \(1\)/);
});

bad('too few shares', '400 order … is invalid. Size (4) lower than the minimum: 5', async (ctx) => {
  refused(await ctx.alice.client.createAndPostOrder(restingBid(ctx, 4)), 400, /^order 0x[0-9a-f]{64} is invalid\. Size \(4\) lower than the minimum: 5$/);
});

bad('post-only that crosses', '400 invalid post-only order: order crosses book', async (ctx) => {
  const { ask } = await bestPrices(ctx);
  const crossing = { tokenID: ctx.market.tokens[0], price: cents(ask + 0.05), size: 10, side: Side.BUY };
  refused(await ctx.alice.client.createAndPostOrder(crossing, undefined, OrderType.GTC, true), 400, 'invalid post-only order: order crosses book');
});

bad('post-only FOK', 'refused by the client itself', async (ctx) => {
  const order = await built(ctx, restingBid(ctx));
  await assert.rejects(() => ctx.alice.client.postOrder(order, OrderType.FOK, true), /postOnly is not supported/);
});

bad('FOK without enough on the other side', '400 order couldn\'t be fully filled. FOK orders are fully filled or killed.', async (ctx) => {
  const answer = await ctx.alice.client.createAndPostMarketOrder(
    { tokenID: ctx.market.tokens[0], amount: 5, side: Side.BUY, price: ctx.market.tick });
  refused(answer, 400, 'order couldn\'t be fully filled. FOK orders are fully filled or killed.');
});

bad('FAK without anything on the other side', '400 no orders found to match with FAK order. …', async (ctx) => {
  const order = await ctx.alice.client.createMarketOrder({ tokenID: ctx.market.tokens[0], amount: 5, side: Side.BUY, price: ctx.market.tick });
  refused(await ctx.alice.client.postOrder(order, OrderType.FAK), 400,
    'no orders found to match with FAK order. FAK orders are partially filled or killed if no match is found.');
});

bad('marketable BUY under a dollar', '400 invalid amount for a marketable BUY order ($0.5), min size: $1', async (ctx) => {
  const answer = await ctx.alice.client.createAndPostMarketOrder({ tokenID: ctx.market.tokens[0], amount: 0.5, side: Side.BUY, price: 0.95 });
  refused(answer, 400, /^invalid amount for a marketable BUY order \(\$0\.5\), min size: \$1$/);
});

bad('more than the wallet has', '400 not enough balance / allowance', async (ctx) => {
  refused(await ctx.alice.client.createAndPostOrder({ ...restingBid(ctx), size: 100_000_000 }), 400, 'not enough balance / allowance');
  refused(await ctx.alice.client.createAndPostOrder({ ...restingBid(ctx), price: 0.99, size: 100_000, side: Side.SELL }), 400, 'not enough balance / allowance');
});

bad('GTD that ends too soon', '400 invalid expiration', async (ctx) => {
  const expiration = (await ctx.client.getServerTime()) + 100;
  refused(await ctx.alice.client.createAndPostOrder({ ...restingBid(ctx), expiration }, undefined, OrderType.GTD), 400, 'invalid expiration');
});

bad('the same order again', '400 order … is invalid. Duplicated.', async (ctx) => {
  const order = await built(ctx, restingBid(ctx));
  const { orderID } = accepted(await ctx.alice.client.postOrder(order), 'live');
  refused(await ctx.alice.client.postOrder(order), 400, `order ${orderID} is invalid. Duplicated.`);
  await ctx.alice.client.cancelOrder({ orderID });
  refused(await ctx.alice.client.postOrder(order), 400, `order ${orderID} is invalid. Duplicated.`);
});

bad('a token that does not exist', '404 No orderbook exists for the requested token id; 400 Invalid token id for an order', async (ctx) => {
  const order = await ctx.alice.client.orderBuilder.buildOrder({ ...restingBid(ctx), price: 0.5, tokenID: '12345' }, { tickSize: '0.01', negRisk: false }, 2);
  refused(await ctx.alice.client.postOrder(order), 400, 'Invalid token id');
  refused(await ctx.client.getOrderBook('12345'), 404, 'No orderbook exists for the requested token id');
});

bad('an order of the first version', '400 order_version_mismatch; the client asks for the version and tries once more', async (ctx) => {
  const order = await ctx.alice.client.createOrder(restingBid(ctx), { tickSize: String(ctx.market.tick), version: 1 });
  refused(await ctx.alice.client.postOrder(order), 400, 'order_version_mismatch');
});

bad('an order of the wrong exchange', '400 order_version_mismatch', async (ctx) => {
  const order = await ctx.alice.client.createExchangeV3OrderFromAmounts(
    { tokenID: ctx.market.tokens[0], makerAmount: '1000000', takerAmount: '100000000', side: Side.BUY });
  refused(await ctx.alice.client.postOrder(order), 400, 'order_version_mismatch');
});

bad('an order of somebody else', '400 the order signer address has to be the address of the API KEY', async (ctx) => {
  const order = await ctx.bob.client.createOrder(restingBid(ctx));
  refused(await ctx.alice.client.postOrder(order), 400, 'the order signer address has to be the address of the API KEY');
});

bad('cancel of an unknown order', '200, in not_canceled with a reason', async (ctx) => {
  const unknown = `0x${'7'.repeat(64)}`;
  const answer = await ctx.alice.client.cancelOrder({ orderID: unknown });
  assert.deepEqual(answer.canceled, []);
  assert.equal(typeof answer.not_canceled[unknown], 'string');
});

bad('cancel twice', '200, in not_canceled: already canceled or matched', async (ctx) => {
  const { orderID } = accepted(await ctx.alice.client.createAndPostOrder(restingBid(ctx)), 'live');
  await ctx.alice.client.cancelOrder({ orderID });
  const again = await ctx.alice.client.cancelOrder({ orderID });
  assert.match(again.not_canceled[orderID], /already canceled or matched/);
});

bad('cancel of somebody else\'s order', '200, in not_canceled; it stays open', async (ctx) => {
  const { orderID } = accepted(await ctx.alice.client.createAndPostOrder(restingBid(ctx)), 'live');
  const answer = await ctx.bob.client.cancelOrder({ orderID });
  assert.deepEqual(answer.canceled, []);
  assert.notEqual(await ctx.alice.client.getOrder(orderID), null);
  await ctx.alice.client.cancelOrder({ orderID });
});

bad('16 orders in a batch', '400 Too many orders in payload: 16, max allowed: 15', async (ctx) => {
  const orders = [];
  for (let i = 0; i < 16; ++i) orders.push({ order: await built(ctx, restingBid(ctx)), orderType: OrderType.GTC });
  refused(await ctx.alice.client.postOrders(orders), 400, 'Too many orders in payload: 16, max allowed: 15');
});

bad('501 books at once', '400 Payload exceeds the limit', async (ctx) => {
  const many = Array.from({ length: 501 }, () => ({ token_id: ctx.market.tokens[0], side: Side.BUY }));
  refused(await ctx.client.getOrderBooks(many), 400, 'Payload exceeds the limit');
}, 'public');

bad('wrong secret', '401 Unauthorized/Invalid api key', async (ctx) => {
  const { signer, creds } = ctx.alice;
  const secret = Buffer.alloc(32, 1).toString('base64');
  const client = clientOf(ctx.venue.host, { signer, creds: { ...creds, secret } });
  refused(await client.getApiKeys(), 401, 'Unauthorized/Invalid api key');
}, 'account');

bad('wrong passphrase', '401 Unauthorized/Invalid api key', async (ctx) => {
  const { signer, creds } = ctx.alice;
  const client = clientOf(ctx.venue.host, { signer, creds: { ...creds, passphrase: '00' } });
  refused(await client.getApiKeys(), 401, 'Unauthorized/Invalid api key');
}, 'account');

bad('a key nobody made', '401 Unauthorized/Invalid api key', async (ctx) => {
  const { signer, creds } = ctx.alice;
  const client = clientOf(ctx.venue.host, { signer, creds: { ...creds, key: '00000000-0000-4000-8000-000000000000' } });
  refused(await client.getApiKeys(), 401, 'Unauthorized/Invalid api key');
}, 'account');

bad('somebody else\'s key', '401 Unauthorized/Invalid api key', async (ctx) => {
  const client = clientOf(ctx.venue.host, { signer: signerOf(TEST_KEYS[2]), creds: ctx.alice.creds });
  refused(await client.getApiKeys(), 401, 'Unauthorized/Invalid api key');
}, 'account');

bad('wallet signature of another chain', '401 Invalid L1 Request headers', async (ctx) => {
  const client = clientOf(ctx.venue.host, { signer: signerOf(TEST_KEYS[2]), chain: 80002 });
  const answer = await fetchKey(client);
  assert.deepEqual([answer.status, answer.body.error], [401, 'Invalid L1 Request headers']);
});

// The client hides what a failed key creation says; the same headers by hand show it.
async function fetchKey(client) {
  const { createL1Headers } = await import('@polymarket/clob-client-v2');
  const headers = await createL1Headers(client.signer, client.chainId, 99, await client.getServerTime());
  const response = await fetch(`${client.host}/auth/api-key`, { method: 'POST', headers });
  return { status: response.status, body: await response.json() };
}

bad('closed-only address', '400 \'0x…\' address in closed only mode; sells are let through', async (ctx) => {
  const { alice, venue } = ctx;
  await venue.control('/standing', { address: alice.address, standing: 'closed_only' });
  try {
    refused(await alice.client.createAndPostOrder(restingBid(ctx)), 400, new RegExp(`^'${alice.address}' address in closed only mode$`, 'i'));
    const { orderID } = accepted(await alice.client.createAndPostOrder({ ...restingBid(ctx), price: 0.99, size: 5, side: Side.SELL }), 'live');
    await alice.client.cancelOrder({ orderID });
  } finally {
    await venue.control('/standing', { address: alice.address, standing: 'good' });
  }
});

bad('banned address', '400 \'0x…\' address banned', async (ctx) => {
  const { alice, venue } = ctx;
  await venue.control('/standing', { address: alice.address, standing: 'banned' });
  try {
    refused(await alice.client.createAndPostOrder(restingBid(ctx)), 400, new RegExp(`^'${alice.address}' address banned$`, 'i'));
  } finally {
    await venue.control('/standing', { address: alice.address, standing: 'good' });
  }
});

async function inMode(ctx, mode, use) {
  await ctx.venue.control('/faults', { venue_mode: mode });
  try {
    await use(await ctx.alice.client.createAndPostOrder(restingBid(ctx)));
  } finally {
    await ctx.venue.control('/faults', { venue_mode: 'normal' });
  }
}

bad('matching engine restarting', '425', async (ctx) => inMode(ctx, 'restarting', (answer) => refused(answer, 425, /./)));

bad('post-only mode', '503 with post_only_mode and retry_after_seconds; post-only orders rest', async (ctx) => {
  await ctx.alice.client.cancelAll();
  await inMode(ctx, 'post_only', async (answer) => {
    refused(answer, 503, 'post-only mode: only post-only orders and cancels are allowed');
    assert.equal(answer.code, 'post_only_mode');
    assert.ok(answer.retry_after_seconds > 0);
    accepted(await ctx.alice.client.createAndPostOrder(restingBid(ctx), undefined, OrderType.GTC, true), 'live');
    assert.equal((await ctx.alice.client.cancelAll()).canceled.length, 1);
  });
});

bad('cancel-only mode', '503 Trading is currently cancel-only. …; cancels work', async (ctx) => {
  const { orderID } = accepted(await ctx.alice.client.createAndPostOrder(restingBid(ctx)), 'live');
  await inMode(ctx, 'cancel_only', async (answer) => {
    refused(answer, 503, 'Trading is currently cancel-only. New orders are not accepted, but cancels are allowed.');
    assert.deepEqual((await ctx.alice.client.cancelOrder({ orderID })).canceled, [orderID]);
  });
});

bad('trading disabled', '503 Trading is currently disabled. …', async (ctx) =>
  inMode(ctx, 'disabled', (answer) => refused(answer, 503, 'Trading is currently disabled. Check polymarket.com for updates')));
