#include "app/feed_views.hpp"

#include <fmt/format.h>

namespace underround {

void add_latency(EngineView& view, std::string_view name, const LatencyHistogram& histogram) {
  LatencyView* const row = view.latencies.add();
  if (row == nullptr) return;
  row->name.assign(name);
  row->samples = histogram.count();
  row->p50_ns = histogram.percentile(0.5);
  row->p90_ns = histogram.percentile(0.9);
  row->p99_ns = histogram.percentile(0.99);
  row->p999_ns = histogram.percentile(0.999);
  row->max_ns = histogram.max_ns();
}

void add_feeds(EngineView& view, const polymarket::MarketFeedHealth& health) {
  for (const auto& c : health.connections) {
    FeedView* const row = view.feeds.add();
    if (row == nullptr) return;
    row->name.assign(fmt::format("polymarket {}{} ({} tokens)", c.shard + 1, c.lane == 0 ? "" : "b", c.assets));
    row->up = c.up;
    row->data_age_ns = c.data_age.ns;
    row->stale = c.up && c.data_age > Nanos::from_seconds(20);
    row->frames = c.frames;
    row->reconnects = static_cast<std::uint32_t>(c.reconnects);
  }
}

void add_feeds(EngineView& view, const binance::BinanceFeed& feed) {
  for (const auto& r : feed.health()) {
    FeedView* const row = view.feeds.add();
    if (row == nullptr) return;
    row->name.assign(fmt::format("binance {}", r.route));
    row->up = r.up;
    row->data_age_ns = r.data_age.ns;
    row->stale = r.up && r.silent_streams > 0;
    row->frames = r.frames;
    row->reconnects = static_cast<std::uint32_t>(r.reconnects);
  }
}

void add_user_stream(EngineView& view, bool up) {
  FeedView* const row = view.feeds.add();
  if (row == nullptr) return;
  row->name.assign("our own orders and trades");
  row->up = up;
}

}  // namespace underround
