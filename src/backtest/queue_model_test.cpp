#include "backtest/queue_model.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace underround::backtest {
namespace {

Shares n(std::int64_t shares) { return Shares::whole(shares); }

TEST(QueuePosition, TradesServeThoseAheadFirst) {
  QueuePosition q(n(20));
  EXPECT_EQ(q.traded(n(15), n(10)), n(0));
  EXPECT_EQ(q.ahead(), n(5));
  EXPECT_EQ(q.traded(n(9), n(10)), n(4));
  EXPECT_EQ(q.traded(n(9), n(6)), n(6)) << "no more than we want";
}

TEST(QueuePosition, WhatTradesExplainDoesNotCountAgain) {
  for (const QueueModel model : {QueueModel::kPessimistic, QueueModel::kProportional, QueueModel::kPower}) {
    QueuePosition q(n(20));
    (void)q.traded(n(5), n(10));
    q.level(n(15), model, 2.0);
    EXPECT_EQ(q.ahead(), n(15)) << to_string(model);
  }
}

TEST(QueuePosition, WhoLeftWithoutATradeIsTheModelsGuess) {
  QueuePosition pessimistic(n(20)), proportional(n(20)), power(n(20));
  // Twenty more join behind us, then twenty of the forty leave.
  for (QueuePosition* q : {&pessimistic, &proportional, &power}) q->level(n(40), QueueModel::kPessimistic, 2.0);
  pessimistic.level(n(20), QueueModel::kPessimistic, 2.0);
  proportional.level(n(20), QueueModel::kProportional, 2.0);
  power.level(n(20), QueueModel::kPower, 2.0);
  EXPECT_EQ(pessimistic.ahead(), n(20)) << "all of them stood behind us";
  EXPECT_EQ(proportional.ahead(), n(10)) << "half of them";
  EXPECT_EQ(power.ahead(), n(10)) << "as many ahead as behind: a coin";
  // Ten ahead, ninety behind: squared, hardly anybody of those who leave stood ahead.
  QueuePosition front(n(10));
  front.level(n(100), QueueModel::kPessimistic, 2.0);
  front.level(n(90), QueueModel::kPower, 2.0);
  EXPECT_GT(front.ahead(), Shares{9'800'000});
}

TEST(QueuePosition, NeverMoreAheadThanShown) {
  QueuePosition q(n(20));
  q.level(n(3), QueueModel::kPessimistic, 2.0);
  EXPECT_EQ(q.ahead(), n(3));
}

TEST(QueuePosition, WhateverHappensItNeitherGrowsNorGoesBelowNothing) {
  EXPECT_TRUE(rc::check("moves", [](const std::vector<std::pair<bool, std::uint16_t>>& moves, std::uint8_t which) {
    const auto model = static_cast<QueueModel>(which % 3);
    QueuePosition q(n(100));
    Shares before = q.ahead();
    for (const auto& [trade, size] : moves) {
      if (trade) {
        const Shares ours = q.traded(n(size % 50), n(10));
        RC_ASSERT(ours.micros >= 0 && ours <= n(10));
      } else {
        q.level(n(size % 300), model, 2.0);
      }
      RC_ASSERT(q.ahead().micros >= 0);
      RC_ASSERT(q.ahead() <= before);
      before = q.ahead();
    }
  }));
}

}  // namespace
}  // namespace underround::backtest
