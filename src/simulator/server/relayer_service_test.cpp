// The relayer over a real socket: who may, whose turn it is, and what becomes of a request.
#include "simulator/server/relayer_service.hpp"

#include "simulator/server/server_fixture.hpp"
#include "simulator/server/vectors_fixture.hpp"

namespace underround::simulator {
namespace {

constexpr char kOwner[] = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
constexpr char kWallet[] = "0xBc0fF067b7740Eff76C1ca93c875Ba6B890d6B50";

class RelayerServiceTest : public ServerTest {
 protected:
  void SetUp() override {
    start(quiet_settings());
    key_ = control("/relayer-keys", std::string(R"({"address":")") + kOwner + "\"}").json.text("apiKey");
  }
  Answer ask(const std::string& method, const std::string& target, const std::string& body = "") {
    return call(urls().relayer, method, target, body, {{"RELAYER_API_KEY", key_}, {"RELAYER_API_KEY_ADDRESS", kOwner}});
  }
  std::string key_;
};

TEST_F(RelayerServiceTest, NobodyWithoutAKey) {
  EXPECT_EQ(call(urls().relayer, "GET", "/transactions", "").status, 401);
  EXPECT_EQ(call(urls().relayer, "GET", "/transactions", "",
                 {{"RELAYER_API_KEY", key_}, {"RELAYER_API_KEY_ADDRESS", kWallet}})
                .status,
            401);
  EXPECT_EQ(ask("GET", "/transactions").status, 200);
}

TEST_F(RelayerServiceTest, BuilderKeysProveTheRequest) {
  User user = make_user('4', "");
  const Answer made = as(user, "POST", "/auth/builder-api-key");
  ASSERT_EQ(made.status, 200) << made.body;
  const std::string now = wall_seconds();
  const auto headers = [&](const std::string& path) {
    return net::HttpHeaders{
        {"POLY_BUILDER_API_KEY", std::string(made.json.text("key"))},
        {"POLY_BUILDER_PASSPHRASE", std::string(made.json.text("passphrase"))},
        {"POLY_BUILDER_TIMESTAMP", now},
        {"POLY_BUILDER_SIGNATURE", test_hmac(std::string(made.json.text("secret")), now, "GET", path, "")}};
  };
  EXPECT_EQ(call(urls().relayer, "GET", "/transactions", "", headers("/transactions")).status, 200);
  EXPECT_EQ(call(urls().relayer, "GET", "/transactions", "", headers("/nonce")).status, 401);
}

TEST_F(RelayerServiceTest, AWalletIsMadeOnceAndLivesThroughItsStates) {
  EXPECT_FALSE(ask("GET", std::string("/deployed?type=WALLET&address=") + kWallet).json.boolean("deployed"));
  const std::string create = std::string(R"({"type":"WALLET-CREATE","from":")") + kOwner +
                             R"(","to":"0x00000000000Fb5C9ADea0298D729A0CB3823Cc07"})";
  const Answer submitted = ask("POST", "/submit", create);
  ASSERT_EQ(submitted.status, 200) << submitted.body;
  const std::string id(submitted.json.text("transactionID"));
  EXPECT_EQ(submitted.json.text("state"), "STATE_NEW");
  EXPECT_TRUE(ask("GET", std::string("/deployed?type=WALLET&address=") + kWallet).json.boolean("deployed"));
  EXPECT_EQ(ask("POST", "/submit", create).error(), "wallet already deployed");
  for (const char* state : {"STATE_EXECUTED", "STATE_MINED", "STATE_MINED", "STATE_CONFIRMED"}) {
    advance(2'000);
    EXPECT_EQ(ask("GET", "/v1/account/transactions/" + id).json.text("state"), state);
  }
  EXPECT_EQ(ask("GET", "/transactions").json.items.size(), 1U);
  EXPECT_EQ(ask("GET", "/v1/account/transactions/none").status, 404);
}

TEST_F(RelayerServiceTest, NoncesAreTheWalletsOwn) {
  const std::string params = std::string("/v1/account/transactions/params?type=SAFE&address=") + kOwner;
  EXPECT_EQ(ask("GET", params).json.text("nonce"), "0");
  EXPECT_EQ(ask("GET", "/v1/account/transactions/params?type=SAFE&address=nobody").status, 400);
  std::string safe = R"({"type":"SAFE")";
  for (const JsonMember& m : official_chain_vectors().find("relayer")->find("submit_safe")->members) {
    if (m.name == "type" || m.name == "signatureParams") continue;
    safe += ",\"" + m.name + "\":\"" + m.value.scalar + "\"";
  }
  safe += R"(,"signatureParams":{"gasPrice":"0","operation":"0","safeTxnGas":"0","baseGas":"0"}})";
  EXPECT_EQ(ask("POST", "/submit", safe).error(), "batch nonce 3 does not match on-chain nonce 0");
}

TEST_F(RelayerServiceTest, TwentyFiveSubmissionsAMinute) {
  for (int i = 0; i < 25; ++i) EXPECT_EQ(ask("POST", "/submit", "{}").status, 400) << i;
  EXPECT_EQ(ask("POST", "/submit", "{}").status, 429);
}

}  // namespace
}  // namespace underround::simulator
