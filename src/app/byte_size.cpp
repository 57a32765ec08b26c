#include "app/byte_size.hpp"

#include <fmt/format.h>

#include <array>

#include "base/decimal.hpp"

namespace underround::cli {

Result<std::uint64_t> parse_byte_size(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::int64_t bytes;
  };
  static constexpr std::array<Unit, 4> kUnits{
      {{"KB", 1'000}, {"MB", 1'000'000}, {"GB", 1'000'000'000}, {"TB", 1'000'000'000'000}}};
  constexpr std::int64_t kMost = 1'000'000'000'000'000;  // a thousand terabytes
  for (const Unit& unit : kUnits) {
    if (!text.ends_with(unit.name)) continue;
    const auto number = parse_decimal(text.substr(0, text.size() - unit.name.size()), 3);
    if (!number || *number <= 0 || *number > kMost / (unit.bytes / 1000)) break;
    return static_cast<std::uint64_t>(*number * (unit.bytes / 1000));
  }
  return fail(ErrorCode::kInvalidInput, fmt::format("\"{}\" is not a size; write 500MB, 20GB or 1.5TB", text));
}

}  // namespace underround::cli
