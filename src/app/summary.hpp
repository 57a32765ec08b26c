// The end of a run in words and as one JSON object.
#pragma once

#include <string>

#include "app/session.hpp"

namespace underround {

// {"markets":..,"messages":..,...,"latency_ns":{"decision":{"p50":..},"order":{..}}}
[[nodiscard]] std::string summary_json(const SessionSummary& summary);
// Several lines for a person, ending with a newline.
[[nodiscard]] std::string summary_text(const SessionSummary& summary);

}  // namespace underround
