#include "journal/name_codec.hpp"

#include <gtest/gtest.h>

namespace underround::journal {
namespace {

TEST(NameCodec, ComesBackAndIsReadable) {
  OrderName name{OrderId{7}, {}};
  name.digest[0] = 0x0f;
  name.digest[31] = 0xab;
  const auto bytes = encode_name(name);
  const auto back = decode_name(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->id, name.id);
  EXPECT_EQ(back->digest, name.digest);
  const std::string words = describe_name(bytes).value();
  EXPECT_TRUE(words.starts_with("order=7 0x0f00"));
  EXPECT_TRUE(words.ends_with("00ab"));
  EXPECT_EQ(words.size(), std::string("order=7 0x").size() + 64);
}

TEST(NameCodec, AnotherLengthIsNoName) {
  const std::array<std::uint8_t, kNameBytes + 1> bytes{};
  EXPECT_FALSE(decode_name(bytes));
  EXPECT_FALSE(describe_name(Bytes(bytes).first(kNameBytes - 1)));
}

}  // namespace
}  // namespace underround::journal
