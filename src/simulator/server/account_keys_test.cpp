#include "simulator/server/account_keys.hpp"

#include <gtest/gtest.h>

#include "simulator/server/server_fixture.hpp"

namespace underround::simulator {
namespace {

class AccountKeysTest : public ServerTest {
 protected:
  void SetUp() override {
    start(quiet_settings());
    market_ = plain_market();
    alice_ = make_user('a', "1000");
    bob_ = make_user('b', "1000");
  }
  Answer read_with(const std::string& key, const User& user, const std::string& target,
                   const std::string& method = "GET") {
    return call(urls().clob, method, target, {}, {{"POLY_READONLY_API_KEY", key}, {"POLY_ADDRESS", user.address}});
  }
  TestMarket market_;
  User alice_, bob_;
};

TEST_F(AccountKeysTest, ReadOnlyKeyReadsAndDoesNotTrade) {
  const Answer made = as(alice_, "POST", "/auth/readonly-api-key");
  const std::string key(made.json.text("apiKey"));
  ASSERT_EQ(key.size(), 36U) << made.body;
  EXPECT_NE(key, alice_.key);
  EXPECT_EQ(as(alice_, "GET", "/auth/readonly-api-keys").body, "[\"" + key + "\"]");
  EXPECT_EQ(as(bob_, "GET", "/auth/readonly-api-keys").body, "[]");

  const Answer placed = post(alice_, {.token = market_.tokens[0], .maker = 4'000'000, .taker = 10'000'000});
  const std::string id(placed.json.text("orderID"));
  EXPECT_EQ(read_with(key, alice_, "/data/orders").json.integer("count"), 1);
  EXPECT_EQ(read_with(key, alice_, "/data/order/" + id).json.text("id"), id);
  EXPECT_EQ(read_with(key, alice_, "/data/trades").status, 200);
  EXPECT_EQ(read_with(key, bob_, "/data/orders").status, 401);
  EXPECT_EQ(read_with("none", alice_, "/data/orders").status, 401);
  EXPECT_EQ(read_with(key, alice_, "/cancel-all", "DELETE").status, 401);
  EXPECT_EQ(read_with(key, alice_, "/balance-allowance?asset_type=COLLATERAL").status, 401);
  User disguised = alice_;
  disguised.key = key;
  EXPECT_EQ(as(disguised, "DELETE", "/cancel-all").status, 401);

  EXPECT_EQ(as(bob_, "DELETE", "/auth/readonly-api-key", R"({"key":")" + key + "\"}").body, "false");
  EXPECT_EQ(as(alice_, "DELETE", "/auth/readonly-api-key", R"({"key":")" + key + "\"}").body, "true");
  EXPECT_EQ(read_with(key, alice_, "/data/orders").status, 401);
  EXPECT_EQ(as(alice_, "GET", "/auth/readonly-api-keys").body, "[]");
  EXPECT_EQ(as(alice_, "DELETE", "/auth/readonly-api-key", "{}").status, 400);
}

TEST_F(AccountKeysTest, BuilderKeysComeAndAreRevokedNewestFirst) {
  const Answer first = as(alice_, "POST", "/auth/builder-api-key");
  EXPECT_FALSE(first.json.text("key").empty() || first.json.text("secret").empty() ||
               first.json.text("passphrase").empty());
  const Answer second = as(alice_, "POST", "/auth/builder-api-key");
  EXPECT_NE(first.json.text("key"), second.json.text("key"));
  EXPECT_NE(first.json.text("secret"), second.json.text("secret"));
  EXPECT_EQ(as(alice_, "DELETE", "/auth/builder-api-key").body, "\"OK\"");
  const Answer list = as(alice_, "GET", "/auth/builder-api-key");
  ASSERT_EQ(list.json.items.size(), 2U) << list.body;
  EXPECT_EQ(list.json.items[0].find("revokedAt"), nullptr);
  EXPECT_EQ(list.json.items[0].text("createdAt"), "2026-11-20T00:00:00Z");
  EXPECT_EQ(list.json.items[1].text("revokedAt"), "2026-11-20T00:00:00Z");
  EXPECT_EQ(list.json.items[1].find("secret"), nullptr);
  EXPECT_EQ(as(alice_, "DELETE", "/auth/builder-api-key").status, 200);
  EXPECT_EQ(as(alice_, "DELETE", "/auth/builder-api-key").status, 404);
  EXPECT_TRUE(as(bob_, "GET", "/auth/builder-api-key").json.items.empty());
}

}  // namespace
}  // namespace underround::simulator
