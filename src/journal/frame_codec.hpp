// Raw bytes of a venue's stream as the recorder keeps them: 16 bytes of head, then the text exactly as it came.
//   journal.append(RecordKind::kFrame, encode_frame({received, VenueId::kPolymarket, Stream::kMarket, 3, text},
//   buffer));
// A kGap record has the same head, and words instead of the frame.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "core/units.hpp"
#include "journal/record.hpp"

namespace underround::journal {

enum class Stream : std::uint8_t {
  kMarket = 0,     // market channel: books, changes, trades
  kUser = 1,       // account channel; never recorded with secrets
  kRest = 2,       // an answer to a request: snapshots, catalogue pages
  kReference = 3,  // prices of other venues (Binance bookTicker, aggTrade)
  kScores = 4,
};

struct Frame {
  Nanos received;  // wall clock at arrival
  VenueId venue = VenueId::kNone;
  Stream stream = Stream::kMarket;
  std::uint16_t connection = 0;
  std::string_view text;  // a gap: why
};

inline constexpr std::size_t kFrameHead = 16;

// Into `buffer`, which is reused; good until its next use.
[[nodiscard]] Bytes encode_frame(const Frame& frame, std::vector<std::uint8_t>& buffer);
// `text` points into `payload`. Nothing when it is no frame.
[[nodiscard]] std::optional<Frame> decode_frame(Bytes payload) noexcept;

}  // namespace underround::journal
