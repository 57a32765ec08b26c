// What a node returns, read in every way: no input may read outside it or make more of it than there is.
#include "base/check.hpp"
#include "chain/abi.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace underround::chain;
  const ByteSpan bytes(data, size);
  const AbiReader reader(bytes);
  for (std::size_t slot = 0; slot < 4; ++slot) {
    (void)reader.number(slot);
    (void)reader.address(slot);
    (void)reader.boolean(slot);
    if (const auto words = reader.words(slot)) UR_CHECK(words->size() * 32 <= size);
    if (const auto content = reader.bytes(slot)) UR_CHECK(content->size() <= size);
  }
  UR_CHECK(!revert_reason(bytes).empty());
  (void)parse_bytes({reinterpret_cast<const char*>(data), size});
  return 0;
}
