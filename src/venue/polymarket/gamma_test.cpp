#include "venue/polymarket/gamma.hpp"

#include <gtest/gtest.h>

#include <string>

namespace underround::polymarket {
namespace {

const std::string kId64(64, 'a');
const std::string kYes = "18100136516127433014183062568701775066216355983964123305441135614434714076000";
const std::string kNo = "48585184772867047434686795603140872210287455416618864234355653307956238123245";

// A market as Gamma writes it; `extra` is put in front, and the first of two equal members counts.
std::string market(const std::string& extra = "") {
  return "{" + extra + R"("id":"1418718","question":"Will it?","slug":"will-it","conditionId":"0x)" + kId64 +
         R"(","outcomes":"[\"Yes\", \"No\"]","clobTokenIds":"[\")" + kYes + R"(\", \")" + kNo +
         R"(\"]","active":true,"closed":false,"archived":false,"acceptingOrders":true,"enableOrderBook":true,)"
         R"("orderPriceMinTickSize":0.01,"orderMinSize":5,"negRisk":false,"feesEnabled":false,"volume24hr":5368.216813,)"
         R"("liquidityNum":4344.327,"startDate":"2026-02-24T02:03:36.103238Z","endDate":"2026-03-31T00:00:00Z"})";
}
GammaPage page(const std::string& json, const GammaOptions& options = {}) {
  const auto decoded = decode_gamma(json, options);
  EXPECT_TRUE(decoded.has_value()) << (decoded ? "" : decoded.error().message);
  return decoded.value_or(GammaPage{});
}
ConditionSpec one(const std::string& json, const GammaOptions& options = {}) {
  const GammaPage decoded = page(json, options);
  EXPECT_EQ(decoded.markets.size(), 1U) << (decoded.refused.empty() ? "" : decoded.refused[0].reason);
  return decoded.markets.empty() ? ConditionSpec{} : decoded.markets[0];
}
std::string refusal(const std::string& json) {
  const GammaPage decoded = page(json);
  EXPECT_TRUE(decoded.markets.empty());
  return decoded.refused.empty() ? "" : decoded.refused[0].reason;
}

TEST(Gamma, DecodesAMarket) {
  const ConditionSpec spec = one(market());
  EXPECT_EQ(spec.condition_id, "0x" + kId64);
  EXPECT_EQ(spec.tokens[0], kYes);
  EXPECT_EQ(spec.tokens[1], kNo);
  EXPECT_EQ(spec.outcomes[1], "No");
  EXPECT_EQ(spec.tick, kTick001);
  EXPECT_EQ(spec.min_order_size, Shares::whole(5));
  EXPECT_EQ(spec.fees, FeeSchedule::free());
  EXPECT_EQ(spec.phase, MarketPhase::kOpen);
  EXPECT_TRUE(spec.accepting_orders);
  EXPECT_EQ(spec.volume_24h.micros, 5'368'216'813);
  EXPECT_EQ(spec.liquidity.micros, 4'344'327'000);
  EXPECT_EQ(spec.end_at, Nanos::from_seconds(1774915200));
  EXPECT_EQ(spec.version, MarketVersion::kUnknown);
}

TEST(Gamma, NumbersAndStringsAreInterchangeable) {
  const ConditionSpec spec = one(
      market(R"("orderPriceMinTickSize":"0.001","orderMinSize":"15","volume24hr":"12.5","clobTokenIds":["3","4"],)"));
  EXPECT_EQ(spec.tick, kTick0001);
  EXPECT_EQ(spec.min_order_size, Shares::whole(15));
  EXPECT_EQ(spec.volume_24h.micros, 12'500'000);
  EXPECT_EQ(spec.tokens[0], "3");
}

TEST(Gamma, VersionDecidesWhichIdsCount) {
  EXPECT_EQ(one(market(R"("version":"v1","positionIds":["7","8"],)")).tokens[0], kYes);
  const std::string id62 = std::string(62, 'B');
  const ConditionSpec v2 = one(
      market(R"("version":"v2","positionIds":"[\"7\",\"8\"]","clobTokenIds":null,"conditionId":"0x)" + id62 + "\","));
  EXPECT_EQ(v2.version, MarketVersion::kV2);
  EXPECT_EQ(v2.tokens[1], "8");
  EXPECT_EQ(v2.condition_id, "0x" + std::string(62, 'b') + "00");
  EXPECT_EQ(one(market(), {.assume_v1_when_absent = true}).version, MarketVersion::kV1);
  EXPECT_EQ(one(market(R"("version":null,)"), {.assume_v1_when_absent = true}).version, MarketVersion::kV1);
  EXPECT_EQ(one(market(R"("version":"v3",)"), {.assume_v1_when_absent = true}).version, MarketVersion::kUnknown);
  EXPECT_NE(refusal(market(R"("version":"v2",)")).find("positionIds"), std::string::npos);
}

TEST(Gamma, FeesAreReadOrUnknown) {
  const auto fees = [](const char* extra) { return one(market(extra)).fees; };
  EXPECT_EQ(fees(R"("feesEnabled":true,"feeSchedule":{"rate":0.072,"exponent":1,"takerOnly":true},)"),
            FeeSchedule::taker(72'000, 1));
  EXPECT_EQ(fees(R"("feesEnabled":true,"feeSchedule":{"rate":"0.03","exponent":"2"},)"), FeeSchedule::taker(30'000, 2));
  EXPECT_FALSE(fees(R"("feesEnabled":true,"feeType":"crypto_15_min",)").known()) << "a fee, but which?";
  EXPECT_FALSE(fees(R"("feesEnabled":null,)").known());
  EXPECT_FALSE(fees(R"("feesEnabled":true,"feeSchedule":{"rate":0.07,"exponent":0},)").known());
  EXPECT_FALSE(fees(R"("feesEnabled":true,"feeSchedule":{"rate":7,"exponent":1},)").known());
  EXPECT_FALSE(fees(R"("feesEnabled":true,"feeSchedule":{"rate":0.07,"exponent":1,"takerOnly":false},)").known());
}

TEST(Gamma, AWinnerNeedsAResolutionAndPricesOfOneAndZero) {
  const auto winner = [](const std::string& extra) {
    const auto ends = page(market(extra)).resolutions;
    EXPECT_TRUE(ends.empty() || ends[0].condition_id == "0x" + kId64);
    return ends.empty() ? -1 : int{ends[0].winning_outcome};
  };
  const std::string resolved = R"("closed":true,"umaResolutionStatus":"resolved",)";
  EXPECT_EQ(winner(resolved + R"("outcomePrices":"[\"1\", \"0\"]",)"), 0);
  EXPECT_EQ(winner(resolved + R"("outcomePrices":["0.0","1.0"],)"), 1);
  EXPECT_EQ(winner(resolved + R"("outcomePrices":"[\"0.5\", \"0.5\"]",)"), -1) << "pays both";
  EXPECT_EQ(winner(resolved), -1) << "no prices";
  EXPECT_EQ(winner(resolved + R"("outcomePrices":"[\"1\"]",)"), -1);
  EXPECT_EQ(winner(R"("closed":true,"outcomePrices":"[\"1\", \"0\"]",)"), -1) << "prices alone prove nothing";
  EXPECT_EQ(winner(R"("umaResolutionStatus":"proposed","outcomePrices":"[\"1\", \"0\"]",)"), -1);
}

TEST(Gamma, PhaseNeedsMoreThanAcceptingOrders) {
  const auto phase = [](const char* extra) { return one(market(extra)).phase; };
  EXPECT_EQ(phase(R"("closed":true,)"), MarketPhase::kClosed);
  EXPECT_EQ(phase(R"("archived":true,)"), MarketPhase::kClosed);
  EXPECT_EQ(phase(R"("active":false,)"), MarketPhase::kPending);
  EXPECT_EQ(phase(R"("acceptingOrders":false,)"), MarketPhase::kPaused);
  EXPECT_EQ(phase(R"("enableOrderBook":false,)"), MarketPhase::kPaused);
  EXPECT_EQ(phase(R"("umaResolutionStatus":"resolved",)"), MarketPhase::kResolved);
  EXPECT_FALSE(one(market(R"("closed":true,)")).accepting_orders) << "a closed market can still say it accepts";
}

TEST(Gamma, OddMarketsAreRefusedWithAReasonAndTheOthersSurvive) {
  EXPECT_NE(refusal(market(R"("conditionId":"0x12",)")).find("conditionId"), std::string::npos);
  EXPECT_NE(refusal(market(R"("conditionId":7,)")).find("conditionId"), std::string::npos);
  EXPECT_NE(refusal(market(R"("clobTokenIds":"[\"1\"]",)")).find("two tokens"), std::string::npos);
  EXPECT_NE(refusal(market(R"("clobTokenIds":"not json",)")).find("two tokens"), std::string::npos);
  EXPECT_NE(refusal(market(R"("clobTokenIds":["1","1"],)")).find("twice"), std::string::npos);
  EXPECT_NE(refusal(market(R"("clobTokenIds":["1","0x2"],)")).find("uint256"), std::string::npos);
  EXPECT_NE(refusal(market(R"("outcomes":"[\"a\",\"b\",\"c\"]",)")).find("outcomes"), std::string::npos);
  const GammaPage mixed = page("[7," + market(R"("clobTokenIds":null,"slug":"broken",)") + "," + market() + "]");
  EXPECT_EQ(mixed.markets.size(), 1U);
  ASSERT_EQ(mixed.refused.size(), 2U);
  EXPECT_EQ(mixed.refused[1].index, 1U);
  EXPECT_EQ(mixed.refused[1].market, "broken");
}

TEST(Gamma, AnOddTickIsUnknownNotRefused) {
  EXPECT_FALSE(one(market(R"("orderPriceMinTickSize":0.03,)")).tick.known());
  EXPECT_FALSE(one(market(R"("orderPriceMinTickSize":null,)")).tick.known());
}

TEST(Gamma, EnvelopesAndEvents) {
  GammaPage p = page(R"({"markets":[)" + market() + R"(],"next_cursor":"abc"})");
  EXPECT_EQ(p.markets.size(), 1U);
  EXPECT_EQ(p.next_cursor, "abc");
  EXPECT_EQ(page(R"({"data":[)" + market() + R"(],"next_cursor":"LTE="})").next_cursor, "");
  EXPECT_EQ(page("[]").markets.size(), 0U);
  EXPECT_EQ(one(market(R"("events":[{"slug":"e","seriesSlug":"s"}],)")).group.series_slug, "s")
      << "a market nests its event";

  const std::string event =
      R"({"id":9,"slug":"election","title":"Who?","negRisk":true,"negRiskAugmented":false,)"
      R"("negRiskMarketID":"0x77","series":[{"slug":"votes"}],"tags":[{"slug":"Politics"},{"label":"US Election"}],"markets":[)" +
      market(R"("negRisk":true,"groupItemTitle":"A","tags":["us-election","x"],)") + "," +
      market(R"("negRisk":true,"negRiskOther":true,"clobTokenIds":["1","2"],)") + "]}";
  for (const std::string& json : {event, "[" + event + "]", R"({"events":[)" + event + R"(],"next_cursor":"n"})"}) {
    p = page(json);
    ASSERT_EQ(p.markets.size(), 2U);
    const ConditionSpec& a = p.markets[0];
    EXPECT_EQ(a.group.slug, "election");
    EXPECT_EQ(a.group.id, "9");
    EXPECT_EQ(a.group.series_slug, "votes");
    EXPECT_EQ(a.group.neg_risk_market_id, "0x77");
    EXPECT_TRUE(a.group.neg_risk);
    EXPECT_FALSE(a.group.augmented);
    EXPECT_EQ(a.group.declared_conditions, 2);
    EXPECT_EQ(a.group_title, "A");
    EXPECT_EQ(a.tags, (std::vector<std::string>{"us-election", "x", "politics"}));
    EXPECT_TRUE(p.markets[1].neg_risk_other);
  }
}

TEST(Gamma, SportsAndCryptoSeriesFields) {
  const ConditionSpec spec = one(market(
      R"("sportsMarketType":"moneyline","gameStartTime":"2026-03-14 15:00:00+00","secondsDelay":3,"clearBookOnStart":true,)"
      R"("eventStartTime":"2026-06-07T23:55:00Z","resolutionSource":"https://data.chain.link/streams/btc-usd",)"));
  EXPECT_EQ(spec.sports_market_type, "moneyline");
  EXPECT_EQ(spec.game_start_at, Nanos::from_seconds(1773500400));
  EXPECT_EQ(spec.seconds_delay, 3);
  EXPECT_TRUE(spec.clear_book_on_start);
  EXPECT_EQ(spec.start_at, Nanos::from_seconds(1780876500));
}

TEST(Gamma, RefusesWhatIsNotGamma) {
  for (const char* text : {"", "<html>", "{", "3", "\"x\"", R"({"error":"not found"})"})
    EXPECT_FALSE(decode_gamma(text)) << text;
}

TEST(Gamma, FiveThousandMarketsInOnePage) {
  std::string json = "[";
  for (int i = 0; i < 5'000; ++i) {
    const std::string n = std::to_string(i);
    const std::string id = std::string(64 - n.size(), '0') + n;
    json += (i == 0 ? "" : ",") + market(R"("conditionId":"0x)" + id + R"(","slug":"m)" + n +
                                         R"(","clobTokenIds":["1)" + n + R"(","2)" + n + R"("],)");
  }
  const GammaPage p = page(json + "]", {.assume_v1_when_absent = true});
  ASSERT_EQ(p.markets.size(), 5'000U);
  Catalogue catalogue;
  for (const ConditionSpec& spec : p.markets) {
    const auto id = catalogue.add(spec);
    ASSERT_TRUE(id.has_value()) << id.error().message;
    EXPECT_TRUE(catalogue[*id].tradable());
  }
  EXPECT_EQ(catalogue.find_slug("m4999"), ConditionId{4999});
}

std::string clob(const std::string& extra = "") {
  return "{" + extra + R"("c":"0x)" + kId64 + R"(","t":[{"t":")" + kYes + R"(","o":"Yes"},{"t":")" + kNo +
         R"(","o":"No"}],"mts":0.001,"mos":15,"fd":{"r":0.07,"e":1,"to":true},"mbf":1000,"tbf":1000,"r":null,"ao":true,)"
         R"("itode":true,"sd":3,"gst":"2026-03-14T15:00:00Z","cbos":true,"v":"v1"})";
}

TEST(ClobMarket, RefinesWhatGammaSaid) {
  ConditionSpec spec = one(market());
  ASSERT_TRUE(merge_clob_market(decode_clob_market(clob()).value(), spec));
  EXPECT_EQ(spec.tick, kTick0001);
  EXPECT_EQ(spec.min_order_size, Shares::whole(15));
  EXPECT_EQ(spec.fees, FeeSchedule::taker(70'000, 1));
  EXPECT_EQ(spec.version, MarketVersion::kV1);
  EXPECT_TRUE(spec.taker_delay);
  EXPECT_EQ(spec.seconds_delay, 3);
  EXPECT_TRUE(spec.clear_book_on_start);
  EXPECT_EQ(spec.game_start_at, Nanos::from_seconds(1773500400));
}

TEST(ClobMarket, NoFeeMemberMeansNoFeeAndABrokenOneMeansUnknown) {
  std::string text = clob();
  const std::string fees = R"("fd":{"r":0.07,"e":1,"to":true},)";
  EXPECT_EQ(decode_clob_market(text.erase(text.find(fees), fees.size()))->fees, FeeSchedule::free());
  EXPECT_FALSE(decode_clob_market(clob(R"("fd":{"r":"a lot"},)"))->fees.known());
  EXPECT_FALSE(decode_clob_market(clob(R"("fd":7,)"))->fees.known());
}

TEST(ClobMarket, VersionIsTakenOrStaysUnknown) {
  ConditionSpec spec = one(market());
  ASSERT_TRUE(
      merge_clob_market(decode_clob_market(clob(R"("v":"v9",)")).value(), spec, {.assume_v1_when_absent = true}));
  EXPECT_EQ(spec.version, MarketVersion::kUnknown);
  ASSERT_TRUE(merge_clob_market(decode_clob_market(clob(R"("v":null,)")).value(), spec));
  EXPECT_EQ(spec.version, MarketVersion::kUnknown);
  ASSERT_TRUE(
      merge_clob_market(decode_clob_market(clob(R"("v":null,)")).value(), spec, {.assume_v1_when_absent = true}));
  EXPECT_EQ(spec.version, MarketVersion::kV1);
}

TEST(ClobMarket, ContradictionsAreRefused) {
  const ClobMarket clob_market = decode_clob_market(clob()).value();
  ConditionSpec spec = one(market());
  std::swap(spec.tokens[0], spec.tokens[1]);
  EXPECT_FALSE(merge_clob_market(clob_market, spec));
  spec = one(market(R"("negRisk":true,)"));
  EXPECT_FALSE(merge_clob_market(clob_market, spec));
  EXPECT_FALSE(decode_clob_market(clob(R"("t":[],)"))) << "not hydrated yet";
  EXPECT_FALSE(decode_clob_market("<html>"));
}

}  // namespace
}  // namespace underround::polymarket
