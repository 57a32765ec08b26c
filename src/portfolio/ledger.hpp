// The account's own books, in integer micro-dollars and micro-shares.
//   Ledger ledger(Usd::whole(1000));   ledger.apply_fill(fill_event);   ledger.position(id).net()
// A match is not money yet (law 7): a fill is pending until the venue confirms its settlement; FAILED takes it back,
// with its fee, its cost and its realised profit. Redelivered fills change nothing (keyed by fill_id).
//
// Two identities hold after every event, kept from independent accumulators and asserted by check():
//   cash  = deposits - adopted - bought + sold - fees - gas + set operations
//   cash + sum of position costs = deposits + realised profit
// Owner: the engine's thread. Allocates only when the catalogue grows or a table fills (reserve() at start).
#pragma once

#include <cstdint>
#include <vector>

#include "base/flat_map.hpp"
#include "core/event.hpp"
#include "core/ids.hpp"
#include "core/order_types.hpp"
#include "core/units.hpp"

namespace underround {

struct Position {
  Shares settled;      // confirmed on chain
  Shares pending_in;   // bought, not confirmed
  Shares pending_out;  // sold, not confirmed
  Shares reserved;     // promised to open sell orders and running set operations
  Usd cost;            // what net() cost, fees not included; never negative
  [[nodiscard]] Shares net() const noexcept { return settled + pending_in - pending_out; }
  // What may be sold or merged now: settled only, because an unconfirmed token may not be there.
  [[nodiscard]] Shares free() const noexcept {
    const Shares left = settled - pending_out - reserved;
    return left.micros > 0 ? left : Shares{};
  }
  [[nodiscard]] bool flat() const noexcept {
    return net().micros == 0 && pending_in.micros == 0 && pending_out.micros == 0;
  }
};

// Where the dollars went; monotonic except for reversals.
struct CashFlows {
  Usd deposits, bought, sold, fees, gas;
  Usd split, merged, converted, redeemed;  // split is paid, the others are received
  Usd adopted;                             // part of deposits that came in as shares, at cost
};

class Ledger {
 public:
  explicit Ledger(Usd deposits, std::size_t expected_fills = 1024);
  void reserve(std::size_t instruments);

  // --- orders: money and shares promised to orders that may still fill
  void reserve_cash(Usd amount) noexcept { reserved_cash_ += amount; }
  void release_cash(Usd amount) noexcept;
  void reserve_shares(InstrumentId instrument, Shares amount);
  void release_shares(InstrumentId instrument, Shares amount);

  // --- fills. False when this fill_id was seen before (nothing changes).
  bool apply_fill(const Event& e);
  // Moves a fill along MATCHED -> MINED -> CONFIRMED | RETRYING -> FAILED. Returns the fill when it was reversed.
  struct ReversedFill {
    OrderId order;
    InstrumentId instrument;
    Side side;
    Shares size;
    Price price;
    Usd value, fee;
  };
  const ReversedFill* settle(std::uint64_t fill_id, SettlementStatus status);

  // --- set operations, when the chain has confirmed them. `gas` is charged either way.
  void split(ConditionId condition, Shares amount, Usd gas);
  void merge(ConditionId condition, Shares amount, Usd gas);
  // Pays `payout_pips` per share of each outcome (10000/0, 0/10000, 5000/5000) for everything held.
  void redeem(ConditionId condition, Price payout_outcome0, Usd gas);
  // NO of every condition in `given` (m of them) for (m - 1) * amount USD and YES of every condition in `received`.
  void convert(const std::vector<ConditionId>& given, const std::vector<ConditionId>& received, Shares amount, Usd gas);

  // --- what was moved without us, as reconciliation found it: dollars in (+) or out (-), shares at `cost` in (+) or at
  // average cost out (-). Neither is a profit.
  void transfer(Usd amount) noexcept;
  void adopt(InstrumentId instrument, Shares change, Usd cost);

  // --- reading
  [[nodiscard]] const Position& position(InstrumentId instrument) const noexcept;
  [[nodiscard]] const std::vector<InstrumentId>& held() const noexcept { return held_; }  // ever touched
  [[nodiscard]] Usd cash() const noexcept { return cash_; }
  // Cash that no order and no pending settlement has a claim on.
  [[nodiscard]] Usd available_cash() const noexcept { return cash_ - reserved_cash_ - pending_proceeds_; }
  [[nodiscard]] Usd reserved_cash() const noexcept { return reserved_cash_; }
  [[nodiscard]] Usd realised_pnl() const noexcept { return realised_; }  // net of fees and gas
  [[nodiscard]] Usd total_cost() const noexcept { return total_cost_; }
  [[nodiscard]] const CashFlows& flows() const noexcept { return flows_; }
  [[nodiscard]] std::uint64_t pending_fills() const noexcept { return pending_fills_; }
  [[nodiscard]] Usd pending_notional() const noexcept { return pending_notional_; }
  [[nodiscard]] std::uint64_t reversed_fills() const noexcept { return reversed_fills_; }

  // f(OrderId) for each fill that is neither confirmed nor failed; the id is invalid when the order was not ours.
  template <class F>
  void for_each_unsettled(F&& f) const {
    fills_.for_each([&](std::uint64_t, const FillRecord& fill) {
      if (fill.status != SettlementStatus::kConfirmed && fill.status != SettlementStatus::kFailed) f(fill.what.order);
    });
  }

  // The identities above. Called by the engine after every event that touches money.
  [[nodiscard]] bool check() const noexcept;
  // check(), plus the sum over all positions. For tests and slow timers.
  [[nodiscard]] bool check_deep() const noexcept;
  [[nodiscard]] std::uint64_t state_hash() const noexcept;
  template <class A>
  void archive(A& a) {
    a(cash_, reserved_cash_, pending_proceeds_, pending_notional_, realised_, total_cost_, pending_fills_);
    a(reversed_fills_, flows_, positions_, known_, held_, fills_, last_reversed_);
  }

 private:
  struct FillRecord {
    ReversedFill what;
    Usd cost;  // cost added to (buy) or removed from (sell) the position
    SettlementStatus status = SettlementStatus::kMatched;
  };
  Position& touch(InstrumentId instrument);
  // Takes `amount` out of a position at average cost; returns the cost removed.
  Usd remove_at_cost(Position& position, Shares amount) noexcept;
  void confirm(FillRecord& fill);
  void reverse(FillRecord& fill);
  void charge_gas(Usd gas) noexcept;

  Usd cash_;
  Usd reserved_cash_;
  Usd pending_proceeds_;
  Usd pending_notional_;
  Usd realised_;
  Usd total_cost_;
  std::uint64_t pending_fills_ = 0;
  std::uint64_t reversed_fills_ = 0;
  CashFlows flows_;
  std::vector<Position> positions_;  // by instrument
  std::vector<std::uint8_t> known_;
  std::vector<InstrumentId> held_;
  FlatMap<FillRecord> fills_;
  ReversedFill last_reversed_{};
};

}  // namespace underround
