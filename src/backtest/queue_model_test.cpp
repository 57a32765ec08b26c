#include "backtest/queue_model.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace underround::backtest {
namespace {

constexpr std::array kModels{QueueModel::kPessimistic, QueueModel::kProportional, QueueModel::kPower};

Shares n(std::int64_t shares) { return Shares::whole(shares); }
Nanos ms(std::int64_t millis) { return Nanos::from_millis(millis); }
// Came to rest long before the first thing that happens.
QueuePosition behind(std::int64_t shares, QueueModel model = QueueModel::kPessimistic) {
  return {n(shares), Nanos::from_seconds(-60), model, 2.0};
}

TEST(QueuePosition, TradesServeThoseAheadFirst) {
  QueuePosition q = behind(20);
  EXPECT_EQ(q.traded(n(15), n(10), ms(0)), n(0));
  EXPECT_EQ(q.ahead(), n(5));
  EXPECT_EQ(q.traded(n(9), n(10), ms(1)), n(4));
  EXPECT_EQ(q.traded(n(9), n(6), ms(2)), n(6)) << "no more than we want";
}

TEST(QueuePosition, WhatTradesExplainDoesNotCountAgain) {
  for (const QueueModel model : kModels) {
    QueuePosition q = behind(20, model);
    (void)q.traded(n(5), n(10), ms(0));
    q.level(n(15), ms(1));
    EXPECT_EQ(q.ahead(), n(15)) << to_string(model);
  }
}

// The venue's order: the level first, its print 26 to 102 ms later.
TEST(QueuePosition, APrintExplainsWhatTheLevelHasLostAlready) {
  for (const QueueModel model : kModels) {
    QueuePosition q = behind(100, model);
    q.level(n(40), ms(0));
    EXPECT_EQ(q.traded(n(60), n(50), ms(41)), n(0)) << to_string(model);
    EXPECT_EQ(q.ahead(), n(40)) << to_string(model);
    q.level(n(0), ms(100));
    EXPECT_EQ(q.traded(n(40), n(50), ms(133)), n(0)) << to_string(model) << ": all of it stood ahead of us";
    EXPECT_EQ(q.traded(n(7), n(50), ms(200)), n(7)) << to_string(model) << ": we are the next";
  }
}

// Trades, cancellations and newcomers; the feed tells of each trade by its level first, or by its print first.
TEST(QueuePosition, BothOrdersOfArrivalGiveTheSame) {
  EXPECT_TRUE(rc::check("orders", [](const std::vector<std::pair<std::uint8_t, std::uint8_t>>& moves) {
    for (const QueueModel model : kModels) {
      QueuePosition level_first = behind(100, model), print_first = behind(100, model);
      Shares shown = n(100), got_level_first, got_print_first;
      Nanos now = ms(0);
      for (const auto& [kind, size] : moves) {
        now += ms(50);
        const Shares part = std::min(n(1 + size % 60), shown);
        if (kind % 3 == 0) shown += n(1 + size % 60);
        if (kind % 3 != 0) shown -= part;
        if (kind % 3 == 2 && part.micros > 0) {
          level_first.level(shown, now);
          got_level_first += level_first.traded(part, n(1000), now + ms(40));
          got_print_first += print_first.traded(part, n(1000), now);
          print_first.level(shown, now + ms(40));
        } else {
          // Long before the next trade, so that no print can be meant for it.
          now += kPrintOverdue + kPrintOverdue;
          level_first.level(shown, now);
          print_first.level(shown, now);
          now += kPrintOverdue + kPrintOverdue;
        }
        RC_ASSERT(level_first.ahead() == print_first.ahead());
        RC_ASSERT(got_level_first == got_print_first);
      }
    }
  }));
}

TEST(QueuePosition, APrintOfPartOfALossLeavesTheRestToTheModel) {
  // Of 60 that left 30 traded; 50 stood ahead of us, 50 behind.
  QueuePosition pessimistic = behind(50), proportional = behind(50, QueueModel::kProportional);
  for (QueuePosition* q : {&pessimistic, &proportional}) {
    q->level(n(100), ms(0));
    q->level(n(40), ms(10));
    EXPECT_EQ(q->traded(n(30), n(10), ms(50)), n(0));
  }
  EXPECT_EQ(pessimistic.ahead(), n(20)) << "the other 30 stood behind us";
  EXPECT_EQ(proportional.ahead(), Shares{11'428'572}) << "20 ahead, 50 behind, 30 of the 70 left";
}

TEST(QueuePosition, SeveralLossesWaitForSeveralPrints) {
  QueuePosition q = behind(100);
  for (int i = 1; i <= 20; ++i) q.level(n(100 - 5 * i), ms(i));
  for (int i = 1; i <= 20; ++i) EXPECT_EQ(q.traded(n(5), n(10), ms(30 + i)), n(0)) << i;
  EXPECT_EQ(q.ahead(), n(0));
  EXPECT_EQ(q.traded(n(5), n(10), ms(60)), n(5));
}

TEST(QueuePosition, NewcomersBehindDoNotExplainALoss) {
  QueuePosition q = behind(100);
  q.level(n(40), ms(0));
  q.level(n(90), ms(10));
  EXPECT_EQ(q.traded(n(60), n(50), ms(41)), n(0));
  EXPECT_EQ(q.ahead(), n(40));
}

TEST(QueuePosition, AfterTheHorizonALossWasACancellation) {
  QueuePosition q = behind(100);
  q.level(n(40), ms(0));
  EXPECT_EQ(q.ahead(), n(40)) << "whoever left, no more than 40 stand there";
  EXPECT_EQ(q.traded(n(60), n(50), ms(1) + kPrintOverdue), n(20)) << "another trade, whose level comes later";
}

TEST(QueuePosition, APrintAfterTheHorizonExplainsNothing) {
  QueuePosition proportional = behind(20, QueueModel::kProportional);
  proportional.level(n(40), ms(0));
  (void)proportional.traded(n(10), n(10), ms(10));
  EXPECT_EQ(proportional.ahead(), n(10));
  proportional.level(n(20), ms(20) + kPrintOverdue);
  EXPECT_EQ(proportional.ahead(), n(5)) << "a quarter of those there left long after: 10 ahead, 30 behind";
}

TEST(QueuePosition, AYoungOrderIsNotFilledByWhatTradedBeforeIt) {
  for (const QueueModel model : kModels) {
    // The level fell from 100 to 40 a moment before; the print comes 35 ms after us.
    QueuePosition q(n(40), ms(0), model, 2.0);
    EXPECT_EQ(q.traded(n(60), n(10), ms(35)), n(0)) << to_string(model);
    EXPECT_EQ(q.ahead(), n(40)) << to_string(model);
    // What its level has lost since is another matter.
    q.level(n(10), ms(60));
    EXPECT_EQ(q.traded(n(30), n(10), ms(100)), n(0));
    EXPECT_EQ(q.ahead(), n(10)) << to_string(model);
    EXPECT_EQ(q.traded(n(15), n(10), kPrintsLag), n(5)) << "old enough";
  }
}

TEST(QueuePosition, WhatAnotherOrderOfOursGotIsGone) {
  for (const bool level_first : {true, false}) {
    QueuePosition q = behind(20);
    if (level_first) q.level(n(0), ms(0));
    EXPECT_EQ(q.traded(n(20), n(10), ms(40), n(6)), n(0));
    if (!level_first) q.level(n(0), ms(80));
    EXPECT_EQ(q.ahead(), n(6)) << "six of the twenty that stood there are still to come";
    EXPECT_EQ(q.traded(n(20), n(10), ms(120), n(12)), n(2));
  }
}

TEST(QueuePosition, WhoLeftWithoutATradeIsTheModelsGuess) {
  // Twenty more join behind us, then twenty of the forty leave.
  for (const auto& [model, ahead, why] : {std::tuple{QueueModel::kPessimistic, 20, "all of them stood behind us"},
                                          std::tuple{QueueModel::kProportional, 10, "half of them"},
                                          std::tuple{QueueModel::kPower, 10, "as many ahead as behind: a coin"}}) {
    QueuePosition q = behind(20, model);
    q.level(n(40), ms(0));
    q.level(n(20), ms(1));
    EXPECT_EQ(q.ahead(), n(ahead)) << why;
  }
  // Ten ahead, ninety behind: squared, hardly anybody of those who leave stood ahead.
  QueuePosition front = behind(10, QueueModel::kPower);
  front.level(n(100), ms(0));
  front.level(n(90), ms(1));
  EXPECT_GT(front.ahead(), Shares{9'800'000});
}

TEST(QueuePosition, CancellationsLeaveNoMoreAheadThanShown) {
  QueuePosition q = behind(20);
  q.level(n(3), ms(0));
  EXPECT_EQ(q.ahead(), n(3));
}

TEST(QueuePosition, WhateverHappensNobodyJoinsAheadOfUs) {
  EXPECT_TRUE(
      rc::check("moves", [](const std::vector<std::pair<std::uint8_t, std::uint16_t>>& moves, std::uint8_t which) {
        const auto model = static_cast<QueueModel>(which % 3);
        QueuePosition q = behind(100, model);
        Nanos now = ms(0);
        Shares printed, got;
        for (const auto& [kind, size] : moves) {
          now += ms(kind);
          if (kind % 2 == 0) {
            printed += n(size % 50);
            const Shares ours = q.traded(n(size % 50), n(10), now);
            RC_ASSERT(ours.micros >= 0 && ours <= n(10));
            got += ours;
          } else {
            q.level(n(size % 300), now);
          }
          RC_ASSERT(q.ahead().micros >= 0);
          RC_ASSERT(q.ahead() <= n(100));
          RC_ASSERT(got <= printed);
        }
      }));
}

}  // namespace
}  // namespace underround::backtest
