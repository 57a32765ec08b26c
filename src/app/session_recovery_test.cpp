// What a crash leaves, from the journal of a simulated run cut off behind each of its first orders.
#include "app/session_recovery.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "app/journal_replay.hpp"
#include "app/simulated_run.hpp"
#include "base/temporary_folder.hpp"
#include "journal/command_codec.hpp"
#include "journal/journal_reader.hpp"

namespace underround {
namespace {

using journal::JournalledCommand;

class SessionRecoveryTest : public ::testing::Test {
 protected:
  SessionRecoveryTest() {
    auto run = simulated_run(
        {.config = {}, .seed = 7, .markets = 120, .duration = Nanos::from_seconds(300), .journal = root_ / "run"});
    EXPECT_TRUE(run) << run.error().message;
  }

  // The engine right behind the first command of that kind.
  JournalledCommand stop_behind(JournalledCommand::Kind kind) {
    auto in = journal::JournalReader::open(root_ / "run").value();
    while (const auto r = in.next()) {
      EXPECT_TRUE(replay_.step(*r));
      if (r->kind != journal::RecordKind::kCommand) continue;
      const auto command = journal::decode_command(r->payload);
      if (command && command->kind == kind) return *command;
    }
    ADD_FAILURE() << "no such command";
    return {};
  }
  // The same engine, going on as a session does.
  std::unique_ptr<Engine> go_on() {
    auto engine = make_engine(replay_.start(), catalogue_).value();
    EXPECT_TRUE(engine->take_over(*replay_.engine()));
    return engine;
  }
  static std::size_t open_orders(const Engine& engine) {
    std::size_t open = 0;
    engine.executor().orders().for_each_open([&](const Order&) { ++open; });
    return open;
  }

  TemporaryFolder root_;
  JournalReplay replay_;
  Catalogue catalogue_;
};

TEST_F(SessionRecoveryTest, OrdersWithoutANameNeverLeftAndReleaseWhatTheyHeld) {
  const JournalledCommand placed = stop_behind(JournalledCommand::Kind::kPlace);
  const Engine& before = *replay_.engine();
  const auto events = left_by_the_crash(before, {}, before.now());
  ASSERT_EQ(events.size(), open_orders(before));
  EXPECT_EQ(events.at(0).header.kind, EventKind::kOrderRejected);
  EXPECT_EQ(events.at(0).order.id, placed.order);
  EXPECT_TRUE(recovered_orders(before, {}).empty());

  const auto engine = go_on();
  EXPECT_GT(engine->ledger().reserved_cash().micros, 0);
  CommandBuffer commands;
  for (const Event& e : events) engine->step(e, commands);
  EXPECT_EQ(engine->ledger().reserved_cash(), Usd{});
  EXPECT_EQ(open_orders(*engine), 0U);
  EXPECT_TRUE(engine->ledger().check_deep());
}

TEST_F(SessionRecoveryTest, OrdersWithANameAreAskedAbout) {
  const JournalledCommand placed = stop_behind(JournalledCommand::Kind::kPlace);
  OrderDigests names;
  replay_.engine()->executor().orders().for_each([&](const Order& o) { names[o.id.value] = Digest{9}; });
  EXPECT_TRUE(left_by_the_crash(*replay_.engine(), names, Nanos{}).empty());
  const auto orders = recovered_orders(*replay_.engine(), names);
  const auto ours = std::ranges::find(orders, placed.order, &polymarket::RecoveredOrder::id);
  ASSERT_NE(ours, orders.end());
  EXPECT_FALSE(ours->ended);
  EXPECT_EQ(ours->terms.size, placed.terms.size);
  EXPECT_EQ(ours->digest, Digest{9});
  EXPECT_LE(blind_since(*replay_.engine()), replay_.engine()->now() - Nanos::from_seconds(600));
}

TEST_F(SessionRecoveryTest, OperationsOnTheirWayAreInDoubtAndAreNotAskedForAgain) {
  const JournalledCommand asked = stop_behind(JournalledCommand::Kind::kOperation);
  const auto events = left_by_the_crash(*replay_.engine(), replay_.names(), replay_.engine()->now());
  const auto about = std::ranges::find(events, EventKind::kOperationDone, [](const Event& e) { return e.header.kind; });
  ASSERT_NE(about, events.end());
  EXPECT_EQ(about->operation.id, asked.operation.id);
  EXPECT_EQ(about->operation.succeeded, Event::Operation::kNobodyKnows);
  const auto engine = go_on();
  CommandBuffer commands;
  for (const Event& e : events) engine->step(e, commands);
  EXPECT_TRUE(engine->executor().operating(asked.operation.condition, engine->catalogue()));
  // A second crash says nothing new about it.
  EXPECT_TRUE(left_by_the_crash(*engine, {}, engine->now()).empty());
}

TEST_F(SessionRecoveryTest, NothingIsOrderedUntilTheStreamIsUpAgain) {
  stop_behind(JournalledCommand::Kind::kPlace);
  const auto engine = go_on();
  OrderTerms terms;
  engine->executor().orders().for_each_open([&](const Order& o) { terms = o.terms; });
  const RiskContext context{engine->now(), engine->catalogue(), engine->books(), engine->ledger()};
  RiskGate gate = engine->risk();
  const auto refused = gate.approve(OrderId{99'999}, PlanId{}, StrategyId{}, terms, context);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), RiskRefusal::kUserStreamBlind);
}

TEST_F(SessionRecoveryTest, AnEngineThatNeverSawTheAccountHasNothingToHandOver) {
  stop_behind(JournalledCommand::Kind::kPlace);
  EXPECT_FALSE(worth_going_on(*replay_.engine())) << "a simulated run reads no pictures";
}

}  // namespace
}  // namespace underround
