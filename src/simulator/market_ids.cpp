#include "simulator/market_ids.hpp"

#include <openssl/bn.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/check.hpp"
#include "core/ids.hpp"
#include "crypto/address.hpp"
#include "crypto/encoding.hpp"
#include "crypto/keccak.hpp"
#include "crypto/u256.hpp"

namespace underround::simulator {
namespace {

using crypto::Address;
using crypto::U256;

// Protocol page 3.1. Oracles: UMA's adapter, and the neg-risk adapter for its own conditions.
constexpr std::string_view kOracle = "157Ce2d672854c848c9b79C49a8Cc6cc89176a49";
constexpr std::string_view kNegRiskOracle = "d91E80cF2E7be2e162c6513ceD06f1dD0dA35296";
constexpr std::string_view kUsdcE = "2791Bca1f2de4661ED88A30C99A7a9449Aa84174";
constexpr std::string_view kWrappedCollateral = "3A3BD7bb9528E159577F7C2e685CC81A765002E2";
constexpr char kFieldPrime[] = "21888242871839275222246405745257275088696311157297823662689037894645226208583";

Address address(std::string_view hex) {
  Address out;
  UR_CHECK(crypto::decode_hex(hex, out));
  return out;
}

Digest random_digest(Random& rng) {
  Digest out;
  for (std::size_t i = 0; i < out.size(); i += 8) {
    const std::uint64_t bits = rng.next();
    for (std::size_t j = 0; j < 8; ++j) out[i + j] = static_cast<std::uint8_t>(bits >> (56 - 8 * j));
  }
  return out;
}

Digest parse(std::string_view text) {
  Digest out{};
  UR_CHECK(text.size() == 66 && crypto::decode_hex(text.substr(2), out));
  return out;
}

struct BnFree {
  void operator()(BIGNUM* n) const noexcept { BN_free(n); }
  void operator()(BN_CTX* c) const noexcept { BN_CTX_free(c); }
  void operator()(BN_MONT_CTX* m) const noexcept { BN_MONT_CTX_free(m); }
};
using Bn = std::unique_ptr<BIGNUM, BnFree>;

// The curve the collections live on: y^2 = x^3 + 3 modulo a prime that is 3 modulo 4, so that a root of v, when there
// is one, is v^((P + 1) / 4).
class CollectionCurve {
 public:
  CollectionCurve() : context_(BN_CTX_new()), montgomery_(BN_MONT_CTX_new()), root_(BN_new()) {
    BIGNUM* prime = nullptr;
    UR_CHECK(BN_dec2bn(&prime, kFieldPrime) > 0);
    prime_.reset(prime);
    UR_CHECK(BN_copy(root_.get(), prime) != nullptr && BN_add_word(root_.get(), 1) == 1 &&
             BN_rshift(root_.get(), root_.get(), 2) == 1 &&
             BN_MONT_CTX_set(montgomery_.get(), prime, context_.get()) == 1);
  }

  // getCollectionId with the empty parent; indexSet 1 or 2 of a binary condition.
  [[nodiscard]] Digest collection(const Digest& condition, unsigned outcome) {
    std::array<std::uint8_t, 64> packed{};
    std::copy(condition.begin(), condition.end(), packed.begin());
    packed[63] = static_cast<std::uint8_t>(1U << outcome);
    const Digest seed = crypto::keccak256(packed);
    const bool odd = (seed[0] & 0x80U) != 0;
    const Bn x(BN_bin2bn(seed.data(), static_cast<int>(seed.size()), nullptr));
    const Bn square(BN_new()), y(BN_new()), check(BN_new());
    BIGNUM* const p = prime_.get();
    BN_CTX* const c = context_.get();
    do {
      BN_add_word(x.get(), 1);
      BN_nnmod(x.get(), x.get(), p, c);
      BN_mod_sqr(square.get(), x.get(), p, c);
      BN_mod_mul(square.get(), square.get(), x.get(), p, c);
      BN_add_word(square.get(), 3);
      BN_nnmod(square.get(), square.get(), p, c);
      BN_mod_exp_mont(y.get(), square.get(), root_.get(), p, c, montgomery_.get());
      BN_mod_sqr(check.get(), y.get(), p, c);
    } while (BN_cmp(check.get(), square.get()) != 0);
    Digest out{};
    UR_CHECK(BN_bn2binpad(x.get(), out.data(), static_cast<int>(out.size())) == static_cast<int>(out.size()));
    // Of the roots y and P - y one is odd: the seed's top bit chooses, and the choice becomes bit 254.
    if (odd) out[0] ^= 0x40U;
    return out;
  }

 private:
  std::unique_ptr<BN_CTX, BnFree> context_;
  std::unique_ptr<BN_MONT_CTX, BnFree> montgomery_;
  Bn prime_, root_;
};

std::string token_v1(const Digest& condition, unsigned outcome, bool neg_risk) {
  thread_local CollectionCurve curve;
  std::array<std::uint8_t, 52> packed{};
  const Address collateral = address(neg_risk ? kWrappedCollateral : kUsdcE);
  const Digest collection = curve.collection(condition, outcome);
  std::copy(collateral.begin(), collateral.end(), packed.begin());
  std::copy(collection.begin(), collection.end(), packed.begin() + 20);
  U256 id;
  id.bytes = crypto::keccak256(packed);
  return id.to_decimal();
}

std::string condition_v1(const Digest& question, bool neg_risk) {
  std::array<std::uint8_t, 84> packed{};
  const Address oracle = address(neg_risk ? kNegRiskOracle : kOracle);
  std::copy(oracle.begin(), oracle.end(), packed.begin());
  std::copy(question.begin(), question.end(), packed.begin() + 20);
  packed[83] = 2;
  return crypto::hex_0x(crypto::keccak256(packed));
}

std::string condition_v2(Random& rng) {
  Digest id = random_digest(rng);
  id[0] = 1;                                       // the binary module
  std::fill(id.begin() + 19, id.begin() + 27, 0);  // reserved: bits 40 to 103
  id[31] = 0;                                      // where the outcome goes
  return crypto::hex_0x(id);
}

}  // namespace

std::string random_hash_text(Random& rng) { return crypto::hex_0x(random_digest(rng)); }

std::string random_neg_risk_market_text(Random& rng) {
  Digest id = random_digest(rng);
  id[31] = 0;
  return crypto::hex_0x(id);
}

void name_market(ConditionSpec& spec, const std::string& neg_risk_market, unsigned index, Random& rng) {
  const bool v2 = spec.version == MarketVersion::kV2;
  if (spec.question_id.empty()) {
    spec.question_id = random_hash_text(rng);
    if (!neg_risk_market.empty()) {
      UR_CHECK(index < 256);
      Digest question = parse(neg_risk_market);
      question[31] = static_cast<std::uint8_t>(index);
      spec.question_id = crypto::hex_0x(question);
    }
  }
  if (spec.condition_id.empty()) {
    spec.condition_id = v2 ? condition_v2(rng) : condition_v1(parse(spec.question_id), spec.neg_risk);
  }
  for (unsigned outcome = 0; outcome < 2; ++outcome) {
    if (!spec.tokens[outcome].empty()) continue;
    if (v2) {
      U256 id;
      id.bytes = parse(spec.condition_id);
      id.bytes[31] = static_cast<std::uint8_t>(outcome);
      spec.tokens[outcome] = id.to_decimal();
    } else {
      spec.tokens[outcome] = token_v1(parse(spec.condition_id), outcome, spec.neg_risk);
    }
  }
}

}  // namespace underround::simulator
