// Seeded pseudo-random numbers (xoshiro256++, Blackman & Vigna, public domain), the same on every machine: the
// standard library's distributions are not, so the few we need live here. Not for keys.
//   Random rng(seed);  rng.below(10);  rng.uniform();  rng.normal();  rng.fork("makers")
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>

#include "base/int128.hpp"
#include "base/stable_hash.hpp"

namespace underround {

class Random {
 public:
  explicit Random(std::uint64_t seed) noexcept {
    for (auto& word : state_) word = split_mix(seed);
  }

  [[nodiscard]] std::uint64_t next() noexcept {
    const std::uint64_t result = rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = rotl(state_[3], 45);
    return result;
  }

  // Uniform in [0, bound); bound > 0. Multiply-shift: bias below 2^-32 for the bounds used here.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) noexcept {
    return static_cast<std::uint64_t>((static_cast<UInt128>(next()) * bound) >> 64);
  }
  [[nodiscard]] std::int64_t between(std::int64_t low, std::int64_t high_inclusive) noexcept {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high_inclusive - low) + 1));
  }
  // [0, 1).
  [[nodiscard]] double uniform() noexcept { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  [[nodiscard]] bool chance(double probability) noexcept { return uniform() < probability; }
  // Standard normal, Box-Muller.
  [[nodiscard]] double normal() noexcept {
    const double u = 1.0 - uniform();
    return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * uniform());
  }
  // Mean `mean`.
  [[nodiscard]] double exponential(double mean) noexcept { return -mean * std::log(1.0 - uniform()); }

  // An independent stream named `label`: adding a draw in one stream does not disturb the others.
  [[nodiscard]] Random fork(std::string_view label) const noexcept {
    return Random(state_[0] ^ rotl(state_[2], 17) ^ stable_hash(label));
  }

 private:
  static constexpr std::uint64_t rotl(std::uint64_t x, int k) noexcept { return (x << k) | (x >> (64 - k)); }
  static std::uint64_t split_mix(std::uint64_t& x) noexcept {
    std::uint64_t z = (x += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  std::uint64_t state_[4];
};

}  // namespace underround
