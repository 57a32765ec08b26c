// What a strategy wants: a plan of one or more legs that belong together. It is a wish, not an order: execution turns
// it into legs with ids, risk approves or refuses each (law 6).
// Legs are not atomic on any venue; every intent therefore says what to do when only some of them fill.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/check.hpp"
#include "core/ids.hpp"
#include "core/order_types.hpp"
#include "core/units.hpp"

namespace underround {

enum class IntentKind : std::uint8_t {
  kDirectional,      // one leg: clip, snipe, information lag
  kBuySetAndMerge,   // buy both outcomes of one condition, merge to 1 USD a set
  kSplitAndSellSet,  // split 1 USD into a set, sell both outcomes
  kBuySetAndHold,    // buy YES of every condition of a complete event, redeem at resolution
  kBuyNoAndConvert,  // buy NO of every condition of a neg-risk event, convert to (n - 1) USD a set
  kQuote,            // resting post-only order of a market maker
};
[[nodiscard]] const char* to_string(IntentKind kind) noexcept;

// What becomes of legs that filled alone once the deadline has passed.
enum class OrphanPolicy : std::uint8_t {
  kCheapest,  // compare: complete the missing legs at the current book, sell what is extra, or hold; take the cheapest
  kUnwind,    // sell what is extra into the book, at most the configured slippage below the price paid
  kHold,      // keep the position
};

struct IntentLeg {
  InstrumentId instrument;
  Side side = Side::kBuy;
  Price limit;       // worst acceptable price, on the tick grid
  Price expected;    // VWAP the decision was made on, rounded up for buys, down for sells
  Shares available;  // depth seen within `limit`: the thinnest leg goes first
};

struct Intent {
  static constexpr std::size_t kMaxLegs = 64;

  IntentKind kind = IntentKind::kDirectional;
  StrategyId strategy;
  EventId event;                  // of the set, when there is one
  std::uint64_t opportunity = 0;  // id in the opportunity log, for "why was this order sent"
  TimeInForce tif = TimeInForce::kFak;
  bool post_only = false;
  OrphanPolicy orphan = OrphanPolicy::kCheapest;
  Shares size;                         // per leg; multiple of 0.01 share
  Usd expected_profit;                 // whole plan, after fees and rounding
  Nanos decided_at;                    // the event's time
  Nanos expires_at;                    // GTD only: absolute
  Nanos deadline;                      // absolute: legs not sent by then are dropped, open ones cancelled
  Nanos book_time_min, book_time_max;  // ages of the books the decision compared (skew gate)

  [[nodiscard]] std::span<const IntentLeg> legs() const noexcept { return {leg_storage.data(), leg_count}; }
  void add_leg(const IntentLeg& leg) noexcept {
    UR_CHECK(leg_count < kMaxLegs);
    leg_storage[leg_count++] = leg;
  }

  std::uint32_t leg_count = 0;
  std::array<IntentLeg, kMaxLegs> leg_storage;  // only the first leg_count are meaningful
};

}  // namespace underround
