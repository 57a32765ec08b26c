// Any bytes as a recorded document: no crash, and a bad one says why.
#include <cstdint>
#include <string_view>

#include "backtest/capture_document.hpp"
#include "base/check.hpp"

using namespace underround;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static backtest::DocumentReader reader;
  std::vector<backtest::RecordedFrame> frames;
  std::vector<ConditionSpec> markets;
  std::string reason;
  const auto kind = reader.read({reinterpret_cast<const char*>(data), size}, "stem_up", frames, markets, reason);
  UR_CHECK(kind != backtest::DocumentKind::kFrames || !frames.empty() || !markets.empty());
  return 0;
}
