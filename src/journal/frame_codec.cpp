#include "journal/frame_codec.hpp"

#include <cstring>

namespace underround::journal {

const char* to_string(Stream stream) noexcept {
  switch (stream) {
    case Stream::kMarket: return "market";
    case Stream::kUser: return "user";
    case Stream::kRest: return "rest";
    case Stream::kReference: return "reference";
    case Stream::kScores: return "scores";
  }
  return "?";
}

Bytes encode_frame_head(const Frame& frame, std::span<std::uint8_t, kFrameHead> out) noexcept {
  std::memset(out.data(), 0, out.size());
  std::memcpy(out.data(), &frame.received.ns, 8);
  out[8] = static_cast<std::uint8_t>(frame.venue);
  out[9] = static_cast<std::uint8_t>(frame.stream);
  std::memcpy(out.data() + 10, &frame.connection, 2);
  return out;
}

std::optional<Frame> decode_frame(Bytes payload) noexcept {
  if (payload.size() < kFrameHead) return std::nullopt;
  if (payload[8] > static_cast<std::uint8_t>(VenueId::kBinance)) return std::nullopt;
  if (payload[9] > static_cast<std::uint8_t>(Stream::kScores)) return std::nullopt;
  Frame frame;
  std::memcpy(&frame.received.ns, payload.data(), 8);
  frame.venue = static_cast<VenueId>(payload[8]);
  frame.stream = static_cast<Stream>(payload[9]);
  std::memcpy(&frame.connection, payload.data() + 10, 2);
  frame.text = {reinterpret_cast<const char*>(payload.data()) + kFrameHead, payload.size() - kFrameHead};
  return frame;
}

}  // namespace underround::journal
