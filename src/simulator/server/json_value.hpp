// What a client sent, parsed: a small tree of plain values, so that only one file of this room knows the parser.
//   if (const auto body = parse_json(text)) body->text("orderID")
// Numbers keep their value as a decimal text: venues take numbers as strings and strings as numbers (protocol page 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace underround::simulator {

struct JsonMember;

struct JsonValue {
  enum class Kind : unsigned char { kNull, kBool, kNumber, kString, kArray, kObject };
  Kind kind = Kind::kNull;
  bool flag = false;
  std::string scalar;               // kString: unescaped; kNumber: shortest decimal digits
  std::vector<JsonValue> items;     // kArray
  std::vector<JsonMember> members;  // kObject, in order

  [[nodiscard]] bool is(Kind k) const noexcept { return kind == k; }
  // nullptr when absent or when this is no object. Of duplicates the first.
  [[nodiscard]] const JsonValue* find(std::string_view name) const noexcept;
  // Text of a string or number member, "" otherwise.
  [[nodiscard]] std::string_view text(std::string_view name) const noexcept;
  [[nodiscard]] bool boolean(std::string_view name, bool otherwise = false) const noexcept;
  [[nodiscard]] double real(std::string_view name, double otherwise) const noexcept;
  [[nodiscard]] std::optional<long long> integer(std::string_view name) const noexcept;
  // Texts of an array member's elements.
  [[nodiscard]] std::vector<std::string_view> texts(std::string_view name) const;
};

struct JsonMember {
  std::string name;
  JsonValue value;
};

[[nodiscard]] std::optional<JsonValue> parse_json(std::string_view text);  // nothing when it is not JSON

}  // namespace underround::simulator
