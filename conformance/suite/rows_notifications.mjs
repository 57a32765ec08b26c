// Notifications of what the rows before have done.
import { NotificationsResponseSchema } from '@polymarket/bindings/clob';

import { assert, conforms, eventually, accepted } from './checks.mjs';
import { row } from './registry.mjs';
import { OrderType, Side } from '@polymarket/clob-client-v2';

const TOPIC = 'notifications';
const CANCEL = 1, FILL = 2, FILL_FAILED = 8;

// The fault is for the next fill of anybody: time stands still until it is ours. A fill whose proceeds are spent already
// cannot fail, then the next one does.
async function failedTrade(ctx) {
  const { client } = ctx.alice;
  const { control } = ctx.venue;
  for (let i = 0; i < 5; ++i) {
    await control('/time', { pause: true });
    await control('/faults', { kind: 'ghost_fill', times: 1 });
    const order = await client.createMarketOrder({ tokenID: ctx.market.tokens[0], amount: 2, side: Side.BUY, price: 0.95 });
    const { tradeIDs: [id] } = accepted(await client.postOrder(order, OrderType.FAK, false, true), 'matched');
    await control('/time', { pause: false });
    const status = await eventually('the fill is settled', async () => {
      const [trade] = await client.getTrades({ id });
      return ['FAILED', 'CONFIRMED'].includes(trade.status) && trade.status;
    });
    if (status === 'FAILED') return id;
  }
  throw new Error('no fill failed in five tries');
}

row(TOPIC, 'getNotifications', 'cancels and fills of both sides, and a fill that failed, in the official schema', async (ctx) => {
  const { client } = ctx.alice;
  const all = await client.getNotifications();
  conforms(NotificationsResponseSchema, all);
  if (ctx.options.access !== 'trade') return;
  const of = (type, id) => all.filter((n) => n.type === type && n.payload.order_id === id);
  assert.equal(of(CANCEL, ctx.notes.resting).length, 1);
  assert.equal(of(FILL, ctx.notes.bought.orderID).length, ctx.notes.bought.tradeIDs.length);
  const [filled] = of(FILL, ctx.notes.maker.orderID);
  assert.deepEqual([filled.owner, filled.payload.side, filled.payload.matched_size, filled.payload.remaining_size],
    [ctx.alice.creds.key, 'BUY', '10', '0']);
  const failed = await failedTrade(ctx);
  const told = await eventually('the failed fill is told', async () => (await client.getNotifications())
    .find((n) => n.type === FILL_FAILED && n.payload.trade_id === failed));
  conforms(NotificationsResponseSchema, [told]);
}, 'account');

row(TOPIC, 'dropNotifications', 'the named ones go, then all of them', async ({ alice }) => {
  const { client } = alice;
  const before = await client.getNotifications();
  assert.equal(await client.dropNotifications({ ids: before.slice(0, 2).map((n) => String(n.id)) }), 'OK');
  assert.equal((await client.getNotifications()).length, before.length - 2);
  await client.dropNotifications({ ids: before.map((n) => String(n.id)) });
  assert.deepEqual(await client.getNotifications(), []);
}, 'trade');
