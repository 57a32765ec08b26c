// Whatever stands where the relayer should be.
#include "base/check.hpp"
#include "chain/relayer_codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace underround::chain;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  (void)parse_relayer_params(body);
  (void)parse_deployed(body);
  (void)classify_refusal(400, body);
  (void)relayer_error_text(body);
  if (const auto t = parse_relayer_transaction(body)) UR_CHECK(!t->id.empty() && t->id.find('/') == std::string::npos);
  if (const auto list = parse_relayer_list(body)) {
    for (const RelayerTransaction& t : *list) UR_CHECK(!t.id.empty());
  }
  return 0;
}
