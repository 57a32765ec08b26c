// TOML text to a flat list of keys with their values and places; what the keys mean is not judged here.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "app/config_value.hpp"

namespace underround::config {

struct TomlEntry {
  std::string path;  // dotted: "risk.max_order_usd"
  Raw raw;
  std::int64_t line = 0, column = 0;              // of the key
  std::int64_t value_line = 0, value_column = 0;  // of the value
};
struct TomlError {
  std::string what;
  std::int64_t line = 0, column = 0;
};

// One entry per value, two levels deep: tables at the top are walked. A table whose name `is_section` refuses is an
// entry itself, before what it holds.
[[nodiscard]] std::expected<std::vector<TomlEntry>, TomlError> flatten_toml(std::string_view text,
                                                                            bool (*is_section)(std::string_view));

}  // namespace underround::config
