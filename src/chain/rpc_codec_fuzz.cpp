// Whatever a node, a proxy or a captive portal sends.
#include "base/check.hpp"
#include "chain/rpc_codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace underround::chain;
  if (size < 1) return 0;
  const std::size_t count = 1 + data[0] % 4;
  rpc::Parser parser;
  const auto answers = parser.parse({reinterpret_cast<const char*>(data) + 1, size - 1}, count);
  if (!answers) return 0;
  UR_CHECK(answers->size() == count);
  for (const rpc::Answer& answer : *answers) {
    if (!answer) continue;
    (void)rpc::parse_number(*answer);
    (void)rpc::parse_hash(*answer);
    (void)rpc::parse_data(*answer);
    (void)rpc::parse_receipt(*answer);
    (void)rpc::parse_block(*answer);
    if (const auto wei = rpc::parse_wei(*answer)) UR_CHECK(*wei < (Wei(1) << 96));
    if (const auto fee = rpc::parse_next_base_fee(*answer)) UR_CHECK(*fee < (Wei(1) << 96));
  }
  return 0;
}
