// What the set strategies share: is a leg fit to trade, how large a plan, and writing it down as an intent.
//   if (leg_fitness(context, settings, condition) == Fate::kSeen) ...
//   if (size_plan(context, settings, legs, payoff, Funding::kCash, quote) == Fate::kSeen) write_legs(...);
// No state, no allocation; called on the hot thread.
#pragma once

#include <span>

#include "arbitrage/complete_set.hpp"
#include "strategy/opportunity_log.hpp"
#include "strategy/strategy.hpp"

namespace underround {

// kSeen when the condition may be traded on now; otherwise why not. Law 4: unknown means stop.
//   kUnknownFee  fee, tick or version unknown        kIncomplete  not open, or not accepting orders
//   kStale       no live book, or silent too long    kPhantom     a batch is half in, or the book is crossed
[[nodiscard]] Fate leg_fitness(const StrategyContext& context, const StrategySettings& settings,
                               ConditionId condition) noexcept;

[[nodiscard]] SetLeg set_leg(const StrategyContext& context, InstrumentId instrument, Side side) noexcept;

enum class Funding : std::uint8_t {
  kCash,       // legs bought, or a split paid, with free cash
  kInventory,  // sets already held
};
// Sizes a plan by edge, caps, cash and venue minimums. kSeen: worth sending.
[[nodiscard]] Fate size_plan(const StrategyContext& context, const StrategySettings& settings,
                             std::span<const SetLeg> legs, Price payoff, Funding funding, Shares max_sets,
                             SetQuote& quote) noexcept;

// True when every limit of the quote is a price the venue accepts.
[[nodiscard]] bool limits_on_grid(const StrategyContext& context, std::span<const InstrumentId> instruments,
                                  const SetQuote& quote) noexcept;

// Appends one intent with the quote's legs, thinnest first. The caller adds what only it knows (event, opportunity).
Intent& write_intent(const StrategyContext& context, const StrategySettings& settings, StrategyId strategy,
                     IntentKind kind, Side side, std::span<const InstrumentId> instruments, const SetQuote& quote,
                     IntentBuffer& out);

}  // namespace underround
