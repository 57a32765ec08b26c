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
// queue. Owner: one thread. Deterministic: every chance comes from the seed.
#pragma once

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
  struct Working {  // an order on its way to the book, held by the taker delay, or resting
    OrderId id;
    OrderTerms terms;
    Shares filled;
    Usd spent;
    Side side = Side::kBuy;  // canonical, as is price
    Price price;
    QueuePosition queue;
    bool resting = false, held = false;
    [[nodiscard]] ConditionId condition() const noexcept { return condition_of(terms.instrument); }
    [[nodiscard]] bool mirrored() const noexcept { return outcome_of(terms.instrument) == 1; }
    [[nodiscard]] Shares left() const noexcept { return terms.size - filled; }
  };
  struct Taken {  // of one level, by us
    Side side;
    Price price;       // canonical
    Shares displayed;  // when we took
    Shares size;
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
  void on_level(ConditionId condition, Side side, Price canonical);
  // The venue shows something else there now: what we took is history.
  void forget_taken(ConditionId condition);
  void on_book(ConditionId condition, Nanos now);
  void operate(const RunOperation& operation, Nanos now);
  [[nodiscard]] Shares wanted(const Working& order, Price own) const noexcept;
  [[nodiscard]] Shares available(ConditionId condition, Side side, Price canonical, Shares displayed) const;
  void note_taken(ConditionId condition, Side side, Price canonical, Shares displayed, Shares taken);
  [[nodiscard]] RejectReason refuse(const Working& order, Nanos now) const;
  [[nodiscard]] bool crosses(const Working& order) const noexcept;
  struct PlannedFill {
    Price level, price;  // canonical: where it stands, what it costs (the same, unless fills are at the mid price)
    Shares displayed, size;
  };
  [[nodiscard]] bool plan(const Working& order, std::vector<PlannedFill>& fills) const;
  [[nodiscard]] Nanos taker_delay(const ConditionSpec& spec, Nanos now) const;
  [[nodiscard]] Working* find(OrderId id) noexcept;

  const Catalogue& catalogue_;
  const BookStore& books_;
  VenueModelSettings settings_;
  LatencyModel order_leg_, cancel_leg_, user_leg_;
  Random chance_;
  std::vector<Working> orders_;
  std::vector<std::uint16_t> resting_;     // by condition: how many
  std::vector<ConditionId> touched_;       // with resting orders, since the last frame end
  std::vector<Action> actions_;            // sorted by time
  std::vector<Event> answers_;             // sorted by time
  std::vector<std::vector<Taken>> taken_;  // by condition; few
  std::vector<PlannedFill> planned_;
  std::uint64_t next_fill_ = 0;
  FillModelCounters counters_;
};

}  // namespace underround::backtest
