// Runs every scenarios/*.scenario file: a venue script with the engine's expected actions, readable by a trader
// (scenarios/README.md has the language). One test per file.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "base/decimal.hpp"
#include "base/test_paths.hpp"
#include "engine/engine.hpp"
#include "strategy/hand.hpp"
#include "strategy/registry.hpp"

namespace underround {
namespace {

namespace fs = std::filesystem;

class Scenario {
 public:
  explicit Scenario(const fs::path& file) : file_(file) {}

  void run() {
    std::ifstream in(file_);
    std::string line;
    while (std::getline(in, line)) {
      ++line_;
      if (const auto hash = line.find('#'); hash != std::string::npos) line.resize(hash);
      std::istringstream words(line);
      std::vector<std::string> w;
      for (std::string word; words >> word;) w.push_back(word);
      if (w.empty()) continue;
      SCOPED_TRACE(file_.filename().string() + ":" + std::to_string(line_) + ": " + line);
      execute(w);
      if (::testing::Test::HasFatalFailure()) return;
    }
    EXPECT_EQ(engine().counters().invariant_violations, 0U);
    EXPECT_TRUE(engine().ledger().check_deep());
  }

 private:
  using Words = std::vector<std::string>;

  // --- small readers
  static std::int64_t number(const std::string& text, int decimals) {
    const auto v = parse_decimal(text, decimals);
    if (!v) ADD_FAILURE() << "not a number: " << text;
    return v.value_or(0);
  }
  static Price price(const std::string& t) { return Price{static_cast<std::int32_t>(number(t, 4))}; }
  static Shares shares(const std::string& t) { return Shares{number(t, 6)}; }
  static Usd usd(const std::string& t) { return Usd{number(t, 6)}; }
  InstrumentId instrument(const std::string& name, const std::string& outcome) {
    const auto it = conditions_.find(name);
    if (it == conditions_.end()) {
      ADD_FAILURE() << "no market " << name;
      return {};
    }
    return instrument_of(it->second, outcome == "no" ? 1 : 0);
  }
  InstrumentId instrument(const std::string& dotted) {
    const auto dot = dotted.find('.');
    return instrument(dotted.substr(0, dot), dotted.substr(dot + 1));
  }
  static std::string option(const Words& w, const std::string& key, const std::string& fallback) {
    for (std::size_t i = 0; i + 1 < w.size(); ++i) {
      if (w[i] == key) return w[i + 1];
    }
    return fallback;
  }
  std::string label(InstrumentId id) {
    for (const auto& [name, condition] : conditions_) {
      if (condition == condition_of(id)) return name + (outcome_of(id) == 0 ? ".yes" : ".no");
    }
    return "?";
  }

  Engine& engine() {
    if (!engine_) {
      std::vector<std::unique_ptr<Strategy>> strategies;
      auto made = make_strategies(strategy_names_, strategy_settings_);
      if (made) {
        strategies = std::move(*made);
      } else {
        ADD_FAILURE() << made.error().message;
      }
      auto script = std::make_unique<HandStrategy>(StrategyId{static_cast<std::uint8_t>(strategies.size())});
      script_ = script.get();
      strategies.push_back(std::move(script));
      engine_ = std::make_unique<Engine>(catalogue_, settings_, std::move(strategies));
    }
    return *engine_;
  }

  void step(const Event& e) {
    CommandBuffer out;
    engine().step(e, out);
    for (const Command& c : out) {
      if (const auto* place = std::get_if<PlaceOrder>(&c)) orders_.push_back(place->order);
      if (const auto* operation = std::get_if<RunOperation>(&c)) operations_.push_back(*operation);
      if (std::holds_alternative<CancelAll>(c)) ++cancel_alls_;
      if (std::holds_alternative<CancelOrder>(c)) ++cancels_;
      if (std::holds_alternative<Resync>(c)) ++resyncs_;
      if (std::holds_alternative<ReadAccount>(c)) ++reads_;
    }
  }
  Event event(EventKind kind, std::uint32_t subject = Event::kNoSubject) const {
    return Event::make(kind, now_, VenueId::kPolymarket, subject);
  }
  void frame_end() { step(event(EventKind::kFrameEnd)); }

  // --- the language
  void execute(const Words& w) {
    const std::string& verb = w[0];
    if (verb == "cash") {
      settings_.starting_cash = usd(w.at(1));
    } else if (verb == "adopt") {
      settings_.starting_cash = Usd{};
      settings_.reconciliation.adopt_first = true;
    } else if (verb == "limit") {
      set_limit(w.at(1), w.at(2));
    } else if (verb == "strategy") {
      strategy_names_.push_back(w.at(1));
    } else if (verb == "setting") {
      set_strategy(w.at(1), w.at(2));
    } else if (verb == "execution") {
      ASSERT_EQ(w.at(1), "together");
      settings_.execution.thinnest_first = false;
    } else if (verb == "market") {
      add_market(w);
    } else if (verb == "event") {
      add_event(w);
    } else if (verb == "at") {
      now_ = Nanos::from_millis(number(w.at(1), 0));
    } else if (verb == "book") {
      send_book(w);
    } else if (verb == "change" || verb == "part") {
      send_change(w);
      if (verb == "change") frame_end();
    } else if (verb == "top") {
      send_top(w);
    } else if (verb == "frame") {
      frame_end();
    } else if (verb == "gap") {
      step(event(EventKind::kGap, conditions_.at(w.at(1)).value));
      frame_end();
    } else if (verb == "tick") {
      Event e = event(EventKind::kTickChange, instrument(w.at(1), "yes").value);
      e.book_head.tick = Tick{price(w.at(2)).pips};
      step(e);
      frame_end();
    } else if (verb == "resolve") {
      Event e = event(EventKind::kMarketStatus, conditions_.at(w.at(1)).value);
      e.market.phase = MarketPhase::kResolved;
      e.market.winning_outcome = w.at(2) == "no" ? 1 : 0;
      step(e);
    } else if (verb == "timer") {
      step(event(EventKind::kTimer));
    } else if (verb == "stream") {
      Event e = event(EventKind::kUserStream);
      e.feed.up = w.at(1) == "up" ? 1 : 0;
      step(e);
    } else if (verb == "kill" || verb == "resume") {
      Event e = event(verb == "kill" ? EventKind::kKill : EventKind::kResume);
      if (w.size() > 1) e.header.subject = conditions_.at(w[1]).value;
      e.halt.reason = static_cast<std::uint8_t>(HaltReason::kKillSwitch);
      step(e);
    } else if (verb == "account") {
      send_account(w);
    } else if (verb == "elsewhere") {
      send_fill_elsewhere(w);
    } else if (verb == "intent") {
      send_intent(w);
    } else if (verb == "accept" || verb == "reject" || verb == "done" || verb == "unknown") {
      send_order_event(w);
    } else if (verb == "fill") {
      send_fill(w);
    } else if (verb == "settle") {
      Event e = event(EventKind::kSettlement);
      e.settlement.fill_id = static_cast<std::uint64_t>(number(w.at(1), 0));
      static const std::map<std::string, SettlementStatus> kStatus{{"mined", SettlementStatus::kMined},
                                                                   {"confirmed", SettlementStatus::kConfirmed},
                                                                   {"retrying", SettlementStatus::kRetrying},
                                                                   {"failed", SettlementStatus::kFailed}};
      e.settlement.status = kStatus.at(w.at(2));
      step(e);
    } else if (verb == "operation") {
      const RunOperation& run = operations_.at(static_cast<std::size_t>(number(w.at(1), 0)) - 1);
      Event e = event(EventKind::kOperationDone, run.condition.value);
      e.operation = {run.id, run.amount, usd(option(w, "gas", "0")), run.kind,
                     w.at(2) == "ok"        ? Event::Operation::kSucceeded
                     : w.at(2) == "unknown" ? Event::Operation::kNobodyKnows
                                            : Event::Operation::kFailed};
      step(e);
    } else if (verb == "terms") {
      Event e = event(EventKind::kOperationTerms);
      e.terms = {usd(option(w, "cost", "0")), static_cast<std::int32_t>(number(option(w, "left", "-1"), 0)),
                 static_cast<std::int32_t>(number(option(w, "daily", "-1"), 0))};
      step(e);
    } else if (verb == "expect") {
      expect(w);
    } else {
      FAIL() << "unknown verb " << verb;
    }
  }

  void set_limit(const std::string& key, const std::string& value) {
    RiskLimits& l = settings_.risk;
    if (key == "max_order") {
      l.max_order = usd(value);
    } else if (key == "max_position") {
      l.max_position = usd(value);
    } else if (key == "max_event") {
      l.max_event = usd(value);
    } else if (key == "max_total") {
      l.max_total = usd(value);
    } else if (key == "max_pending") {
      l.max_pending = usd(value);
    } else if (key == "max_daily_loss") {
      l.max_daily_loss = usd(value);
    } else if (key == "max_book_age_ms") {
      l.max_book_age = Nanos::from_millis(number(value, 0));
    } else if (key == "max_unknown_orders") {
      l.max_unknown_orders = static_cast<std::uint32_t>(number(value, 0));
    } else if (key == "max_orders_per_second") {
      l.max_orders_per_second = static_cast<std::uint32_t>(number(value, 0));
    } else if (key == "collar") {
      l.collar = price(value);
    } else {
      FAIL() << "unknown limit " << key;
    }
  }
  void set_strategy(const std::string& key, const std::string& value) {
    if (key == "min_edge") {
      strategy_settings_.min_edge = price(value);
    } else if (key == "min_profit") {
      strategy_settings_.min_profit = usd(value);
    } else if (key == "max_set_cost") {
      strategy_settings_.max_set_cost = usd(value);
    } else if (key == "full_size_edge") {
      strategy_settings_.full_size_edge = price(value);
    } else {
      FAIL() << "unknown setting " << key;
    }
  }

  ConditionSpec spec(const Words& w, const std::string& name) {
    ConditionSpec s;
    s.condition_id = "0x";
    const std::uint64_t h = stable_hash(name);
    for (int i = 0; i < 4; ++i) {
      char hex[17];
      std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(mix64(h + static_cast<unsigned>(i))));
      s.condition_id += hex;
    }
    s.tokens = {std::to_string(h) + "1000000000000000001", std::to_string(h) + "2000000000000000002"};
    s.outcomes = {"Yes", "No"};
    s.question = s.slug = name;
    s.version = MarketVersion::kV1;
    s.tick = Tick{price(option(w, "tick", "0.01")).pips};
    s.min_order_size = shares(option(w, "min", "5"));
    const std::string fee = option(w, "fee", "0");
    s.fees = fee == "unknown" ? FeeSchedule{} : FeeSchedule::taker(static_cast<std::int32_t>(number(fee, 6)), 1);
    s.accepting_orders = true;
    s.phase = MarketPhase::kOpen;
    return s;
  }
  void add(const std::string& name, const ConditionSpec& s) {
    const auto id = catalogue_.add(s);
    ASSERT_TRUE(id) << id.error().message;
    conditions_[name] = *id;
  }
  void add_market(const Words& w) { add(w.at(1), spec(w, w.at(1))); }
  // event NAME a b c [fee F] [tick T] [augmented] [declared N]
  void add_event(const Words& w) {
    std::vector<std::string> names;
    bool augmented = false;
    for (std::size_t i = 2; i < w.size(); ++i) {
      if (w[i] == "augmented") {
        augmented = true;
      } else if (w[i] == "fee" || w[i] == "tick" || w[i] == "declared" || w[i] == "min") {
        ++i;
      } else {
        names.push_back(w[i]);
      }
    }
    for (const auto& name : names) {
      ConditionSpec s = spec(w, name);
      s.neg_risk = true;
      s.group.slug = s.group.id = s.group.title = w.at(1);
      s.group.neg_risk = true;
      s.group.neg_risk_market_id = w.at(1);
      s.group.augmented = augmented;
      s.group.declared_conditions =
          static_cast<std::int32_t>(number(option(w, "declared", std::to_string(names.size())), 0));
      add(name, s);
    }
  }

  Nanos venue_time(const Words& w) const {
    for (const auto& word : w) {
      if (word[0] == '@') return Nanos::from_millis(number(word.substr(1), 0));
    }
    return now_;
  }
  // account cash USD [locked USD] [M.yes S[@AVERAGE] [locked S]]..   |   account unreadable
  void send_account(const Words& w) {
    step(event(EventKind::kAccountBegin));
    Event end = event(EventKind::kAccountEnd);
    if (w.at(1) != "unreadable") {
      end.account.complete = 1;
      Event cash = event(EventKind::kAccountCash);
      cash.account.cash = usd(w.at(2));
      std::size_t i = 3;
      if (i + 1 < w.size() && w[i] == "locked") cash.account.locked = usd(w[i + 1]), i += 2;
      step(cash);
      for (; i + 1 < w.size(); i += 2) {
        Event e = event(EventKind::kAccountPosition, instrument(w[i]).value);
        const auto at = w[i + 1].find('@');
        e.account.shares = shares(w[i + 1].substr(0, at));
        e.account.average = at == std::string::npos ? kNoPrice : price(w[i + 1].substr(at + 1));
        if (i + 3 < w.size() && w[i + 2] == "locked") e.account.locked_shares = shares(w[i + 3]), i += 2;
        step(e);
      }
    }
    step(end);
  }
  // elsewhere ID buy|sell M.yes SIZE at P
  void send_fill_elsewhere(const Words& w) {
    Event e = event(EventKind::kFill, instrument(w.at(3)).value);
    e.fill = {.order = OrderId{},
              .fill_id = static_cast<std::uint64_t>(number(w.at(1), 0)),
              .size = shares(w.at(4)),
              .fee = {},
              .price = price(w.at(6)),
              .side = w.at(2) == "buy" ? Side::kBuy : Side::kSell,
              .liquidity = Liquidity::kTaker,
              .settlement = SettlementStatus::kMatched};
    step(e);
  }
  // book NAME yes|no bids PxS.. asks PxS.. [@ms] [tick T]
  void send_book(const Words& w) {
    const InstrumentId id = instrument(w.at(1), w.at(2));
    Event head = event(EventKind::kSnapshotBegin, id.value);
    head.book_head = {venue_time(w), Tick{price(option(w, "tick", "0")).pips}, 0};
    step(head);
    Side side = Side::kBuy;
    for (std::size_t i = 3; i < w.size(); ++i) {
      if (w[i] == "bids") side = Side::kBuy;
      if (w[i] == "asks") side = Side::kSell;
      const auto x = w[i].find('x');
      if (x == std::string::npos || w[i][0] == '@') continue;
      Event e = event(EventKind::kSnapshotLevel, id.value);
      e.level.side = side;
      e.level.price = price(w[i].substr(0, x));
      e.level.size = shares(w[i].substr(x + 1));
      step(e);
    }
    head.header.kind = EventKind::kSnapshotEnd;
    step(head);
    frame_end();
  }
  void claim(Event& e, const Words& w) {
    e.level.best_bid = e.level.best_ask = kNoPrice;
    for (std::size_t i = 0; i + 2 < w.size(); ++i) {
      if (w[i] != "best") continue;
      e.level.best_bid = price(w[i + 1]);
      e.level.best_ask = price(w[i + 2]);
    }
  }
  // change|part NAME yes|no bid|ask PRICE SIZE [best BID ASK] [@ms]
  void send_change(const Words& w) {
    Event e = event(EventKind::kLevel, instrument(w.at(1), w.at(2)).value);
    e.level.venue_time = venue_time(w);
    e.level.side = w.at(3) == "bid" ? Side::kBuy : Side::kSell;
    e.level.price = price(w.at(4));
    e.level.size = shares(w.at(5));
    claim(e, w);
    step(e);
  }
  // top NAME yes|no best BID ASK [@ms]
  void send_top(const Words& w) {
    Event e = event(EventKind::kTopOfBook, instrument(w.at(1), w.at(2)).value);
    e.level.venue_time = venue_time(w);
    claim(e, w);
    step(e);
    frame_end();
  }

  // intent KIND SIZE MARKET.OUTCOME@LIMIT[xAVAILABLE] ... [deadline MS] [policy cheapest|unwind|hold] [sell]
  void send_intent(const Words& w) {
    static const std::map<std::string, IntentKind> kKinds{{"directional", IntentKind::kDirectional},
                                                          {"buy_set_and_merge", IntentKind::kBuySetAndMerge},
                                                          {"split_and_sell_set", IntentKind::kSplitAndSellSet},
                                                          {"buy_set_and_hold", IntentKind::kBuySetAndHold},
                                                          {"buy_no_and_convert", IntentKind::kBuyNoAndConvert}};
    (void)engine();
    Intent intent;
    intent.kind = kKinds.at(w.at(1));
    intent.size = shares(w.at(2));
    intent.decided_at = now_;
    intent.deadline = now_ + Nanos::from_millis(number(option(w, "deadline", "1500"), 0));
    const std::string policy = option(w, "policy", "cheapest");
    intent.orphan = policy == "unwind" ? OrphanPolicy::kUnwind
                    : policy == "hold" ? OrphanPolicy::kHold
                                       : OrphanPolicy::kCheapest;
    const bool selling = intent.kind == IntentKind::kSplitAndSellSet || w.back() == "sell";
    for (std::size_t i = 3; i < w.size(); ++i) {
      const auto at = w[i].find('@');
      if (at == std::string::npos) continue;
      const auto x = w[i].find('x', at);
      IntentLeg leg;
      leg.instrument = instrument(w[i].substr(0, at));
      leg.side = selling ? Side::kSell : Side::kBuy;
      leg.limit = leg.expected = price(w[i].substr(at + 1, x == std::string::npos ? x : x - at - 1));
      leg.available = x == std::string::npos ? Shares::whole(1000) : shares(w[i].substr(x + 1));
      intent.add_leg(leg);
    }
    intent.event = catalogue_[condition_of(intent.legs()[0].instrument)].event;
    script_->give(intent);
    step(event(EventKind::kTimer));
  }

  const ApprovedOrder& order(const std::string& nth) {
    return orders_.at(static_cast<std::size_t>(number(nth, 0)) - 1);
  }
  // accept N live|delayed · reject N · done N [matched S] · unknown N
  void send_order_event(const Words& w) {
    static const std::map<std::string, EventKind> kKinds{{"accept", EventKind::kOrderAccepted},
                                                         {"reject", EventKind::kOrderRejected},
                                                         {"done", EventKind::kOrderDone},
                                                         {"unknown", EventKind::kOrderUnknown}};
    Event e = event(kKinds.at(w[0]));
    e.order.id = order(w.at(1)).id();
    const std::string matched = option(w, "matched", "");
    e.order.matched = matched.empty() ? Shares{-1} : shares(matched);
    e.order.status = w[0] == "done"                            ? OrderStatus::kCancelled
                     : option(w, w.at(1), "live") == "delayed" ? OrderStatus::kDelayed
                                                               : OrderStatus::kLive;
    e.order.reason = w[0] == "reject" ? RejectReason::kFakNoMatch : RejectReason::kNone;
    step(e);
  }
  // fill ID ORDER SIZE [at PRICE] [fee F] [confirmed]
  void send_fill(const Words& w) {
    const ApprovedOrder& o = order(w.at(2));
    Event e = event(EventKind::kFill, o.terms().instrument.value);
    e.fill.fill_id = static_cast<std::uint64_t>(number(w.at(1), 0));
    e.fill.order = o.id();
    e.fill.size = shares(w.at(3));
    e.fill.price = option(w, "at", "").empty() ? o.terms().limit : price(option(w, "at", ""));
    e.fill.fee = usd(option(w, "fee", "0"));
    e.fill.side = o.terms().side;
    e.fill.settlement = w.back() == "confirmed" ? SettlementStatus::kConfirmed : SettlementStatus::kMatched;
    step(e);
  }

  void expect(const Words& w) {
    const std::string& what = w.at(1);
    Engine& e = engine();
    if (what == "order") {  // expect order N buy|sell MARKET.OUTCOME PRICE SIZE
      ASSERT_LE(static_cast<std::size_t>(number(w.at(2), 0)), orders_.size()) << "no such order was sent";
      const OrderTerms& t = order(w.at(2)).terms();
      EXPECT_EQ(std::string(to_string(t.side)), w.at(3) == "buy" ? "BUY" : "SELL");
      EXPECT_EQ(label(t.instrument), w.at(4));
      EXPECT_EQ(format_decimal(t.limit.pips, 4), format_decimal(price(w.at(5)).pips, 4));
      EXPECT_EQ(format_decimal(t.size.micros, 6), format_decimal(shares(w.at(6)).micros, 6));
    } else if (what == "orders") {
      EXPECT_EQ(orders_.size(), static_cast<std::size_t>(number(w.at(2), 0)));
    } else if (what == "operation") {  // expect operation N KIND SIZE
      ASSERT_LE(static_cast<std::size_t>(number(w.at(2), 0)), operations_.size()) << "no such operation was asked for";
      const RunOperation& run = operations_.at(static_cast<std::size_t>(number(w.at(2), 0)) - 1);
      EXPECT_EQ(to_string(run.kind), w.at(3));
      EXPECT_EQ(format_decimal(run.amount.micros, 6), w.at(4));
    } else if (what == "operations") {
      EXPECT_EQ(operations_.size(), static_cast<std::size_t>(number(w.at(2), 0)));
    } else if (what == "cash") {
      EXPECT_EQ(format_decimal(e.ledger().cash().micros, 6), format_decimal(usd(w.at(2)).micros, 6));
    } else if (what == "available") {
      EXPECT_EQ(format_decimal(e.ledger().available_cash().micros, 6), format_decimal(usd(w.at(2)).micros, 6));
    } else if (what == "realised") {
      EXPECT_EQ(format_decimal(e.ledger().realised_pnl().micros, 6), format_decimal(usd(w.at(2)).micros, 6));
    } else if (what == "position") {  // expect position MARKET.OUTCOME SIZE
      EXPECT_EQ(format_decimal(e.ledger().position(instrument(w.at(2))).net().micros, 6), w.at(3));
    } else if (what == "phantoms") {
      EXPECT_EQ(e.opportunities().totals().phantoms, static_cast<std::uint64_t>(number(w.at(2), 0)));
    } else if (what == "opportunities") {
      EXPECT_EQ(e.opportunities().totals().seen, static_cast<std::uint64_t>(number(w.at(2), 0)));
    } else if (what == "refused") {  // expect refused REASON N
      std::uint64_t count = 0;
      for (std::size_t i = 0; i < e.risk().refusals().size(); ++i) {
        if (w.at(2) == to_string(static_cast<RiskRefusal>(i))) count = e.risk().refusals()[i];
      }
      EXPECT_EQ(count, static_cast<std::uint64_t>(number(w.at(3), 0)));
    } else if (what == "halted") {
      EXPECT_EQ(std::string(to_string(e.risk().halts().reason())), w.at(2));
    } else if (what == "plans") {
      EXPECT_EQ(e.executor().active_plans(), static_cast<std::size_t>(number(w.at(2), 0)));
    } else if (what == "cancel_all") {
      EXPECT_EQ(cancel_alls_, number(w.at(2), 0));
    } else if (what == "cancels") {
      EXPECT_EQ(cancels_, number(w.at(2), 0));
    } else if (what == "resyncs") {
      EXPECT_EQ(resyncs_, number(w.at(2), 0));
    } else if (what == "reads") {
      EXPECT_EQ(reads_, number(w.at(2), 0));
    } else if (what == "differences") {
      EXPECT_EQ(e.reconciler().differences().size(), static_cast<std::size_t>(number(w.at(2), 0)));
    } else if (what == "market_halted") {  // expect market_halted MARKET yes|no
      const auto& halted = e.risk().halted_markets();
      EXPECT_EQ(std::ranges::find(halted, conditions_.at(w.at(2))) != halted.end(), w.at(3) == "yes");
    } else if (what == "live") {  // expect live MARKET yes|no
      EXPECT_EQ(e.books()[conditions_.at(w.at(2))].state() == BookState::kLive, w.at(3) == "yes");
    } else {
      FAIL() << "unknown expectation " << what;
    }
  }

  fs::path file_;
  int line_ = 0;
  Nanos now_ = Nanos::from_millis(1);
  Catalogue catalogue_;
  EngineSettings settings_;
  StrategySettings strategy_settings_;
  std::vector<std::string> strategy_names_;
  std::unique_ptr<Engine> engine_;
  HandStrategy* script_ = nullptr;
  std::map<std::string, ConditionId> conditions_;
  std::vector<ApprovedOrder> orders_;
  std::vector<RunOperation> operations_;
  std::int64_t cancel_alls_ = 0, cancels_ = 0, resyncs_ = 0, reads_ = 0;
};

std::vector<fs::path> scenario_files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(source_folder()) / "scenarios")) {
    if (entry.path().extension() == ".scenario") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class ScenarioTest : public ::testing::TestWithParam<fs::path> {};

TEST_P(ScenarioTest, Plays) { Scenario(GetParam()).run(); }

INSTANTIATE_TEST_SUITE_P(Files, ScenarioTest, ::testing::ValuesIn(scenario_files()),
                         [](const auto& test) { return test.param.stem().string(); });

}  // namespace
}  // namespace underround
