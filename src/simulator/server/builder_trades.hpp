// The builder programme (protocol page 5.4): orders signed with a builder code, and what they traded. This venue asks
// no builder fees: both rates are zero for every code. Owner: the simulation's thread.
//   builders.attribute(id, "0x62...");  venue.submit(order);   then   GET /builder/trades?builder_code=0x62...
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/server/api_keys.hpp"
#include "simulator/server/router.hpp"
#include "simulator/venue.hpp"

namespace underround::simulator {

class BuilderTrades final : public Listener {
 public:
  BuilderTrades(Venue& venue, const ApiKeys& keys);
  ~BuilderTrades() override;
  BuilderTrades(const BuilderTrades&) = delete;
  BuilderTrades& operator=(const BuilderTrades&) = delete;
  void add_routes(Router& router);

  // Before the order is submitted, so that its first match counts. The zero code is nobody's. False: nothing noted.
  bool attribute(const Digest& order, std::string_view code);
  void forget(const Digest& order) { codes_.erase(order); }  // the order was refused

  static constexpr std::size_t kPage = 100;
  static constexpr std::size_t kMostRows = 100'000;  // the newest stay

 private:
  struct Row {
    Digest code{};
    TradeId trade{};
    bool taker = false;
    AccountId account{};
    MarketId market{};
    std::uint8_t outcome = 0;
    Side side = Side::kBuy;
    Price price{};
    Shares size{};
    Usd cash{}, fee{};
    Nanos matched_at{};
  };
  void on_order(const OrderRecord& order, OrderEvent event, Nanos now) override;
  void on_trade(const TradeRecord& trade) override;
  void note(const Digest& order, Row row);
  void append(std::string& out, const Row& row) const;
  [[nodiscard]] bool wanted(const Row& row, const Call& call) const;
  [[nodiscard]] Reply list(const Call& call) const;

  Venue& venue_;
  const ApiKeys& keys_;
  std::map<Digest, Digest> codes_;  // open orders with a code
  std::vector<Row> rows_;           // oldest first
};

}  // namespace underround::simulator
