// Records of a numpy array file (.npy, or a member of .npz): its head says names, types and places of the fields.
//   const auto layout = parse_npy_head(bytes).value();   const auto ts = layout.find("exch_ts");
//   layout.integer(record, *ts)
// Little-endian numbers only, one dimension; anything else is refused by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace underround::backtest {

struct NpyField {
  std::string name;
  char type = 0;  // 'i', 'u', 'f'
  std::size_t size = 0, offset = 0;
};

struct NpyLayout {
  std::vector<NpyField> fields;
  std::size_t record_bytes = 0;
  std::uint64_t records = 0;
  std::size_t head_bytes = 0;  // the records begin behind them

  [[nodiscard]] std::optional<NpyField> find(std::string_view name) const;
  // `record` has record_bytes. A float field read as an integer is cut; the other way round is exact up to 2^53.
  [[nodiscard]] static std::int64_t integer(std::string_view record, const NpyField& field) noexcept;
  [[nodiscard]] static double real(std::string_view record, const NpyField& field) noexcept;
};

inline constexpr std::string_view kNpyMagic{"\x93NUMPY", 6};
inline constexpr std::size_t kMostNpyHead = std::size_t{1} << 20;

// How many bytes the head has, once the first 12 are there; nothing when it is no such file.
[[nodiscard]] std::optional<std::size_t> npy_head_bytes(std::string_view first_bytes) noexcept;
// `head` has at least npy_head_bytes() bytes.
[[nodiscard]] Result<NpyLayout> parse_npy_head(std::string_view head);

}  // namespace underround::backtest
