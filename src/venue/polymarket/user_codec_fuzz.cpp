// Any bytes as a user-channel frame and as a page of trades: no crash, and no event that is not about a named order.
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "venue/polymarket/user_codec.hpp"

namespace {

using namespace underround;
using namespace underround::polymarket;

struct World {
  Catalogue catalogue;
  OrderNames names{4};
  UserCodec codec{catalogue, names, "key"};
  std::vector<Event> events;
  World() {
    ConditionSpec spec;
    spec.condition_id = "0x01";
    spec.tokens = {"1", "2"};
    UR_CHECK(catalogue.add(spec).has_value());
    NamedOrder order{.digest = {}, .id = OrderId{1}, .instrument = InstrumentId{0}, .size = Shares::whole(10)};
    order.digest.fill(0x11);
    UR_CHECK(names.add(order));
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  world.events.clear();
  world.codec.decode(text, Nanos{1}, 0, world.events);
  (void)world.codec.decode_trades(text, Nanos{1}, world.events);
  for (const Event& e : world.events) {
    if (e.header.kind == EventKind::kSettlement) continue;
    UR_CHECK((e.header.kind == EventKind::kFill ? e.fill.order : e.order.id) == OrderId{1});
  }
  return 0;
}
