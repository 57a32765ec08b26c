#include "simulator/set_meter.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace underround::simulator {
namespace {

constexpr std::int32_t kLowestSum = 8'000, kHighestSum = 13'000;  // pips

double quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  const auto index = static_cast<std::size_t>(q * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(index), values.end());
  return values[index];
}

double as_seconds(Nanos t) noexcept { return static_cast<double>(t.ns) * 1e-9; }

}  // namespace

void SetMeter::on_book(const BookBatch& batch) {
  const Market& market = venue_.market(batch.market);
  if (market.spec.group.neg_risk && !market.spec.group.augmented) look(market.group, venue_.now());
}

void SetMeter::on_market_phase(const Market& market, Nanos now) {
  if (market.spec.group.neg_risk && !market.spec.group.augmented) look(market.group, now);
}

void SetMeter::close(State& state, Nanos now) {
  if (!state.open) return;
  state.open = false;
  state.episode.until = now;
  episodes_.push_back(state.episode);
}

void SetMeter::look(GroupId id, Nanos now) {
  if (states_.size() <= id.value) states_.resize(id.value + 1);
  State& state = states_[id.value];
  if (state.two_sided) {
    state.observed += now - state.since;
    if (state.open) state.below += now - state.since;
  }
  state.since = now;
  std::int32_t sum = 0;
  Shares size = Shares::whole(1'000'000'000);
  state.two_sided = true;
  for (const MarketId leg : venue_.group(id).markets) {
    const Market& market = venue_.market(leg);
    const Price ask = venue_.best_ask(leg);
    if (market.spec.phase != MarketPhase::kOpen || ask >= kOneUsd) {
      state.two_sided = false;
      break;
    }
    sum += ask.pips;
    size = std::min(size, market.book->size_at(Side::kSell, ask));
  }
  if (!state.two_sided) return close(state, now);
  if (ask_sums_.empty()) ask_sums_.resize(kHighestSum - kLowestSum + 1);
  ++ask_sums_[static_cast<std::size_t>(std::clamp(sum, kLowestSum, kHighestSum) - kLowestSum)];
  if (sum >= Price::kPipsPerUsd) return close(state, now);
  if (!state.open) {
    state.open = true;
    state.episode = {id, now, now, 0, 0};
  }
  const double edge = (Price::kPipsPerUsd - sum) / 1e4;
  if (edge > state.episode.best_edge) {
    state.episode.best_edge = edge;
    state.episode.size_at_best = size.to_double();
  }
}

SetMeter::Report SetMeter::report(Nanos now) const {
  Report r;
  r.episodes = episodes_.size();
  Nanos observed, below;
  for (const State& state : states_) {
    if (state.observed.ns == 0 && !state.two_sided) continue;
    ++r.events;
    const Nanos open_end = state.two_sided ? now - state.since : Nanos{};
    observed += state.observed + open_end;
    below += state.below + (state.open ? open_end : Nanos{});
  }
  if (observed.ns > 0) r.share_of_time = as_seconds(below) / as_seconds(observed);
  std::vector<double> durations, edges, sizes;
  for (const Episode& e : episodes_) {
    durations.push_back(as_seconds(e.until - e.from));
    edges.push_back(e.best_edge);
    sizes.push_back(e.size_at_best);
  }
  r.median_duration_s = quantile(durations, 0.5);
  r.p90_duration_s = quantile(durations, 0.9);
  r.median_edge = quantile(edges, 0.5);
  r.p90_edge = quantile(edges, 0.9);
  r.median_size = quantile(sizes, 0.5);
  r.p90_size = quantile(sizes, 0.9);
  std::uint64_t total = 0, seen = 0;
  for (const std::uint32_t count : ask_sums_) total += count;
  for (std::size_t i = 0; i < ask_sums_.size() && seen * 2 <= total; ++i) {
    seen += ask_sums_[i];
    r.median_ask_sum = (static_cast<double>(i) + kLowestSum) / 1e4;
  }
  return r;
}

std::string SetMeter::Report::text() const {
  return fmt::format(
      "{} events, {} episodes, {:.3f} % of the time, duration median {:.2f} s p90 {:.1f} s, edge median {:.2f} % p90 "
      "{:.2f} %, size median {:.1f} p90 {:.0f} shares, median ask sum {:.4f}",
      events, episodes, share_of_time * 100, median_duration_s, p90_duration_s, median_edge * 100, p90_edge * 100,
      median_size, p90_size, median_ask_sum);
}

}  // namespace underround::simulator
