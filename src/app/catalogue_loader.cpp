#include "app/catalogue_loader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/stable_hash.hpp"
#include "net/http_client.hpp"
#include "net/url.hpp"

namespace underround {
namespace {

constexpr std::size_t kMostInOneQuestion = 50;  // slugs; an address has its length too

std::uint64_t trading_hash(const ConditionSpec& s) {
  StableHasher h;
  h.add(static_cast<std::uint64_t>(s.phase));
  h.add(static_cast<std::uint64_t>(s.accepting_orders));
  h.add_signed(s.tick.pips);
  h.add_signed(s.fees.rate_ppm());
  h.add_signed(s.fees.exponent());
  h.add_signed(s.min_order_size.micros);
  h.add_signed(s.game_start_at.ns);
  h.add_signed(s.group.declared_conditions);
  return h.value();
}

}  // namespace

struct CatalogueLoader::Http {
  Http(net::EventLoop& loop, const CatalogueLoaderSettings& s)
      : client(
            loop,
            {.base_url = s.gamma_url, .proxy_url = s.proxy_url, .connections = 1, .timeout = Nanos::from_seconds(20)}) {
  }
  net::HttpClient client;

  Result<polymarket::GammaPage> get(std::string target) {
    net::HttpRequest request;
    request.target = std::move(target);
    const std::string what = request.target;
    const auto answer = client.fetch(request);
    if (!answer) return std::unexpected(answer.error().error);
    if (answer->status != 200) {
      return fail(ErrorCode::kRefused, fmt::format("Gamma answered {} to {}", answer->status, what));
    }
    return polymarket::decode_gamma(answer->body, {.assume_v1_when_absent = true});
  }
};

CatalogueLoader::CatalogueLoader(CatalogueLoaderSettings settings, MarketFilter filter,
                                 std::vector<UpDownSeries> series, Deliver deliver)
    : settings_(std::move(settings)),
      filter_(std::move(filter)),
      series_(std::move(series)),
      deliver_(std::move(deliver)),
      http_(std::make_unique<Http>(loop_, settings_)) {
  if (!settings_.clock) settings_.clock = [] { return net::EventLoop::wall_now(); };
}

CatalogueLoader::~CatalogueLoader() = default;  // jthread: asks to stop, joins

Result<std::vector<ConditionSpec>> CatalogueLoader::fetch_open_markets(std::vector<std::string>* notes) {
  std::vector<ConditionSpec> specs;
  std::string cursor;
  for (std::size_t page = 0; page < settings_.max_pages; ++page) {
    // Events, not markets: only an event says how many conditions it has, and without that no set is complete.
    std::string target = "/events/keyset?closed=false&limit=100";
    if (!cursor.empty()) target += "&after_cursor=" + cursor;
    auto got = http_->get(std::move(target));
    if (!got) return std::unexpected(got.error());
    refused_.fetch_add(got->refused.size(), std::memory_order_relaxed);
    if (notes != nullptr) {
      for (const auto& r : got->refused) notes->push_back(fmt::format("{}: {}", r.market, r.reason));
    }
    for (auto& spec : got->markets) specs.push_back(std::move(spec));
    cursor = got->next_cursor;
    if (cursor.empty()) break;
  }
  return specs;
}

std::vector<ConditionSpec> CatalogueLoader::fetch_windows() {
  std::vector<ConditionSpec> specs;
  for (const UpDownSeries& series : series_) {
    for (const UpDownWindow& window : upcoming_windows(series, settings_.clock(), settings_.windows_ahead)) {
      if (auto got = http_->get("/markets/slug/" + window.slug)) {
        for (auto& spec : got->markets) specs.push_back(std::move(spec));
      }
      // Not listed yet is normal: the next refresh asks again.
    }
  }
  return specs;
}

std::vector<ConditionSpec> CatalogueLoader::only_news(std::vector<ConditionSpec> specs) {
  std::vector<ConditionSpec> news;
  for (auto& spec : specs) {
    const std::uint64_t hash = trading_hash(spec);
    const auto [it, fresh] = known_.try_emplace(spec.condition_id, hash);
    if (!fresh && it->second == hash) continue;
    it->second = hash;
    news.push_back(std::move(spec));
  }
  return news;
}

Result<std::vector<ConditionSpec>> CatalogueLoader::load_all(std::vector<std::string>& notes) {
  auto all = fetch_open_markets(&notes);
  if (!all) return all;
  std::vector<ConditionSpec> chosen;
  for (const std::size_t i : select_markets(*all, filter_, settings_.clock())) chosen.push_back(std::move((*all)[i]));
  for (auto& spec : fetch_windows()) chosen.push_back(std::move(spec));
  return only_news(std::move(chosen));
}

void CatalogueLoader::refresh(bool full) {
  std::vector<ConditionSpec> chosen;
  if (full) {
    auto all = fetch_open_markets(nullptr);
    if (!all) {
      failures_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    for (const std::size_t i : select_markets(*all, filter_, settings_.clock())) {
      chosen.push_back(std::move((*all)[i]));
    }
  }
  for (auto& spec : fetch_windows()) chosen.push_back(std::move(spec));
  auto news = only_news(std::move(chosen));
  if (!news.empty()) deliver_(std::move(news));
}

void CatalogueLoader::start_refreshing() {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    using Clock = std::chrono::steady_clock;
    const std::chrono::nanoseconds every(settings_.refresh_every.ns), full_every(settings_.full_every.ns);
    auto full_at = Clock::now() + full_every;
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      (void)wake_.wait_for(lock, stop, every, [this] { return asked_ || held_anew_; });
      if (stop.stop_requested()) return;
      const bool full = std::exchange(asked_, false) || Clock::now() >= full_at;
      held_anew_ = false;
      const std::vector<std::string> held = held_;
      lock.unlock();
      ask_for_ends(held);
      refresh(full);
      if (full) full_at = Clock::now() + full_every;
      lock.lock();
    }
  });
}

void CatalogueLoader::ask_for_ends(const std::vector<std::string>& slugs) {
  std::vector<polymarket::GammaResolution> ends;
  for (std::size_t from = 0; from < slugs.size(); from += kMostInOneQuestion) {
    std::string target = "/markets/keyset?closed=true&limit=100";
    for (std::size_t i = from; i < std::min(slugs.size(), from + kMostInOneQuestion); ++i) {
      target += "&slug=" + net::percent_encode(slugs[i]);
    }
    auto got = http_->get(std::move(target));
    if (!got) {
      failures_.fetch_add(1, std::memory_order_relaxed);
      continue;  // asked again at the next refresh
    }
    for (auto& end : got->resolutions) ends.push_back(std::move(end));
  }
  if (!ends.empty() && settings_.on_ends) settings_.on_ends(std::move(ends));
}

void CatalogueLoader::look_after(std::vector<std::string> slugs) {
  const std::lock_guard lock(mutex_);
  held_anew_ = held_anew_ || (held_.empty() && !slugs.empty());
  held_ = std::move(slugs);
  if (held_anew_) wake_.notify_one();
}

void CatalogueLoader::refresh_soon() {
  const std::lock_guard lock(mutex_);
  asked_ = true;
  wake_.notify_one();
}

}  // namespace underround
