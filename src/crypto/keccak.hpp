// keccak-256, Ethereum's hash (the original padding, not NIST SHA-3).
//   Digest d = keccak256("Transfer(address,address,uint256)");
// No allocation. Thread-safe (no shared state).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/ids.hpp"

namespace underround::crypto {

[[nodiscard]] Digest keccak256(std::span<const std::uint8_t> bytes) noexcept;
[[nodiscard]] inline Digest keccak256(std::string_view text) noexcept {
  return keccak256({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace underround::crypto
