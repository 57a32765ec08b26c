// The chain's own money, and 256-bit arithmetic where a word is a number and not a name.
//   Wei fee = to_wei(word);   U256 word = to_word(fee);   gwei(30)
// Unsigned, 256 bits, wrapping. What comes from outside is bounded where it is parsed (rpc_json.hpp: fees below 2^96,
// gas below 2^64), so that sums and products here cannot wrap.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <string>

#include "crypto/u256.hpp"

namespace underround::chain {

using Wei = boost::multiprecision::uint256_t;
inline constexpr std::uint64_t kWeiPerGwei = 1'000'000'000;
inline constexpr std::uint64_t kWeiPerCoin = 1'000'000'000'000'000'000;  // POL, ETH

[[nodiscard]] inline Wei to_wei(const crypto::U256& word) {
  Wei value;
  boost::multiprecision::import_bits(value, word.bytes.begin(), word.bytes.end());
  return value;
}

[[nodiscard]] inline crypto::U256 to_word(const Wei& value) {
  crypto::U256 word;
  Wei rest = value;
  for (std::size_t i = 32; i-- > 0; rest >>= 8) word.bytes[i] = static_cast<std::uint8_t>(rest & 0xff);
  return word;
}

[[nodiscard]] inline Wei gwei(std::uint64_t count) { return Wei(count) * kWeiPerGwei; }

}  // namespace underround::chain
