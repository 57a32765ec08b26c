// Any bytes as an answer of the order endpoints: no crash, and "accepted" only with an order id.
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "venue/polymarket/order_codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace underround::polymarket;
  static OrderDecoder decoder;
  if (size < 1) return 0;
  constexpr int kStatuses[] = {200, 400, 404, 429, 500, 503};
  const int status = kStatuses[data[0] % 6];
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const PostResult result = decoder.post_order(status, body);
  const bool accepted = result.outcome != PostOutcome::kRejected && result.outcome != PostOutcome::kUnknown;
  UR_CHECK(!accepted || (result.order_id.has_value() && status == 200));
  for (const PostResult& leg : decoder.post_orders(status, body)) UR_CHECK(leg.message.size() <= 200);
  (void)decoder.cancel(status, body);
  (void)decoder.lookup(status, body);
  return 0;
}
