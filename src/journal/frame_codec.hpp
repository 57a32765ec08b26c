// Raw bytes of a venue's stream as the recorder keeps them: 16 bytes of head, then the text exactly as it came.
//   const Frame frame{received, VenueId::kPolymarket, Stream::kMarket, 3, text};
//   journal.append(RecordKind::kFrame, encode_frame_head(frame, head), text_bytes(frame));
// A kGap record has the same head; its text is the venue's name of the market whose stream broke ("" = all of the
// connection), a space, and why, in words.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

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

[[nodiscard]] const char* to_string(Stream stream) noexcept;

// The text is not copied: it is the second part of the record.
[[nodiscard]] Bytes encode_frame_head(const Frame& frame, std::span<std::uint8_t, kFrameHead> out) noexcept;
[[nodiscard]] inline Bytes text_bytes(const Frame& frame) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(frame.text.data()), frame.text.size()};
}
// `text` points into `payload`. Nothing when it is no frame.
[[nodiscard]] std::optional<Frame> decode_frame(Bytes payload) noexcept;

}  // namespace underround::journal
