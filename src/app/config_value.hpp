// One value of one key: from text or TOML to the typed field, and back to text.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/config_schema.hpp"

namespace underround::config {

// A value as found, before its key says what it must be. Numbers keep their text: money never passes through a double.
struct Raw {
  enum class Kind : std::uint8_t {
    kText,  // untyped: an environment variable; lists are comma-separated
    kString,
    kInteger,
    kFloat,
    kBool,
    kList,
    kOther,  // a date, a table
  };
  Kind kind = Kind::kText;
  std::string text;  // of scalars; of kOther: what it is, "a date"
  std::vector<Raw> items{};
};

struct Complaint {
  std::string what, suggestion;
};

// Fills the key's field in `config`, or says why not and leaves the field alone.
[[nodiscard]] std::optional<Complaint> assign(const Key& key, const Raw& raw, Config& config);

// The field's value as a TOML literal: 100, 0.002, true, "embedded", ["a", "b"].
[[nodiscard]] std::string to_literal(const Key& key, const Config& config);
// As JSON: money as a decimal string, so that no reader rounds it.
[[nodiscard]] std::string to_json_value(const Key& key, const Config& config);

[[nodiscard]] bool is_loopback(std::string_view address);

}  // namespace underround::config
