#include "venue/polymarket/feed_messages.hpp"

#include <algorithm>

namespace underround::polymarket {
namespace {

constexpr std::size_t kMaxControlBytes = 64;

std::string asset_list(std::span<const std::string> assets) {
  std::string text = "\"assets_ids\":[";
  for (const std::string& asset : assets) {
    if (text.back() != '[') text += ',';
    text.append("\"").append(asset).append("\"");
  }
  return text + "]";
}

}  // namespace

std::string subscribe_first(std::span<const std::string> assets) {
  return "{\"type\":\"market\"," + asset_list(assets) + ",\"custom_feature_enabled\":true}";
}
std::string subscribe_more(std::span<const std::string> assets) {
  return "{" + asset_list(assets) + ",\"operation\":\"subscribe\",\"custom_feature_enabled\":true}";
}
std::string unsubscribe_some(std::span<const std::string> assets) {
  return "{" + asset_list(assets) + ",\"operation\":\"unsubscribe\"}";
}

bool is_asset_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 78 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

FrameClass classify_frame(std::string_view frame) noexcept {
  if (frame == "PONG") return FrameClass::kPong;
  frame.remove_prefix(std::min(frame.find_first_not_of(" \t\r\n"), frame.size()));
  if (frame.empty() || frame == "[]" || frame == "{}") return FrameClass::kControl;
  if (frame.front() == '{' || frame.front() == '[') return FrameClass::kData;
  const bool words = frame.size() <= kMaxControlBytes && std::ranges::all_of(frame, [](char c) {
                       return c == ' ' || c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
                     });
  return words ? FrameClass::kControl : FrameClass::kGarbage;
}

}  // namespace underround::polymarket
