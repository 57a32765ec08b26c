// GET and DELETE /notifications (protocol page 8): what happened to an account's orders and markets, kept for 48 hours.
// Made from the venue's own events: 1 cancel, 2 fill, 4 resolved (to holders of the market), 8 fill failed. The other
// kinds of the page tell of things this venue does not do: registering for a market, rewards, comments, yield,
// redeeming by itself. Owner: the simulation's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>

#include "simulator/server/keyed_handler.hpp"
#include "simulator/venue.hpp"

namespace underround::simulator {

class Notifications final : public Listener {
 public:
  Notifications(Venue& venue, const ApiKeys& keys);
  ~Notifications() override;
  Notifications(const Notifications&) = delete;
  Notifications& operator=(const Notifications&) = delete;
  void add_routes(Router& router, const Authorize& authorize);

  static constexpr Nanos kKept = Nanos::from_seconds(48 * 3600);
  static constexpr std::size_t kMostPerAccount = 10'000;  // the newest stay

 private:
  enum class Kind : std::uint8_t { kCancel = 1, kFill = 2, kResolved = 4, kFillFailed = 8 };
  // What the payload of an order's notification says; a failed fill repeats the words of the fill.
  struct OrderWords {
    Digest order{};
    MarketId market{};
    std::uint8_t outcome = 0;
    Side side = Side::kBuy;
    TimeInForce tif = TimeInForce::kGtc;
    Price price{};
    Shares original{}, matched{}, remaining{};
    TradeId trade{};
    bool traded = false;
  };
  struct Note {
    std::uint64_t id = 0;
    Kind kind = Kind::kCancel;
    Nanos at{};
    bool dropped = false;
    OrderWords words{};
    std::string market_json{};  // kResolved
  };
  struct OpenOrder {
    TimeInForce tif = TimeInForce::kGtc;
    Shares size{}, matched{};
  };
  void on_order(const OrderRecord& order, OrderEvent event, Nanos now) override;
  void on_trade(const TradeRecord& trade) override;
  void on_trade_status(const TradeRecord& trade) override;
  void on_market_resolved(const Market& market, Nanos now) override;

  void tell_fill(AccountId account, OrderWords words, Shares size);
  void tell(AccountId account, Note note);
  void tell_failure(AccountId account, TradeId trade);
  void append(std::string& out, const Note& note, AccountId account) const;
  void append_order(class JsonWriter& w, const Note& note) const;
  [[nodiscard]] Reply list(const Credentials& by) const;
  void drop(const Credentials& by, const Call& call);

  Venue& venue_;
  const ApiKeys& keys_;
  std::unordered_map<std::uint32_t, std::deque<Note>> notes_;  // by account, oldest first
  std::map<Digest, OpenOrder> open_;                           // of watched accounts
  std::uint64_t next_id_ = 1;
};

}  // namespace underround::simulator
