// The dead man's switch. Last: once it has begun, a late beat cancels this key's orders.
import { accepted, assert } from './checks.mjs';
import { row } from './registry.mjs';
import { restingBid } from './rows_orders.mjs';

row('heartbeats', 'postHeartbeat', 'each answer names the next; a wrong id is told the right one; silence cancels all orders', async (ctx) => {
  const { client } = ctx.bob;
  const first = await client.postHeartbeat();
  assert.match(first.heartbeat_id, /^[0-9a-f-]{36}$/);
  const second = await client.postHeartbeat(first.heartbeat_id);
  assert.notEqual(second.heartbeat_id, first.heartbeat_id);
  const wrong = await client.postHeartbeat('nonsense');
  assert.equal(wrong.status, 400);
  assert.equal(wrong.error.error_msg, 'Invalid Heartbeat ID');
  assert.equal(wrong.error.heartbeat_id, second.heartbeat_id);
  const { orderID } = accepted(await client.createAndPostOrder(restingBid(ctx)), 'live');
  await client.postHeartbeat(second.heartbeat_id);
  await ctx.venue.control('/time', { advance_ms: 12_000 });
  assert.equal(await client.getOrder(orderID), null);
}, 'trade');
