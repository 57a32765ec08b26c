// Any bytes as a frame: no crash, at most one event, and only with sane values.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "venue/binance/market_codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace underround;
  static binance::SymbolTable symbols({"BTCUSDT"});
  static binance::MarketCodec codec(symbols);
  std::string frame(reinterpret_cast<const char*>(data), size);
  frame.append(binance::MarketCodec::kPadding, '\0');
  std::vector<Event> events;
  codec.forget_sequences();
  codec.decode(std::string_view(frame.data(), size), Nanos{1}, 0, events);
  if (events.size() > 1) std::abort();
  for (const Event& event : events) {
    if (event.header.subject != 0 || event.quote.bid_e8 < 0 || event.quote.ask_size_e8 < 0) std::abort();
  }
  return 0;
}
