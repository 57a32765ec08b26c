// Strict single-pass reader of the two frame shapes that make up nearly all traffic: price_change and book, as the
// venue writes them today (key order fixed, at most one blank after a comma). Anything else, an unknown token, an
// unusual number or a refusable entry included, is "not mine": nothing is appended and the general reader takes the
// frame. Private to MarketCodec.
#pragma once

#include <string_view>

#include "venue/polymarket/market_codec_text.hpp"

namespace underround::polymarket {

// True when the whole frame was read and its events (without kFrameEnd) are in `sink.out`; counters then cover it.
[[nodiscard]] bool scan_frame(std::string_view frame, const Catalogue& catalogue, const wire::Sink& sink,
                              CodecCounters& counters);

}  // namespace underround::polymarket
