#include "venue/polymarket/market_codec.hpp"

#include "venue/polymarket/market_codec_general.hpp"
#include "venue/polymarket/market_codec_scan.hpp"

namespace underround::polymarket {

MarketCodec::MarketCodec(const Catalogue& catalogue)
    : catalogue_(catalogue), general_(std::make_unique<GeneralReader>(catalogue)) {}
MarketCodec::~MarketCodec() = default;

void MarketCodec::decode(std::string_view padded_frame, Nanos received, std::uint16_t connection,
                         std::vector<Event>& out) {
  const std::size_t before = out.size();
  const wire::Sink sink{out, observer_, received, connection};
  if (!scan_frame(padded_frame, catalogue_, sink, counters_)) {
    decode_general(padded_frame, received, connection, out);
    return;
  }
  ++counters_.frames;
  ++counters_.scanned;
  if (out.size() != before) sink.append(EventKind::kFrameEnd, Event::kNoSubject);
}

void MarketCodec::decode_general(std::string_view padded_frame, Nanos received, std::uint16_t connection,
                                 std::vector<Event>& out) {
  const std::size_t before = out.size();
  const wire::Sink sink{out, observer_, received, connection};
  ++counters_.frames;
  general_->read(padded_frame, sink, counters_);
  if (out.size() != before) sink.append(EventKind::kFrameEnd, Event::kNoSubject);
}

void MarketCodec::set_new_market_handler(std::function<void(std::string_view json)> handler) {
  general_->set_new_market_handler(std::move(handler));
}

}  // namespace underround::polymarket
