#include "simulator/server/rate_limits.hpp"

namespace underround::simulator {

RateLimits::RateLimits(Venue& venue, bool enabled) : venue_(venue), enabled_(enabled) { venue_.add_listener(*this); }
RateLimits::~RateLimits() { venue_.remove_listener(*this); }

void RateLimits::enable(bool on) {
  enabled_ = on;
  windows_.clear();
  buckets_.clear();
}

void RateLimits::on_trade(const TradeRecord& trade) {
  if (venue_.watched(trade.taker)) volume_.add(trade.taker.value, trade.cash, trade.matched_at);
  for (const MakerFill& row : trade.makers) {
    if (venue_.watched(row.account)) volume_.add(row.account.value, row.cash, trade.matched_at);
  }
}

Usd RateLimits::volume_30d(const Credentials& by) const {
  Usd sum;
  for (const AccountId account : by.accounts) sum += volume_.volume_30d(account.value, venue_.now());
  const auto granted = granted_.find(by.address);
  return granted == granted_.end() ? sum : sum + granted->second;
}

std::optional<Reply> RateLimits::refuse_request(VenueHost host, const net::HttpRequest& request) {
  if (!enabled_) return std::nullopt;
  const auto wait_s = windows_.take(host, request.method, request.path(), venue_.now());
  if (!wait_s) return std::nullopt;
  Reply reply = error_reply(429, kTooManyRequests);
  reply.headers.add("Retry-After", std::to_string(*wait_s));
  return reply;
}

BucketVerdict RateLimits::take(const Credentials& by, BucketKind kind, std::size_t cost) {
  return buckets_.take(by.address, kind, static_cast<std::int64_t>(cost), volume_30d(by), venue_.now());
}

BucketVerdict RateLimits::look(const Credentials& by, BucketKind kind) {
  BucketVerdict verdict = buckets_.take(by.address, kind, 0, volume_30d(by), venue_.now());
  verdict.granted = true;
  return verdict;
}

void RateLimits::charge_cancelled(const Credentials& by, std::size_t orders) {
  if (enabled_) buckets_.charge(by.address, static_cast<std::int64_t>(orders), volume_30d(by), venue_.now());
}

}  // namespace underround::simulator
