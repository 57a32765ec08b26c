// Types of the messages in one frame = what the codec counted while it read it.
//   const CodecCounters before = codec.counters();  codec.decode(...);
//   messages += count_types(before, codec.counters(), frame.type, by_type);
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "venue/polymarket/market_codec.hpp"

namespace underround::backtest {

using TypeCounts = std::map<std::string, std::uint64_t, std::less<>>;

// Returns how many. `rebuilt`: the recorder's own word for a frame that was rebuilt from a row; "" for real ones.
std::uint64_t count_types(const polymarket::CodecCounters& before, const polymarket::CodecCounters& after,
                          std::string_view rebuilt, TypeCounts& counts);

}  // namespace underround::backtest
