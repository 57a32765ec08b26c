// Both layers of the venue's limits, and the traded volume that decides a signer's tier (protocol page 10).
//   RateLimits limits(venue);   limits.refuse_request(host, request)   limits.take(credentials, BucketKind::kOrders, 1)
// Time is simulated time: at speed 1 that is the wall clock's pace, and at speed 10 a client may send ten times as
// much.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "simulator/server/api_keys.hpp"
#include "simulator/server/request_windows.hpp"
#include "simulator/server/router.hpp"
#include "simulator/server/signer_buckets.hpp"

namespace underround::simulator {

inline constexpr std::string_view kTooManyRequests = "Too many requests";

class RateLimits final : public Listener {
 public:
  RateLimits(Venue& venue, bool enabled);
  ~RateLimits() override;

  [[nodiscard]] bool enabled() const noexcept { return enabled_; }
  void enable(bool on);  // starts from full buckets
  // As if the signer had traded this much more in the last 30 days. `address`: lower case.
  void grant_volume(std::string_view address, Usd volume) { granted_[std::string(address)] = volume; }
  [[nodiscard]] Usd volume_30d(const Credentials& by) const;

  // The 429 of a request over its windows.
  [[nodiscard]] std::optional<Reply> refuse_request(VenueHost host, const net::HttpRequest& request);
  // From the signer's bucket, whether limits are on or off.
  [[nodiscard]] BucketVerdict take(const Credentials& by, BucketKind kind, std::size_t cost);
  // The bucket as it is now.
  [[nodiscard]] BucketVerdict look(const Credentials& by, BucketKind kind);
  // Orders that went with a cancel-all or cancel-market: one token each, after the fact.
  void charge_cancelled(const Credentials& by, std::size_t orders);

 private:
  void on_trade(const TradeRecord& trade) override;
  Venue& venue_;
  bool enabled_;
  RequestWindows windows_;
  SignerBuckets buckets_;
  VolumeMeter volume_;
  std::unordered_map<std::string, Usd> granted_;
};

}  // namespace underround::simulator
