#include "simulator/server/order_hash.hpp"

#include <array>

#include "crypto/eip712.hpp"
#include "crypto/encoding.hpp"
#include "simulator/chain/calldata.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

constexpr std::uint64_t kPolygon = 137;

struct Exchange {
  std::string_view version, contract;
};
// Protocol pages 3.1 and 6.2, in the order of ExchangeDomain.
constexpr Exchange kExchanges[kExchangeDomains] = {{"2", "0xE111180000d2663C0091e4f400237545B87B996B"},
                                                   {"2", "0xe2222d279d744050d28e00520010520000310F59"},
                                                   {"3", "0xe3333700cA9d93003F00f0F71f8515005F6c00Aa"},
                                                   {"1", "0x4bFb41d5B3570DeFd03C39a9A4D8dE6Bd8B8982E"},
                                                   {"1", "0xC5d563A36AE78145C45a50134d48A1215220f80a"}};

}  // namespace

ExchangeDomain domain_of(MarketVersion version, bool neg_risk) noexcept {
  if (version == MarketVersion::kV2) return ExchangeDomain::kV3;
  return neg_risk ? ExchangeDomain::kNegRiskV2 : ExchangeDomain::kStandardV2;
}

const Digest& domain_separator(ExchangeDomain domain) noexcept {
  static const auto separators = [] {
    std::array<Digest, kExchangeDomains> out;
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = crypto::domain_separator("Polymarket CTF Exchange", kExchanges[i].version, kPolygon,
                                        address_of(kExchanges[i].contract));
    }
    return out;
  }();
  return separators[static_cast<std::size_t>(domain)];
}

std::optional<Digest> order_struct_hash(const SignedOrder& order) {
  static const Digest type_hash = crypto::keccak256(kOrderType);
  crypto::Words<12> words;
  words.add(type_hash);
  bool sound = true;
  const auto add_number = [&](const std::string& text) {
    const auto value = crypto::U256::parse(text);
    sound = sound && value.has_value();
    words.add(value.value_or(crypto::U256{}));
  };
  const auto add_address = [&](const std::string& text) {
    const auto value = address_of(text);
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
  return words.hash();
}

std::optional<Digest> order_digest(const SignedOrder& order, MarketVersion version, bool neg_risk) {
  const auto contents = order_struct_hash(order);
  if (!contents) return std::nullopt;
  return crypto::typed_digest(domain_separator(domain_of(version, neg_risk)), *contents);
}

}  // namespace underround::simulator
