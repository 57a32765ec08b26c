#include "app/live_gates.hpp"

#include <string>

namespace underround {

Result<void> check_live_gates(bool mode_live, const config::Loaded& loaded) {
  std::string missing;
  const auto want = [&](bool given, const char* how) {
    if (!given) missing += std::string(missing.empty() ? "" : "; ") + how;
  };
  want(mode_live, "pass --mode live");
  want(loaded.config.live.enabled, "set live.enabled = true in the configuration");
  want(loaded.secrets.live == "i-understand", "set UNDERROUND_LIVE=i-understand in the environment");
  if (missing.empty()) return {};
  return fail(ErrorCode::kRefused, "this moves real money and needs three yeses; missing: " + missing);
}

}  // namespace underround
