// Signature types: whose money an order of the first test key spends.
import { AssetType, OrderType, Side } from '@polymarket/clob-client-v2';

import { accepted, assert } from './checks.mjs';
import { row } from './registry.mjs';
import { restingBid } from './rows_orders.mjs';
import { SMART_WALLETS } from './wallets.mjs';

const dollars = async (client) => Number((await client.getBalanceAllowance({ asset_type: AssetType.COLLATERAL })).balance) / 1e6;

async function tradesFor(ctx, client, address) {
  const [tokenID] = ctx.market.tokens;
  const shares = async () => Number((await client.getBalanceAllowance({ asset_type: AssetType.CONDITIONAL, token_id: tokenID })).balance);
  const rests = accepted(await client.createAndPostOrder(restingBid(ctx)), 'live');
  assert.equal((await client.getOrder(rests.orderID)).maker_address.toLowerCase(), address.toLowerCase());
  assert.deepEqual((await client.cancelOrder({ orderID: rests.orderID })).canceled, [rests.orderID]);
  const [usdBefore, sharesBefore] = [await dollars(client), await shares()];
  const order = await client.createMarketOrder({ tokenID, amount: 5, side: Side.BUY, price: 0.95 });
  const buys = accepted(await client.postOrder(order, OrderType.FAK, false, true), 'matched');
  const spent = usdBefore - (await dollars(client));
  assert.ok(spent > 4.99 && spent < 5.5, `spent ${spent}`);  // to a hundredth of a share, and the fee on top
  assert.equal((await shares()) - sharesBefore, Math.round(Number(buys.takingAmount) * 1e6));
}

row('wallets', 'case:signature type 0', 'the EOA trades its own money', async (ctx) => {
  await tradesFor(ctx, ctx.alice.client, ctx.alice.address);
}, 'trade');

for (const { type, name, address } of SMART_WALLETS) {
  row('wallets', `case:signature type ${type}`, `the same key trades the money of its ${name}`, async (ctx) => {
    await ctx.venue.control('/faucet', { address, usd: '1000' });
    const client = ctx.alice.clientWith({ signatureType: type, funderAddress: address });
    const own = await dollars(ctx.alice.client);
    assert.equal(await dollars(client), 1000);
    await tradesFor(ctx, client, address);
    assert.equal(await dollars(ctx.alice.client), own, 'the EOA paid');
  }, 'trade');
}
