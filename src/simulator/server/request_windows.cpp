#include "simulator/server/request_windows.hpp"

#include <algorithm>

#include "base/int128.hpp"

namespace underround::simulator {
namespace {

constexpr Nanos kTenSeconds = Nanos::from_seconds(10), kMinute = Nanos::from_seconds(60),
                kTenMinutes = Nanos::from_seconds(600);

}  // namespace

RequestWindows::RequestWindows() {
  const auto any_host = [&](std::int64_t limit) {
    windows_.push_back({.any_host = true, .method = "", .paths = {}, .limit = limit, .length = kTenSeconds});
  };
  const auto add = [&](VenueHost host, std::string_view method, std::vector<std::string_view> paths, std::int64_t limit,
                       Nanos length = kTenSeconds) {
    windows_.push_back({.host = host, .method = method, .paths = std::move(paths), .limit = limit, .length = length});
  };
  const auto clob = [&](std::string_view method, std::vector<std::string_view> paths, std::int64_t limit,
                        Nanos length = kTenSeconds) { add(VenueHost::kClob, method, std::move(paths), limit, length); };
  any_host(15'000);
  clob("", {}, 9'000);
  for (const std::string_view path : {"/book", "/price", "/midpoint"}) clob("", {path}, 1'500);
  for (const std::string_view path : {"/books", "/prices", "/midpoints"}) clob("", {path}, 500);
  clob("", {"/prices-history"}, 1'000);
  clob("", {"/tick-size"}, 200);
  clob("GET", {"/balance-allowance"}, 200);
  clob("GET", {"/balance-allowance/update"}, 50);
  clob("GET", {"/data/trades", "/data/orders", "/data/order/", "/notifications"}, 900);
  clob("GET", {"/data/orders"}, 500);
  clob("GET", {"/data/trades"}, 500);
  clob("GET", {"/notifications"}, 125);
  clob("", {"/auth/"}, 100);
  clob("POST", {"/order"}, 5'000);
  clob("POST", {"/order"}, 120'000, kTenMinutes);
  clob("DELETE", {"/order"}, 5'000);
  clob("DELETE", {"/order"}, 120'000, kTenMinutes);
  clob("POST", {"/orders"}, 2'000);
  clob("POST", {"/orders"}, 21'000, kTenMinutes);
  clob("DELETE", {"/orders"}, 2'000);
  clob("DELETE", {"/orders"}, 15'000, kTenMinutes);
  clob("DELETE", {"/cancel-all"}, 250);
  clob("DELETE", {"/cancel-all"}, 6'000, kTenMinutes);
  clob("DELETE", {"/cancel-market-orders"}, 1'500);
  clob("DELETE", {"/cancel-market-orders"}, 21'000, kTenMinutes);
  clob("", {"/ok", "/"}, 100);
  add(VenueHost::kGamma, "", {}, 4'000);
  add(VenueHost::kGamma, "", {"/events", "/events/"}, 500);
  add(VenueHost::kGamma, "", {"/markets", "/markets/"}, 300);
  add(VenueHost::kGamma, "", {"/public-search"}, 350);
  add(VenueHost::kGamma, "", {"/tags", "/tags/", "/comments"}, 200);
  add(VenueHost::kData, "", {}, 1'000);
  add(VenueHost::kData, "", {"/v2/"}, 800);
  add(VenueHost::kData, "", {"/trades"}, 200);
  add(VenueHost::kData, "", {"/positions"}, 150);
  add(VenueHost::kRelayer, "POST", {"/submit"}, 25, kMinute);
}

bool RequestWindows::Window::concerns(VenueHost h, std::string_view m, std::string_view path) const noexcept {
  if (any_host) return true;
  if (h != host || (!method.empty() && m != method)) return false;
  return paths.empty() || std::ranges::any_of(paths, [&](std::string_view p) {
           return p == path || (p.size() > 1 && p.ends_with('/') && path.starts_with(p));
         });
}

void RequestWindows::Window::roll(Nanos now) noexcept {
  const std::int64_t current = now.ns / length.ns;
  if (current == epoch) return;
  before = current == epoch + 1 ? count : 0;
  count = 0;
  epoch = current;
}

std::int64_t RequestWindows::Window::wait_s(Nanos now) const noexcept {
  const std::int64_t left = length.ns - now.ns % length.ns;
  // before * left / length + count + 1 <= limit, for which the old window may weigh `room` at most.
  const std::int64_t room = limit - count - 1;
  if (room >= 0 && static_cast<Int128>(before) * left <= static_cast<Int128>(room) * length.ns) return 0;
  std::int64_t wait_ns = left;  // then a new window begins
  if (room >= 0) wait_ns = left - static_cast<std::int64_t>(static_cast<Int128>(room) * length.ns / before);
  return std::max<std::int64_t>(1, (wait_ns + Nanos::kPerSecond - 1) / Nanos::kPerSecond);
}

std::optional<std::int64_t> RequestWindows::take(VenueHost host, std::string_view method, std::string_view path,
                                                 Nanos now) {
  std::int64_t wait = 0;
  for (Window& window : windows_) {
    if (!window.concerns(host, method, path)) continue;
    window.roll(now);
    wait = std::max(wait, window.wait_s(now));
  }
  if (wait > 0) return wait;
  for (Window& window : windows_) {
    if (window.concerns(host, method, path)) ++window.count;
  }
  return std::nullopt;
}

void RequestWindows::clear() {
  for (Window& window : windows_) window.count = window.before = 0;
}

}  // namespace underround::simulator
