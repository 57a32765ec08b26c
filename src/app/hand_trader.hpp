// One order by hand, through the same engine, risk room and gateway as the strategies' orders.
//   HandTrader trader(loop, settings);   trader.open();   auto result = trader.place(order);
// Blocking: waits until the venue has said what became of the order. A GTC or GTD order that rests is left resting.
#pragma once

#include <memory>
#include <string>

#include "app/account.hpp"
#include "app/session.hpp"
#include "core/error.hpp"
#include "core/order_types.hpp"
#include "engine/engine.hpp"

namespace underround {

struct HandOrder {
  unsigned outcome = 0;
  Side side = Side::kBuy;
  TimeInForce tif = TimeInForce::kGtc;
  bool post_only = false;
  Price limit;
  Shares size;
  Nanos lifetime{};  // GTD
};

struct HandResult {
  std::string order_id;  // the venue's name of it; empty when it was never named
  OrderStatus status = OrderStatus::kNamed;
  std::string refusal;  // risk room's or venue's reason; empty = none
  Shares matched;
  Usd paid;  // notional of the fills
  Usd fees;
};

class HandTrader {
 public:
  struct Settings {
    VenueUrls urls;
    config::Config config;
    std::string proxy_url;
    ConditionSpec market;
    bool dry_run = true;  // built, named, signed, risk-checked; not sent
  };

  // `account` must outlive the trader.
  HandTrader(net::EventLoop& loop, Settings settings, const TradingAccount& account);
  ~HandTrader();
  // Connects, reads the account and the book. kTimeout names what did not come.
  [[nodiscard]] Result<void> open();
  [[nodiscard]] Result<HandResult> place(const HandOrder& order);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace underround
