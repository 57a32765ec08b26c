#include "simulator/chain/allowances.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace underround::simulator {

std::optional<std::size_t> find_spender(const Address& address) noexcept {
  static const std::array<Address, kSpenders> kKnown = [] {
    std::array<Address, kSpenders> out{};
    for (std::size_t i = 0; i < kSpenders; ++i) {
      const auto parsed = address_of(kSpenderAddresses[i]);
      UR_CHECK(parsed.has_value());
      out[i] = *parsed;
    }
    return out;
  }();
  const auto it = std::ranges::find(kKnown, address);
  return it == kKnown.end() ? std::nullopt : std::optional(static_cast<std::size_t>(it - kKnown.begin()));
}

}  // namespace underround::simulator
