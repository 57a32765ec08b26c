// Whose orders are taken: signatures of every wallet type, domains, session keys, over real sockets.
#include "simulator/server/order_entry.hpp"

#include <gtest/gtest.h>

#include "crypto/encoding.hpp"
#include "simulator/server/server_fixture.hpp"
#include "simulator/server/wallet_addresses.hpp"
#include "simulator/venue_fixture.hpp"

namespace underround::simulator {
namespace {

constexpr std::string_view kWrongSigner = "the order signer address has to be the address of the API KEY";

class OrderEntryTest : public ServerTest {
 protected:
  void SetUp() override {
    start(quiet_settings());
    market_ = plain_market();
    alice_ = make_user('a', "1000");
    bob_ = make_user('b', "1000");
  }
  static crypto::Address bytes_of(const User& user) {
    crypto::Address address{};
    EXPECT_TRUE(crypto::decode_hex(user.address, address));
    return address;
  }
  // A bid for ten shares at 0.40.
  Order bid() const { return {.token = market_.tokens[0], .maker = 4'000'000, .taker = 10'000'000}; }
  Order bid_of(const std::string& wallet, unsigned type) const {
    Order order = bid();
    order.wallet = wallet;
    order.signature_type = type;
    return order;
  }
  std::string refusal(const User& user, const Order& order) {
    const Answer answer = post(user, order);
    EXPECT_EQ(answer.status, 400) << answer.body;
    return answer.error();
  }
  TestMarket market_;
  User alice_, bob_;
};

TEST_F(OrderEntryTest, SignaturesAreChecked) {
  std::string body = order_body(alice_, bid());
  const std::size_t at = body.find("\"signature\":\"0x") + 20;
  body[at] = body[at] == '0' ? '1' : '0';
  EXPECT_EQ(as(alice_, "POST", "/order", body).error(), "Invalid order payload");
  body = order_body(alice_, bid());
  body.replace(body.find("\"makerAmount\":\"4000000\""), 23, "\"makerAmount\":\"4100000\"");  // not what was signed
  EXPECT_EQ(as(alice_, "POST", "/order", body).error(), "Invalid order payload");
  User impostor = alice_;  // alice's key and name, bob's pen
  impostor.wallet = bob_.wallet;
  EXPECT_EQ(refusal(impostor, bid()), "Invalid order payload");
  EXPECT_EQ(as(alice_, "GET", "/data/orders").json.integer("count"), 0);
  EXPECT_EQ(post(alice_, bid()).status, 200);
}

TEST_F(OrderEntryTest, OtherExchangesSignaturesAreOfAnotherVersion) {
  for (const TestExchange& exchange : {kTestNegRisk, kTestV3, kTestRetired}) {
    Order order = bid();
    order.exchange = exchange;
    EXPECT_EQ(refusal(alice_, order), "order_version_mismatch");
  }
  const TestMarket race = plain_market(true);
  Order order{.token = race.tokens[0], .maker = 4'000'000, .taker = 10'000'000, .exchange = kTestStandard};
  EXPECT_EQ(refusal(alice_, order), "order_version_mismatch");
  order.exchange = kTestNegRisk;
  EXPECT_EQ(post(alice_, order).status, 200);
}

TEST_F(OrderEntryTest, EveryWalletOfTheSignerMayTrade) {
  const crypto::Address owner = bytes_of(alice_);
  const std::string wallets[] = {alice_.address, crypto::hex_0x(proxy_wallet(owner)),
                                 crypto::hex_0x(safe_wallet(owner)), crypto::hex_0x(deposit_wallet(owner))};
  for (unsigned type = 1; type < 4; ++type) {
    EXPECT_EQ(refusal(alice_, bid_of(wallets[type], type)), "not enough balance / allowance") << type;
    give(wallets[type], "50");
    const Answer placed = post(alice_, bid_of(wallets[type], type));
    ASSERT_EQ(placed.status, 200) << type << placed.body;
    const std::string id(placed.json.text("orderID"));
    EXPECT_EQ(as(alice_, "GET", "/data/order/" + id).json.text("maker_address"), wallets[type]);
    const std::string query = "/balance-allowance?asset_type=COLLATERAL&signature_type=" + std::to_string(type);
    EXPECT_EQ(as(alice_, "GET", query).json.text("balance"), "50000000");
    // A wallet of one kind does not pass for another, and not for bob's.
    EXPECT_EQ(refusal(alice_, bid_of(wallets[type], type % 3 + 1)), "Invalid order payload");
    EXPECT_EQ(refusal(bob_, bid_of(wallets[type], type)), "Invalid order payload");
  }
  EXPECT_EQ(as(alice_, "DELETE", "/cancel-all").json.texts("canceled").size(), 3U);
}

TEST_F(OrderEntryTest, ADepositWalletsOwnerSignsThroughHisOwnKeyOnly) {
  const std::string wallet = crypto::hex_0x(deposit_wallet(bytes_of(alice_)));
  give(wallet, "50");
  User mixed = bob_;  // bob's API key, alice's signature for alice's wallet
  mixed.wallet = alice_.wallet;
  EXPECT_EQ(refusal(mixed, bid_of(wallet, 3)), kWrongSigner);
}

TEST_F(OrderEntryTest, SessionKeysTradeApartFromTheOwner) {
  const std::string wallet = crypto::hex_0x(deposit_wallet(bytes_of(alice_)));
  give(wallet, "50");
  const User session = make_user('5', "");
  Order order = bid_of(wallet, 3);
  order.session = true;
  EXPECT_EQ(refusal(session, order), "Invalid order payload");  // not authorised
  const std::string grant = R"({"wallet":")" + wallet + R"(","signer":")" + session.address + R"(","valid_for_s":100})";
  ASSERT_EQ(control("/session-signers", grant).status, 200);
  const std::string hers(post(session, order).json.text("orderID"));
  ASSERT_FALSE(hers.empty());
  EXPECT_EQ(refusal(bob_, order), "Invalid order payload");
  const std::string owners(post(alice_, bid_of(wallet, 3)).json.text("orderID"));
  ASSERT_FALSE(owners.empty());
  const auto cancel = [&](const User& user, const std::string& id) {
    return as(user, "DELETE", "/order", R"({"orderID":")" + id + "\"}").json.texts("canceled").size();
  };
  EXPECT_EQ(cancel(alice_, hers), 0U);
  EXPECT_EQ(cancel(session, owners), 0U);
  EXPECT_EQ(as(alice_, "GET", "/data/order/" + hers).body, "null");
  EXPECT_EQ(as(session, "GET", "/data/orders").json.integer("count"), 1);
  EXPECT_EQ(as(session, "DELETE", "/cancel-all").json.texts("canceled"), (std::vector<std::string_view>{hers}));
  EXPECT_EQ(cancel(alice_, owners), 1U);
  const std::string later(post(alice_, bid_of(wallet, 3)).json.text("orderID"));
  advance(101'000);
  EXPECT_EQ(cancel(session, later), 0U);
  EXPECT_EQ(as(session, "GET", "/data/orders").json.integer("count"), 0);
  EXPECT_EQ(refusal(session, order), "Invalid order payload");  // over
  ASSERT_EQ(control("/session-signers", grant).status, 200);
  ASSERT_EQ(control("/session-signers", R"({"signer":")" + session.address + R"(","revoke":true})").status, 200);
  EXPECT_EQ(refusal(session, order), "Invalid order payload");
}

// The world of the server has no such market yet; the entry takes them all the same.
TEST(OrderEntryV3, MarketsOfProtocolV2TakeTheThirdDomainOnly) {
  ConditionSpec spec = VenueFixture::free_spec();
  spec.version = MarketVersion::kV2;
  VenueFixture f(spec);
  ApiKeys keys(f.venue, 1);
  const OrderWire wire(f.venue, keys);
  AccountRules rules(f.venue, true);
  BuilderTrades builders(f.venue, keys);
  OrderEntry entry(f.venue, keys, wire, rules, builders);
  const TestWallet wallet('a');
  const Credentials& by = *keys.create(wallet.address(), "0");
  f.venue.deposit(by.accounts.front(), Usd::whole(100));
  const auto post = [&](const TestExchange& exchange) {
    const TestOrder order{
        "7", wallet.address(), wallet.address(), f.venue.market(f.market).spec.tokens[0], "4000000", "10000000", false,
        0,   "1795132800000"};
    const std::string zero = "0x" + std::string(64, '0');
    return entry.post_order(
        by, R"({"order":{"salt":7,"maker":")" + order.maker + R"(","signer":")" + order.signer + R"(","tokenId":")" +
                order.token + R"(","makerAmount":"4000000","takerAmount":"10000000","side":"BUY","signatureType":0,)" +
                R"("timestamp":"1795132800000","expiration":"0","metadata":")" + zero + R"(","builder":")" + zero +
                R"(","signature":")" + wallet.sign_order(order, exchange) + R"("},"owner":")" + by.key +
                R"(","orderType":"GTC"})");
  };
  EXPECT_EQ(post(kTestStandard).body, R"({"error":"order_version_mismatch"})");
  const Reply placed = post(kTestV3);
  EXPECT_EQ(placed.status, 200) << placed.body;
  EXPECT_NE(post(kTestV3).body.find("Duplicated"), std::string::npos);
}

}  // namespace
}  // namespace underround::simulator
