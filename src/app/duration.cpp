#include "app/duration.hpp"

#include <fmt/format.h>

#include <array>

#include "base/decimal.hpp"

namespace underround::cli {

Result<Nanos> parse_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::int64_t ns;
  };
  static constexpr std::array<Unit, 4> kUnits{{{"ms", Nanos::kPerMilli},
                                               {"s", Nanos::kPerSecond},
                                               {"m", 60 * Nanos::kPerSecond},
                                               {"h", 3600 * Nanos::kPerSecond}}};
  for (const Unit& unit : kUnits) {
    if (!text.ends_with(unit.name)) continue;
    const auto number = parse_decimal(text.substr(0, text.size() - unit.name.size()), 3);
    constexpr std::int64_t kMost = 366LL * 24 * 3600 * Nanos::kPerSecond;
    if (!number || *number <= 0 || *number > kMost / (unit.ns / 1000)) break;
    return Nanos{*number * (unit.ns / 1000)};
  }
  return fail(ErrorCode::kInvalidInput, fmt::format("\"{}\" is not a duration; write 500ms, 30s, 15m or 2h", text));
}

std::expected<Nanos, Failure> duration_option(std::string_view name, const std::string& text, Nanos otherwise) {
  if (text.empty()) return otherwise;
  const auto parsed = parse_duration(text);
  if (!parsed) return wrong_usage(fmt::format("{}: {}", name, parsed.error().message));
  return *parsed;
}

}  // namespace underround::cli
