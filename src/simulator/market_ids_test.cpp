// Token ids against published ones (protocol page 15.1), and the shapes of the rest.
#include "simulator/market_ids.hpp"

#include <gtest/gtest.h>

#include "crypto/u256.hpp"

namespace underround::simulator {
namespace {

ConditionSpec named(const char* condition, bool neg_risk = false) {
  ConditionSpec spec;
  spec.version = MarketVersion::kV1;
  spec.condition_id = condition;
  spec.neg_risk = neg_risk;
  Random rng(1);
  name_market(spec, "", 0, rng);
  return spec;
}

TEST(MarketIds, TokensArePublishedOnes) {
  const ConditionSpec standard = named("0x65a6536a8af0d6945c149cc54ad16c28bc1a717b1d88a6f9401f16d47d4b450c");
  EXPECT_EQ(standard.tokens[0], "92731036366405609852694902829538320700924201907850005869413758921303000888856");
  EXPECT_EQ(standard.tokens[1], "113931235881755604571539794203318990531388537754116519522052052929218503737375");
  const ConditionSpec window = named("0x78443f961b9a65869dcb39359de9960165c7e5cbad0904eac7f29cd77872a63b");
  EXPECT_EQ(window.tokens[0], "104239898038807136052399800151408521467737075933964991162589336683346093173875");
  EXPECT_EQ(window.tokens[1], "71183960810705820955071415844881728181970340514894896943812046065452395013351");
  const ConditionSpec neg_risk = named("0xc8f1cf5d4f26e0fd9c8fe89f2a7b3263b902cf14fde7bfccef525753bb492e47", true);
  EXPECT_EQ(neg_risk.tokens[0], "60590045489347122735554346200880179420435533609307820342798544098823516727807");
  EXPECT_EQ(neg_risk.tokens[1], "76005700027045000587004110133818166617024719626220722682005164003117993034812");
}

TEST(MarketIds, QuestionsOfOneNegRiskMarketShareAllButTheLastByte) {
  Random rng(2);
  const std::string market = random_neg_risk_market_text(rng);
  EXPECT_EQ(market.substr(64), "00");
  ConditionSpec spec;
  spec.version = MarketVersion::kV1;
  spec.neg_risk = true;
  name_market(spec, market, 11, rng);
  EXPECT_EQ(spec.question_id, market.substr(0, 64) + "0b");
  EXPECT_EQ(spec.condition_id.size(), 66U);
}

TEST(MarketIds, ProtocolV2TokensAreConditionAndOutcome) {
  ConditionSpec spec;
  spec.version = MarketVersion::kV2;
  Random rng(3);
  name_market(spec, "", 0, rng);
  EXPECT_EQ(spec.condition_id.substr(0, 4), "0x01");
  EXPECT_EQ(spec.condition_id.substr(64), "00");
  for (unsigned outcome = 0; outcome < 2; ++outcome) {
    const auto id = crypto::U256::parse(spec.tokens[outcome]);
    ASSERT_TRUE(id.has_value());
    EXPECT_EQ(id->to_hex(), spec.condition_id.substr(0, 64) + (outcome == 0 ? "00" : "01"));
    for (std::size_t i = 19; i < 27; ++i) EXPECT_EQ(id->bytes[i], 0) << i;
  }
}

}  // namespace
}  // namespace underround::simulator
