// The one table of configuration keys: name, unit, default, limits, reason, and the field it fills. Everything else
// (defaults, validation, example file, `config show`) is derived from it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/config.hpp"

namespace underround::config {

// How to reach the field; its type decides how text becomes a value.
using Field = std::variant<bool& (*)(Config&), std::int64_t& (*)(Config&), std::string& (*)(Config&),
                           std::vector<std::string>& (*)(Config&), Usd& (*)(Config&), Price& (*)(Config&),
                           Nanos& (*)(Config&), VenueKind& (*)(Config&)>;

// What a text (or each item of a list) must look like.
enum class Shape : std::uint8_t { kAny, kHttpUrl, kSocketUrl, kAddress, kSeries, kSymbol, kWallet };

struct Key {
  std::string_view path;          // "risk.max_order_usd"
  std::string_view initial;       // default, as an environment variable would say it (lists: comma-separated)
  std::string_view unit{};        // "USD", "ms", "s", "days"; empty = plain
  std::string_view min{}, max{};  // inclusive, in the key's unit; empty = no limit
  std::string_view reason;
  Field field;
  std::span<const std::string_view> (*choices)() = nullptr;  // allowed texts; null = any
  Shape shape = Shape::kAny;
  bool first = false;  // among the ten a user may want to touch
};

[[nodiscard]] std::span<const Key> keys();
[[nodiscard]] const Key* find_key(std::string_view path);

// risk.max_order_usd -> UNDERROUND_RISK__MAX_ORDER_USD
inline constexpr std::string_view kVariablePrefix = "UNDERROUND_";
[[nodiscard]] std::string variable_of(std::string_view path);

// The known name nearest to `name` by edit distance (swapped letters count once); empty when nothing is near enough.
[[nodiscard]] std::string_view nearest(std::string_view name, std::span<const std::string_view> names);

}  // namespace underround::config
