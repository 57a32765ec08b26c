#include "simulator/server/signer_buckets.hpp"

#include <algorithm>

namespace underround::simulator {
namespace {

constexpr Int128 kToken = Nanos::kPerSecond;  // rate * 1 ns, summed over a second
constexpr std::int64_t day_of(Nanos now) noexcept { return now.seconds() / 86'400; }

constexpr SignerTier kTiers[] = {{"Standard", Usd{}, 40, 60, 80, 120, true},
                                 {"Copper", Usd::whole(30'000), 60, 90, 120, 180, true},
                                 {"Bronze", Usd::whole(50'000), 80, 120, 160, 240, true},
                                 {"Silver", Usd::whole(100'000), 200, 300, 400, 600, true},
                                 {"Gold", Usd::whole(500'000), 400, 600, 800, 1200, true},
                                 {"Platinum", Usd::whole(2'500'000), 450, 675, 900, 1350, false},
                                 {"Diamond", Usd::whole(5'000'000), 525, 787, 1050, 1575, false},
                                 {"Elite", Usd::whole(10'000'000), 600, 900, 1200, 1800, false}};

std::int64_t rate_of(const SignerTier& tier, BucketKind kind) noexcept {
  return kind == BucketKind::kOrders ? tier.orders_per_s : tier.cancels_per_s;
}
std::int64_t burst_of(const SignerTier& tier, BucketKind kind) noexcept {
  return kind == BucketKind::kOrders ? tier.orders_burst : tier.cancels_burst;
}

// Whole seconds, up, until `missing` token nanoseconds have come in.
std::int64_t seconds_for(Int128 missing, std::int64_t rate) noexcept {
  if (missing <= 0) return 0;
  const Int128 per_second = kToken * rate;
  return static_cast<std::int64_t>((missing + per_second - 1) / per_second);
}

}  // namespace

const SignerTier& tier_of(Usd volume_30d) noexcept {
  const SignerTier* found = kTiers;
  for (const SignerTier& tier : kTiers) {
    if (volume_30d >= tier.volume) found = &tier;
  }
  return *found;
}

void BucketVerdict::add_headers(net::HttpHeaders& headers) const {
  headers.add("Poly-RateLimit-Remaining", std::to_string(remaining));
  headers.add("Poly-RateLimit-Reset", std::to_string(reset_s));
  headers.add("Poly-RateLimit-Tier", tier);
  if (low) headers.add("Poly-RateLimit-Warning", "approaching the limit of this tier");
  if (!granted) headers.add("Retry-After", std::to_string(std::max<std::int64_t>(1, retry_after_s)));
}

SignerBuckets::Bucket& SignerBuckets::refilled(std::string_view signer, BucketKind kind, const SignerTier& tier,
                                               Nanos now) {
  Bucket& bucket = signers_[std::string(signer)].buckets[static_cast<std::size_t>(kind)];
  const Int128 full = kToken * burst_of(tier, kind);
  if (bucket.fresh) {
    bucket = {full, now, false};
  } else if (now > bucket.last) {
    bucket.level += static_cast<Int128>((now - bucket.last).ns) * rate_of(tier, kind);
    bucket.last = now;
  }
  bucket.level = std::min(bucket.level, full);
  return bucket;
}

BucketVerdict SignerBuckets::take(std::string_view signer, BucketKind kind, std::int64_t cost, Usd volume_30d,
                                  Nanos now) {
  const SignerTier& tier = tier_of(volume_30d);
  Bucket& bucket = refilled(signer, kind, tier, now);
  const std::int64_t burst = burst_of(tier, kind), rate = rate_of(tier, kind);
  const bool may_owe = kind == BucketKind::kCancels && tier.cancels_may_owe;
  const Int128 needed = (may_owe ? 1 : cost) * kToken;
  BucketVerdict verdict;
  verdict.tier = tier.name;
  verdict.granted = cost <= burst && bucket.level >= needed;
  if (verdict.granted) bucket.level -= cost * kToken;
  verdict.remaining = static_cast<std::int64_t>(std::max<Int128>(0, bucket.level) / kToken);
  verdict.reset_s = seconds_for(burst * kToken - bucket.level, rate);
  if (!verdict.granted && cost <= burst) verdict.retry_after_s = seconds_for(needed - bucket.level, rate);
  verdict.low = verdict.remaining * 5 < burst;
  return verdict;
}

void SignerBuckets::charge(std::string_view signer, std::int64_t cancels, Usd volume_30d, Nanos now) {
  refilled(signer, BucketKind::kCancels, tier_of(volume_30d), now).level -= cancels * kToken;
}

void VolumeMeter::add(std::uint32_t account, Usd cash, Nanos now) {
  auto& days = days_[account];
  if (days.empty() || days.back().day != day_of(now)) days.push_back({day_of(now), {}});
  days.back().cash += cash;
  while (days.front().day <= day_of(now) - 30) days.pop_front();
}

Usd VolumeMeter::volume_30d(std::uint32_t account, Nanos now) const {
  const auto it = days_.find(account);
  Usd sum;
  if (it == days_.end()) return sum;
  for (const Day& day : it->second) {
    if (day.day > day_of(now) - 30) sum += day.cash;
  }
  return sum;
}

}  // namespace underround::simulator
