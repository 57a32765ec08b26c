// Any bytes as the head of a numpy array: refused, or fields that lie inside the record.
#include <cstdint>

#include "backtest/import/npy_reader.hpp"
#include "base/check.hpp"

using namespace underround;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // With a right opening, so that the fuzzer spends its time behind it.
  std::string head(backtest::kNpyMagic);
  const auto length = static_cast<std::uint16_t>(std::min<std::size_t>(size, 0xffff));
  head += {'\1', '\0', static_cast<char>(length & 0xff), static_cast<char>(length >> 8)};
  head.append(reinterpret_cast<const char*>(data), length);
  head.append(size == 0 ? 2 : 0, ' ');
  const auto layout = backtest::parse_npy_head(head);
  if (!layout) return 0;
  const std::string record(layout->record_bytes, '\x7f');
  for (const auto& field : layout->fields) {
    UR_CHECK(field.offset + field.size <= layout->record_bytes);
    static_cast<void>(backtest::NpyLayout::integer(record, field));
    static_cast<void>(backtest::NpyLayout::real(record, field));
  }
  return 0;
}
