// The wallets that trade. The keys are the first ones of the test mnemonic every Ethereum tool knows (anvil, hardhat):
// public, worthless, never to be used with money.
import { ClobClient, SignatureTypeV2 } from '@polymarket/clob-client-v2';
import { createWalletClient, http } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { polygon } from 'viem/chains';

export const CHAIN = 137;
export const TEST_KEYS = [
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
  '0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a',
  '0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6',
];

// Wallets of the first test key, as the venue's factories derive them.
export const SMART_WALLETS = [
  { type: SignatureTypeV2.POLY_PROXY, name: 'proxy', address: '0x365f0CA36Ae1f641E02fE3B7743673da42A13A70' },
  { type: SignatureTypeV2.POLY_GNOSIS_SAFE, name: 'Safe', address: '0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47' },
  { type: SignatureTypeV2.POLY_1271, name: 'deposit wallet', address: '0xBc0fF067b7740Eff76C1ca93c875Ba6B890d6B50' },
];

export function signerOf(key) {
  return createWalletClient({ account: privateKeyToAccount(key), chain: polygon, transport: http() });
}

// Time is the venue's: a simulator's may run ahead of this machine's.
export function clientOf(host, extra = {}) {
  return new ClobClient({ host, chain: CHAIN, useServerTime: true, ...extra });
}

function accountOf(venue, signer, creds) {
  const address = signer.account.address;
  if (!creds.key) throw new Error(`the venue gave no API key for ${address}`);
  const client = (more = {}) => clientOf(venue.host, { signer, creds, ...more });
  return { signer, address, creds, client: client(), clientWith: client };
}

// An account that is only looked at: its key must exist already.
export async function readerOf(venue, key) {
  const signer = signerOf(key);
  return accountOf(venue, signer, await clientOf(venue.host, { signer }).deriveApiKey());
}

// A test account with money from the simulator's faucet.
export async function traderOf(venue, key, usd) {
  const signer = signerOf(key);
  await venue.control('/faucet', { address: signer.account.address, usd: String(usd) });
  return accountOf(venue, signer, await clientOf(venue.host, { signer }).createOrDeriveApiKey());
}
