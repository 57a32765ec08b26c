// The two WebSocket channels, read with the official event schemas.
import { MarketEventSchema, UserEventSchema } from '@polymarket/bindings/subscriptions';
import { OrderType, Side } from '@polymarket/clob-client-v2';

import { accepted, assert, conforms, eventually } from './checks.mjs';
import { row } from './registry.mjs';
import { restingBid } from './rows_orders.mjs';
import { openSocket } from './socket.mjs';

const TOPIC = 'streams';
const subscription = ({ market }, more) => ({ type: 'market', assets_ids: market.tokens, custom_feature_enabled: true, ...more });

async function withSocket(url, use) {
  const socket = await openSocket(url);
  try {
    return await use(socket);
  } finally {
    socket.close();
  }
}

row(TOPIC, 'wire:market, first frames', 'one array with a book for each token; its hash is the one the client computes', async (ctx) => {
  await withSocket(ctx.venue.wsMarket, async (socket) => {
    socket.send(subscription(ctx));
    await socket.waitFor('a book', (event) => event.event_type === 'book');
    assert.ok(Array.isArray(JSON.parse(socket.frames.find((text) => text.startsWith('[')))), 'no array first');
    const rest = await ctx.client.getOrderBook(ctx.market.tokens[0]);
    for (const token of ctx.market.tokens) {
      const book = await socket.waitFor('the book', (event) => event.event_type === 'book' && event.asset_id === token);
      conforms(MarketEventSchema, book);
      // The frame leaves out what does not change; the hash is over all of it.
      const full = {
        market: book.market, asset_id: book.asset_id, timestamp: book.timestamp, hash: '', bids: book.bids, asks: book.asks,
        min_order_size: rest.min_order_size, tick_size: book.tick_size, neg_risk: rest.neg_risk, last_trade_price: book.last_trade_price,
      };
      assert.equal(await ctx.client.getOrderBookHash(full), book.hash);
    }
  });
});

row(TOPIC, 'wire:market, keep-alive', 'PING is answered with PONG', async (ctx) => {
  await withSocket(ctx.venue.wsMarket, async (socket) => {
    socket.send(subscription(ctx));
    socket.send('PING');
    await eventually('PONG', () => socket.frames.includes('PONG'));
  });
});

row(TOPIC, 'wire:market, price_change', 'an order shows at its price with its size on both tokens; its cancel takes it away', async (ctx) => {
  await withSocket(ctx.venue.wsMarket, async (socket) => {
    const [yes, no] = ctx.market.tokens;
    socket.send(subscription(ctx));
    await socket.waitFor('a book', (event) => event.event_type === 'book');
    const levelAt = (token, side, price) => (change) =>
      change.asset_id === token && change.side === side && Math.abs(Number(change.price) - price) < 1e-9;
    const changed = (test, more = () => true) => (event) =>
      event.event_type === 'price_change' && event.price_changes.some((c) => test(c) && more(c));
    const bid = levelAt(yes, 'BUY', ctx.market.tick), mirrored = levelAt(no, 'SELL', 1 - ctx.market.tick);
    const { orderID } = accepted(await ctx.alice.client.createAndPostOrder(restingBid(ctx, 321)), 'live');
    const shown = await socket.waitFor('the bid', changed(bid, (c) => Number(c.size) >= 321));
    conforms(MarketEventSchema, shown);
    assert.ok(shown.price_changes.some(mirrored), 'the other token is missing');
    const size = Number(shown.price_changes.find(bid).size);
    await ctx.alice.client.cancelOrder({ orderID });
    await socket.waitFor('the cancel', changed(bid, (c) => Number(c.size) <= size - 321));
  });
}, 'trade');

row(TOPIC, 'wire:market, last_trade_price', 'a trade is printed with its taker\'s side; every frame is in the official schema', async (ctx) => {
  await withSocket(ctx.venue.wsMarket, async (socket) => {
    socket.send(subscription(ctx));
    await socket.waitFor('a book', (event) => event.event_type === 'book');
    const order = await ctx.alice.client.createMarketOrder({ tokenID: ctx.market.tokens[0], amount: 7, side: Side.SELL, price: 0.05 });
    accepted(await ctx.alice.client.postOrder(order, OrderType.FAK, false, true), 'matched');
    const print = await socket.waitFor('the trade', (event) =>
      event.event_type === 'last_trade_price' && event.asset_id === ctx.market.tokens[0] && event.side === 'SELL');
    assert.ok(Number(print.size) > 0);
    for (const event of socket.events()) conforms(MarketEventSchema, event, `${event.event_type} frame`);
  });
}, 'trade');

row(TOPIC, 'wire:market, unsubscribe', 'a token taken off the list is silent; put back, it starts with a book', async (ctx) => {
  await withSocket(ctx.venue.wsMarket, async (socket) => {
    socket.send(subscription(ctx));
    await socket.waitFor('a book', (event) => event.event_type === 'book');
    socket.send({ assets_ids: ctx.market.tokens, operation: 'unsubscribe' });
    socket.send('PING');
    await eventually('PONG', () => socket.frames.includes('PONG'));
    const before = socket.events().length;
    socket.send({ assets_ids: [ctx.market.tokens[1]], operation: 'subscribe', custom_feature_enabled: true });
    await eventually('a new book', () => socket.events().slice(before).some((e) => e.event_type === 'book' && e.asset_id === ctx.market.tokens[1]));
  });
});

const login = (trader, more) => {
  const { key, secret, passphrase } = trader.creds;
  return { type: 'user', auth: { apiKey: key, secret, passphrase }, ...more };
};

row(TOPIC, 'wire:user, orders', 'PLACEMENT and CANCELLATION of one\'s own orders, not of others\'', async (ctx) => {
  await withSocket(ctx.venue.wsUser, async (mine) => withSocket(ctx.venue.wsUser, async (other) => {
    for (const [socket, trader] of [[mine, ctx.alice], [other, ctx.bob]]) {
      socket.send(login(trader));
      socket.send('PING');
      await eventually('PONG', () => socket.frames.includes('PONG'));
    }
    const { orderID } = accepted(await ctx.alice.client.createAndPostOrder(restingBid(ctx)), 'live');
    const placed = await mine.waitFor('the placement', (e) => e.event_type === 'order' && e.id === orderID && e.type === 'PLACEMENT');
    conforms(UserEventSchema, placed);
    assert.deepEqual([placed.status, placed.owner, placed.order_type], ['LIVE', ctx.alice.creds.key, 'GTC']);
    await ctx.alice.client.cancelOrder({ orderID });
    const gone = await mine.waitFor('the cancellation', (e) => e.event_type === 'order' && e.id === orderID && e.type === 'CANCELLATION');
    conforms(UserEventSchema, gone);
    assert.deepEqual(other.events(), []);
  }));
}, 'trade');

row(TOPIC, 'wire:user, trades', 'one trade id: MATCHED, MINED, CONFIRMED, in the official schema', async (ctx) => {
  await withSocket(ctx.venue.wsUser, async (socket) => {
    socket.send(login(ctx.alice, { markets: [ctx.market.condition] }));
    socket.send('PING');
    await eventually('PONG', () => socket.frames.includes('PONG'));
    const order = await ctx.alice.client.createMarketOrder({ tokenID: ctx.market.tokens[0], amount: 2, side: Side.BUY, price: 0.95 });
    const { tradeIDs: [id] } = accepted(await ctx.alice.client.postOrder(order, OrderType.FAK, false, true), 'matched');
    await socket.waitFor('CONFIRMED', (e) => e.event_type === 'trade' && e.id === id && e.status === 'CONFIRMED');
    const told = socket.events().filter((e) => e.event_type === 'trade' && e.id === id);
    for (const event of told) conforms(UserEventSchema, event);
    assert.deepEqual(told.map((e) => e.status).filter((s) => s !== 'RETRYING').slice(0, 1), ['MATCHED']);
    assert.ok(told.some((e) => e.status === 'MINED'));
  });
}, 'trade');

row(TOPIC, 'wire:user, wrong secret', 'the socket closes', async (ctx) => {
  await withSocket(ctx.venue.wsUser, async (socket) => {
    socket.send(login({ creds: { ...ctx.alice.creds, secret: Buffer.alloc(32).toString('base64') } }));
    await eventually('the socket closes', () => socket.state.closed);
  });
}, 'account');
