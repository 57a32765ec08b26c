// Orders and cancels of one signer in token buckets whose size follows 30-day volume (protocol page 10.2), the inner of
// the venue's two limits.
//   SignerBuckets buckets;   const BucketVerdict v = buckets.take(signer, BucketKind::kOrders, 1, volume, now);
//   v.add_headers(reply.headers)
// Time is passed in.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/int128.hpp"
#include "core/units.hpp"
#include "net/http_message.hpp"

namespace underround::simulator {

struct SignerTier {
  std::string_view name;
  Usd volume;  // of 30 days, at least
  std::int64_t orders_per_s, orders_burst, cancels_per_s, cancels_burst;
  bool cancels_may_owe;  // up to Gold a batch of cancels may leave the bucket negative
};
[[nodiscard]] const SignerTier& tier_of(Usd volume_30d) noexcept;

enum class BucketKind : std::uint8_t { kOrders, kCancels };

struct BucketVerdict {
  bool granted = false;
  std::int64_t remaining = 0;      // tokens left, not below 0
  std::int64_t reset_s = 0;        // until the bucket is full
  std::int64_t retry_after_s = 0;  // when refused; 0 = never (costs more than a full bucket)
  std::string_view tier;
  bool low = false;  // under a fifth of the burst is left
  // Poly-RateLimit-Remaining, -Reset, -Tier, and -Warning when low; Retry-After when refused.
  void add_headers(net::HttpHeaders& headers) const;
};

class SignerBuckets {
 public:
  // All of `cost` or nothing.
  [[nodiscard]] BucketVerdict take(std::string_view signer, BucketKind kind, std::int64_t cost, Usd volume_30d,
                                   Nanos now);
  // What only turned out afterwards: the orders a cancel-all took with it. May leave the bucket owing.
  void charge(std::string_view signer, std::int64_t cancels, Usd volume_30d, Nanos now);
  void clear() { signers_.clear(); }

 private:
  struct Bucket {
    Int128 level = 0;  // token nanoseconds
    Nanos last;
    bool fresh = true;
  };
  struct Signer {
    Bucket buckets[2];
  };
  Bucket& refilled(std::string_view signer, BucketKind kind, const SignerTier& tier, Nanos now);
  std::unordered_map<std::string, Signer> signers_;
};

// Money traded in the last 30 days, in days.
class VolumeMeter {
 public:
  void add(std::uint32_t account, Usd cash, Nanos now);
  [[nodiscard]] Usd volume_30d(std::uint32_t account, Nanos now) const;

 private:
  struct Day {
    std::int64_t day = 0;
    Usd cash;
  };
  std::unordered_map<std::uint32_t, std::deque<Day>> days_;
};

}  // namespace underround::simulator
