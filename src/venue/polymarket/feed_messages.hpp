// What the market channel is told (protocol page 12.1), and what its text frames are at first sight.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace underround::polymarket {

// {"type":"market","assets_ids":[..],"custom_feature_enabled":true}: the first frame on a socket.
[[nodiscard]] std::string subscribe_first(std::span<const std::string> assets);
// {"assets_ids":[..],"operation":"subscribe","custom_feature_enabled":true} on a live socket.
[[nodiscard]] std::string subscribe_more(std::span<const std::string> assets);
// {"assets_ids":[..],"operation":"unsubscribe"}
[[nodiscard]] std::string unsubscribe_some(std::span<const std::string> assets);
// A token or position id: digits only, so that it needs no JSON escaping.
[[nodiscard]] bool is_asset_id(std::string_view text) noexcept;

enum class FrameClass : std::uint8_t {
  kData,  // starts like JSON and is more than an empty list
  kPong,
  kControl,  // "NO NEW ASSETS", "INVALID OPERATION", "[]"
  kGarbage,  // anything else: HTML, binary
};
[[nodiscard]] FrameClass classify_frame(std::string_view frame) noexcept;

}  // namespace underround::polymarket
