#include "crypto/secp256k1.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <simdjson.h>

#include <string>
#include <type_traits>

#include "base/test_paths.hpp"
#include "crypto/encoding.hpp"
#include "crypto/keccak.hpp"

namespace underround::crypto {
namespace {

using simdjson::dom::element;

std::string str(simdjson::simdjson_result<element> value) { return std::string(std::string_view(value)); }

class SignatureVectors : public ::testing::Test {
 protected:
  void SetUp() override { root_ = parser_.load(source_folder() + "/src/crypto/testdata/vectors.json"); }
  simdjson::dom::parser parser_;
  element root_;
};

Digest digest(std::string_view text) {
  Digest out;
  EXPECT_TRUE(decode_hex(text, out)) << text;
  return out;
}

TEST_F(SignatureVectors, SignsEveryOrderDigestLikeTheOfficialClient) {
  const SecretKey key = SecretKey::from_hex(str(root_["key"]["private_key"])).value();
  EXPECT_EQ(checksum(key.address()), str(root_["key"]["address"]));
  int checked = 0;
  for (const element order : simdjson::dom::array(root_["orders"])) {
    const std::string expected = str(order["signature"]);
    if (expected.size() != 132) continue;  // ERC-7739: venue/polymarket/signing_test.cpp
    const Digest d = digest(str(order["digest"]));
    const Signature s = key.sign(d);
    EXPECT_EQ(hex_0x(s), expected) << str(order["label"]);
    EXPECT_EQ(recover(d, s), key.address());
    ++checked;
  }
  EXPECT_EQ(checked, 13);
}

constexpr char kTestKey[] = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

TEST(SecretKey, RefusesBadKeysWithoutQuotingThem) {
  for (const std::string& bad : {std::string("0x12"), std::string(64, '0'), std::string(64, 'z'),
                                 // the group order itself
                                 std::string("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")}) {
    const auto key = SecretKey::from_hex(bad);
    ASSERT_FALSE(key.has_value()) << bad;
    EXPECT_EQ(key.error().message.find(bad), std::string::npos);
  }
}

// The type itself keeps the secret: nothing converts, copies or prints it.
static_assert(!std::is_copy_constructible_v<SecretKey> && !std::is_copy_assignable_v<SecretKey>);
static_assert(std::is_nothrow_move_constructible_v<SecretKey>);

TEST(SecretKey, MovesAndStillSigns) {
  SecretKey key = SecretKey::from_hex(kTestKey).value();
  const Digest d = keccak256("message");
  const Signature before = key.sign(d);
  SecretKey moved = std::move(key);
  EXPECT_EQ(moved.sign(d), before);
  key = std::move(moved);
  EXPECT_EQ(key.sign(d), before);
}

TEST(Recover, RefusesHighSAndGarbage) {
  const SecretKey key = SecretKey::from_hex(kTestKey).value();
  const Digest d = keccak256("message");
  Signature s = key.sign(d);
  Signature zero_v = s;
  zero_v[64] = static_cast<std::uint8_t>(s[64] - 27);
  EXPECT_EQ(recover(d, zero_v), key.address());

  // The same signature with s' = n - s and the other parity: valid mathematics, refused by the exchange.
  constexpr std::array<std::uint8_t, 32> kOrder{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                                0xff, 0xff, 0xff, 0xff, 0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48,
                                                0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41};
  Signature high = s;
  int borrow = 0;
  for (std::size_t i = 32; i-- > 0;) {
    const int difference = kOrder[i] - s[32 + i] - borrow;
    borrow = difference < 0 ? 1 : 0;
    high[32 + i] = static_cast<std::uint8_t>(difference + 256 * borrow);
  }
  high[64] = static_cast<std::uint8_t>(55 - s[64]);
  EXPECT_FALSE(recover(d, high));

  Signature bad_v = s;
  bad_v[64] = 31;
  EXPECT_FALSE(recover(d, bad_v));
  EXPECT_FALSE(recover(d, Signature{}));
  s[3] ^= 1;
  EXPECT_NE(recover(d, s), key.address());
}

TEST(Sign, IsDeterministicAndRecoverable) {
  const SecretKey key = SecretKey::from_hex(kTestKey).value();
  EXPECT_TRUE(rc::check([&](const std::array<std::uint8_t, 32>& d) {
    const Signature s = key.sign(d);
    RC_ASSERT(s == key.sign(d));
    RC_ASSERT(s[64] == 27 || s[64] == 28);
    RC_ASSERT(s[32] < 0x80);  // low s
    RC_ASSERT(recover(d, s) == key.address());
  }));
}

}  // namespace
}  // namespace underround::crypto
