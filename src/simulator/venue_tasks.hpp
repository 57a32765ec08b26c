// What the venue asks the Scheduler to remember, packed into the 64-bit payload: 2 bits of kind, then the value.
#pragma once

#include <cstdint>

#include "simulator/types.hpp"

namespace underround::simulator {

enum class VenueTask : std::uint8_t { kRedeemable, kDelayOver, kExpiry, kModeOver };

// An order key keeps 30 bits of its generation (which wraps there): enough to tell any two uses of a slot apart within
// one delay.
inline constexpr std::uint32_t kTaskGenerationMask = 0x3fff'ffffU;

[[nodiscard]] constexpr std::uint64_t pack_task(VenueTask kind, std::uint64_t value) noexcept {
  return value << 2 | static_cast<std::uint64_t>(kind);
}
[[nodiscard]] constexpr std::uint64_t pack_task(VenueTask kind, OrderKey key) noexcept {
  return pack_task(kind, static_cast<std::uint64_t>(key.generation & kTaskGenerationMask) << 32 | key.slot);
}
[[nodiscard]] constexpr VenueTask task_kind(std::uint64_t payload) noexcept {
  return static_cast<VenueTask>(payload & 3U);
}
[[nodiscard]] constexpr std::uint64_t task_value(std::uint64_t payload) noexcept { return payload >> 2; }
[[nodiscard]] constexpr OrderKey task_order(std::uint64_t value) noexcept {
  return {static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(value >> 32)};
}

}  // namespace underround::simulator
