#include "backtest/capture_tar.hpp"

#include <optional>

namespace underround::backtest {
namespace {

constexpr std::size_t kBlock = 512;

std::string_view field(std::string_view header, std::size_t at, std::size_t size) noexcept {
  const std::string_view text = header.substr(at, size);
  return text.substr(0, text.find('\0'));
}

std::optional<std::size_t> octal(std::string_view text) noexcept {
  std::size_t value = 0;
  bool any = false;
  for (const char c : text) {
    if (c == ' ') continue;
    if (c < '0' || c > '7' || value > (std::size_t{1} << 50)) return std::nullopt;
    value = value * 8 + static_cast<std::size_t>(c - '0');
    any = true;
  }
  return any ? std::optional(value) : std::nullopt;
}

}  // namespace

bool is_tar(std::string_view head) noexcept { return head.size() >= kBlock && head.substr(257, 5) == "ustar"; }

Result<std::vector<TarMember>> read_tar(std::string_view archive) {
  std::vector<TarMember> members;
  std::string long_name;
  for (std::size_t at = 0; at + kBlock <= archive.size();) {
    const std::string_view header = archive.substr(at, kBlock);
    if (header.find_first_not_of('\0') == std::string_view::npos) return members;  // end marker
    const auto size = octal(field(header, 124, 12));
    at += kBlock;
    if (!is_tar(header) || !size || *size > archive.size() - at) {
      return fail(ErrorCode::kInvalidInput,
                  "tar archive is damaged after " + std::to_string(members.size()) + " members");
    }
    const std::string_view content = archive.substr(at, *size);
    const char type = header[156];
    if (type == 'L') {
      long_name = content.substr(0, content.find('\0'));
    } else {
      if (type == '0' || type == '\0') {
        const std::string_view prefix = field(header, 345, 155);
        std::string name = prefix.empty() ? std::string() : std::string(prefix) + "/";
        name += field(header, 0, 100);
        members.push_back({long_name.empty() ? std::move(name) : long_name, content});
      }
      long_name.clear();
    }
    at += (*size + kBlock - 1) / kBlock * kBlock;
  }
  return members;
}

}  // namespace underround::backtest
