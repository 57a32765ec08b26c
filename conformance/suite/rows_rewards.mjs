// Rewards and scoring. The simulator runs no programme: the shapes are checked, and that nothing is invented.
import {
  OrderScoringResponseSchema, OrdersScoringResponseSchema, PaginatedCurrentRewardsSchema, PaginatedMarketRewardsSchema,
  RewardsPercentagesSchema, TotalUserEarningsResponseSchema, UserEarningSchema, UserRewardsEarningSchema,
} from '@polymarket/bindings/clob';

import { accepted, assert, conforms } from './checks.mjs';
import { row } from './registry.mjs';
import { restingBid } from './rows_orders.mjs';

const TOPIC = 'rewards';
const today = async (client) => new Date((await client.getServerTime()) * 1000).toISOString().slice(0, 10);
const eachConforms = (schema, list) => {
  assert.ok(Array.isArray(list), JSON.stringify(list));
  for (const item of list) conforms(schema, item);
};
const page = (data) => ({ limit: data.length, count: data.length, next_cursor: 'LTE=', data });

row(TOPIC, 'getCurrentRewards', 'pages to the end; none are configured', async ({ client }) => {
  conforms(PaginatedCurrentRewardsSchema, page(await client.getCurrentRewards()));
});

row(TOPIC, 'getRawRewardsForMarket', 'pages to the end; none are configured', async ({ client, market }) => {
  conforms(PaginatedMarketRewardsSchema, page(await client.getRawRewardsForMarket(market.condition)));
});

row(TOPIC, 'getEarningsForUserForDay', 'pages to the end; nothing earned', async ({ alice }) => {
  eachConforms(UserEarningSchema, await alice.client.getEarningsForUserForDay(await today(alice.client)));
}, 'account');

row(TOPIC, 'getTotalEarningsForUserForDay', 'a list; nothing earned', async ({ alice }) => {
  conforms(TotalUserEarningsResponseSchema, await alice.client.getTotalEarningsForUserForDay(await today(alice.client)));
}, 'account');

row(TOPIC, 'getUserEarningsAndMarketsConfig', 'pages to the end; no market configured', async ({ alice }) => {
  eachConforms(UserRewardsEarningSchema, await alice.client.getUserEarningsAndMarketsConfig(await today(alice.client)));
}, 'account');

row(TOPIC, 'getRewardPercentages', 'a map; empty', async ({ alice }) => {
  conforms(RewardsPercentagesSchema, await alice.client.getRewardPercentages());
}, 'account');

row(TOPIC, 'isOrderScoring', 'false for a resting order', async (ctx) => {
  const { client } = ctx.alice;
  const { orderID } = accepted(await client.createAndPostOrder(restingBid(ctx)), 'live');
  const answer = await client.isOrderScoring({ order_id: orderID });
  conforms(OrderScoringResponseSchema, answer);
  assert.equal(answer.scoring, false);
  ctx.notes.scored = orderID;
}, 'trade');

row(TOPIC, 'areOrdersScoring', 'a map of the ids asked', async (ctx) => {
  const { client } = ctx.alice;
  const answer = await client.areOrdersScoring({ orderIds: [ctx.notes.scored] });
  conforms(OrdersScoringResponseSchema, answer);
  assert.deepEqual(answer, { [ctx.notes.scored]: false });
  await client.cancelAll();
}, 'trade');
