// The venue that is not there: meets the engine's orders with the books as the recording (or the live stream) shows
// them. Backtest and paper trading use the same one; realism.hpp says what it assumes, switch by switch.
//   FillModel model(catalogue, books, settings);
//   books[c].apply(e);  model.on_market(e, now);       // what the venue publishes, at the venue's time
//   model.execute(command, now);                       // what the engine wants, at the engine's time
//   model.advance(now, out);                           // answers that have reached us by now, in order of time
//
// Rules it shares with the simulator's matcher (protocol pages 6 and 16), which a test holds them to: price-time
// priority, makers' prices, FOK all or nothing, FAK and FOK BUY as an order for dollars, minimums, post-only, taker
// delay. What nobody recorded is not guessed in our favour: no live book, no fill; a trade without a side moves no
// queue; one share of a print fills one order of ours. Switches are independent, but for one that cannot be: what has
// no end cannot be taken, so without `depth` there is no impact. Owner: one thread. Deterministic: every chance comes
// from the seed, and whether an order finds its level gone or a fill's settlement fails depends on the seed and that
// order alone, not on what happened to others before.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "backtest/latency_model.hpp"
#include "backtest/queue_model.hpp"
#include "backtest/realism.hpp"
#include "book/book_store.hpp"
#include "core/command.hpp"
#include "core/event.hpp"
#include "market/catalogue.hpp"

namespace underround::backtest {

struct FillModelCounters {
  std::uint64_t orders = 0, fills = 0, missed_to_others = 0, settlements_failed = 0, held_by_taker_delay = 0;
};

class FillModel {
 public:
  FillModel(const Catalogue& catalogue, const BookStore& books, const VenueModelSettings& settings);

  // `books` has taken `e` in already.
  void on_market(const Event& e, Nanos now);
  void execute(const Command& command, Nanos now);
  // Everything that happens at the venue up to `now`, and appends what has reached us by then. Step these through the
  // engine, then call again: their commands may be due too.
  void advance(Nanos now, std::vector<Event>& out);
  // When advance() has something to do next, as far as it is known now; the end of time when it is idle.
  [[nodiscard]] Nanos next() const noexcept;
  [[nodiscard]] const FillModelCounters& counters() const noexcept { return counters_; }

 private:
  enum class Step : std::uint8_t { kArrive, kMatch, kCancel, kCancelAll, kExpire, kGameStart };
  struct Action {
    Nanos at;
    Step step;
    OrderId order;
  };
  // Of one level: shares that it shows and that are not there any more. When the level shrinks, those who left are
  // taken to be others, as long as there were others; only what it grows by is new.
  struct Gone {
    Side side = Side::kBuy;
    Price price;  // canonical
    Shares size;
    void level(Shares shown) noexcept { size = std::min(size, shown); }
    [[nodiscard]] Shares of(Side s, Price p) const noexcept { return side == s && price == p ? size : Shares{}; }
  };
  struct Working {  // an order on its way to the book, held by the taker delay, or resting
    OrderId id;
    OrderTerms terms;
    Shares filled;
    Usd spent;
    Side side = Side::kBuy;  // canonical, as is price
    Price price;
    QueuePosition queue;
    Gone gone;                // what others took a moment before this one came, while the book still shows it
    Nanos held_since;         // by the taker delay
    std::uint64_t seat = 0;   // lower came to rest earlier
    std::uint64_t fills = 0;  // so far
    bool resting = false, held = false;
    [[nodiscard]] ConditionId condition() const noexcept { return condition_of(terms.instrument); }
    [[nodiscard]] bool mirrored() const noexcept { return outcome_of(terms.instrument) == 1; }
    [[nodiscard]] Shares left() const noexcept { return terms.size - filled; }
  };
  void at(Nanos time, Step step, OrderId order);
  void answer(const Event& e);
  void perform(const Action& action);
  void arrive(Working& order, Nanos now);
  void match(Working& order, Nanos now);
  void rest(Working& order, Nanos now);
  void end(OrderId id, Nanos now, OrderStatus status);
  void remove(OrderId id);
  void reject(const Working& order, Nanos now, RejectReason reason);
  void accept(const Working& order, Nanos now, OrderStatus status);
  void fill(Working& order, Nanos now, Price canonical, Shares size, Liquidity liquidity);
  void on_trade(const Event& e, Nanos now);
  void on_level(ConditionId condition, Side side, Price canonical, Nanos now);
  void on_levels(ConditionId condition, Nanos now);
  void on_book(ConditionId condition, Nanos now);
  void operate(const RunOperation& operation, Nanos now);
  [[nodiscard]] Shares wanted(const Working& order, Shares filled, Usd spent, Price own) const noexcept;
  [[nodiscard]] Shares available(ConditionId condition, Side side, Price canonical, Shares displayed) const;
  void note_taken(ConditionId condition, Side side, Price canonical, Shares taken);
  [[nodiscard]] bool impact() const noexcept { return settings_.realism.impact && settings_.realism.depth; }
  [[nodiscard]] bool open(ConditionId condition) const noexcept;
  [[nodiscard]] bool over_while_held(const Working& order, Nanos now) const noexcept;
  [[nodiscard]] bool rests_in(ConditionId condition) const noexcept;
  // Our resting orders there, as the venue would serve them: by price, then by time. Valid until the next call.
  [[nodiscard]] const std::vector<OrderId>& in_turn(ConditionId condition, Side side);
  [[nodiscard]] RejectReason refuse(const Working& order, Nanos now) const;
  [[nodiscard]] bool crosses(const Working& order) const noexcept;
  struct PlannedFill {
    Price level, price;  // canonical: where it stands, what it costs (the same, unless fills are at the mid price)
    Shares size;
  };
  [[nodiscard]] bool plan(const Working& order, std::vector<PlannedFill>& fills) const;
  [[nodiscard]] Nanos taker_delay(const ConditionSpec& spec, Nanos now) const;
  [[nodiscard]] Working* find(OrderId id) noexcept;

  const Catalogue& catalogue_;
  const BookStore& books_;
  VenueModelSettings settings_;
  LatencyModel order_leg_, cancel_leg_, user_leg_;
  std::uint64_t miss_seed_, settlement_seed_;
  std::vector<Working> orders_;
  std::vector<std::uint16_t> resting_;    // by condition: how many
  std::vector<ConditionId> touched_;      // with resting orders, since the last frame end
  std::vector<Action> actions_;           // sorted by time
  std::vector<Event> answers_;            // sorted by time
  std::vector<std::vector<Gone>> taken_;  // by condition: by us; few
  std::vector<MarketPhase> phases_;       // by condition: what the venue has said, which the catalogue hears later
  std::vector<PlannedFill> planned_;
  std::vector<OrderId> turns_;
  std::uint64_t next_fill_ = 0, next_seat_ = 0;
  FillModelCounters counters_;
};

}  // namespace underround::backtest
