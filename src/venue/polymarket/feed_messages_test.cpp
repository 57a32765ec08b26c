#include "venue/polymarket/feed_messages.hpp"

namespace underround::polymarket {
namespace {

TEST(FeedMessages, ExactlyAsTheProtocolPageShowsThem) {
  const std::vector<std::string> assets = {"123", "456"};
  EXPECT_EQ(subscribe_first(assets), R"({"type":"market","assets_ids":["123","456"],"custom_feature_enabled":true})");
  EXPECT_EQ(subscribe_more(assets),
            R"({"assets_ids":["123","456"],"operation":"subscribe","custom_feature_enabled":true})");
  EXPECT_EQ(unsubscribe_some(assets), R"({"assets_ids":["123","456"],"operation":"unsubscribe"})");
}

TEST(FeedMessages, AssetIdsAreDigitsOnly) {
  EXPECT_TRUE(is_asset_id(std::string(78, '9')));
  EXPECT_FALSE(is_asset_id(""));
  EXPECT_FALSE(is_asset_id(std::string(79, '9')));
  EXPECT_FALSE(is_asset_id("12\"],\"x"));
  EXPECT_FALSE(is_asset_id("0x12"));
}

TEST(FeedMessages, FramesAtFirstSight) {
  EXPECT_EQ(classify_frame(R"({"event_type":"book"})"), FrameClass::kData);
  EXPECT_EQ(classify_frame(" \n[{}]"), FrameClass::kData);
  EXPECT_EQ(classify_frame("PONG"), FrameClass::kPong);
  for (const char* text : {"NO NEW ASSETS", "INVALID OPERATION", "[]", "{}", ""}) {
    EXPECT_EQ(classify_frame(text), FrameClass::kControl) << text;
  }
  EXPECT_EQ(classify_frame("<html><body>502</body></html>"), FrameClass::kGarbage);
  EXPECT_EQ(classify_frame("\x16\x03\x01"), FrameClass::kGarbage);
  EXPECT_EQ(classify_frame(std::string(100, 'A')), FrameClass::kGarbage);
}

}  // namespace
}  // namespace underround::polymarket
