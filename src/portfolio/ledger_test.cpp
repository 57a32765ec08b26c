#include "portfolio/ledger.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace underround {
namespace {

const ConditionId kRain{3};
const InstrumentId kYes = instrument_of(kRain, 0);
const InstrumentId kNo = instrument_of(kRain, 1);

Event fill(std::uint64_t id, InstrumentId instrument, Side side, std::int32_t pips, std::int64_t lots, Usd fee = {}) {
  Event e = Event::make(EventKind::kFill, Nanos{1}, VenueId::kPolymarket, instrument.value);
  e.fill.fill_id = id;
  e.fill.order = OrderId{id};
  e.fill.side = side;
  e.fill.price = Price{pips};
  e.fill.size = Shares{lots * Shares::kMicrosPerLot};
  e.fill.fee = fee;
  e.fill.settlement = SettlementStatus::kMatched;
  return e;
}

TEST(Ledger, AFillIsPendingUntilConfirmed) {
  Ledger ledger(Usd::whole(100));
  ASSERT_TRUE(ledger.apply_fill(fill(1, kYes, Side::kBuy, 4000, 1000, Usd{168'000})));
  EXPECT_EQ(ledger.cash(), Usd{100'000'000 - 4'000'000 - 168'000});
  EXPECT_EQ(ledger.position(kYes).pending_in, Shares::whole(10));
  EXPECT_EQ(ledger.position(kYes).free(), Shares{});
  ledger.settle(1, SettlementStatus::kMined);
  EXPECT_EQ(ledger.pending_fills(), 1U);
  ledger.settle(1, SettlementStatus::kConfirmed);
  EXPECT_EQ(ledger.position(kYes).settled, Shares::whole(10));
  EXPECT_EQ(ledger.position(kYes).free(), Shares::whole(10));
  EXPECT_EQ(ledger.pending_fills(), 0U);
  EXPECT_EQ(ledger.realised_pnl(), Usd{-168'000});
  EXPECT_TRUE(ledger.check_deep());
}

TEST(Ledger, RedeliveryChangesNothing) {
  Ledger ledger(Usd::whole(100));
  ASSERT_TRUE(ledger.apply_fill(fill(1, kYes, Side::kBuy, 4000, 1000)));
  const auto before = ledger.state_hash();
  EXPECT_FALSE(ledger.apply_fill(fill(1, kYes, Side::kBuy, 4000, 1000)));
  EXPECT_EQ(ledger.state_hash(), before);
  ledger.settle(1, SettlementStatus::kConfirmed);
  const auto confirmed = ledger.state_hash();
  ledger.settle(1, SettlementStatus::kConfirmed);
  ledger.settle(1, SettlementStatus::kMined);  // late, out of order
  EXPECT_EQ(ledger.state_hash(), confirmed);
}

TEST(Ledger, FailedSettlementTakesBackFillFeeAndProfit) {
  Ledger ledger(Usd::whole(100));
  ASSERT_TRUE(ledger.apply_fill(fill(1, kYes, Side::kBuy, 4000, 1000)));
  ledger.settle(1, SettlementStatus::kConfirmed);
  const auto before = ledger.state_hash();
  ASSERT_TRUE(ledger.apply_fill(fill(2, kYes, Side::kSell, 6000, 500, Usd{50'000})));
  EXPECT_EQ(ledger.realised_pnl(), Usd{1'000'000 - 50'000});
  EXPECT_EQ(ledger.available_cash(), Usd{96'000'000 - 50'000}) << "proceeds are not spendable before they settle";
  const auto* reversed = ledger.settle(2, SettlementStatus::kFailed);
  ASSERT_NE(reversed, nullptr);
  EXPECT_EQ(reversed->size, Shares::whole(5));
  EXPECT_EQ(ledger.state_hash(), before);
  EXPECT_EQ(ledger.settle(2, SettlementStatus::kFailed), nullptr) << "a failure counts once";
  EXPECT_TRUE(ledger.check_deep());
}

TEST(Ledger, MergeFreesCapitalAtOnce) {
  Ledger ledger(Usd::whole(100));
  ASSERT_TRUE(ledger.apply_fill(fill(1, kYes, Side::kBuy, 4000, 1000)));
  ASSERT_TRUE(ledger.apply_fill(fill(2, kNo, Side::kBuy, 5500, 1000)));
  ledger.settle(1, SettlementStatus::kConfirmed);
  ledger.settle(2, SettlementStatus::kConfirmed);
  ledger.merge(kRain, Shares::whole(10), Usd{10'000});
  EXPECT_EQ(ledger.cash(), Usd{100'500'000 - 10'000});
  EXPECT_EQ(ledger.realised_pnl(), Usd{500'000 - 10'000});
  EXPECT_TRUE(ledger.position(kYes).flat());
  EXPECT_EQ(ledger.position(kYes).cost, Usd{});
  EXPECT_TRUE(ledger.check_deep());
}

TEST(Ledger, ConvertPaysOneDollarLessThanTheNumberOfNos) {
  Ledger ledger(Usd::whole(100));
  std::vector<ConditionId> all{ConditionId{0}, ConditionId{1}, ConditionId{2}};
  for (std::uint64_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(ledger.apply_fill(fill(i, instrument_of(all[i], 1), Side::kBuy, 6500, 100)));
    ledger.settle(i, SettlementStatus::kConfirmed);
  }
  ledger.convert(all, {}, Shares::whole(1), Usd{});
  EXPECT_EQ(ledger.realised_pnl(), Usd{2'000'000 - 1'950'000});
  EXPECT_EQ(ledger.total_cost(), Usd{});
  EXPECT_TRUE(ledger.check_deep());
}

TEST(Ledger, RedeemPaysTheWinner) {
  Ledger ledger(Usd::whole(100));
  ASSERT_TRUE(ledger.apply_fill(fill(1, kYes, Side::kBuy, 4000, 1000)));
  ledger.settle(1, SettlementStatus::kConfirmed);
  ledger.split(kRain, Shares::whole(2), Usd{});
  ledger.redeem(kRain, kOneUsd, Usd{});
  EXPECT_EQ(ledger.cash(), Usd{100'000'000 - 4'000'000 + 10'000'000});
  EXPECT_TRUE(ledger.check_deep());
}

// Bought, confirmed, sold; then the purchase is taken back after all: there is less than nothing, and no crash.
TEST(Ledger, AReversalAfterTheSaleLeavesADebtThatNothingRedeems) {
  Ledger ledger(Usd::whole(100));
  ASSERT_TRUE(ledger.apply_fill(fill(1, kYes, Side::kBuy, 4000, 1000)));
  ledger.settle(1, SettlementStatus::kConfirmed);
  ASSERT_TRUE(ledger.apply_fill(fill(2, kYes, Side::kSell, 5000, 1000)));
  ledger.settle(2, SettlementStatus::kConfirmed);
  ledger.settle(1, SettlementStatus::kFailed);
  EXPECT_EQ(ledger.position(kYes).settled, Shares::whole(-10));
  const Usd cash = ledger.cash();
  ledger.redeem(kRain, kOneUsd, Usd{});
  EXPECT_EQ(ledger.cash(), cash);
  ASSERT_TRUE(ledger.apply_fill(fill(3, kYes, Side::kBuy, 4000, 1000)));
  ledger.redeem(kRain, kOneUsd, Usd{});
  EXPECT_TRUE(ledger.check_deep());
}

// Any sequence of anything: both identities hold after each step, and nothing is created.
TEST(Ledger, ConservesCashUnderAnySequence) {
  EXPECT_TRUE(rc::check([] {
    Ledger ledger(Usd::whole(1000));
    std::uint64_t next = 1;
    const int steps = *rc::gen::inRange(1, 60);
    for (int i = 0; i < steps; ++i) {
      const auto condition = ConditionId{*rc::gen::inRange<std::uint32_t>(0, 3)};
      const auto instrument = instrument_of(condition, *rc::gen::inRange(0U, 2U));
      const auto lots = *rc::gen::inRange<std::int64_t>(1, 5000);
      const Usd fee{*rc::gen::inRange<std::int64_t>(0, 100'000)};
      switch (*rc::gen::inRange(0, 7)) {
        case 0: ledger.apply_fill(fill(next++, instrument, Side::kBuy, *rc::gen::inRange(1, 10000), lots, fee)); break;
        case 1: {
          const auto most = ledger.position(instrument).net().micros / Shares::kMicrosPerLot;
          if (most > 0) {
            ledger.apply_fill(
                fill(next++, instrument, Side::kSell, *rc::gen::inRange(1, 10000), std::min(lots, most), fee));
          }
          break;
        }
        case 2:
        case 3:
          ledger.settle(*rc::gen::inRange<std::uint64_t>(0, next + 1),
                        *rc::gen::element(SettlementStatus::kMined, SettlementStatus::kConfirmed,
                                          SettlementStatus::kRetrying, SettlementStatus::kFailed));
          break;
        case 4: ledger.split(condition, Shares{lots * Shares::kMicrosPerLot}, fee); break;
        case 5: {
          const Shares both = std::min(ledger.position(instrument_of(condition, 0)).free(),
                                       ledger.position(instrument_of(condition, 1)).free());
          ledger.merge(condition, both, fee);
          break;
        }
        default: ledger.redeem(condition, Price{*rc::gen::element(0, 5000, 10000)}, fee); break;
      }
      RC_ASSERT(ledger.check_deep());
    }
  }));
}

}  // namespace
}  // namespace underround
