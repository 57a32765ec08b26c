// CLOB REST behind a key: credentials, order entry, cancels, own orders and trades, balances (protocol pages 5 and 8).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "simulator/server/account_keys.hpp"
#include "simulator/server/account_rules.hpp"
#include "simulator/server/api_keys.hpp"
#include "simulator/server/keyed_handler.hpp"
#include "simulator/server/order_entry.hpp"
#include "simulator/server/order_wire.hpp"
#include "simulator/server/rate_limits.hpp"
#include "simulator/server/request_auth.hpp"
#include "simulator/server/router.hpp"
#include "simulator/simulation.hpp"

namespace underround::simulator {

// What stands between a request and its handler.
struct ClobGuards {
  const RequestAuth& auth;
  AccountRules& rules;
  RateLimits& limits;
};

class ClobPrivate {
 public:
  // What the key holder's requests touch besides the venue; all outlive this.
  struct Services {
    ApiKeys& keys;
    const OrderWire& wire;
    const AccountKeys& account_keys;
    BuilderTrades& builders;
  };
  ClobPrivate(Simulation& simulation, const Services& with, const ClobGuards& guards)
      : venue_(simulation.venue()),
        keys_(with.keys),
        wire_(with.wire),
        account_keys_(with.account_keys),
        guards_(guards),
        entry_(venue_, with.keys, with.wire, guards.rules, with.builders) {}
  void add_routes(Router& router);
  // For whoever proves to hold a key that may do this; by default GET is reading, all else trading.
  [[nodiscard]] Router::Handler keyed(KeyedHandler handler, std::optional<Permission> needed = std::nullopt) const;
  [[nodiscard]] const OrderEntry& entry() const noexcept { return entry_; }
  // Dead-man switch: cancels for keys whose heartbeat is late. Called after every slice of time.
  void check_heartbeats();

  static constexpr std::size_t kMaxCancels = 1000;
  static constexpr std::size_t kPage = 100;

 private:
  void add_auth_routes(Router& router);
  void add_order_routes(Router& router);
  void add_data_routes(Router& router);
  // Order and cancel endpoints: refused while the engine is down, and paid for from the signer's buckets.
  using Cost = std::function<std::size_t(const Call&)>;
  [[nodiscard]] Router::Handler metered(BucketKind kind, Cost cost, KeyedHandler handler) const;
  [[nodiscard]] Reply cancel_ids(const Credentials& by, const std::vector<std::string_view>& ids);
  [[nodiscard]] Reply cancel_scope(const Credentials& by, std::optional<MarketId> market,
                                   std::optional<unsigned> outcome);
  [[nodiscard]] Reply cancel_market(const Credentials& by, const Call& call);
  [[nodiscard]] Reply open_orders(const Credentials& by, const Call& call) const;
  [[nodiscard]] Reply trades(const Credentials& by, const Call& call) const;
  [[nodiscard]] Reply balance(const Credentials& by, const Call& call) const;
  [[nodiscard]] Reply heartbeat(const Credentials& by, const Call& call);
  [[nodiscard]] Reply legacy_heartbeat(const Credentials& by);
  [[nodiscard]] AccountId wallet_of(const Credentials& by, std::size_t signature_type) const;

  struct Heartbeat {
    std::string expected_id;
    Nanos last;
    std::uint64_t count = 0;
  };
  Venue& venue_;
  ApiKeys& keys_;
  const OrderWire& wire_;
  const AccountKeys& account_keys_;
  ClobGuards guards_;
  OrderEntry entry_;
  std::map<std::string, Heartbeat> heartbeats_;  // by API key
};

}  // namespace underround::simulator
