#include "venue/polymarket/api_credentials.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/temporary_folder.hpp"
#include "crypto/encoding.hpp"
#include "venue/polymarket/gateway_fixture.hpp"

namespace underround::polymarket {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kGood =
    R"({"apiKey":"00000000-0000-0000-0000-000000000001","secret":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","passphrase":"abcdef"})";
constexpr std::string_view kNew =
    R"({"apiKey":"00000000-0000-0000-0000-000000000002","secret":"HxECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","passphrase":"fedcba"})";
constexpr std::string_view kNewKey = "00000000-0000-0000-0000-000000000002";

class ApiCredentialsTest : public ::testing::Test {
 protected:
  ApiCredentialsTest() {
    settings_.cache_file = (folder_ / "key.json").string();
    settings_.timeout = kPatience;
    clear_environment();
  }
  void TearDown() override { clear_environment(); }
  static void clear_environment() {
    for (const char* name : {"POLY_API_KEY", "POLY_API_SECRET", "POLY_API_PASSPHRASE"}) ::unsetenv(name);
  }
  Result<ApiCredentials> obtain() {
    net::HttpClient client(loop_, {.base_url = clob_.http()});
    return obtain_credentials(loop_, client, key_, settings_);
  }
  void keep(std::string_view json) const {
    ASSERT_TRUE(
        write_credentials(settings_.cache_file, parse_credentials(json).value(), key_.address(), settings_.chain_id));
  }
  std::vector<std::string> asked() const {
    std::vector<std::string> list;
    for (const auto& q : clob_.requests) list.push_back(q.method + " " + q.target);
    return list;
  }
  // What the venue checks before it answers.
  void answer_to_wallet(const std::string& endpoint, std::string_view body, int status = 200) {
    clob_.handle(endpoint, [this, body, status](const net::HttpRequest& q, const net::HttpResponder& r) {
      const Digest digest = clob_auth_digest(key_.address(), std::stoll(std::string(q.headers.get("POLY_TIMESTAMP"))),
                                             std::stoull(std::string(q.headers.get("POLY_NONCE"))), kPolygon);
      crypto::Signature signature{};
      const bool ours = crypto::decode_hex(q.headers.get("POLY_SIGNATURE"), signature) &&
                        crypto::recover(digest, signature) == key_.address() &&
                        q.headers.get("POLY_ADDRESS") == crypto::checksum(key_.address()) && q.body.empty();
      r.send(ours ? status : 401, std::string(body));
    });
  }
  void answer_to_key(std::string_view json, int otherwise = 401) {
    clob_.handle("GET /auth/api-keys", [this, json, otherwise](const net::HttpRequest& q, const net::HttpResponder& r) {
      const ApiCredentials valid = parse_credentials(json).value();
      const auto mac =
          L2Signer::make(valid, key_.address())
              ->sign(std::stoll(std::string(q.headers.get("POLY_TIMESTAMP"))), "GET", "/auth/api-keys", "");
      const bool ours = q.headers.get("POLY_API_KEY") == valid.key &&
                        q.headers.get("POLY_PASSPHRASE") == valid.passphrase &&
                        q.headers.get("POLY_ADDRESS") == crypto::checksum(key_.address()) &&
                        q.headers.get("POLY_SIGNATURE") == std::string_view(mac.data(), mac.size());
      r.send(ours ? 200 : otherwise, ours ? R"({"apiKeys":[]})" : R"({"error":"Unauthorized/Invalid api key"})");
    });
  }

  net::EventLoop loop_;
  crypto::SecretKey key_ = crypto::SecretKey::from_hex(kKey).value();
  FakeClob clob_{loop_};
  TemporaryFolder folder_;
  CredentialSettings settings_;
};

TEST_F(ApiCredentialsTest, DerivedOnceThenFromTheFile) {
  answer_to_wallet("GET /auth/derive-api-key", kGood);
  answer_to_key(kGood);
  const auto first = obtain();
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_EQ(first->key, kApiKey);
  EXPECT_EQ(first->secret, kSecret);
  EXPECT_EQ(first->passphrase, "abcdef");
  struct stat status {};
  ASSERT_EQ(::stat(settings_.cache_file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  const auto second = obtain();
  ASSERT_TRUE(second.has_value()) << second.error().message;
  EXPECT_EQ(second->secret, first->secret);
  EXPECT_EQ(asked(), (std::vector<std::string>{"GET /auth/derive-api-key", "GET /auth/api-keys"}));
}

TEST_F(ApiCredentialsTest, CreatedWhenThereIsNone) {
  for (const int status : {400, 404}) {
    clob_.answer("GET /auth/derive-api-key", status, R"({"error":"Could not derive api key!"})");
    answer_to_wallet("POST /auth/api-key", kNew);
    settings_.cache_file.clear();
    const auto made = obtain();
    ASSERT_TRUE(made.has_value()) << made.error().message;
    EXPECT_EQ(made->key, kNewKey);
  }
  EXPECT_TRUE(fs::is_empty(folder_));  // kept nowhere
}

TEST_F(ApiCredentialsTest, ARevokedKeyIsDerivedAnewOnce) {
  keep(kGood);
  answer_to_key(kNew);
  answer_to_wallet("GET /auth/derive-api-key", kNew);
  const auto fresh = obtain();
  ASSERT_TRUE(fresh.has_value()) << fresh.error().message;
  EXPECT_EQ(fresh->key, kNewKey);
  EXPECT_EQ(asked(), (std::vector<std::string>{"GET /auth/api-keys", "GET /auth/derive-api-key"}));
  EXPECT_EQ(read_credentials(settings_.cache_file, key_.address(), kPolygon)->key, kNewKey);
}

// A venue that is down has not revoked anything, and has not said that there is no key.
TEST_F(ApiCredentialsTest, ABrokenVenueChangesNothing) {
  keep(kGood);
  answer_to_key(kNew, 503);
  EXPECT_EQ(obtain().error().code, ErrorCode::kRefused);
  EXPECT_EQ(read_credentials(settings_.cache_file, key_.address(), kPolygon)->key, kApiKey);
  fs::remove(settings_.cache_file);
  for (const int status : {429, 500, 503}) {
    clob_.answer("GET /auth/derive-api-key", status, "later");
    const auto refused = obtain();
    ASSERT_FALSE(refused.has_value());
    EXPECT_NE(refused.error().message.find(std::to_string(status)), std::string::npos);
  }
  EXPECT_TRUE(clob_.sent("POST /auth/api-key").empty());
}

TEST_F(ApiCredentialsTest, TheVenuesWordsWhenItRefusesBoth) {
  clob_.answer("GET /auth/derive-api-key", 400, "no");
  clob_.answer("POST /auth/api-key", 403, R"({"error":"Trading restricted in your region"})");
  const auto refused = obtain();
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("restricted in your region"), std::string::npos) << refused.error().message;
  EXPECT_NE(refused.error().message.find("403"), std::string::npos);
}

TEST_F(ApiCredentialsTest, TheEnvironmentComesFirstAndIsNotReplaced) {
  keep(kGood);
  const ApiCredentials given = parse_credentials(kNew).value();
  ::setenv("POLY_API_KEY", given.key.c_str(), 1);
  ::setenv("POLY_API_SECRET", given.secret.c_str(), 1);
  const auto incomplete = obtain();
  ASSERT_FALSE(incomplete.has_value());
  EXPECT_NE(incomplete.error().message.find("POLY_API_PASSPHRASE is not set"), std::string::npos);
  ::setenv("POLY_API_PASSPHRASE", given.passphrase.c_str(), 1);
  answer_to_key(kNew);
  ASSERT_TRUE(obtain().has_value());
  EXPECT_EQ(obtain()->key, kNewKey);

  answer_to_key(kGood);
  const auto revoked = obtain();
  ASSERT_FALSE(revoked.has_value());
  EXPECT_NE(revoked.error().message.find("401"), std::string::npos) << revoked.error().message;
  EXPECT_EQ(revoked.error().message.find(given.secret), std::string::npos);
  EXPECT_TRUE(clob_.sent("GET /auth/derive-api-key").empty());
  ::setenv("POLY_API_PASSPHRASE", "two\r\nlines", 1);
  EXPECT_FALSE(credentials_from_environment().has_value());
}

TEST_F(ApiCredentialsTest, AFileOfOthersOrForAnotherIsRefused) {
  keep(kGood);
  ::chmod(settings_.cache_file.c_str(), 0644);
  const auto open = obtain();
  ASSERT_FALSE(open.has_value());
  EXPECT_NE(open.error().message.find("chmod 600"), std::string::npos) << open.error().message;
  ::chmod(settings_.cache_file.c_str(), 0600);

  EXPECT_NE(read_credentials(settings_.cache_file, crypto::Address{}, kPolygon).error().message.find("another address"),
            std::string::npos);
  EXPECT_FALSE(read_credentials(settings_.cache_file, key_.address(), kAmoy).has_value());

  std::string text;
  std::getline(std::ifstream(settings_.cache_file), text);
  for (std::size_t size = 0; size < text.size(); size += 7) {
    std::ofstream(settings_.cache_file, std::ios::trunc) << text.substr(0, size);
    const auto cut = read_credentials(settings_.cache_file, key_.address(), kPolygon);
    ASSERT_FALSE(cut.has_value()) << size;
    EXPECT_EQ(cut.error().code, ErrorCode::kInvalidInput);
  }
  EXPECT_TRUE(clob_.requests.empty());
}

TEST(ApiCredentials, OnlyWholeAndHarmlessOnesAreRead) {
  for (const std::string_view text :
       {"", "null", "[]", R"({"apiKey":"a","secret":"AA==","passphrase":""})", R"({"apiKey":"a","secret":"AA=="})",
        R"({"apiKey":"a","secret":"*","passphrase":"p"})", R"({"apiKey":"a\r\nX: y","secret":"AA==","passphrase":"p"})",
        R"({"apiKey":"a","secret":"AA==","passphrase":"p\""})", R"({"apiKey":"a","secret":"AA==","passphrase":7})"}) {
    const auto credentials = parse_credentials(text);
    ASSERT_FALSE(credentials.has_value()) << text;
    EXPECT_EQ(credentials.error().message, "API key: expected JSON with apiKey, secret (base64) and passphrase");
  }
}

}  // namespace
}  // namespace underround::polymarket
