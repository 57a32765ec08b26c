// Any bytes as a condition: refused, or a condition that says the same again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "journal/condition_codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace underround::journal;
  const auto condition = decode_condition({data, size});
  if (!condition) return 0;
  std::vector<std::uint8_t> again;
  (void)encode_condition(*condition, again);
  if (!decode_condition(again)) std::abort();
  return 0;
}
