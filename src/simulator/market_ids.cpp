#include "simulator/market_ids.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/int128.hpp"

namespace underround::simulator {

std::string random_hash_text(Random& rng) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "0x";
  for (int word = 0; word < 4; ++word) {
    const std::uint64_t bits = rng.next();
    for (int i = 15; i >= 0; --i) out.push_back(kHex[(bits >> (i * 4)) & 15U]);
  }
  return out;
}

std::string random_token_text(Random& rng) {
  for (;;) {
    std::array<std::uint64_t, 4> words{rng.next(), rng.next(), rng.next(), rng.next()};
    std::string digits;
    // Long division of the 256-bit number by 10^19, most significant word first.
    constexpr std::uint64_t kChunk = 10'000'000'000'000'000'000ULL;
    while (std::any_of(words.begin(), words.end(), [](std::uint64_t w) { return w != 0; })) {
      UInt128 rest = 0;
      for (std::uint64_t& word : words) {
        const UInt128 value = (rest << 64) | word;
        word = static_cast<std::uint64_t>(value / kChunk);
        rest = value % kChunk;
      }
      auto chunk = static_cast<std::uint64_t>(rest);
      for (int i = 0; i < 19; ++i, chunk /= 10) digits.push_back(static_cast<char>('0' + chunk % 10));
    }
    while (!digits.empty() && digits.back() == '0') digits.pop_back();
    std::reverse(digits.begin(), digits.end());
    if (digits.size() >= 77) return digits;
  }
}

}  // namespace underround::simulator
