// Any bytes, cut anywhere, into both roles of the frame parser: no crash, no read outside the buffer.
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "net/websocket_frame.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using underround::net::WsParser;
  if (size < 2) return 0;
  const std::size_t step = 1 + data[0];
  WsParser parser((data[1] & 1) != 0, 64, 64 * 1024);
  for (std::size_t at = 2; at < size;) {
    const auto space = parser.space();
    const std::size_t n = std::min({step, size - at, space.size()});
    std::memcpy(space.data(), data + at, n);
    parser.commit(n);
    at += n;
    for (;;) {
      const auto item = parser.next();
      if (item == WsParser::Item::kError) return 0;
      if (item == WsParser::Item::kNeedMore) break;
      volatile char sum = 0;
      const auto payload = parser.payload();
      for (std::size_t i = 0; i < payload.size() + underround::net::RecvBuffer::kPadding; ++i) sum = payload.data()[i];
      (void)sum;
    }
  }
  return 0;
}
