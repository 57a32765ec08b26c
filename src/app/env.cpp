#include "app/env.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>

namespace underround::config {
namespace {

constexpr std::size_t kMaxFileBytes = 1 << 20;  // a configuration, not a database

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_name(std::string_view name) {
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

char unescape(char c) {
  switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    default: return c;
  }
}

// `text` starts with a quote. Empty result: no closing quote, or words after it.
std::optional<std::string> parse_quoted(std::string_view text) {
  const char quote = text.front();
  std::string value;
  std::size_t i = 1;
  for (; i < text.size() && text[i] != quote; ++i) {
    const bool escape = quote == '"' && text[i] == '\\' && i + 1 < text.size();
    value += escape ? unescape(text[++i]) : text[i];
  }
  if (i >= text.size()) return std::nullopt;
  const std::string_view rest = trim(text.substr(i + 1));
  if (!rest.empty() && rest.front() != '#') return std::nullopt;
  return value;
}

// A comment starts at a '#' after a blank; "a#b" is a value.
std::string parse_bare(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '#' && (i == 0 || is_blank(text[i - 1]))) return std::string(trim(text.substr(0, i)));
  }
  return std::string(text);
}

void parse_line(std::string_view line, std::int64_t number, EnvFile& out) {
  line = trim(line);
  if (line.empty() || line.front() == '#') return;
  if (line.starts_with("export ")) line = trim(line.substr(7));
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) {
    out.errors.push_back({number, "no '=' in the line", "write NAME=value, or start the line with '#'"});
    return;
  }
  const std::string_view name = trim(line.substr(0, equals)), text = trim(line.substr(equals + 1));
  if (!is_name(name)) {
    out.errors.push_back({number, "what stands before '=' is not a variable name", "use letters, digits and '_'"});
    return;
  }
  if (text.empty() || (text.front() != '"' && text.front() != '\'')) {
    out.entries.push_back({std::string(name), parse_bare(text), number});
  } else if (auto value = parse_quoted(text)) {
    out.entries.push_back({std::string(name), std::move(*value), number});
  } else {
    out.errors.push_back({number, fmt::format("{}: quote not closed, or text after it", name),
                          "one pair of quotes around the whole value"});
  }
}

}  // namespace

EnvFile parse_env(std::string_view text) {
  EnvFile out;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a byte-order mark
  for (std::int64_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    parse_line(line, number, out);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return out;
}

Result<std::string> read_text_file(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0)
    return fail(ErrorCode::kIo, fmt::format("cannot read: {}", std::strerror(errno)));
  if (!S_ISREG(info.st_mode)) return fail(ErrorCode::kIo, "not a plain file");
  if (info.st_size > static_cast<off_t>(kMaxFileBytes)) return fail(ErrorCode::kIo, "larger than 1 MiB");
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return fail(ErrorCode::kIo, fmt::format("cannot read: {}", std::strerror(errno)));
  return std::move(text).str();
}

Result<EnvFile> read_env_file(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 && errno == ENOENT) return EnvFile{};
  auto text = read_text_file(path);
  if (!text) return std::unexpected(text.error());
  EnvFile out = parse_env(*text);
  out.exists = true;
  out.permissions = info.st_mode & 0777U;
  return out;
}

std::map<std::string, std::string> own_environment() {
  std::map<std::string, std::string> out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    const bool ours = text.starts_with("UNDERROUND_") || text.starts_with("POLYMARKET_PROXY_URL=");
    if (ours && equals != std::string_view::npos) {
      out.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return out;
}

}  // namespace underround::config
