// EIP-712 typed-data hashing from 32-byte words.
//   Digest separator = domain_separator("Polymarket CTF Exchange", "2", 137, exchange);
//   Words<12> words;  words.add(type_hash); words.add(salt); ...   typed_digest(separator, words.hash())
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/check.hpp"
#include "core/ids.hpp"
#include "crypto/address.hpp"
#include "crypto/keccak.hpp"
#include "crypto/u256.hpp"

namespace underround::crypto {

// abi.encode of up to N static values: each is one big-endian word.
template <std::size_t N>
class Words {
 public:
  void add(const Digest& word) noexcept { set(count_++, word); }
  void add(const U256& value) noexcept { add(value.bytes); }
  void add(std::uint64_t value) noexcept { add(U256(value)); }
  void add(const Address& address) noexcept {
    Digest word{};
    std::memcpy(word.data() + 12, address.data(), address.size());
    add(word);
  }
  // Overwrites one word of a prepared template.
  void set(std::size_t index, const Digest& word) noexcept {
    UR_CHECK(index < N);
    std::memcpy(bytes_.data() + index * 32, word.data(), 32);
  }
  [[nodiscard]] Digest hash() const noexcept { return keccak256({bytes_.data(), count_ * 32}); }

 private:
  std::array<std::uint8_t, N * 32> bytes_{};
  std::size_t count_ = 0;
};

// Without `verifying_contract` the domain type has three members (protocol page 5.1).
[[nodiscard]] Digest domain_separator(std::string_view name, std::string_view version, std::uint64_t chain_id,
                                      const std::optional<Address>& verifying_contract) noexcept;

// keccak256(0x1901 || separator || struct_hash): what is signed.
[[nodiscard]] Digest typed_digest(const Digest& separator, const Digest& struct_hash) noexcept;

}  // namespace underround::crypto
