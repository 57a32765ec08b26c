// Proofs of identity: against the official clients' values, and over real sockets what happens without one.
#include "simulator/server/request_auth.hpp"

#include <gtest/gtest.h>

#include "crypto/encoding.hpp"
#include "simulator/server/server_fixture.hpp"
#include "simulator/server/vectors_fixture.hpp"
#include "simulator/types.hpp"

namespace underround::simulator {
namespace {

TEST(ClobAuth, DigestIsTheOfficialOne) {
  for (const JsonValue& v : official_vectors().find("l1_clob_auth")->items) {
    const JsonValue& message = *v.find("message");
    crypto::Address address{};
    ASSERT_TRUE(crypto::decode_hex(message.text("address"), address));
    EXPECT_EQ(hex_text(clob_auth_digest(address, message.text("timestamp"),
                                        crypto::U256::parse(message.text("nonce")).value(),
                                        static_cast<std::uint64_t>(*v.find("domain")->integer("chainId")))),
              v.text("digest"));
  }
}

TEST(L2Hmac, SignaturesAreTheOfficialOnes) {
  std::size_t checked = 0;
  for (const JsonValue& v : official_vectors().find("l2_hmac")->items) {
    const crypto::HmacSha256 mac(*crypto::decode_base64(v.text("secret")));
    EXPECT_EQ(l2_signature(mac, v.text("timestamp"), v.text("method"), v.text("request_path"), v.text("body")),
              v.text("signature"))
        << v.text("label");
    ++checked;
  }
  EXPECT_EQ(checked, 7U);
}

class RequestAuthTest : public ServerTest {
 protected:
  void SetUp() override {
    start(quiet_settings());
    alice_ = make_user('a', "100");
    bob_ = make_user('b', "100");
  }
  int ask(const std::string& method, const std::string& target, const std::string& body, net::HttpHeaders headers) {
    const Answer answer = call(urls().clob, method, target, body, std::move(headers));
    EXPECT_TRUE(answer.status != 401 || answer.error() == "Unauthorized/Invalid api key") << answer.body;
    return answer.status;
  }
  static net::HttpHeaders with(const net::HttpHeaders& headers, std::string_view name, std::string_view value) {
    net::HttpHeaders out;
    for (std::size_t i = 0; i < headers.size(); ++i)
      out.add(headers.name(i), headers.name(i) == name ? value : headers.value(i));
    return out;
  }
  static std::string seconds(Nanos time) { return std::to_string(time.seconds()); }
  User alice_, bob_;
};

TEST_F(RequestAuthTest, L1NeedsTheWalletsOwnSignature) {
  const auto create = [&](const net::HttpHeaders& headers) {
    const Answer answer = call(urls().clob, "POST", "/auth/api-key", {}, headers);
    EXPECT_TRUE(answer.status != 401 || answer.error() == "Invalid L1 Request headers") << answer.body;
    return answer.status;
  };
  const TestWallet carol('c');
  const net::HttpHeaders good = carol.l1_headers(wall_seconds(), 3);
  EXPECT_EQ(create(with(good, "POLY_ADDRESS", alice_.address)), 401);
  EXPECT_EQ(create(with(good, "POLY_NONCE", "4")), 401);
  EXPECT_EQ(create(with(good, "POLY_TIMESTAMP", std::to_string(net::EventLoop::wall_now().seconds() - 1))), 401);
  EXPECT_EQ(create(with(good, "POLY_SIGNATURE", "0x00")), 401);
  EXPECT_EQ(create(with(good, "POLY_SIGNATURE", "")), 401);
  EXPECT_EQ(create(carol.l1_headers("1795000000")), 401);  // neither clock's time
  EXPECT_EQ(create(carol.l1_headers("now")), 401);
  EXPECT_EQ(call(urls().clob, "GET", "/auth/derive-api-key", {}, good).status, 400);
  EXPECT_EQ(create(good), 200);
  EXPECT_EQ(create(carol.l1_headers(wall_seconds(), 3)), 400);
  EXPECT_EQ(call(urls().clob, "GET", "/auth/derive-api-key", {}, good).status, 200);
}

TEST_F(RequestAuthTest, L2CoversMethodPathAndBodyButNotTheQuery) {
  const std::string body = R"({"orderID":"0x)" + std::string(64, '1') + "\"}";
  const net::HttpHeaders good = l2_headers(alice_, "DELETE", "/order", body);
  EXPECT_EQ(ask("DELETE", "/order", body, good), 200);
  EXPECT_EQ(ask("DELETE", "/order", body + " ", good), 401);
  EXPECT_EQ(ask("DELETE", "/orders", body, good), 401);
  EXPECT_EQ(ask("POST", "/order", body, good), 401);
  const net::HttpHeaders get = l2_headers(alice_, "GET", "/data/orders", "");
  EXPECT_EQ(ask("GET", "/data/orders?market=0x1&next_cursor=MA==", "", get), 200);
  EXPECT_EQ(ask("GET", "/data/trades", "", get), 401);
}

TEST_F(RequestAuthTest, L2HeadersMustAllBeTheKeys) {
  const net::HttpHeaders good = l2_headers(alice_, "GET", "/data/orders", "");
  EXPECT_EQ(ask("GET", "/data/orders", "", good), 200);
  EXPECT_EQ(ask("GET", "/data/orders", "", with(good, "POLY_ADDRESS", bob_.address)), 401);
  EXPECT_EQ(ask("GET", "/data/orders", "", with(good, "POLY_API_KEY", bob_.key)), 401);
  EXPECT_EQ(ask("GET", "/data/orders", "", with(good, "POLY_PASSPHRASE", bob_.passphrase)), 401);
  EXPECT_EQ(ask("GET", "/data/orders", "", with(good, "POLY_TIMESTAMP", "1")), 401);
  EXPECT_EQ(ask("GET", "/data/orders", "", with(good, "POLY_SIGNATURE", "")), 401);
  crypto::Address checksummed{};
  ASSERT_TRUE(crypto::decode_hex(alice_.address, checksummed));
  EXPECT_EQ(ask("GET", "/data/orders", "", with(good, "POLY_ADDRESS", crypto::checksum(checksummed))), 200);
  ASSERT_EQ(as(alice_, "DELETE", "/auth/api-key").body, "\"OK\"");
  EXPECT_EQ(ask("GET", "/data/orders", "", good), 401);
}

TEST_F(RequestAuthTest, TimestampsNearEitherClock) {
  const Nanos simulated = quiet_settings().start, wall = net::EventLoop::wall_now();
  const auto at = [&](Nanos time) {
    return ask("GET", "/data/orders", "", l2_headers(alice_, "GET", "/data/orders", "", seconds(time)));
  };
  EXPECT_EQ(at(simulated + Nanos::from_seconds(60)), 200);
  EXPECT_EQ(at(simulated - Nanos::from_seconds(60)), 200);
  EXPECT_EQ(at(simulated + Nanos::from_seconds(61)), 401);
  EXPECT_EQ(at(simulated - Nanos::from_seconds(61)), 401);
  EXPECT_EQ(at(wall - Nanos::from_seconds(30)), 200);
  EXPECT_EQ(at(wall - Nanos::from_seconds(3600)), 401);
}

}  // namespace
}  // namespace underround::simulator
