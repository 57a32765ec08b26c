#include "web/page_assets.hpp"

namespace underround::web {
namespace {

TEST(PageAssets, TheWholePageIsInTheBinary) {
  const PageAsset* page = find_asset("/");
  ASSERT_NE(page, nullptr);
  EXPECT_THAT(std::string(page->content), testing::StartsWith("<!doctype html>"));
  EXPECT_THAT(std::string(page->content), testing::EndsWith("</html>\n"));
  for (const char* path : {"/app.js", "/app.css", "/login"}) {
    ASSERT_NE(find_asset(path), nullptr) << path;
    EXPECT_GT(find_asset(path)->content.size(), 300U) << path;
    EXPECT_NE(find_asset(path)->etag, page->etag);
  }
  EXPECT_EQ(find_asset("/nothing"), nullptr);
}

// The page may use only what the server has: no other host, no inline script or style (the content policy forbids it).
TEST(PageAssets, ThePageNeedsNothingElse) {
  for (const char* path : {"/", "/login"}) {
    const std::string html(find_asset(path)->content);
    EXPECT_THAT(html, testing::Not(testing::ContainsRegex("(src|href)=\"https?:"))) << path;
    EXPECT_THAT(html, testing::Not(testing::HasSubstr("<style"))) << path;
    EXPECT_THAT(html, testing::Not(testing::HasSubstr(" style="))) << path;
    EXPECT_THAT(html, testing::Not(testing::HasSubstr("<script>"))) << path;
  }
}

}  // namespace
}  // namespace underround::web
