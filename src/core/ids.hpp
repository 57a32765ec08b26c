// Strong ids. Catalogue ids are dense indexes given by market/Catalogue in order of arrival, so hot-path tables are
// arrays; a binary condition c owns exactly the instruments 2c (outcome 0: Yes, Up, first team) and 2c + 1.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>

namespace underround {

template <class Tag, class Rep>
struct StrongId {
  Rep value = kNoneValue;
  static constexpr Rep kNoneValue = static_cast<Rep>(~Rep{0});
  constexpr StrongId() noexcept = default;
  constexpr explicit StrongId(Rep v) noexcept : value(v) {}
  [[nodiscard]] constexpr bool valid() const noexcept { return value != kNoneValue; }
  constexpr auto operator<=>(const StrongId&) const noexcept = default;
};

using InstrumentId = StrongId<struct InstrumentTag, std::uint32_t>;  // one outcome token
using ConditionId = StrongId<struct ConditionTag, std::uint32_t>;    // one binary question (a "market")
using EventId = StrongId<struct EventTag, std::uint32_t>;            // a group of conditions (Gamma "event")
using SymbolId = StrongId<struct SymbolTag, std::uint16_t>;          // a reference symbol (BTCUSDT)
using OrderId = StrongId<struct OrderTag, std::uint64_t>;            // ours, given before anything is sent
using PlanId = StrongId<struct PlanTag, std::uint64_t>;              // one intent being executed
using OperationId = StrongId<struct OperationTag, std::uint64_t>;    // split / merge / convert / redeem
using StrategyId = StrongId<struct StrategyTag, std::uint8_t>;

// The venue's name of an order: EIP-712 digest (Polymarket) or another 32-byte key. Known before sending (law 5).
using Digest = std::array<std::uint8_t, 32>;

[[nodiscard]] constexpr InstrumentId instrument_of(ConditionId condition, unsigned outcome) noexcept {
  return InstrumentId{condition.value * 2 + outcome};
}
[[nodiscard]] constexpr ConditionId condition_of(InstrumentId instrument) noexcept {
  return ConditionId{instrument.value / 2};
}
[[nodiscard]] constexpr unsigned outcome_of(InstrumentId instrument) noexcept { return instrument.value & 1U; }
[[nodiscard]] constexpr InstrumentId complement_of(InstrumentId instrument) noexcept {
  return InstrumentId{instrument.value ^ 1U};
}

enum class VenueId : std::uint8_t { kNone = 0, kPolymarket = 1, kKalshi = 2, kBinance = 3 };
[[nodiscard]] constexpr const char* to_string(VenueId venue) noexcept {
  switch (venue) {
    case VenueId::kPolymarket: return "polymarket";
    case VenueId::kKalshi: return "kalshi";
    case VenueId::kBinance: return "binance";
    case VenueId::kNone: break;
  }
  return "none";
}

}  // namespace underround

template <class Tag, class Rep>
struct std::hash<underround::StrongId<Tag, Rep>> {
  std::size_t operator()(const underround::StrongId<Tag, Rep>& id) const noexcept { return std::hash<Rep>{}(id.value); }
};
