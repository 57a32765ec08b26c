// One number for everything the box has published: equal streams, equal hashes. The proof of determinism in the tests.
//   EventHasher hasher;  simulation.venue().add_listener(hasher);  simulation.world().add_listener(hasher);
#pragma once

#include "base/stable_hash.hpp"
#include "simulator/listener.hpp"
#include "simulator/venue.hpp"

namespace underround::simulator {

class EventHasher final : public Listener {
 public:
  [[nodiscard]] std::uint64_t value() const noexcept { return hash_.value(); }
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }

  void on_market_created(const Market& m, Nanos now) override {
    add(1, now, m.id.value);
    hash_.add(stable_hash(m.spec.condition_id));
    hash_.add(stable_hash(m.spec.tokens[0]));
    hash_.add(stable_hash(m.spec.slug));
  }
  void on_market_phase(const Market& m, Nanos now) override {
    add(2, now, m.id.value);
    hash_.add(static_cast<std::uint64_t>(m.spec.phase));
  }
  void on_market_resolved(const Market& m, Nanos now) override {
    add(3, now, m.id.value);
    hash_.add(m.winner);
  }
  void on_tick_change(const Market& m, Tick old_tick, Nanos now) override {
    add(4, now, m.id.value);
    hash_.add_signed(old_tick.pips);
  }
  void on_book(const BookBatch& b) override {
    add(5, b.time, b.market.value);
    for (const LevelChange& c : b.changes) {
      hash_.add(static_cast<std::uint64_t>(c.side));
      hash_.add_signed(c.price.pips);
      hash_.add_signed(c.size.micros);
    }
    hash_.add_signed(b.best_bid.pips);
    hash_.add_signed(b.best_ask.pips);
  }
  void on_trade(const TradeRecord& t) override {
    add(6, t.matched_at, t.id.value);
    hash_.add_signed(t.price.pips);
    hash_.add_signed(t.size.micros);
    hash_.add_signed(t.cash.micros);
    hash_.add_signed(t.fee.micros);
  }
  void on_trade_status(const TradeRecord& t) override {
    add(7, t.updated_at, t.id.value);
    hash_.add(static_cast<std::uint64_t>(t.status));
  }
  void on_order(const OrderRecord& o, OrderEvent event, Nanos now) override {
    add(8, now, o.sequence);
    hash_.add(static_cast<std::uint64_t>(event) << 8 | static_cast<std::uint64_t>(o.state));
    hash_.add_bytes(o.id.data(), o.id.size());
    hash_.add_signed(o.matched.micros);
  }
  void on_reference_quote(const ReferenceQuote& q) override {
    add(9, q.time, q.update_id);
    hash_.add_signed(q.bid_e8);
  }
  void on_reference_trade(const ReferenceTrade& t) override {
    add(10, t.time, t.trade_id);
    hash_.add_signed(t.price_e8);
  }
  void on_score(const ScoreUpdate& s) override {
    add(11, s.time, s.group.value);
    hash_.add(static_cast<std::uint64_t>(s.home) << 16 | s.away);
  }

 private:
  void add(std::uint64_t kind, Nanos time, std::uint64_t subject) noexcept {
    ++events_;
    hash_.add(kind);
    hash_.add_signed(time.ns);
    hash_.add(subject);
  }
  StableHasher hash_;
  std::uint64_t events_ = 0;
};

}  // namespace underround::simulator
