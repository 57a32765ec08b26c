#include "crypto/hash.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "crypto/encoding.hpp"

namespace underround::crypto {
namespace {

std::span<const std::uint8_t> bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(Hash, KnownAnswers) {
  EXPECT_EQ(hex(sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

// RFC 4231, cases 1, 2 and 6 (a key longer than a block).
TEST(Hmac, Rfc4231) {
  const HmacSha256 first(std::vector<std::uint8_t>(20, 0x0b));
  EXPECT_EQ(hex(first.sign({"Hi There"})), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  const HmacSha256 second(bytes("Jefe"));
  EXPECT_EQ(hex(second.sign({"what do ya want ", "for nothing?"})),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  const HmacSha256 sixth(std::vector<std::uint8_t>(131, 0xaa));
  EXPECT_EQ(hex(sixth.sign({"Test Using Larger Than Block-Size Key - Hash Key First"})),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hmac, KeyedStateIsNotConsumed) {
  HmacSha256 mac(bytes("Jefe"));
  const Sha256Digest once = mac.sign({"a", "b"});
  EXPECT_EQ(mac.sign({"ab"}), once);
  const HmacSha256 moved = std::move(mac);
  EXPECT_EQ(moved.sign({"", "ab", ""}), once);
}

}  // namespace
}  // namespace underround::crypto
