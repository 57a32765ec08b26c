// Environment variables and .env files: KEY=VALUE lines, '#' comments, optional "export ", single quotes (literal) or
// double quotes (\n \t \" \\). Pure parsing except for the two readers at the end.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace underround::config {

struct EnvEntry {
  std::string name, value;
  std::int64_t line = 0;  // 1-based
};
struct EnvError {
  std::int64_t line = 0;
  std::string what, suggestion;
};
struct EnvFile {
  std::vector<EnvEntry> entries;
  std::vector<EnvError> errors;
  bool exists = false;
  unsigned permissions = 0;  // 0600 and so on
};

[[nodiscard]] EnvFile parse_env(std::string_view text);
// A missing file is an empty one. Errors: not readable, not a plain file, larger than 1 MiB.
[[nodiscard]] Result<EnvFile> read_env_file(const std::string& path);

// Variables of this process whose name starts with UNDERROUND_.
[[nodiscard]] std::map<std::string, std::string> own_environment();

// Whole file as text; for configuration only. Errors say what to do next.
[[nodiscard]] Result<std::string> read_text_file(const std::string& path);

}  // namespace underround::config
