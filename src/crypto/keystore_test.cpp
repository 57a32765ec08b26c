#include "crypto/keystore.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "base/test_paths.hpp"
#include "crypto/encoding.hpp"

namespace underround::crypto {
namespace {

constexpr std::string_view kSecret = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";
constexpr std::string_view kPassword = "testpassword";

std::string vector(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(source_folder() + "/src/crypto/testdata/keystore/" + name + ".json").rdbuf();
  return text.str();
}

std::array<std::uint8_t, 32> secret_bytes() {
  std::array<std::uint8_t, 32> bytes;
  EXPECT_TRUE(decode_hex(kSecret, bytes));
  return bytes;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

// Small on purpose: the real costs are in the official vectors.
constexpr KeystoreCost kCheapScrypt{.n = 4, .r = 1, .p = 1};
constexpr KeystoreCost kCheapPbkdf2{.kdf = KeystoreCost::Kdf::kPbkdf2, .c = 2};

// The two vectors of the definition of the format.
TEST(Keystore, OpensTheOfficialVectors) {
  for (const char* name : {"pbkdf2", "scrypt"}) {
    const auto key = open_keystore(vector(name), kPassword);
    ASSERT_TRUE(key.has_value()) << name << ": " << key.error().message;
    EXPECT_EQ(hex(key->address()), "008aeeda4d805471df9b2a5b0f38a0c3bcba786b");
    EXPECT_EQ(key->sign(Digest{1}), SecretKey::from_hex(kSecret).value().sign(Digest{1}));
  }
}

TEST(Keystore, ReadsBackWhatItWrites) {
  for (const KeystoreCost& cost : {kCheapScrypt, kCheapPbkdf2}) {
    const auto text = seal_keystore(secret_bytes(), kPassword, cost);
    ASSERT_TRUE(text.has_value()) << text.error().message;
    EXPECT_EQ(text->find(kSecret), std::string::npos);
    const auto key = open_keystore(*text, kPassword);
    ASSERT_TRUE(key.has_value()) << key.error().message;
    EXPECT_EQ(key->address(), SecretKey::from_hex(kSecret).value().address());
    EXPECT_NE(*text, seal_keystore(secret_bytes(), kPassword, cost).value());  // salt, iv and id are new
  }
}

TEST(Keystore, AWrongPasswordIsSaidAndNotQuoted) {
  const std::string text = seal_keystore(secret_bytes(), kPassword, kCheapScrypt).value();
  for (const std::string_view wrong : {"Testpassword", "testpassword\n", ""}) {
    const auto key = open_keystore(text, wrong);
    ASSERT_FALSE(key.has_value());
    EXPECT_EQ(key.error().message, "keystore: wrong password, or a damaged file (the MAC does not fit)");
  }
}

TEST(Keystore, EveryTruncationIsRefused) {
  const std::string text = seal_keystore(secret_bytes(), kPassword, kCheapScrypt).value();
  for (std::size_t size = 0; size + 2 < text.size(); ++size) {  // the last byte is a newline
    ASSERT_FALSE(open_keystore(text.substr(0, size), kPassword).has_value()) << size;
  }
}

TEST(Keystore, DamageNeverYieldsAnotherKey) {
  const std::string text = seal_keystore(secret_bytes(), kPassword, kCheapPbkdf2).value();
  const Address address = SecretKey::from_hex(kSecret).value().address();
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string damaged = text;
    damaged[i] = damaged[i] == '1' ? '2' : '1';
    const auto key = open_keystore(damaged, kPassword);
    if (key) {
      EXPECT_EQ(key->address(), address) << i;  // the id may be anything
    }
  }
  // The MAC does not cover the iv: the address does.
  const std::size_t iv = text.find("\"iv\":\"") + 6;
  std::string damaged = text;
  damaged[iv] = damaged[iv] == 'a' ? 'b' : 'a';
  const auto key = open_keystore(damaged, kPassword);
  ASSERT_FALSE(key.has_value());
  EXPECT_NE(key.error().message.find("belongs to"), std::string::npos) << key.error().message;
}

TEST(Keystore, RefusesHostileCostsBeforeWorking) {
  const std::string scrypt = seal_keystore(secret_bytes(), kPassword, kCheapScrypt).value();
  const auto with = [&](std::string_view n, std::string_view r, std::string_view p) {
    return replaced(scrypt, R"("n":4,"r":1,"p":1)",
                    R"("n":)" + std::string(n) + R"(,"r":)" + std::string(r) + R"(,"p":)" + std::string(p));
  };
  for (const std::string& text :
       {with("1073741824", "8", "1"), with("4294967296", "1", "1"), with("8388608", "1", "1"),
        with("2", "1024", "1025"), with("18446744073709551615", "1", "1"), with("9223372036854775808", "256", "1"),
        with("262144", "8", "64"), with("3", "1", "1"), with("1", "1", "1"), with("0", "1", "1"), with("4", "0", "1"),
        with("4", "1", "0"), with("-4", "1", "1"), with("4.5", "1", "1"), with("\"4\"", "1", "1"),
        with("4", "1", "18446744073709551616")}) {
    const auto key = parse_keystore(text);
    ASSERT_FALSE(key.has_value()) << text;
    EXPECT_TRUE(key.error().message.starts_with("keystore: ")) << key.error().message;
  }
  // What wallets really write is accepted.
  for (const std::string& text : {with("262144", "8", "1"), with("524288", "8", "1"), with("4096", "8", "6")}) {
    EXPECT_TRUE(parse_keystore(text).has_value()) << text;
  }
  const std::string pbkdf2 = seal_keystore(secret_bytes(), kPassword, kCheapPbkdf2).value();
  EXPECT_TRUE(parse_keystore(replaced(pbkdf2, "\"c\":2", "\"c\":10000000")).has_value());
  for (const char* rounds : {"\"c\":0", "\"c\":10000001", "\"c\":4294967298", "\"d\":2"}) {
    EXPECT_FALSE(parse_keystore(replaced(pbkdf2, "\"c\":2", rounds)).has_value()) << rounds;
  }
}

TEST(Keystore, RefusesOtherFormatsByName) {
  const std::string text = seal_keystore(secret_bytes(), kPassword, kCheapPbkdf2).value();
  const std::pair<const char*, const char*> cases[] = {
      {"\"version\":3", "\"version\":1"},     {"aes-128-ctr", "aes-128-cbc"},
      {"\"pbkdf2\"", "\"argon2id\""},         {"hmac-sha256", "hmac-sha1"},
      {"\"dklen\":32", "\"dklen\":16"},       {"\"crypto\"", "\"cryptic\""},
      {"\"cipherparams\"", "\"parameters\""}, {"\"mac\":\"", "\"mac\":\"00"},
      {"\"salt\":\"", "\"salt\":\"0x"},       {"\"ciphertext\":\"", "\"ciphertext\":\"f"},
      {"\"kdfparams\"", "\"parameters\""}};
  for (const auto& [from, to] : cases) {
    const auto key = parse_keystore(replaced(text, from, to));
    if (std::string_view(from) == "\"salt\":\"") continue;  // 0x in front is harmless
    EXPECT_FALSE(key.has_value()) << from;
  }
  EXPECT_FALSE(parse_keystore(std::string(100'000, ' ') + text).has_value());
  EXPECT_FALSE(parse_keystore("[]").has_value());
  EXPECT_TRUE(open_keystore(replaced(text, "\"crypto\"", "\"Crypto\""), kPassword).has_value());
}

TEST(Keystore, WritesNothingThatItWouldNotOpen) {
  EXPECT_FALSE(seal_keystore(secret_bytes(), "", kCheapScrypt).has_value());
  EXPECT_FALSE(seal_keystore(secret_bytes(), kPassword, {.n = 3}).has_value());
  EXPECT_FALSE(seal_keystore(std::array<std::uint8_t, 32>{}, kPassword, kCheapScrypt).has_value());
}

}  // namespace
}  // namespace underround::crypto
