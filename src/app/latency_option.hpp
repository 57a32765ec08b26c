// A leg's latency as a person writes it: "15ms", "15ms+5ms" (and an exponential tail of that mean),
// "15ms+5ms/0.5%:250ms" (and in so many of a hundred messages a stall of that length more). 0ms is instant.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "app/cli.hpp"
#include "backtest/realism.hpp"

namespace underround::cli {

[[nodiscard]] Result<backtest::LegLatency> parse_latency(std::string_view text);
// The value of option `name`, which was given. A bad one is wrong usage that names the option.
[[nodiscard]] std::expected<backtest::LegLatency, Failure> latency_option(std::string_view name,
                                                                          const std::string& text);

}  // namespace underround::cli
