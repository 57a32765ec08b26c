#include "journal/frame_codec.hpp"

#include <cstring>

namespace underround::journal {

Bytes encode_frame(const Frame& frame, std::vector<std::uint8_t>& buffer) {
  buffer.resize(kFrameHead + frame.text.size());
  std::memset(buffer.data(), 0, kFrameHead);
  std::memcpy(buffer.data(), &frame.received.ns, 8);
  buffer[8] = static_cast<std::uint8_t>(frame.venue);
  buffer[9] = static_cast<std::uint8_t>(frame.stream);
  std::memcpy(buffer.data() + 10, &frame.connection, 2);
  if (!frame.text.empty()) std::memcpy(buffer.data() + kFrameHead, frame.text.data(), frame.text.size());
  return buffer;
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
