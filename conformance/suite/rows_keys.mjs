// API keys: made by a wallet's signature, used by HMAC.
import { ApiKeyCredsSchema, ApiKeysResponseSchema, BuilderApiKeyCredsSchema, BuilderApiKeysResponseSchema } from '@polymarket/bindings/clob';

import { assert, conforms, refused } from './checks.mjs';
import { row } from './registry.mjs';
import { clientOf, signerOf, TEST_KEYS } from './wallets.mjs';

const TOPIC = 'keys';
const stranger = ({ venue }) => clientOf(venue.host, { signer: signerOf(TEST_KEYS[2]) });

row(TOPIC, 'createApiKey', 'a key, a secret, a passphrase; a second time for the same nonce: refused', async (ctx) => {
  const creds = await stranger(ctx).createApiKey(7);
  conforms(ApiKeyCredsSchema, { ...creds, apiKey: creds.key });
  assert.match(creds.key, /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
  assert.equal((await stranger(ctx).createApiKey(7)).key, undefined);
  assert.notEqual((await stranger(ctx).createApiKey(8)).key, creds.key);
}, 'trade');

row(TOPIC, 'deriveApiKey', 'the same key again', async ({ venue, alice }) => {
  const again = await clientOf(venue.host, { signer: alice.signer }).deriveApiKey();
  assert.deepEqual(again, alice.creds);
}, 'account');

row(TOPIC, 'createOrDeriveApiKey', 'derives when there is one', async ({ venue, alice }) => {
  assert.deepEqual(await clientOf(venue.host, { signer: alice.signer }).createOrDeriveApiKey(), alice.creds);
}, 'account');

row(TOPIC, 'getApiKeys', 'lists the key', async ({ alice }) => {
  const keys = await alice.client.getApiKeys();
  conforms(ApiKeysResponseSchema, keys);
  assert.ok(keys.apiKeys.includes(alice.creds.key));
}, 'account');

row(TOPIC, 'deleteApiKey', 'the deleted key is no longer let in', async ({ venue }) => {
  const signer = signerOf(TEST_KEYS[3]);
  const creds = await clientOf(venue.host, { signer }).createApiKey(1);
  const client = clientOf(venue.host, { signer, creds });
  assert.ok((await client.getApiKeys()).apiKeys.includes(creds.key));
  assert.equal(await client.deleteApiKey(), 'OK');
  refused(await client.getApiKeys(), 401, 'Unauthorized/Invalid api key');
}, 'trade');

row(TOPIC, 'getClosedOnlyMode', 'false, and true while the address is restricted', async ({ alice, venue }) => {
  assert.deepEqual(await alice.client.getClosedOnlyMode(), { closed_only: false });
  if (!venue.control) return;
  await venue.control('/standing', { address: alice.address, standing: 'closed_only' });
  const restricted = await alice.client.getClosedOnlyMode();
  await venue.control('/standing', { address: alice.address, standing: 'good' });
  assert.deepEqual(restricted, { closed_only: true });
}, 'account');

row(TOPIC, 'createReadonlyApiKey', 'a key that reads orders and trades, and cannot cancel', async (ctx) => {
  const { alice, venue } = ctx;
  const { apiKey } = await alice.client.createReadonlyApiKey();
  assert.match(apiKey, /^[0-9a-f-]{36}$/);
  ctx.notes.readonlyKey = apiKey;
  const headers = { POLY_READONLY_API_KEY: apiKey, POLY_ADDRESS: alice.address };
  const orders = await fetch(`${venue.host}/data/orders?maker_address=${alice.address}`, { headers });
  assert.equal(orders.status, 200);
  assert.ok(Array.isArray((await orders.json()).data));
  assert.equal((await fetch(`${venue.host}/cancel-all`, { method: 'DELETE', headers })).status, 401);
}, 'trade');

row(TOPIC, 'getReadonlyApiKeys', 'lists it', async ({ alice, notes }) => {
  const keys = await alice.client.getReadonlyApiKeys();
  assert.ok(Array.isArray(keys));
  if (notes.readonlyKey) assert.ok(keys.includes(notes.readonlyKey));
}, 'account');

row(TOPIC, 'deleteReadonlyApiKey', 'true once, false after', async ({ alice, notes }) => {
  assert.equal(await alice.client.deleteReadonlyApiKey(notes.readonlyKey), true);
  assert.equal(await alice.client.deleteReadonlyApiKey(notes.readonlyKey), false);
  assert.ok(!(await alice.client.getReadonlyApiKeys()).includes(notes.readonlyKey));
}, 'trade');

row(TOPIC, 'createBuilderApiKey', 'a key, a secret, a passphrase', async (ctx) => {
  const made = await ctx.alice.client.createBuilderApiKey();
  conforms(BuilderApiKeyCredsSchema, made);
  ctx.notes.builderKey = made.key;
}, 'trade');

row(TOPIC, 'getBuilderApiKeys', 'lists it with its date', async ({ alice, notes }) => {
  const keys = await alice.client.getBuilderApiKeys();
  conforms(BuilderApiKeysResponseSchema, keys);
  if (notes.builderKey) assert.ok(keys.some((entry) => entry.key === notes.builderKey && !entry.revokedAt));
}, 'account');

row(TOPIC, 'revokeBuilderApiKey', 'the list says when it was revoked', async ({ alice, notes }) => {
  assert.equal(await alice.client.revokeBuilderApiKey(), 'OK');
  const keys = await alice.client.getBuilderApiKeys();
  assert.ok(keys.some((entry) => entry.key === notes.builderKey && entry.revokedAt));
}, 'trade');
