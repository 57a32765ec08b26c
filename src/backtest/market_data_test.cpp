#include "backtest/market_data.hpp"

#include <gmock/gmock.h>

#include "backtest/recording_fixture.hpp"

namespace underround::backtest {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class MarketDataTest : public RecordingFixture {
 protected:
  static ConditionSpec tagged(int i, FeeSchedule fees, std::vector<std::string> tags) {
    ConditionSpec spec = candidate(i, fees);
    spec.tags = std::move(tags);
    spec.neg_risk = spec.group.neg_risk = false;
    spec.group.declared_conditions = 0;
    return spec;
  }
  void market(std::uint32_t i, FeeSchedule fees, std::vector<std::string> tags = {}) {
    ASSERT_TRUE(writer_->condition({ConditionId{i}, tagged(static_cast<int>(i), fees, std::move(tags))}));
  }
  MarketData open(const Assumptions& assumptions = {}) {
    close();
    return MarketData::open(folders(), assumptions).value();
  }
  // Sizes above 0 of the levels of a market.
  static std::vector<Shares> sizes(MarketData& data, std::uint32_t condition) {
    std::vector<Shares> found;
    while (const auto frame = data.next()) {
      for (const Event& e : *frame) {
        if (e.header.kind == EventKind::kSnapshotLevel && condition_of(e.instrument()).value == condition) {
          found.push_back(e.level.size);
        }
      }
    }
    EXPECT_EQ(data.problem(), "");
    return found;
  }
};

// kStart is in April 2026.
TEST_F(MarketDataTest, FeesAreRecordedElsePublishedElseAssumedElseUnknown) {
  market(0, FeeSchedule::taker(12'000, 1), {"politics"});
  market(1, FeeSchedule(), {"politics"});
  market(2, FeeSchedule(), {std::string(kTagLearned)});
  for (std::uint32_t i = 0; i < 3; ++i) book(kStart, i, 3000, 3200);
  {
    const MarketData data = open();
    EXPECT_EQ(data.conditions()[0].fees, FeeSchedule::taker(12'000, 1));
    EXPECT_EQ(data.conditions()[1].fees, FeeSchedule::taker(40'000, 1));
    EXPECT_FALSE(data.conditions()[2].fees.known());
    EXPECT_THAT(data.notes(), Contains(HasSubstr("1 of 3 markets pay what the venue published")));
    EXPECT_THAT(data.notes(), Contains(HasSubstr("1 of 3 markets are not traded")));
  }
  const MarketData assumed = open({.fees = FeeSchedule::taker(70'000, 1)});
  EXPECT_EQ(assumed.conditions()[1].fees, FeeSchedule::taker(40'000, 1)) << "what is published need not be assumed";
  EXPECT_EQ(assumed.conditions()[2].fees, FeeSchedule::taker(70'000, 1));
}

// Each market at the date of its own recording, and where trading begins later, at that date.
TEST_F(MarketDataTest, PublishedFeesAreOfTheDateOfTheirRecording) {
  const Nanos before = Nanos::from_seconds(1'764'547'200);  // 2025-12-01: nobody paid
  market(0, FeeSchedule(), {"politics"});
  book(before, 0, 3000, 3200);
  ASSERT_TRUE(writer_->close());
  writer_ = NativeWriter::create({.folder = folder_ / "b"}).value();
  ASSERT_TRUE(writer_->condition({ConditionId{0}, tagged(1, FeeSchedule(), {"politics"})}));
  book(kStart, 0, 3000, 3200);  // 2026-04-24
  close();
  const std::vector<std::filesystem::path> both{folder_ / "a", folder_ / "b"};
  const auto fees = [&](const Assumptions& assumptions, std::size_t i) {
    return MarketData::open(both, assumptions).value().conditions()[i].fees;
  };
  EXPECT_EQ(fees({}, 0), FeeSchedule::free());
  EXPECT_EQ(fees({}, 1), FeeSchedule::taker(40'000, 1));
  EXPECT_EQ(fees({.from = kStart}, 0), FeeSchedule::taker(40'000, 1));
}

// Two recordings of one market, of which the second knows what it costs.
TEST_F(MarketDataTest, AFeeThatAnyOfThemRecordedIsTheFee) {
  market(0, FeeSchedule(), {"politics"});
  book(kStart, 0, 3000, 3200);
  close();
  writer_ = NativeWriter::create({.folder = folder_ / "b"}).value();
  market(0, FeeSchedule::taker(12'000, 1), {"politics"});
  book(kStart + Nanos::from_seconds(1), 0, 3000, 3200);
  close();
  const std::vector<std::filesystem::path> both{folder_ / "a", folder_ / "b"};
  const auto data = MarketData::open(both).value();
  EXPECT_EQ(data.conditions()[0].fees, FeeSchedule::taker(12'000, 1));
}

TEST_F(MarketDataTest, SizesThatNobodyRecordedAreAssumedOrTheMarketRests) {
  market(0, FeeSchedule::free(), {std::string(kTagSizesUnknown)});
  market(1, FeeSchedule::free());
  book(kStart, 0, 3000, 3200, 1);
  book(kStart, 1, 3000, 3200, 7);
  {
    MarketData data = open();
    EXPECT_FALSE(data.conditions()[0].accepting_orders);
    EXPECT_TRUE(data.conditions()[1].accepting_orders);
    EXPECT_EQ(sizes(data, 0), std::vector(2, Shares::whole(1)));
  }
  MarketData assumed = open({.size = Shares::whole(50)});
  EXPECT_TRUE(assumed.conditions()[0].accepting_orders);
  EXPECT_EQ(sizes(assumed, 0), std::vector(2, Shares::whole(50)));
  MarketData again = open({.size = Shares::whole(50)});
  EXPECT_EQ(sizes(again, 1), std::vector(2, Shares::whole(7))) << "what was recorded stays";
}

TEST_F(MarketDataTest, SetsAreCompleteOnlyWhenThatIsAssumed) {
  for (std::uint32_t i = 0; i < 3; ++i) market(i, FeeSchedule::free());
  book(kStart, 0, 3000, 3200);
  const auto completeness = [&](const Assumptions& assumptions) {
    const MarketData data = open(assumptions);
    Catalogue catalogue;
    for (const ConditionSpec& spec : data.conditions()) (void)catalogue.add(spec).value();
    return catalogue.event(EventId{0}).completeness;
  };
  EXPECT_NE(completeness({}), Completeness::kExactlyOne);
  EXPECT_EQ(completeness({.complete_sets = true}), Completeness::kExactlyOne);
}

}  // namespace
}  // namespace underround::backtest
