// The example file, `config show` and its JSON: all from the table.
#include <fmt/format.h>

#include <string>

#include "app/config_schema.hpp"
#include "app/config_value.hpp"
#include "app/json_text.hpp"

namespace underround::config {
namespace {

constexpr std::size_t kTextColumns = 100;

constexpr std::string_view kIntroduction =
    "# Underround: every key, at its default. Written by `underround config example`; a test keeps it true.\n"
    "#   underround config check FILE    says what is wrong in FILE, with line and suggestion\n"
    "# A file needs only the keys you change; [risk] tables and risk.max_order_usd dotted keys mean the same.\n"
    "# The environment wins over the file: UNDERROUND_RISK__MAX_ORDER_USD=100 ('.' becomes '__', lists are a,b,c),\n"
    "# also from a .env file in the working directory. Secrets go there only, never into this file.\n"
    "# Money is decimal text to the last digit (0.002 is exactly that), in USD.\n";

std::string_view room_of(const Key& key) { return key.path.substr(0, key.path.find('.')); }
std::string_view leaf_of(const Key& key) { return key.path.substr(key.path.find('.') + 1); }

void add_comment(std::string& out, std::string_view text) {
  std::string line = "#";
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    if (line.size() + 1 + word.size() > kTextColumns) {
      out += line + "\n";
      line = "#";
    }
    line += ' ';
    line += word;
    text = space == std::string_view::npos ? std::string_view{} : text.substr(space + 1);
  }
  out += line + "\n";
}

std::string facts(const Key& key, const Config& defaults) {
  std::string out;
  if (!key.unit.empty()) out += fmt::format("Unit: {}. ", key.unit);
  if (!key.min.empty()) out += fmt::format("{} to {}. ", key.min, key.max);
  if (key.choices != nullptr) {
    out += "One of:";
    for (const std::string_view choice : key.choices()) out += fmt::format(" {}", choice);
    out += ". ";
  }
  return out + fmt::format("Default {}.", to_literal(key, defaults));
}

void add_key(std::string& out, const Key& key, const Config& defaults) {
  out += '\n';
  add_comment(out, key.reason);
  add_comment(out, facts(key, defaults));
  out += fmt::format("{} = {}\n", key.path, to_literal(key, defaults));
}

}  // namespace

std::string example_toml() {
  const Config defaults;
  std::string out(kIntroduction);
  out += "\n# ==== The ten keys you may want to touch ====\n";
  for (const Key& key : keys()) {
    if (key.first) add_key(out, key, defaults);
  }
  std::string_view room;
  for (const Key& key : keys()) {
    if (key.first) continue;
    if (room_of(key) != room) out += fmt::format("\n# ==== {}: safe as they are ====\n", room_of(key));
    room = room_of(key);
    add_key(out, key, defaults);
  }
  return out;
}

std::string to_toml(const Config& config) {
  std::string out;
  std::string_view room;
  for (const Key& key : keys()) {
    if (room_of(key) != room) out += fmt::format("{}[{}]\n", room.empty() ? "" : "\n", room_of(key));
    room = room_of(key);
    out += fmt::format("{} = {}\n", leaf_of(key), to_literal(key, config));
  }
  return out;
}

std::string to_json(const Config& config) {
  std::string out = "{";
  std::string_view room;
  for (const Key& key : keys()) {
    const bool next_room = room_of(key) != room;
    if (next_room) out += fmt::format("{}{}:{{", room.empty() ? "" : "},", json_string(room_of(key)));
    room = room_of(key);
    out += fmt::format("{}{}:{}", next_room ? "" : ",", json_string(leaf_of(key)), to_json_value(key, config));
  }
  return out + "}}";
}

}  // namespace underround::config
