#include "app/config_toml.hpp"

// Errors as values, not exceptions; this is the only file that includes the parser.
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <cctype>

namespace underround::config {
namespace {

// The number as written at line:column (both 1-based, columns in code points), so that 0.1 stays 0.1.
std::string number_text(std::string_view text, toml::source_position at) {
  for (toml::source_index line = 1; line < at.line; ++line)
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  for (toml::source_index column = 1; column < at.column && !text.empty(); ++column) {
    do text.remove_prefix(1);
    while (!text.empty() && (static_cast<unsigned char>(text.front()) & 0xc0U) == 0x80U);
  }
  std::string digits;
  for (const char c : text) {
    const bool part = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '+';
    if (part) digits += c;
    if (!part && c != '_') break;
  }
  return digits;
}

class Flattener {
 public:
  Flattener(std::string_view text, bool (*is_section)(std::string_view)) : text_(text), is_section_(is_section) {}

  void walk(const toml::table& table, const std::string& prefix) {
    for (const auto& [key, node] : table) {
      const std::string path = prefix.empty() ? std::string(key.str()) : prefix + "." + std::string(key.str());
      const toml::table* below = node.as_table();
      if (below == nullptr || !is_section_(path)) {
        const auto at = key.source().begin, value_at = node.source().begin;
        entries_.push_back({path, raw_of(node), at.line, at.column, value_at.line, value_at.column});
      }
      if (below != nullptr && prefix.empty()) walk(*below, path);
    }
  }
  // In the order of the file: toml::table sorts by name.
  std::vector<TomlEntry> take() {
    std::ranges::stable_sort(entries_, {}, [](const TomlEntry& e) { return std::pair(e.line, e.column); });
    return std::move(entries_);
  }

 private:
  Raw raw_of(const toml::node& node) {
    using Kind = Raw::Kind;
    if (const auto* value = node.as_string()) return {.kind = Kind::kString, .text = value->get()};
    if (const auto* value = node.as_integer()) return {.kind = Kind::kInteger, .text = std::to_string(value->get())};
    if (node.is_floating_point()) return {.kind = Kind::kFloat, .text = number_text(text_, node.source().begin)};
    if (const auto* value = node.as_boolean()) return {.kind = Kind::kBool, .text = value->get() ? "true" : "false"};
    if (const auto* array = node.as_array()) {
      Raw list{.kind = Kind::kList, .text = {}};
      for (const toml::node& item : *array) list.items.push_back(raw_of(item));
      return list;
    }
    return {.kind = Kind::kOther, .text = node.is_table() ? "a table" : "a date or time"};
  }

  std::string_view text_;
  bool (*is_section_)(std::string_view);
  std::vector<TomlEntry> entries_;
};

// The parser runs into undefined behaviour on some letters outside of strings and comments, where TOML 1.0 allows none
// anyway: they do not reach it.
std::optional<TomlError> foreign_letter(std::string_view text) {
  TomlError at{"only strings and comments may hold letters beyond ASCII", 1, 1};
  char quote = 0;       // the string we are in
  bool triple = false;  // it ends with three of them
  bool comment = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto three = [&](char q) { return text.substr(i, 3) == std::string(3, q); };
    if (quote != 0) {
      if (c == '\\' && quote == '"') {
        ++i;  // whatever it is
        ++at.column;
      } else if (c == quote && (!triple || three(quote))) {
        i += triple ? 2 : 0;
        quote = 0;
      } else if (c == '\n' && !triple) {
        quote = 0;  // unfinished: the parser says so
      }
    } else if (!comment && (c == '"' || c == '\'')) {
      quote = c;
      triple = three(c);
      i += triple ? 2 : 0;
    } else if (c == '#') {
      comment = true;
    } else if (!comment && static_cast<unsigned char>(c) >= 0x80) {
      return at;
    }
    if (c == '\n') {
      comment = false;
      ++at.line;
      at.column = 1;
    } else {
      ++at.column;
    }
  }
  return std::nullopt;
}

}  // namespace

std::expected<std::vector<TomlEntry>, TomlError> flatten_toml(std::string_view text,
                                                              bool (*is_section)(std::string_view)) {
  if (auto wrong = foreign_letter(text)) return std::unexpected(std::move(*wrong));
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return std::unexpected(
        TomlError{std::string(error.description()), error.source().begin.line, error.source().begin.column});
  }
  Flattener flattener(text, is_section);
  flattener.walk(parsed.table(), {});
  return flattener.take();
}

}  // namespace underround::config
