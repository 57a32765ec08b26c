#include "chain/contracts.hpp"

#include <fmt/format.h>

#include <string_view>

#include "base/check.hpp"

namespace underround::chain {
namespace {

// EIP-55 text, so that a slipped digit does not survive the first run.
Address literal(std::string_view text) {
  const auto address = crypto::parse_address(text);
  UR_CHECK(address.has_value());
  return *address;
}

Contracts polygon() {
  Contracts c;
  c.chain_id = kPolygon;
  c.collateral = literal("0xC011a7E12a19f7B1f670d46F03B03f3342E82DFB");
  c.usdc_e = literal("0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174");
  c.wrapped_collateral = literal("0x3A3BD7bb9528E159577F7C2e685CC81A765002E2");
  c.conditional_tokens = literal("0x4D97DCd97eC945f40cF65F87097ACe5EA0476045");
  c.position_manager = literal("0x006F54F7f9A22e0000CC2AB60031000000ae9fEF");
  c.exchange_v2 = literal("0xE111180000d2663C0091e4f400237545B87B996B");
  c.neg_risk_exchange_v2 = literal("0xe2222d279d744050d28e00520010520000310F59");
  c.exchange_v3 = literal("0xe3333700cA9d93003F00f0F71f8515005F6c00Aa");
  c.collateral_adapter = literal("0xAdA100Db00Ca00073811820692005400218FcE1f");
  c.neg_risk_collateral_adapter = literal("0xadA2005600Dec949baf300f4C6120000bDB6eAab");
  c.router = literal("0x12121212006e4CD160D18e3f00711DA5c3372600");
  c.neg_risk_adapter = literal("0xd91E80cF2E7be2e162c6513ceD06f1dD0dA35296");
  c.combinatorial_module = literal("0x30000034706C7d8e12009DAB006Be20000c031A8");
  c.auto_redeem_operator = literal("0xa1200000d0002264C9a1698e001292D00E1b00af");
  c.deposit_wallet_factory = literal("0x00000000000Fb5C9ADea0298D729A0CB3823Cc07");
  c.deposit_wallet_beacon = literal("0x7A18EDfe055488A3128f01F563e5B479D92ffc3a");
  c.deposit_wallet_implementation = literal("0x58CA52ebe0DadfdF531Cde7062e76746de4Db1eB");
  c.proxy_factory = literal("0xaB45c5A4B0c941a2F231C04C3f49182e1A254052");
  c.proxy_implementation = literal("0x44e999d5c2F66Ef0861317f9A4805AC2e90aEB4f");
  c.safe_factory = literal("0xaacFeEa03eb1561C4e67d661e40682Bd20E3541b");
  c.safe_multisend = literal("0xA238CBeb142c10Ef7Ad8442C6D1f9E89e07e7761");
  c.relay_hub = literal("0xD216153c06E857cD7f72665E0aF1d7D82172F494");
  return c;
}

// The test network has no CLOB; its adapters, Router and proxy factory are not published (protocol page 3.2).
Contracts amoy() {
  const Contracts main = polygon();
  Contracts c;
  c.chain_id = kAmoy;
  c.collateral = main.collateral;
  c.conditional_tokens = literal("0x69308FB512518e39F9b16112fA8d994F4e2Bf8bB");
  c.exchange_v2 = main.exchange_v2;
  c.neg_risk_exchange_v2 = main.neg_risk_exchange_v2;
  c.exchange_v3 = literal("0x9fE6e61422AdB6F610d8597F9684b16912D50C3D");
  c.deposit_wallet_factory = main.deposit_wallet_factory;
  c.deposit_wallet_implementation = literal("0x50a88fE9a441cB4c9c2aD6A2207CE2795C7D7Fbd");
  c.safe_factory = main.safe_factory;
  c.safe_multisend = main.safe_multisend;
  return c;
}

}  // namespace

Result<Contracts> contracts_of(std::uint64_t chain_id) {
  if (chain_id == kPolygon) return polygon();
  if (chain_id == kAmoy) return amoy();
  return fail(ErrorCode::kUnsupported,
              fmt::format("chain id {}: no contracts known; use 137 (Polygon) or 80002 (Amoy)", chain_id));
}

}  // namespace underround::chain
