// Whatever a proxy answers, in whatever pieces: the handshake ends or waits, and asks for no unbounded memory.
#include "base/check.hpp"
#include "net/proxy.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace underround::net;
  if (size < 2) return 0;
  Proxy proxy;
  proxy.kind = static_cast<Proxy::Kind>(data[0] % 3);
  if ((data[0] & 0x80U) != 0) proxy.userinfo = "user:password";
  ProxyHandshake handshake(proxy, (data[0] & 0x40U) != 0 ? "venue.example" : "::1", 443);
  const std::size_t piece = data[1] % 7 + 1;
  for (std::size_t at = 2; at < size; at += piece) {
    const std::string_view bytes(reinterpret_cast<const char*>(data + at), std::min(piece, size - at));
    const auto progress = handshake.feed(bytes);
    UR_CHECK(handshake.take_output().size() < 1024);
    if (progress == ProxyHandshake::Progress::kFailed) UR_CHECK(!handshake.error().empty());
    if (progress != ProxyHandshake::Progress::kNeedMore) return 0;
  }
  return 0;
}
