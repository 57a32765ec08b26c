// Any bytes at all as a segment: nothing is read outside them, and it comes to an end.
#include <cstddef>
#include <cstdint>

#include "journal/record.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace underround::journal;
  const Bytes segment(data, size);
  const auto first = read_segment_head(segment);
  SegmentReader reader(segment, first.value_or(1));
  std::uint64_t sum = 0;
  while (const auto record = reader.next()) {
    for (const std::uint8_t byte : record->payload) sum += byte;
  }
  return reader.end() == SegmentEnd::kMore || sum == ~std::uint64_t{0} ? 1 : 0;
}
