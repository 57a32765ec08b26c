// Frame bytes -> book with best bid/ask (DESIGN section 5, rows 1 and 2): codec plus ConditionBook.
#include <benchmark/benchmark.h>

#include <array>
#include <string>

#include "book/condition_book.hpp"
#include "venue/polymarket/market_codec.hpp"

namespace underround::polymarket {
namespace {

const std::string kMarket = "0xd2d9b87685f3522db7ba4da4eb9caa802a8419b4bc52beeac2866ec1fb5a2b62";
const std::string kYes = "48388091485466084032258596983551595414700058539322197443810535093166937854987";
const std::string kNo = "61239446184203211563422085561184571209417212120958140611201238091384029874461";
const std::string kHash = "f3cc31114e050a10b3d72e6f8a2233f63b19489c";

Catalogue one_market(int others) {
  Catalogue catalogue;
  for (int i = 0; i <= others; ++i) {
    ConditionSpec spec;
    spec.condition_id = i == others ? kMarket : "0x" + std::to_string(i);
    const std::string tail = std::to_string(1'000'000 + i);
    spec.tokens = i == others ? std::array{kYes, kNo} : std::array{kYes.substr(7) + tail, kNo.substr(7) + tail};
    static_cast<void>(catalogue.add(spec));
  }
  return catalogue;
}

std::string padded(std::string text) { return text + std::string(kFramePadding, '\0'); }

std::string entry(const std::string& token, const char* price, const char* size, const char* side) {
  return "{\"asset_id\":\"" + token + "\", \"price\":\"" + price + "\", \"size\":\"" + size + "\", \"side\":\"" + side +
         "\", \"hash\":\"" + kHash + "\", \"best_bid\":\"0.49\", \"best_ask\":\"0.51\"}";
}
std::string change(bool both, const char* size, long long millis) {
  std::string entries = entry(kYes, "0.27", size, "BUY");
  if (both) entries += ", " + entry(kNo, "0.73", size, "SELL");
  return "{\"market\":\"" + kMarket + "\", \"price_changes\":[" + entries + "], \"timestamp\":\"" +
         std::to_string(millis) + "\", \"event_type\":\"price_change\"}";
}
// `levels` in all, half a side, around 0.50.
std::string book(int levels) {
  std::string bids, asks;
  for (int i = levels / 2; i >= 1; --i) {
    const std::string size = "\",\"size\":\"" + std::to_string(100 + i * 7) + ".5\"}";
    bids += "{\"price\":\"0." + std::to_string(50 - i) + size + (i > 1 ? "," : "");
    asks += "{\"price\":\"0." + std::to_string(50 + i) + size + (i > 1 ? "," : "");
  }
  return "{\"market\":\"" + kMarket + "\",\"asset_id\":\"" + kYes + "\",\"timestamp\":\"1777366994801\",\"hash\":\"" +
         kHash + "\",\"bids\":[" + bids + "],\"asks\":[" + asks +
         "],\"tick_size\":\"0.01\",\"event_type\":\"book\",\"last_trade_price\":\"0.500\"}";
}

void apply_all(const std::vector<Event>& events, ConditionBook& target) {
  for (const Event& e : events) target.apply(e);
}

// Alternates between two frames so that every update changes the book.
void run(benchmark::State& state, const std::array<std::string, 2>& texts, int levels_in_book) {
  const Catalogue catalogue = one_market(5'000);
  MarketCodec codec(catalogue);
  ConditionBook target(kTick001);
  std::vector<Event> events;
  events.reserve(256);
  const std::string snapshot = padded(book(levels_in_book));
  codec.decode({snapshot.data(), snapshot.size() - kFramePadding}, Nanos{1}, 0, events);
  apply_all(events, target);
  const std::array frames{padded(texts[0]), padded(texts[1])};
  std::size_t i = 0;
  for (auto _ : state) {
    const std::string& frame = frames[i++ & 1];
    events.clear();
    codec.decode({frame.data(), frame.size() - kFramePadding}, Nanos{2}, 0, events);
    apply_all(events, target);
    benchmark::DoNotOptimize(target.book().best_bid());
  }
  if (codec.counters().scanned != codec.counters().frames) state.SkipWithError("not the scanner's path");
  state.counters["frame_bytes"] = static_cast<double>(frames[0].size() - kFramePadding);
}

void one_level_one_token(benchmark::State& state) {
  run(state, {change(false, "2525", 1777366994943), change(false, "0", 1777366994944)}, 40);
}
BENCHMARK(one_level_one_token);

void one_level_both_tokens(benchmark::State& state) {
  run(state, {change(true, "2525", 1777366994943), change(true, "0", 1777366994944)}, 40);
}
BENCHMARK(one_level_both_tokens);

void snapshot_16_levels(benchmark::State& state) { run(state, {book(16), book(16)}, 16); }
BENCHMARK(snapshot_16_levels);

void snapshot_80_levels(benchmark::State& state) { run(state, {book(80), book(80)}, 80); }
BENCHMARK(snapshot_80_levels);

// The path of unusual frames, for comparison.
void general_one_level_both_tokens(benchmark::State& state) {
  const Catalogue catalogue = one_market(5'000);
  MarketCodec codec(catalogue);
  std::vector<Event> events;
  const std::string frame = padded(change(true, "2525", 1777366994943));
  for (auto _ : state) {
    events.clear();
    codec.decode_general({frame.data(), frame.size() - kFramePadding}, Nanos{2}, 0, events);
    benchmark::DoNotOptimize(events.data());
  }
}
BENCHMARK(general_one_level_both_tokens);

}  // namespace
}  // namespace underround::polymarket
