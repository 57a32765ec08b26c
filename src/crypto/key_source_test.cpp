#include "crypto/key_source.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/temporary_folder.hpp"
#include "crypto/encoding.hpp"
#include "crypto/keystore.hpp"
#include "crypto/secret_file.hpp"

namespace underround::crypto {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHex = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
constexpr std::string_view kAddress = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

class KeySourceTest : public ::testing::Test {
 protected:
  void TearDown() override { ::unsetenv("UNDERROUND_TEST_SECRET"); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string file(const std::string& name, std::string_view text, mode_t mode = 0600) const {
    std::ofstream(path(name)) << text;
    ::chmod(path(name).c_str(), mode);
    return path(name);
  }
  static void expect_key(const KeySource& source) {
    const auto key = load_secret_key(source);
    ASSERT_TRUE(key.has_value()) << key.error().message;
    EXPECT_EQ(checksum(key->address()), kAddress);
  }
  // The refusal, which must say something and nothing secret.
  static std::string refusal(const KeySource& source, ErrorCode code = ErrorCode::kInvalidInput) {
    const auto key = load_secret_key(source);
    EXPECT_FALSE(key.has_value());
    if (key) return "";
    EXPECT_EQ(key.error().code, code) << key.error().message;
    EXPECT_EQ(key.error().message.find(kHex.substr(0, 16)), std::string::npos) << key.error().message;
    return key.error().message;
  }
  static bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

  TemporaryFolder folder_;
};

TEST_F(KeySourceTest, FromTheEnvironment) {
  ::setenv("UNDERROUND_TEST_SECRET", fmt::format("0x{}", kHex).c_str(), 1);
  expect_key({.key = {.environment = "UNDERROUND_TEST_SECRET"}});
  ::setenv("UNDERROUND_TEST_SECRET", std::string(kHex.substr(0, 60)).c_str(), 1);
  EXPECT_TRUE(contains(refusal({.key = {.environment = "UNDERROUND_TEST_SECRET"}}), "64 hex digits"));
  for (const char* absent : {"", "unset"}) {
    ::setenv("UNDERROUND_TEST_SECRET", "", 1);
    if (*absent != '\0') ::unsetenv("UNDERROUND_TEST_SECRET");
    EXPECT_TRUE(contains(refusal({.key = {.environment = "UNDERROUND_TEST_SECRET"}}, ErrorCode::kNotFound),
                         "UNDERROUND_TEST_SECRET is not set"));
  }
}

TEST_F(KeySourceTest, FromAFileOnlyWeCanRead) {
  expect_key({.key = {.file = file("key", kHex)}});
  expect_key({.key = {.file = file("key", fmt::format("{}\n", kHex))}});
  expect_key({.key = {.file = file("key", fmt::format("{}\r\n", kHex), 0400)}});
  refusal({.key = {.file = file("two", fmt::format("{}\n\n", kHex))}});
}

TEST_F(KeySourceTest, AFileThatOthersCanTouchIsRefused) {
  for (const mode_t mode : {0640, 0604, 0620, 0602, 0610, 0644, 0666}) {
    const std::string message = refusal({.key = {.file = file("key", kHex, mode)}});
    EXPECT_TRUE(contains(message, "chmod 600 " + path("key"))) << message;
  }
}

TEST_F(KeySourceTest, OnlyRegularFilesOfOurs) {
  refusal({.key = {.file = path("absent")}}, ErrorCode::kNotFound);
  EXPECT_TRUE(contains(refusal({.key = {.file = file("empty", "")}}), "empty"));
  EXPECT_TRUE(contains(refusal({.key = {.file = file("big", std::string(70'000, 'a'))}}), "64 KiB"));
  fs::create_directory(path("folder"));
  EXPECT_TRUE(contains(refusal({.key = {.file = path("folder")}}), "not a regular file"));
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_TRUE(contains(refusal({.key = {.file = path("pipe")}}), "not a regular file"));  // and does not hang

  file("key", kHex);
  fs::create_symlink(path("key"), path("link"));
  expect_key({.key = {.file = path("link")}});  // our link to our file
  ::chmod(path("key").c_str(), 0644);
  EXPECT_TRUE(contains(refusal({.key = {.file = path("link")}}), "chmod"));
}

TEST_F(KeySourceTest, AnotherUsersFileOrLinkIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to give files away";
  constexpr uid_t kNobody = 65534;
  file("key", kHex);
  fs::create_symlink(path("key"), path("link"));
  ASSERT_EQ(::lchown(path("link").c_str(), kNobody, kNobody), 0);
  EXPECT_TRUE(contains(refusal({.key = {.file = path("link")}}), "another user"));
  ASSERT_EQ(::chown(path("key").c_str(), kNobody, kNobody), 0);
  EXPECT_TRUE(contains(refusal({.key = {.file = path("key")}}), "another user"));
  fs::create_symlink(path("key"), path("own_link"));
  EXPECT_TRUE(contains(refusal({.key = {.file = path("own_link")}}), "another user"));
}

TEST_F(KeySourceTest, FromAKeystore) {
  std::array<std::uint8_t, 32> bytes;
  ASSERT_TRUE(decode_hex(kHex, bytes));
  const std::string text = seal_keystore(bytes, "correct horse", {.n = 4, .r = 1, .p = 1}).value();
  const std::string keystore = file("wallet.json", text);
  expect_key({.keystore = keystore, .password = {.file = file("password", "correct horse\n")}});
  ::setenv("UNDERROUND_TEST_SECRET", "correct horse", 1);
  expect_key({.keystore = keystore, .password = {.environment = "UNDERROUND_TEST_SECRET"}});

  ::setenv("UNDERROUND_TEST_SECRET", "wrong donkey", 1);
  const std::string message = refusal({.keystore = keystore, .password = {.environment = "UNDERROUND_TEST_SECRET"}});
  EXPECT_TRUE(contains(message, keystore) && contains(message, "wrong password")) << message;
  EXPECT_FALSE(contains(message, "donkey"));
  EXPECT_TRUE(contains(refusal({.keystore = keystore, .password = {.file = file("password", "x", 0644)}}), "chmod"));
  EXPECT_TRUE(contains(
      refusal({.keystore = file("wallet.json", text, 0644), .password = {.environment = "UNDERROUND_TEST_SECRET"}}),
      "chmod"));
  refusal({.keystore = keystore});
}

TEST_F(KeySourceTest, ASecretInTheWrongPlaceIsNotQuoted) {
  for (const std::string& pasted : {std::string(kHex), fmt::format("0x{}", kHex)}) {
    refusal({.key = {.environment = pasted}});
    refusal({.key = {.file = pasted}});
    refusal({.keystore = pasted, .password = {.environment = "UNDERROUND_TEST_SECRET"}});
  }
  const auto password = load_secret({.environment = "correct horse"}, "keystore password");
  ASSERT_FALSE(password.has_value());
  EXPECT_FALSE(contains(password.error().message, "horse"));
}

TEST_F(KeySourceTest, ExactlyOneSource) {
  refusal({});
  refusal({.key = {.environment = "A", .file = "b"}});
  refusal({.key = {.environment = "A"}, .keystore = "b", .password = {.environment = "C"}});
}

TEST_F(KeySourceTest, WritingReplacesTheWholeFileAndLeavesNothingBeside) {
  const std::string target = file("credentials.json", "old and longer than the new text", 0644);
  ASSERT_TRUE(write_secret_file(target, "new").has_value());
  EXPECT_EQ(read_secret_file(target).value().text(), "new");
  struct stat status {};
  ASSERT_EQ(::stat(target.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);

  const auto lost = write_secret_file(path("no/such/folder"), "secret text");
  ASSERT_FALSE(lost.has_value());
  EXPECT_EQ(lost.error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(contains(lost.error().message, "secret text"));
  fs::create_directory(path("folder"));
  EXPECT_FALSE(write_secret_file(path("folder"), "x").has_value());
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 2);
}

}  // namespace
}  // namespace underround::crypto
