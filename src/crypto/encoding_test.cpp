#include "crypto/encoding.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <string_view>
#include <vector>

namespace underround::crypto {
namespace {

std::span<const std::uint8_t> bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(Base64, KnownAnswersAndBothAlphabets) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}};
  for (const auto& [plain, coded] : cases) EXPECT_EQ(base64(bytes(plain)), coded);
  const std::array<std::uint8_t, 2> edge{0xfb, 0xff};
  EXPECT_EQ(base64(edge), "+/8=");
  EXPECT_EQ(base64(edge, Base64Alphabet::kUrlSafe), "-_8=");
  EXPECT_EQ(decode_base64("-_8"), decode_base64("+/8="));
  EXPECT_FALSE(decode_base64("A"));
  EXPECT_FALSE(decode_base64("AA=A"));
  EXPECT_FALSE(decode_base64("AA A"));
  EXPECT_FALSE(decode_base64("===="));
}

TEST(Encoding, RoundTrips) {
  EXPECT_TRUE(rc::check([](const std::vector<std::uint8_t>& data) {
    RC_ASSERT(decode_base64(base64(data)).value() == data);
    RC_ASSERT(decode_base64(base64(data, Base64Alphabet::kUrlSafe)).value() == data);
    std::vector<std::uint8_t> back(data.size());
    RC_ASSERT(decode_hex(hex_0x(data), back) && back == data);
  }));
}

TEST(Hex, RefusesWhatIsNotExactlyThatLong) {
  std::array<std::uint8_t, 2> out;
  EXPECT_TRUE(decode_hex("0xdEaD", out));
  for (const char* bad : {"", "0x", "dea", "deadbe", "0xdeag", "0x0xde", " dead"})
    EXPECT_FALSE(decode_hex(bad, out)) << bad;
}

}  // namespace
}  // namespace underround::crypto
