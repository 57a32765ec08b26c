// Data API v2 (protocol page 14.2): positions, trades and resolutions in the v2 envelope, snake_case.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "simulator/server/router.hpp"
#include "simulator/venue.hpp"

namespace underround::simulator {

class DataService final : public Listener {
 public:
  explicit DataService(Venue& venue);
  ~DataService() override;
  void add_routes(Router& router);

  static constexpr std::size_t kMaxLimit = 1000;
  static constexpr std::size_t kDefaultLimit = 100;
  static constexpr std::size_t kMaxConditions = 20;

 private:
  // Entry costs come from trades alone: tokens from splits and conversions count as bought at nothing known.
  struct Cost {
    Shares bought;
    Usd paid, fees, realized;
  };
  void on_trade(const TradeRecord& trade) override;
  void book_fill(AccountId account, MarketId market, unsigned outcome, Side side, Shares size, Usd cash, Usd fee);
  [[nodiscard]] Reply positions(const Call& call) const;
  [[nodiscard]] Reply trades(const Call& call) const;
  [[nodiscard]] Reply resolutions(const Call& call) const;
  void append_position(std::string& out, AccountId account, const Market& market, unsigned outcome) const;
  void append_trade(std::string& out, const TradeRecord& trade, AccountId viewer) const;

  Venue& venue_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, Cost> costs_;  // by account, market * 2 + outcome
};

}  // namespace underround::simulator
