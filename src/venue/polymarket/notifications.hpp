// The account's notices (GET /notifications, protocol page 8): what the venue did to it without being asked. Read on a
// timer, each told once, never deleted: the person's own inbox stays as it is.
//   Notifications notices(loop, session, lane, type, [](const Notice& n) { ... });   notices.start(now);
//   notices.tick(now);
// What was there at the first reading is old news. Owner: the gateway, on its thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_set>

#include "core/units.hpp"
#include "net/http_client.hpp"
#include "venue/polymarket/signing.hpp"

namespace underround::polymarket {

class ClobSession;

struct Notice {
  enum class Kind : std::uint8_t {  // the venue's numbers; others are not told
    kCancel = 1,
    kFill = 2,
    kResolved = 4,
    kFillFailed = 8,
    kRedeemed = 9,
    kComboRedeemed = 10,
  };
  std::string id;
  Kind kind = Kind::kFill;
  std::string words;  // market, outcome, size, as far as the notice says: for people
};
[[nodiscard]] const char* to_string(Notice::Kind kind) noexcept;

class Notifications {
 public:
  static constexpr Nanos kPeriod = Nanos::from_seconds(30), kTimeout = Nanos::from_seconds(5);
  using OnNotice = std::function<void(const Notice&)>;

  Notifications(ClobSession& session, net::HttpClient& lane, SignatureType type, OnNotice on_notice);
  void start(Nanos now);
  void stop() noexcept { stopped_ = true; }
  void tick(Nanos now);

 private:
  void answered(const net::HttpResult& result);

  ClobSession& session_;
  net::HttpClient& lane_;
  std::string target_;
  OnNotice on_notice_;
  std::unordered_set<std::string> told_;  // the venue keeps 48 hours of them
  Nanos next_{};
  bool first_ = true, stopped_ = true;
};

}  // namespace underround::polymarket
