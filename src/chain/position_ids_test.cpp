#include "chain/position_ids.hpp"

#include <rapidcheck.h>

#include <boost/multiprecision/cpp_int.hpp>

#include "chain/test_vectors.hpp"
#include "chain/wei.hpp"

namespace underround::chain {
namespace {

using PositionIdVectors = Vectors;

TEST_F(PositionIdVectors, RealMarkets) {
  int checked = 0;
  for (const Json market : simdjson::dom::array(root_["ctf_ids"])) {
    const Digest condition = digest(str(market["condition_id"]));
    const Address collateral = addr(str(market["collateral"]));
    for (unsigned outcome = 0; outcome < 2; ++outcome) {
      EXPECT_EQ(hex(collection_id(condition, U256(outcome + 1))),
                str(market["collection_ids_index_set_1_2"].at(outcome)));
      EXPECT_EQ(position_id_v1(collateral, condition, outcome).to_decimal(), str(market["token_ids"].at(outcome)));
      ++checked;
    }
  }
  EXPECT_EQ(checked, 6);
}

// Whatever the condition: the collection names a point of the curve, with the parity bit where the contract puts it.
TEST(CollectionId, LiesOnTheCurve) {
  using Wide = boost::multiprecision::uint512_t;
  const Wide p("21888242871839275222246405745257275088696311157297823662689037894645226208583");
  EXPECT_TRUE(rc::check([&](const Digest& condition, std::uint8_t index_set) {
    Wide x(to_wei(word_of(collection_id(condition, U256(index_set)))));
    boost::multiprecision::bit_unset(x, 254);
    RC_ASSERT(x < p);
    const Wide yy = (x * x % p * x + 3) % p;
    RC_ASSERT(boost::multiprecision::powm(yy, Wide((p - 1) / 2), p) == 1);  // Euler: a square
  }));
}

TEST(ConditionId, DependsOnEveryPart) {
  const Address oracle = addr("0x157Ce2d672854c848c9b79C49a8Cc6cc89176a49");
  const Digest question = digest("0x" + std::string(64, '7'));
  Address other = oracle;
  other[19] ^= 1;
  EXPECT_NE(condition_id_v1(oracle, question), condition_id_v1(other, question));
  EXPECT_NE(condition_id_v1(oracle, question, 2), condition_id_v1(oracle, question, 3));
}

constexpr char kCondition31[] = "0x01000000000000000000000000000000000000000000000000123456789abc";

// Module, 18 free bytes, 8 reserved ones, 4 free ones.
ConditionV2 some_condition(std::uint8_t module, const std::array<std::uint8_t, 18>& high,
                           const std::array<std::uint8_t, 4>& low) {
  ConditionV2 c{};
  c[0] = module;
  std::copy(high.begin(), high.end(), c.begin() + 1);
  std::copy(low.begin(), low.end(), c.begin() + 27);
  return c;
}

TEST(PositionV2, RoundTripAndNoIsYesPlusOne) {
  EXPECT_TRUE(
      rc::check([](std::uint8_t m, const std::array<std::uint8_t, 18>& high, const std::array<std::uint8_t, 4>& low) {
        const ConditionV2 condition = some_condition(static_cast<std::uint8_t>(1 + m % 3), high, low);
        const U256 yes = position_id_v2(condition, 0), no = position_id_v2(condition, 1);
        RC_ASSERT(to_wei(no) == to_wei(yes) + 1);
        RC_ASSERT((to_wei(no) & (((Wei(1) << 64) - 1) << 40)) == 0);  // the official test of a v2 id
        const PositionV2 read = parse_position_v2(no).value();
        RC_ASSERT(read.condition == condition);
        RC_ASSERT(read.outcome == 1U);
        RC_ASSERT(static_cast<unsigned>(read.module) == 1U + m % 3);
        RC_ASSERT(parse_condition_v2(yes.to_hex()).value() == condition);
        RC_ASSERT(parse_condition_v2(yes.to_hex().substr(0, 64)).value() == condition);
      }));
}

TEST(PositionV2, RefusesEveryReservedBitAndOtherBytes) {
  const U256 good = position_id_v2(some_condition(1, {}, {1, 2, 3, 4}), 0);
  ASSERT_TRUE(parse_position_v2(good));
  for (unsigned bit = 0; bit < 256; ++bit) {
    U256 flipped = good;
    flipped.bytes[31 - bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    const bool outcome = bit == 0, free_low = bit >= 8 && bit < 40, free_high = bit >= 104 && bit < 248;
    const bool module_stays_known = bit == 249;  // 1 -> 3
    EXPECT_EQ(parse_position_v2(flipped).has_value(), outcome || free_low || free_high || module_stays_known) << bit;
  }
}

TEST(PositionV2, ConditionText) {
  EXPECT_FALSE(parse_condition_v2(""));
  EXPECT_FALSE(parse_condition_v2("0x01"));
  EXPECT_FALSE(parse_condition_v2(std::string(kCondition31).substr(2)));
  EXPECT_FALSE(parse_condition_v2(std::string(kCondition31) + "01"));  // a NO position, not a condition
  // A v1 condition id.
  EXPECT_FALSE(parse_condition_v2("0x65a6536a8af0d6945c149cc54ad16c28bc1a717b1d88a6f9401f16d47d4b4500"));
}

TEST_F(PositionIdVectors, V1TokensAreNotV2Positions) {
  for (const Json market : simdjson::dom::array(root_["ctf_ids"])) {
    for (const Json token : simdjson::dom::array(market["token_ids"])) {
      EXPECT_FALSE(parse_position_v2(U256::parse(std::string_view(token)).value()));
    }
  }
}

TEST(NegRiskIndexSet, BitsByQuestionIndex) {
  const Digest market = digest("0x" + std::string(62, 'a') + "00");
  const auto question = [&](std::uint8_t index) {
    Digest q = market;
    q.back() = index;
    return q;
  };
  const Digest some[] = {question(3), question(0), question(1), question(255)};
  EXPECT_EQ(to_wei(neg_risk_index_set(market, some).value()), (Wei(1) << 255) + 0b1011);

  const Digest twice[] = {question(3), question(3)};
  EXPECT_FALSE(neg_risk_index_set(market, twice));
  Digest foreign = question(2);
  foreign[5] ^= 1;
  EXPECT_FALSE(neg_risk_index_set(market, std::span(&foreign, 1)));
  EXPECT_FALSE(neg_risk_index_set(question(1), some));  // not a market id
}

}  // namespace
}  // namespace underround::chain
