// The venue that is not there: fills orders from the books as they are seen. Paper trading uses it on live data; the
// backtest uses it on recordings.
//   FillModel model(catalogue, books, settings);   model.execute(command, now);   model.collect(now, events);
//
// Assumptions, each with its reason:
//   latency      an order meets the book `order_latency` after it was decided (plus the market's taker delay), not the
//                book it was decided on. Source: published round trips of 1 to 25 ms plus the venue's own time.
//   own impact   what we took stays taken until the venue shows another size at that level, so one displayed share
//                cannot be bought twice. (The usual paper-trading mistake: the same ask filled over and over.)
//   queue        pessimistic: a resting order fills only when the market trades through it, because nothing is known of
//                the queue ahead; fills at the touch would be flattery.
//   settlement   fills confirm after `settlement_delay`; set operations after `operation_delay`, gas charged.
// Owner: the thread of the engine whose books it reads. Deterministic: no clock, no randomness.
#pragma once

#include <cstdint>
#include <vector>

#include "base/flat_map.hpp"
#include "book/book_store.hpp"
#include "core/command.hpp"
#include "core/event.hpp"
#include "market/catalogue.hpp"

namespace underround {

struct FillModelSettings {
  Nanos order_latency = Nanos::from_millis(25);
  Nanos taker_delay = Nanos::from_millis(250);  // markets that say so (itode); seconds_delay comes on top
  Nanos settlement_delay = Nanos::from_seconds(4);
  Nanos operation_delay = Nanos::from_seconds(5);
  Usd gas = Usd::from_micros(10'000);
};

class FillModel {
 public:
  FillModel(const Catalogue& catalogue, const BookStore& books, const FillModelSettings& settings);

  void execute(const Command& command, Nanos now);
  // Appends every event due at or before `now`, in order of time. Step them through the engine, then call again: their
  // commands may be due too.
  void collect(Nanos now, std::vector<Event>& out);

 private:
  struct Working {  // an order on its way to the book, or resting in it
    OrderId id;
    OrderTerms terms;
    Shares filled;
    Nanos arrives_at;
    bool arrived = false;
    bool cancelled = false;
  };
  struct Taken {
    std::int64_t displayed_micros = 0;  // size shown when we took
    std::int64_t taken_micros = 0;
  };
  void arrive(Working& order, std::vector<Event>& out);
  void fill_from_book(Working& order, std::vector<Event>& out);
  void fill_if_traded_through(Working& order, std::vector<Event>& out);
  void emit_fill(Working& order, Nanos at, Price price, Shares size, Liquidity liquidity, std::vector<Event>& out);
  void emit_done(const Working& order, Nanos at, OrderStatus status, std::vector<Event>& out) const;
  Taken& taken_at(ConditionId condition, Side side, Price canonical, Shares displayed);
  void schedule(const Event& e);

  const Catalogue& catalogue_;
  const BookStore& books_;
  FillModelSettings settings_;
  std::vector<Working> orders_;
  std::vector<Event> due_;  // settlements and operations, sorted by time
  FlatMap<Taken> taken_;
  std::uint64_t next_fill_ = 0;
};

}  // namespace underround
