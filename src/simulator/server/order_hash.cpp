#include "simulator/server/order_hash.hpp"

#include "crypto/eip712.hpp"
#include "crypto/encoding.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

constexpr std::string_view kOrderType =
    "Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,uint256 takerAmount,"
    "uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,bytes32 builder)";
constexpr std::uint64_t kPolygon = 137;

// Without a look at the checksum: hashing is over the bytes.
std::optional<crypto::Address> address_bytes(std::string_view text) {
  crypto::Address address{};
  if (text.size() != 42 || !text.starts_with("0x") || !crypto::decode_hex(text, address)) return std::nullopt;
  return address;
}

Digest domain_of(MarketVersion version, bool neg_risk) {
  const bool v2_market = version == MarketVersion::kV2;
  const std::string_view exchange = v2_market  ? "0xe3333700cA9d93003F00f0F71f8515005F6c00Aa"
                                    : neg_risk ? "0xe2222d279d744050d28e00520010520000310F59"
                                               : "0xE111180000d2663C0091e4f400237545B87B996B";
  return crypto::domain_separator("Polymarket CTF Exchange", v2_market ? "3" : "2", kPolygon, address_bytes(exchange));
}

}  // namespace

std::optional<Digest> order_digest(const SignedOrder& order, MarketVersion version, bool neg_risk) {
  static const Digest type_hash = crypto::keccak256(kOrderType);
  static const Digest domains[] = {domain_of(MarketVersion::kV1, false), domain_of(MarketVersion::kV1, true),
                                   domain_of(MarketVersion::kV2, false)};
  crypto::Words<12> words;
  words.add(type_hash);
  bool sound = true;
  const auto add_number = [&](const std::string& text) {
    const auto value = crypto::U256::parse(text);
    sound = sound && value.has_value();
    words.add(value.value_or(crypto::U256{}));
  };
  const auto add_address = [&](const std::string& text) {
    const auto value = address_bytes(text);
    sound = sound && value.has_value();
    words.add(value.value_or(crypto::Address{}));
  };
  const auto add_bytes = [&](const std::string& text) {
    const auto value = parse_digest(text);
    sound = sound && value.has_value();
    words.add(value.value_or(Digest{}));
  };
  add_number(order.salt);
  add_address(order.maker);
  add_address(order.signer);
  add_number(order.token_id);
  add_number(order.maker_amount);
  add_number(order.taker_amount);
  words.add(std::uint64_t{order.side});
  words.add(std::uint64_t{order.signature_type});
  add_number(order.timestamp);
  add_bytes(order.metadata);
  add_bytes(order.builder);
  if (!sound) return std::nullopt;
  const std::size_t domain = version == MarketVersion::kV2 ? 2 : neg_risk ? 1 : 0;
  return crypto::typed_digest(domains[domain], words.hash());
}

}  // namespace underround::simulator
