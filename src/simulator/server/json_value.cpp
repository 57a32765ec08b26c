#include "simulator/server/json_value.hpp"

#include <simdjson.h>

#include <charconv>
#include <cstdlib>

namespace underround::simulator {
namespace {

namespace dom = simdjson::dom;

std::string real_text(double value) {
  char digits[400];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed);
  return {digits, end.ptr};
}

JsonValue convert(dom::element element) {
  JsonValue value;
  switch (element.type()) {
    case dom::element_type::OBJECT:
      value.kind = JsonValue::Kind::kObject;
      for (const auto& [name, member] : dom::object(element)) {
        value.members.push_back({std::string(name), convert(member)});
      }
      break;
    case dom::element_type::ARRAY:
      value.kind = JsonValue::Kind::kArray;
      for (const dom::element item : dom::array(element)) value.items.push_back(convert(item));
      break;
    case dom::element_type::STRING:
      value.kind = JsonValue::Kind::kString;
      value.scalar = std::string(std::string_view(element));
      break;
    case dom::element_type::BOOL:
      value.kind = JsonValue::Kind::kBool;
      value.flag = bool(element);
      break;
    case dom::element_type::INT64:
      value.kind = JsonValue::Kind::kNumber;
      value.scalar = std::to_string(std::int64_t(element));
      break;
    case dom::element_type::UINT64:
      value.kind = JsonValue::Kind::kNumber;
      value.scalar = std::to_string(std::uint64_t(element));
      break;
    case dom::element_type::DOUBLE:
      value.kind = JsonValue::Kind::kNumber;
      value.scalar = real_text(double(element));
      break;
    case dom::element_type::NULL_VALUE: break;
  }
  return value;
}

}  // namespace

const JsonValue* JsonValue::find(std::string_view name) const noexcept {
  for (const auto& [key, value] : members) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string_view JsonValue::text(std::string_view name) const noexcept {
  const JsonValue* value = find(name);
  return value != nullptr ? std::string_view(value->scalar) : std::string_view{};
}

bool JsonValue::boolean(std::string_view name, bool otherwise) const noexcept {
  const JsonValue* value = find(name);
  return value != nullptr && value->is(Kind::kBool) ? value->flag : otherwise;
}

double JsonValue::real(std::string_view name, double otherwise) const noexcept {
  const std::string_view digits = text(name);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc{} && end == digits.data() + digits.size() ? value : otherwise;
}

std::optional<long long> JsonValue::integer(std::string_view name) const noexcept {
  const std::string_view digits = text(name);
  long long value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::vector<std::string_view> JsonValue::texts(std::string_view name) const {
  std::vector<std::string_view> out;
  const JsonValue* value = find(name);
  if (value == nullptr) return out;
  for (const JsonValue& item : value->items) out.push_back(item.scalar);
  return out;
}

std::optional<JsonValue> parse_json(std::string_view text) {
  static thread_local dom::parser parser;  // keeps its buffers; `convert` copies all there is
  dom::element root;
  const simdjson::padded_string padded(text);
  if (parser.parse(padded).get(root) != simdjson::SUCCESS) return std::nullopt;
  return convert(root);
}

}  // namespace underround::simulator
