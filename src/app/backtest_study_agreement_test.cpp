// One flow of orders through three venues: the simulator's matcher, the fill model of a backtest on what the simulator
// published without us, and the fill model of paper trading on the same stream as it comes. The same engine asks all
// three for the same things, and gets the same fills.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "backtest/backtest.hpp"
#include "base/temporary_folder.hpp"
#include "simulator/in_process_venue.hpp"

namespace underround {
namespace {

using backtest::FillModel;
using simulator::InProcessSettings;
using simulator::InProcessVenue;
using simulator::MarketId;
using simulator::NewOrder;
using simulator::Simulation;

constexpr Nanos kSecond = Nanos::from_seconds(1);

struct Wish {  // of ours, `second` seconds into the flow
  std::int64_t second;
  unsigned outcome;
  Side side;
  TimeInForce tif;
  std::int32_t pips;
  std::int64_t shares;
  bool post_only = false;
};
struct Theirs {
  std::int64_t second;
  Side side;
  std::int32_t pips;
  std::int64_t shares;
};

// Makers come first; whoever takes with GTC leaves what it did not get in the book, where it can be seen.
const std::vector<Theirs> kTheirs{
    {1, Side::kSell, 5000, 10},  {1, Side::kSell, 5100, 10}, {1, Side::kBuy, 4800, 20},
    {1, Side::kBuy, 4700, 50},   {6, Side::kSell, 4800, 30},  // through 20 of theirs and 10 of ours
    {9, Side::kSell, 5200, 10},  {9, Side::kBuy, 4400, 30},   // later levels
    {20, Side::kSell, 4300, 32},                              // all the bids above 43 cents, and 2 that stay
};
const std::vector<Wish> kOurs{
    {3, 0, Side::kBuy, TimeInForce::kFak, 5100, 15},        // two levels; dollars, not shares
    {4, 0, Side::kBuy, TimeInForce::kGtc, 4800, 10},        // rests behind 20
    {8, 0, Side::kBuy, TimeInForce::kFok, 5100, 500},       // too much: nothing
    {11, 1, Side::kBuy, TimeInForce::kFak, 5300, 12},       // NO at 53 is selling YES at 47
    {12, 0, Side::kBuy, TimeInForce::kGtc, 5200, 6, true},  // would cross: refused
    {13, 0, Side::kBuy, TimeInForce::kFak, 5200, 6},        // part of a level ...
    {15, 0, Side::kBuy, TimeInForce::kFak, 5200, 9},        // ... and what is left of it
    {17, 0, Side::kSell, TimeInForce::kFak, 4700, 9},       // our own YES back into the bids
};

class Scripted final : public Strategy {
 public:
  Scripted(StrategyId id, Nanos start) : Strategy(id), start_(start) {}
  std::string_view name() const noexcept override { return "scripted"; }
  void on_timer(const StrategyContext& context, IntentBuffer& out) override {
    while (next_ < kOurs.size() && context.now >= start_ + Nanos{kOurs[next_].second * kSecond.ns}) {
      const Wish& wish = kOurs[next_++];
      Intent intent;
      intent.kind = IntentKind::kDirectional;
      intent.strategy = id();
      intent.tif = wish.tif;
      intent.post_only = wish.post_only;
      intent.orphan = OrphanPolicy::kHold;
      intent.size = Shares::whole(wish.shares);
      intent.decided_at = context.now;
      intent.deadline = context.now + Nanos::from_seconds(3600);
      intent.book_time_min = intent.book_time_max = context.now;
      intent.add_leg({instrument_of(ConditionId{0}, wish.outcome), wish.side, Price{wish.pips}, Price{wish.pips},
                      Shares::whole(wish.shares)});
      out.push_back(intent);
    }
  }

 private:
  Nanos start_;
  std::size_t next_ = 0;
};

struct Got {
  std::uint32_t instrument;
  Side side;
  std::int32_t pips;
  std::int64_t size_micros, fee_micros;
  Liquidity liquidity;
  bool operator==(const Got&) const = default;
};
void PrintTo(const Got& g, std::ostream* out) {
  *out << (g.side == Side::kBuy ? "buy " : "sell ") << g.instrument << " " << g.size_micros << " @ " << g.pips
       << " fee " << g.fee_micros << (g.liquidity == Liquidity::kMaker ? " maker" : " taker");
}

class Flow {
 public:
  Flow() : simulation_({.seed = 3, .markets = 30, .with_population = false}), start_(simulation_.now()) {
    bob_ = simulation_.make_account("0xb0b0000000000000000000000000000000000b0b", Usd::whole(100'000));
    ConditionSpec spec;
    spec.slug = "agreement";
    spec.question = "Do they agree?";
    spec.tick = kTick001;
    spec.fees = FeeSchedule::taker(50'000, 1);
    spec.accepting_orders = true;
    spec.version = MarketVersion::kV1;
    spec.outcomes = {"Yes", "No"};
    market_ = simulation_.venue().add_market(spec);
    EXPECT_TRUE(simulation_.venue().split(bob_, market_, Shares::whole(10'000)));
    simulation_.venue().open_market(market_);
  }
  // Publishes to `sink`; `execute` gets the venue to send commands to.
  void run(Catalogue& catalogue, const InProcessVenue::Sink& sink, InProcessVenue** venue = nullptr) {
    InProcessSettings settings;
    settings.data_latency = {Nanos{}, Nanos{}};
    settings.order_latency = settings.user_latency = settings.reference_latency = Nanos{};
    settings.market_buy_in_usd = true;
    settings.wanted = [this](const simulator::Market& m) { return m.id == market_; };
    InProcessVenue box(simulation_, catalogue, settings, sink);
    if (venue != nullptr) *venue = &box;
    box.start();
    for (const Theirs& t : kTheirs) {
      simulation_.advance_to(start_ + Nanos{t.second * kSecond.ns});
      NewOrder order;
      order.account = bob_;
      order.market = market_;
      order.side = t.side;
      order.limit = Price{t.pips};
      order.size = Shares::whole(t.shares);
      EXPECT_TRUE(simulation_.venue().submit(order).accepted);
    }
    simulation_.advance_to(start_ + Nanos::from_seconds(60));
    if (venue != nullptr) *venue = nullptr;
  }
  [[nodiscard]] Nanos start() const noexcept { return start_; }

 private:
  Simulation simulation_;
  Nanos start_;
  simulator::AccountId bob_;
  MarketId market_;
};

std::unique_ptr<Engine> engine_for(Catalogue& catalogue, Nanos start) {
  EngineSettings settings;
  settings.starting_cash = Usd::whole(10'000);
  settings.risk.max_order = settings.risk.max_position = settings.risk.max_event = settings.risk.max_total =
      Usd::whole(10'000);
  std::vector<std::unique_ptr<Strategy>> strategies;
  strategies.push_back(std::make_unique<Scripted>(StrategyId{0}, start));
  return std::make_unique<Engine>(catalogue, settings, std::move(strategies));
}

backtest::VenueModelSettings no_chance() {
  backtest::VenueModelSettings s;
  s.realism.latency = s.realism.misses = false;
  s.settlement_failure_ppm = 0;
  return s;
}

void note(const Event& e, std::vector<Got>& fills) {
  if (e.header.kind != EventKind::kFill) return;
  fills.push_back(
      {e.header.subject, e.fill.side, e.fill.price.pips, e.fill.size.micros, e.fill.fee.micros, e.fill.liquidity});
}

std::vector<Got> on_the_simulator() {
  Flow flow;
  Catalogue catalogue;
  auto engine = engine_for(catalogue, flow.start());
  InProcessVenue* venue = nullptr;
  std::vector<Got> fills;
  CommandBuffer commands;
  flow.run(
      catalogue,
      [&](const Event& e) {
        note(e, fills);
        commands.clear();
        engine->step(e, commands);
        venue->execute(commands);
      },
      &venue);
  return fills;
}

std::vector<Got> on_paper() {
  Flow flow;
  Catalogue catalogue;
  auto engine = engine_for(catalogue, flow.start());
  FillModel model(catalogue, engine->books(), no_chance());
  std::vector<Got> fills;
  CommandBuffer commands;
  std::vector<Event> answers;
  const auto step = [&](const Event& e) {
    note(e, fills);
    commands.clear();
    engine->step(e, commands);
    for (const Command& command : commands) model.execute(command, e.header.time);
  };
  flow.run(catalogue, [&](const Event& e) {
    step(e);
    model.on_market(e, e.header.time);
    while (model.next() <= e.header.time) {
      answers.clear();
      model.advance(e.header.time, answers);
      for (const Event& answer : answers) step(answer);
    }
  });
  return fills;
}

std::vector<Got> in_a_backtest(const std::filesystem::path& folder) {
  Flow flow;
  {
    Catalogue catalogue;
    auto writer = backtest::NativeWriter::create({.folder = folder}).value();
    std::vector<Event> frame;
    flow.run(catalogue, [&](const Event& e) {
      if (e.header.kind == EventKind::kConditionAdded) {
        EXPECT_TRUE(writer->condition({e.condition(), catalogue[e.condition()].spec}));
      }
      if (e.header.kind > EventKind::kFrameEnd || e.header.kind == EventKind::kNone) return;
      frame.push_back(e);
      if (e.header.kind != EventKind::kFrameEnd) return;
      EXPECT_TRUE(writer->frame(frame));
      frame.clear();
    });
    EXPECT_TRUE(writer->close());
  }
  const std::vector<std::filesystem::path> folders{folder};
  auto data = backtest::MarketData::open(folders).value();
  std::vector<Got> fills;
  const Nanos start = flow.start();
  const auto log = backtest::run_backtest(
      data, [&](Catalogue& catalogue) -> Result<std::unique_ptr<Engine>> { return engine_for(catalogue, start); },
      {.name = "agreement", .venue = no_chance(), .tap = [&](const Event& e, std::span<const Command>) {
         note(e, fills);
       }});
  EXPECT_TRUE(log) << log.error().message;
  return fills;
}

TEST(BacktestAgreement, SimulatorPaperAndBacktestFillTheSame) {
  const std::vector<Got> truth = on_the_simulator();
  const std::vector<Got> expected{
      {0, Side::kBuy, 5000, 10'000'000, 125'000, Liquidity::kTaker},
  };
  ASSERT_GE(truth.size(), 8U);
  EXPECT_EQ(truth.front(), expected.front());
  EXPECT_TRUE(std::ranges::any_of(truth, [](const Got& g) { return g.liquidity == Liquidity::kMaker; }));
  EXPECT_EQ(on_paper(), truth);
  const TemporaryFolder folder;
  EXPECT_EQ(in_a_backtest(folder / "r"), truth);
}

}  // namespace
}  // namespace underround
