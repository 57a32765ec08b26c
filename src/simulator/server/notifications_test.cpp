#include "simulator/server/notifications.hpp"

#include <gtest/gtest.h>

#include "simulator/server/server_fixture.hpp"
#include "simulator/venue_fixture.hpp"

namespace underround::simulator {
namespace {

class NotificationsTest : public ServerTest {
 protected:
  void SetUp() override {
    start(quiet_settings());
    market_ = plain_market();
    alice_ = make_user('a', "1000");
    bob_ = make_user('b', "1000");
  }
  std::vector<JsonValue> notes(const User& user) {
    const Answer answer = as(user, "GET", "/notifications?signature_type=0");
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_TRUE(answer.json.is(JsonValue::Kind::kArray)) << answer.body;
    return answer.json.items;
  }
  std::vector<JsonValue> notes_of_type(const User& user, long long type) {
    std::vector<JsonValue> all = notes(user);
    std::erase_if(all, [&](const JsonValue& note) { return note.integer("type") != type; });
    return all;
  }
  std::string place(const User& user, unsigned outcome, long long usd, long long shares) {
    const Answer placed = post(user, {.token = market_.tokens[outcome], .maker = usd, .taker = shares});
    EXPECT_EQ(placed.status, 200) << placed.body;
    return std::string(placed.json.text("orderID"));
  }
  TestMarket market_;
  User alice_, bob_;
};

TEST_F(NotificationsTest, CancelTellsWhatWasLeft) {
  EXPECT_TRUE(notes(alice_).empty());
  const std::string id = place(alice_, 0, 4'000'000, 10'000'000);
  EXPECT_TRUE(notes(alice_).empty());
  place(bob_, 1, 2'400'000, 4'000'000 + 1'000'000);  // 0.48 does not cross
  ASSERT_EQ(as(alice_, "DELETE", "/cancel-all").status, 200);
  const auto all = notes(alice_);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].integer("type"), 1);
  EXPECT_EQ(all[0].text("owner"), alice_.key);
  EXPECT_EQ(all[0].integer("timestamp"), 1'795'132'800'000);
  const JsonValue& payload = *all[0].find("payload");
  EXPECT_EQ(payload.text("order_id"), id);
  EXPECT_EQ(payload.text("market"), market_.condition);
  EXPECT_EQ(payload.text("asset_id"), market_.tokens[0]);
  EXPECT_EQ(payload.text("original_size"), "10");
  EXPECT_EQ(payload.text("matched_size"), "0");
  EXPECT_EQ(payload.text("remaining_size"), "10");
  EXPECT_EQ(payload.text("price"), "0.4");
  EXPECT_EQ(payload.text("side"), "BUY");
  EXPECT_EQ(payload.text("type"), "GTC");
  EXPECT_EQ(payload.text("trade_id"), "");
  EXPECT_EQ(payload.integer("outcome_index"), 0);
  EXPECT_TRUE(notes(bob_).empty());
}

TEST_F(NotificationsTest, BothSidesOfAFillAreTold) {
  const std::string resting = place(alice_, 0, 4'000'000, 10'000'000);
  const Answer taken = post(bob_, {.token = market_.tokens[1], .maker = 3'600'000, .taker = 6'000'000, .type = "FAK"});
  ASSERT_EQ(taken.json.text("status"), "matched") << taken.body;
  const auto maker = notes(alice_), taker = notes(bob_);
  ASSERT_EQ(maker.size(), 1U);
  ASSERT_EQ(taker.size(), 1U);
  EXPECT_EQ(maker[0].integer("type"), 2);
  const JsonValue& rested = *maker[0].find("payload");
  EXPECT_EQ(rested.text("order_id"), resting);
  EXPECT_EQ(rested.text("asset_id"), market_.tokens[0]);  // its own token, though the taker traded the other one
  EXPECT_EQ(rested.text("price"), "0.4");
  EXPECT_EQ(rested.text("original_size"), "10");
  EXPECT_EQ(rested.text("matched_size"), "6");
  EXPECT_EQ(rested.text("remaining_size"), "4");
  const JsonValue& took = *taker[0].find("payload");
  EXPECT_EQ(took.text("order_id"), taken.json.text("orderID"));
  EXPECT_EQ(took.text("asset_id"), market_.tokens[1]);
  EXPECT_EQ(took.text("price"), "0.6");
  EXPECT_EQ(took.text("remaining_size"), "0");
  EXPECT_EQ(took.text("type"), "FAK");
  EXPECT_EQ(took.text("trade_id"), taken.json.texts("tradeIDs")[0]);
  EXPECT_EQ(took.text("transaction_hash"), "");
  advance(60'000);
  EXPECT_EQ(notes(bob_)[0].find("payload")->text("transaction_hash").size(), 66U);
}

TEST_F(NotificationsTest, KilledOrdersWereNeverOrders) {
  EXPECT_EQ(post(bob_, {.token = market_.tokens[0], .maker = 4'000'000, .taker = 10'000'000, .type = "FOK"}).status,
            400);
  EXPECT_TRUE(notes(bob_).empty());
}

TEST_F(NotificationsTest, AFillThatFailsIsTakenBackInTheSameWords) {
  place(alice_, 0, 4'000'000, 10'000'000);
  ASSERT_EQ(control("/faults", R"({"kind":"ghost_fill","times":1})").status, 200);
  const Answer taken = post(bob_, {.token = market_.tokens[1], .maker = 6'000'000, .taker = 10'000'000, .type = "FAK"});
  ASSERT_EQ(taken.json.text("status"), "matched") << taken.body;
  // Dropping the fill does not lose what came of it.
  ASSERT_EQ(as(alice_, "DELETE", "/notifications").body, "\"OK\"");
  advance(120'000);
  for (const User* user : {&alice_, &bob_}) {
    const auto failed = notes_of_type(*user, 8);
    ASSERT_EQ(failed.size(), 1U);
    EXPECT_EQ(failed[0].find("payload")->text("trade_id"), taken.json.texts("tradeIDs")[0]);
    EXPECT_EQ(failed[0].find("payload")->text("matched_size"), "10");
  }
  EXPECT_TRUE(notes_of_type(alice_, 2).empty());
  EXPECT_EQ(notes_of_type(bob_, 2).size(), 1U);
}

TEST_F(NotificationsTest, DropTakesTheNamedOnesOfItsOwner) {
  for (int i = 0; i < 3; ++i) {
    place(alice_, 0, 4'000'000, 10'000'000);
    ASSERT_EQ(as(alice_, "DELETE", "/cancel-all").status, 200);
  }
  const auto all = notes(alice_);
  ASSERT_EQ(all.size(), 3U);
  const std::string first(all[0].text("id")), last(all[2].text("id"));
  EXPECT_EQ(as(bob_, "DELETE", "/notifications?ids=" + first).status, 200);
  EXPECT_EQ(notes(alice_).size(), 3U);
  EXPECT_EQ(as(alice_, "DELETE", "/notifications?ids=" + first + "," + last).body, "\"OK\"");
  const auto left = notes(alice_);
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].text("id"), all[1].text("id"));
  User stranger = alice_;
  stranger.key = "none";
  EXPECT_EQ(as(stranger, "GET", "/notifications").status, 401);
}

TEST_F(NotificationsTest, HoldersHearOfTheResolution) {
  advance(1'000);
  const Answer windows = get(urls().gamma, "/markets?closed=false&limit=100&tag_slug=up-or-down&order=endDate");
  ASSERT_FALSE(windows.json.items.empty());
  std::string condition, soonest;
  for (const JsonValue& m : windows.json.items) {
    if (!m.boolean("acceptingOrders")) continue;
    if (soonest.empty() || m.text("endDate") < soonest) condition = m.text("conditionId"), soonest = m.text("endDate");
  }
  ASSERT_FALSE(condition.empty());
  ASSERT_EQ(control("/operations", R"({"address":")" + alice_.address +
                                       R"(","operation":"split","amount":"5","condition_id":")" + condition + "\"}")
                .status,
            200);
  advance(20 * 60'000);
  const auto resolved = notes_of_type(alice_, 4);
  ASSERT_EQ(resolved.size(), 1U);
  const JsonValue& payload = *resolved[0].find("payload");
  EXPECT_EQ(payload.text("condition_id"), condition);
  EXPECT_NE(payload.find("tokens")->items[0].boolean("winner"), payload.find("tokens")->items[1].boolean("winner"));
  EXPECT_TRUE(notes_of_type(bob_, 4).empty());
}

// Two days over a socket are two days of a whole world; over a bare venue they are nothing.
TEST(Notifications, KeptForTwoDays) {
  VenueFixture f;
  ApiKeys keys(f.venue, 1);
  Notifications notifications(f.venue, keys);
  Credentials alice;
  alice.key = "k";
  alice.accounts = {f.alice};
  Router router;
  notifications.add_routes(router, [&](KeyedHandler handler) {
    return [&alice, handler](const Call& call) { return handler(alice, call); };
  });
  const auto list = [&] {
    net::HttpRequest request;
    request.method = "GET";
    request.target = "/notifications";
    return router.dispatch(request).body;
  };
  const OrderResult placed = f.venue.submit(f.order(f.alice, 0, Side::kBuy, 4000, 10));
  ASSERT_TRUE(placed.accepted) << placed.error;
  ASSERT_TRUE(f.venue.cancel(placed.key).cancelled);
  f.scheduler.run_until(f.venue.now() + Notifications::kKept);
  EXPECT_NE(list(), "[]");
  f.scheduler.run_until(f.venue.now() + Nanos::from_seconds(1));
  EXPECT_EQ(list(), "[]");
}

}  // namespace
}  // namespace underround::simulator
