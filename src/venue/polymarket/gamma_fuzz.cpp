// Any bytes as a Gamma answer and as a CLOB market: no crash; what is accepted has two different tokens.
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "venue/polymarket/gamma.hpp"

using namespace underround::polymarket;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto page = decode_gamma(text)) {
    for (const auto& spec : page->markets) {
      UR_CHECK(spec.condition_id.size() == 66 && spec.tokens[0] != spec.tokens[1] && !spec.tokens[0].empty());
    }
  }
  static_cast<void>(decode_clob_market(text));
  return 0;
}
