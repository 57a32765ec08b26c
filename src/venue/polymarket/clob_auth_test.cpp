#include "venue/polymarket/clob_auth.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>

#include "base/test_paths.hpp"
#include "crypto/encoding.hpp"

namespace underround::polymarket {
namespace {

using simdjson::dom::element;

std::string str(simdjson::simdjson_result<element> value) { return std::string(std::string_view(value)); }

class AuthVectors : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = parser_.load(source_folder() + "/src/crypto/testdata/vectors.json");
    key_ = crypto::SecretKey::from_hex(str(root_["key"]["private_key"])).value();
  }
  // The signature of `body` under the credentials the vectors were made with.
  std::string l2(std::string_view method, std::string_view path, std::string_view body) const {
    const auto signer = L2Signer::make({.key = "00000000-0000-0000-0000-000000000001",
                                        .secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                                        .passphrase = std::string(64, 'a')},
                                       key_->address());
    const auto text = signer->sign(1795000000, method, path, body);
    return {text.data(), text.size()};
  }
  simdjson::dom::parser parser_;
  element root_;
  std::optional<crypto::SecretKey> key_;
};

TEST_F(AuthVectors, L1HeadersByteForByte) {
  int checked = 0;
  for (const element vector : simdjson::dom::array(root_["l1_clob_auth"])) {
    const auto timestamp = std::stoll(str(vector["message"]["timestamp"]));
    const auto nonce = std::stoull(str(vector["message"]["nonce"]));
    const auto chain = std::uint64_t(vector["domain"]["chainId"]);
    EXPECT_EQ(crypto::hex_0x(clob_auth_digest(key_->address(), timestamp, nonce, chain)), str(vector["digest"]));
    const L1Headers headers = sign_clob_auth(*key_, timestamp, nonce, chain);
    EXPECT_EQ(headers.address, str(vector["headers"]["POLY_ADDRESS"]));
    EXPECT_EQ(headers.signature, str(vector["headers"]["POLY_SIGNATURE"]));
    EXPECT_EQ(headers.timestamp, str(vector["headers"]["POLY_TIMESTAMP"]));
    EXPECT_EQ(headers.nonce, str(vector["headers"]["POLY_NONCE"]));
    ++checked;
  }
  EXPECT_EQ(checked, 3);
}

TEST_F(AuthVectors, L2SignatureByteForByte) {
  int checked = 0;
  for (const element vector : simdjson::dom::array(root_["l2_hmac"])) {
    const auto signer = L2Signer::make({.key = "k", .secret = str(vector["secret"]), .passphrase = "p"}, {});
    std::string_view body;
    if (vector["body"].get_string().get(body) != simdjson::SUCCESS) body = {};
    const auto text =
        signer->sign(std::int64_t(vector["timestamp"]), str(vector["method"]), str(vector["request_path"]), body);
    EXPECT_EQ(std::string(text.data(), text.size()), str(vector["signature"])) << str(vector["label"]);
    ++checked;
  }
  EXPECT_EQ(checked, 7);
  const element unit = root_["l2_hmac_official_unit_test"];
  const auto signer = L2Signer::make({.key = "k", .secret = str(unit["secret"]), .passphrase = ""}, {});
  const auto text = signer->sign(1000000, str(unit["method"]), str(unit["request_path"]), str(unit["body"]));
  EXPECT_EQ(std::string(text.data(), text.size()), str(unit["signature"]));
}

TEST_F(AuthVectors, HeadersOfEveryOrderAndOfTheBatch) {
  int checked = 0;
  for (const element order : simdjson::dom::array(root_["orders"])) {
    element headers;
    if (order["l2_headers_ts_1795000000"].get(headers) != simdjson::SUCCESS) continue;
    EXPECT_EQ(l2("POST", "/order", str(order["post_body"])), str(headers["POLY_SIGNATURE"])) << str(order["label"]);
    ++checked;
  }
  EXPECT_EQ(checked, 16);
  EXPECT_EQ(l2("POST", "/orders", str(root_["batch_post_orders"]["body"])),
            str(root_["batch_post_orders"]["headers"]["POLY_SIGNATURE"]));
}

TEST(L2Signer, RefusesUnusableCredentialsWithoutQuotingThem) {
  const auto bad = L2Signer::make({.key = "k", .secret = "not base64!", .passphrase = ""}, {});
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().message.find("not base64!"), std::string::npos);
  EXPECT_FALSE(L2Signer::make({.key = "", .secret = "AAAA", .passphrase = ""}, {}));
  EXPECT_FALSE(L2Signer::make({.key = "k", .secret = "", .passphrase = ""}, {}));
}

}  // namespace
}  // namespace underround::polymarket
