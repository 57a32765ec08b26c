// SHA-1 (book hashes, protocol page 12.3), SHA-256, and HMAC-SHA-256 with the key absorbed once (protocol page 5.2).
//   HmacSha256 mac(key_bytes);  mac.sign({"1795000000", "GET", "/data/orders"})
// Values, no allocation in any call after construction. One HmacSha256 per thread.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>

#include "core/ids.hpp"

namespace underround::crypto {

using Sha1Digest = std::array<std::uint8_t, 20>;
using Sha256Digest = std::array<std::uint8_t, 32>;

[[nodiscard]] Sha1Digest sha1(std::string_view text) noexcept;
[[nodiscard]] Sha256Digest sha256(std::string_view text) noexcept;

class HmacSha256 {
 public:
  explicit HmacSha256(std::span<const std::uint8_t> key);
  ~HmacSha256();  // the keyed state is wiped
  HmacSha256(HmacSha256&&) noexcept;
  HmacSha256& operator=(HmacSha256&&) noexcept;

  // The MAC of the parts put end to end. The inner and outer pads were hashed once, at construction.
  [[nodiscard]] Sha256Digest sign(std::initializer_list<std::string_view> parts) const noexcept;

 private:
  struct KeyedState;
  std::unique_ptr<KeyedState> state_;
};

}  // namespace underround::crypto
