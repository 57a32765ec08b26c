// The three independent yeses of live trading: --mode live, live.enabled = true, UNDERROUND_LIVE=i-understand.
//   if (auto ok = check_live_gates(mode == "live", loaded); !ok) return refuse(ok.error());
#pragma once

#include "app/config.hpp"
#include "core/error.hpp"

namespace underround {

// kRefused, naming every yes that is missing and how to give it.
[[nodiscard]] Result<void> check_live_gates(bool mode_live, const config::Loaded& loaded);

}  // namespace underround
