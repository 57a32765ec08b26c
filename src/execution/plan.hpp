// One intent being carried out. Legs are not atomic; the plan remembers what each leg really holds.
//   kSplitting -> kLegs -> (kRepairing)* -> kSettling -> kOperating -> kDone
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/intent.hpp"

namespace underround {

enum class PlanState : std::uint8_t {
  kDone,       // slot free
  kSplitting,  // waiting for a split (short sets)
  kFirstLeg,   // the thinnest leg is out alone: it decides how much of the others is wanted
  kLegs,       // the other legs are out
  kRepairing,  // an orphan is being completed or unwound
  kSettling,   // all legs even (or given up): waiting for fills to be confirmed
  kOperating,  // waiting for merge or convert
};
[[nodiscard]] const char* to_string(PlanState state) noexcept;

struct PlanLeg {
  Shares held;             // net shares this plan has in the leg, settled or not
  std::uint32_t open = 0;  // orders not finished
};

struct Plan {
  PlanId id;
  PlanState state = PlanState::kDone;
  Intent intent;
  std::array<PlanLeg, Intent::kMaxLegs> legs;
  std::uint32_t first_leg = 0;
  std::uint32_t rounds = 0;         // repairs tried
  std::uint32_t pending_fills = 0;  // not settled
  Nanos state_since;
  OperationId operation;
  Shares completed;  // sets merged, converted or held to redemption
  Usd cash_flow;     // received - paid, fees and gas included
  [[nodiscard]] bool busy() const noexcept { return state != PlanState::kDone; }
  [[nodiscard]] bool orders_open() const noexcept {
    for (std::uint32_t i = 0; i < intent.leg_count; ++i) {
      if (legs[i].open > 0) return true;
    }
    return false;
  }
};

// Whether its legs are members of a set: worth what they pay together, each alone an accident.
[[nodiscard]] inline bool needs_even_legs(IntentKind kind) noexcept {
  return kind != IntentKind::kDirectional && kind != IntentKind::kQuote;
}

// Whole sets among what the legs hold.
[[nodiscard]] inline Shares least_held(const Plan& plan) noexcept {
  Shares least = plan.legs[0].held;
  for (std::uint32_t i = 1; i < plan.intent.leg_count; ++i) least = std::min(least, plan.legs[i].held);
  return least;
}

// No leg holds a lot more than another.
[[nodiscard]] inline bool is_even(const Plan& plan) noexcept {
  const Shares least = least_held(plan);
  for (std::uint32_t i = 0; i < plan.intent.leg_count; ++i) {
    if ((plan.legs[i].held - least).micros >= Shares::kMicrosPerLot) return false;
  }
  return true;
}

// Dollars one complete set of this intent pays: 1, or n - 1 for NO of n conditions. In pips.
[[nodiscard]] inline Price payoff_per_set(const Intent& intent) noexcept {
  if (intent.kind != IntentKind::kBuyNoAndConvert) return kOneUsd;
  return Price{kOneUsd.pips * static_cast<std::int32_t>(intent.leg_count - 1)};
}

}  // namespace underround
