// Keys beside the trading key (protocol page 5.3): read-only keys, which may read orders and trades and nothing else,
// and builder keys. A read-only key has no secret: a request names it and the address in its headers, as the venue's
// own example does. Owner: the simulation's thread.
#pragma once

#include <string>
#include <vector>

#include "simulator/server/keyed_handler.hpp"

namespace underround::simulator {

class AccountKeys {
 public:
  AccountKeys(const Venue& venue, ApiKeys& keys) : venue_(venue), keys_(keys) {}
  void add_routes(Router& router, const Authorize& authorize);

  // `handler` runs for a read-only key named in POLY_READONLY_API_KEY, and for everybody `authorize` lets through.
  [[nodiscard]] Router::Handler readable(const Authorize& authorize, const KeyedHandler& handler) const;

 private:
  struct BuilderKey {
    std::string key, address;
    Nanos created_at, revoked_at;  // 0 = still good
  };
  [[nodiscard]] const Credentials* reader(const Call& call) const;
  void add_readonly_routes(Router& router, const Authorize& authorize);
  void add_builder_routes(Router& router, const Authorize& authorize);

  const Venue& venue_;
  ApiKeys& keys_;
  std::vector<BuilderKey> builder_keys_;  // oldest first
};

}  // namespace underround::simulator
