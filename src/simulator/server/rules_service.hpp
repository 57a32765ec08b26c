// The part of `control` that bends the venue's rules: allowances, balances, standing, session keys, limits, settlement,
// resolutions, restarts. Shapes in README.md.
#pragma once

#include "simulator/server/account_rules.hpp"
#include "simulator/server/json_value.hpp"
#include "simulator/server/rate_limits.hpp"
#include "simulator/server/router.hpp"

namespace underround::simulator {

class RulesService {
 public:
  RulesService(Venue& venue, AccountRules& rules, RateLimits& limits) : venue_(venue), rules_(rules), limits_(limits) {}
  void add_routes(Router& router);

 private:
  [[nodiscard]] Reply allowances(const JsonValue& body);
  [[nodiscard]] Reply balances(const JsonValue& body);
  [[nodiscard]] Reply standing(const JsonValue& body);
  [[nodiscard]] Reply session_signers(const JsonValue& body);
  [[nodiscard]] Reply limits(const JsonValue& body);
  [[nodiscard]] Reply settlement(const JsonValue& body);
  [[nodiscard]] Reply resolutions(const JsonValue& body);
  [[nodiscard]] Reply restart(const JsonValue& body);
  Venue& venue_;
  AccountRules& rules_;
  RateLimits& limits_;
};

}  // namespace underround::simulator
