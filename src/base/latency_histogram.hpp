// Latency distribution in fixed memory: log-linear buckets (32 per power of two, error <= 3.2 %), 1 ns to ~18 minutes.
//   LatencyHistogram h;  h.record(1250);  h.percentile(0.99);
// Single writer; readers on other threads take a copy through whatever the owner publishes. Never allocates.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace underround {

class LatencyHistogram {
 public:
  void record(std::int64_t ns) noexcept {
    if (ns < 0) ns = 0;
    ++buckets_[index(static_cast<std::uint64_t>(ns))];
    ++count_;
    if (ns > max_ns_) max_ns_ = ns;
  }
  void clear() noexcept { *this = LatencyHistogram{}; }

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] std::int64_t max_ns() const noexcept { return max_ns_; }

  // Upper edge of the bucket that holds quantile q in [0, 1]; 0 when empty.
  [[nodiscard]] std::int64_t percentile(double q) const noexcept {
    if (count_ == 0) return 0;
    auto rank = static_cast<std::uint64_t>(q * static_cast<double>(count_));
    if (rank >= count_) rank = count_ - 1;
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < kBuckets; ++i) {
      seen += buckets_[i];
      if (seen > rank) {
        const auto edge = static_cast<std::int64_t>(upper_edge(i));
        // The last bucket has no upper edge of its own.
        return edge < max_ns_ && i + 1 < kBuckets ? edge : max_ns_;
      }
    }
    return max_ns_;
  }

 private:
  static constexpr int kSubBits = 5;
  static constexpr int kMaxExponent = 40;
  static constexpr std::size_t kBuckets = static_cast<std::size_t>(kMaxExponent - kSubBits + 1) << kSubBits;

  static std::size_t index(std::uint64_t ns) noexcept {
    if (ns < (1ULL << kSubBits)) return static_cast<std::size_t>(ns);
    int exponent = 63 - std::countl_zero(ns);
    if (exponent >= kMaxExponent) return kBuckets - 1;
    const auto sub = (ns >> (exponent - kSubBits)) & ((1ULL << kSubBits) - 1);
    return (static_cast<std::size_t>(exponent - kSubBits + 1) << kSubBits) + static_cast<std::size_t>(sub);
  }
  static std::uint64_t upper_edge(std::size_t i) noexcept {
    if (i < (1U << kSubBits)) return i;
    const auto exponent = static_cast<int>(i >> kSubBits) + kSubBits - 1;
    const std::uint64_t sub = i & ((1U << kSubBits) - 1);
    return (((1ULL << kSubBits) + sub + 1) << (exponent - kSubBits)) - 1;
  }

  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::int64_t max_ns_ = 0;
};

}  // namespace underround
