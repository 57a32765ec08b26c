// Any bytes through both readers of the codec: no crash, and the same events.
#include <cstdint>
#include <cstring>
#include <string>

#include "base/check.hpp"
#include "venue/polymarket/market_codec.hpp"

using namespace underround;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Catalogue catalogue = [] {
    Catalogue c;
    ConditionSpec spec;
    spec.condition_id = "0xd2d9b87685f3522db7ba4da4eb9caa802a8419b4bc52beeac2866ec1fb5a2b62";
    spec.tokens = {"48388091485466084032258596983551595414700058539322197443810535093166937854987",
                   "61239446184203211563422085561184571209417212120958140611201238091384029874461"};
    UR_CHECK(c.add(spec).has_value());
    return c;
  }();
  std::string frame(reinterpret_cast<const char*>(data), size);
  frame.append(polymarket::kFramePadding, '"');
  const std::string_view view = std::string_view(frame).substr(0, size);
  polymarket::MarketCodec codec(catalogue), oracle(catalogue);
  std::vector<Event> events, expected;
  codec.decode(view, Nanos{1}, 0, events);
  oracle.decode_general(view, Nanos{1}, 0, expected);
  UR_CHECK(events.size() == expected.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    UR_CHECK(std::memcmp(static_cast<const void*>(&events[i]), &expected[i], sizeof(Event)) == 0);
  }
  UR_CHECK(codec.counters().decode_errors == oracle.counters().decode_errors);
  return 0;
}
