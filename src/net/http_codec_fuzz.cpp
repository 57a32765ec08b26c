// Any bytes as a request and as a response, in pieces: no crash, body within its limit.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/http_codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using underround::net::HttpParser;
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t piece = 1 + data[0];
  for (const auto kind : {HttpParser::Kind::kRequest, HttpParser::Kind::kResponse}) {
    HttpParser parser(kind, 4096, 4096);
    std::string kept;
    auto progress = HttpParser::Progress::kNeedMore;
    for (std::size_t at = 0; at < text.size() && progress == HttpParser::Progress::kNeedMore; at += piece) {
      kept += text.substr(at, piece);
      const auto step = parser.feed(kept);
      kept.erase(0, step.used);
      progress = step.progress;
    }
    if (progress == HttpParser::Progress::kNeedMore) (void)parser.finish();
    if (parser.request().body.size() > 4096 || parser.response().body.size() > 4096) std::abort();
  }
  return 0;
}
