// Reads any frame of the market channel through a JSON document: every event type, every shape seen since 2024, numbers
// as strings and strings as numbers. Private to MarketCodec.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "venue/polymarket/market_codec_text.hpp"

namespace underround::polymarket {

class GeneralReader {
 public:
  explicit GeneralReader(const Catalogue& catalogue);
  ~GeneralReader();

  // Appends the frame's events without kFrameEnd; counts everything but `frames`.
  void read(std::string_view padded_frame, const wire::Sink& sink, CodecCounters& counters);
  void set_new_market_handler(std::function<void(std::string_view)> handler) { on_new_market_ = std::move(handler); }

 private:
  struct Parser;
  const Catalogue& catalogue_;
  std::function<void(std::string_view)> on_new_market_;
  std::unique_ptr<Parser> parser_;
};

}  // namespace underround::polymarket
