// Whatever a client posts as an order: reading it and its signature must neither crash nor hang.
#include <cstdint>
#include <string_view>

#include "simulator/server/json_value.hpp"
#include "simulator/server/order_payload.hpp"
#include "simulator/server/order_signature.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace underround::simulator;
  const auto json = parse_json({reinterpret_cast<const char*>(data), size});
  if (!json) return 0;
  const auto order = parse_order(*json);
  if (!order) return 0;
  (void)refuse_precision(*order, underround::kTick001);
  const auto contents = order_struct_hash(order->fields);
  if (contents) (void)check_signature(order->fields, *contents, order->signature, ExchangeDomain::kStandardV2);
  return 0;
}
