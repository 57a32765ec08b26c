// Loads the venue's catalogue on a cold thread and hands the markets to the hot one.
//   CatalogueLoader loader({.gamma_url = url}, filter, series, [&](std::vector<ConditionSpec> specs) {
//     hot_loop.post([&, specs = std::move(specs)] { session.add(specs); }); });
//   auto first = loader.load_all();      // blocking, at start-up
//   loader.start_refreshing();           // then the next up/down windows, and now and then the whole catalogue again
//   loader.look_after(slugs);            // what is held: how these end is asked for at each refresh
// The callbacks run on the loader's thread. Markets already handed over are handed over again only when Gamma's answer
// for them changed in what trading depends on (phase, accepting, tick, fees). The ends of what is held are asked for
// because the venue's own word is not reliable (protocol page 11), and nobody listens while the engine is down.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "core/error.hpp"
#include "market/catalogue.hpp"
#include "market/filter.hpp"
#include "market/series.hpp"
#include "net/event_loop.hpp"
#include "venue/polymarket/gamma.hpp"

namespace underround {

struct CatalogueLoaderSettings {
  std::string gamma_url, proxy_url{};
  Nanos refresh_every = Nanos::from_seconds(20);  // up/down windows
  Nanos full_every = Nanos::from_seconds(300);    // everything: hundreds of pages on the real venue
  std::size_t windows_ahead = 3;                  // of each up/down series
  std::size_t max_pages = 1000;                   // 100 events a page
  std::function<Nanos()> clock{};                 // the venue's idea of now (simulated time may differ from ours)
  std::function<void(std::vector<polymarket::GammaResolution>)> on_ends{};  // of what is looked after
};

class CatalogueLoader {
 public:
  using Deliver = std::function<void(std::vector<ConditionSpec>)>;

  CatalogueLoader(CatalogueLoaderSettings settings, MarketFilter filter, std::vector<UpDownSeries> series,
                  Deliver deliver);
  ~CatalogueLoader();  // stops and joins
  CatalogueLoader(const CatalogueLoader&) = delete;
  CatalogueLoader& operator=(const CatalogueLoader&) = delete;

  // Everything the filter selects, best first. Words about refused markets go to `notes`.
  [[nodiscard]] Result<std::vector<ConditionSpec>> load_all(std::vector<std::string>& notes);
  void start_refreshing();
  // The next refresh is a full one, and now. Any thread.
  void refresh_soon();
  // Replaces the list; the first one that is not empty is asked about at once. Any thread.
  void look_after(std::vector<std::string> slugs);

  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t failures() const noexcept { return failures_.load(std::memory_order_relaxed); }

 private:
  struct Http;
  void refresh(bool full);
  void ask_for_ends(const std::vector<std::string>& slugs);
  [[nodiscard]] Result<std::vector<ConditionSpec>> fetch_open_markets(std::vector<std::string>* notes);
  [[nodiscard]] std::vector<ConditionSpec> fetch_windows();
  // Drops what was handed over before and has not changed; remembers the rest.
  [[nodiscard]] std::vector<ConditionSpec> only_news(std::vector<ConditionSpec> specs);

  CatalogueLoaderSettings settings_;
  MarketFilter filter_;
  std::vector<UpDownSeries> series_;
  Deliver deliver_;
  std::unordered_map<std::string, std::uint64_t> known_;  // condition id -> hash of what trading depends on
  std::atomic<std::uint64_t> refused_{0}, failures_{0};
  net::EventLoop loop_;
  std::unique_ptr<Http> http_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool asked_ = false, held_anew_ = false;  // guarded
  std::vector<std::string> held_;           // guarded
  std::jthread thread_;                     // last: stops before what it uses goes
};

}  // namespace underround
