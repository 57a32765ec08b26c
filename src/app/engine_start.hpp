// Everything but events that decides what an engine does, so that a journal can make the same engine again.
//   EngineStart start{.mode = "live", .config = config, .trade = true};   journal->start(start);
//   auto engine = make_engine(start, catalogue).value();
// The one way in which a program makes its engine: whoever replays its journal makes it the same way.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "app/config.hpp"
#include "core/error.hpp"
#include "engine/engine.hpp"

namespace underround {

struct EngineStart {
  std::string mode;  // for people: "live", "paper", "simulate"
  config::Config config;
  bool trade = true;
  bool adopt_first = false;  // the ledger starts from the venue's picture of the account
  Usd starting_cash{};
  bool goes_on = false;  // takes over the account's state from the session before it in the journal
};

// The catalogue must be empty: conditions are added through it, each followed by its kConditionAdded.
[[nodiscard]] Result<std::unique_ptr<Engine>> make_engine(const EngineStart& start, Catalogue& catalogue);

// Without addresses of services and files, which may carry keys and decide nothing: what may be written down.
[[nodiscard]] config::Config without_addresses(config::Config config);

// One JSON object, without those.
[[nodiscard]] std::string to_json(const EngineStart& start);
[[nodiscard]] Result<EngineStart> parse_engine_start(std::string_view json);

}  // namespace underround
