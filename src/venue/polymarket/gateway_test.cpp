#include "venue/polymarket/gateway.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>
#include <vector>

#include "crypto/encoding.hpp"
#include "venue/polymarket/gateway_fixture.hpp"
#include "venue/polymarket/order_codec.hpp"

namespace underround::polymarket {
namespace {

// --- law 5: named, journalled, signed, sent

TEST_F(GatewayTest, OrderOnTheWireIsTheOneThatWasNamed) {
  accept_orders("live");
  start();
  place(1, gtc_buy());
  ASSERT_EQ(names_.size(), 1U);  // at once, before the loop has run
  EXPECT_EQ(requests_when_named_, 0U);
  ASSERT_TRUE(until_event(EventKind::kOrderAccepted));
  EXPECT_EQ(events_.back().order.status, OrderStatus::kLive);
  EXPECT_EQ(events_.back().order.id, OrderId{1});

  const auto posts = clob_.sent("POST /order");
  ASSERT_EQ(posts.size(), 1U);
  simdjson::dom::parser parser;
  const simdjson::dom::element body = parser.parse(posts[0].body);
  const simdjson::dom::element json = body["order"];
  const auto text = [&](const char* field) { return std::string(std::string_view(json[field])); };
  EXPECT_EQ(std::string_view(body["owner"]), kApiKey);
  EXPECT_EQ(std::string_view(body["orderType"]), "GTC");
  EXPECT_EQ(text("makerAmount"), "25000000");
  EXPECT_EQ(text("takerAmount"), "50000000");
  EXPECT_EQ(text("tokenId"), kYes);
  EXPECT_EQ(text("expiration"), "0");

  // What a venue would do with the bytes: hash the fields, recover the signer.
  const Order order{.salt = std::uint64_t(json["salt"]),
                    .maker = crypto::parse_address(text("maker")).value(),
                    .signer = crypto::parse_address(text("signer")).value(),
                    .token_id = crypto::U256::parse(text("tokenId")).value(),
                    .amounts = {std::stoull(text("makerAmount")), std::stoull(text("takerAmount"))},
                    .side = Side::kBuy,
                    .type = SignatureType::kEoa,
                    .timestamp_ms = std::stoull(text("timestamp"))};
  EXPECT_LT(order.salt, 1ULL << 53);
  const Digest digest =
      crypto::typed_digest(exchange_domain(Exchange::kV2Standard, kPolygon), order_struct_hash(order));
  EXPECT_EQ(crypto::hex_0x(digest), names_[1]);
  crypto::Signature signature;
  ASSERT_TRUE(crypto::decode_hex(text("signature"), signature));
  EXPECT_EQ(crypto::recover(digest, signature), key_.address());

  const auto l2 = L2Signer::make(settings_.credentials, key_.address());
  const auto mac =
      l2->sign(std::stoll(std::string(posts[0].headers.get("POLY_TIMESTAMP"))), "POST", "/order", posts[0].body);
  EXPECT_EQ(posts[0].headers.get("POLY_SIGNATURE"), std::string_view(mac.data(), mac.size()));
  EXPECT_EQ(posts[0].headers.get("POLY_ADDRESS"), crypto::checksum(key_.address()));
  EXPECT_EQ(posts[0].headers.get("POLY_API_KEY"), kApiKey);
}

TEST_F(GatewayTest, NothingIsSentWhenTheNameCannotBeWrittenDown) {
  start();
  journal_works_ = false;
  place(1, gtc_buy());
  ASSERT_EQ(kinds(), std::vector{EventKind::kOrderRejected});
  EXPECT_EQ(gateway_->counters().signed_orders, 0U);
  EXPECT_EQ(gateway_->counters().sent, 0U);
}

TEST_F(GatewayTest, SameCommandSameName) {
  settings_.dry_run = true;
  const Nanos at = Nanos::from_seconds(1'795'000'000);
  std::vector<std::string> names;
  for (const std::uint64_t seed : {1, 1, 2}) {
    settings_.salt_seed = seed;
    start();
    gateway_->execute(PlaceOrder{RiskGate::approve(OrderId{1}, gtc_buy(), at)});
    names.push_back(names_[1]);
  }
  EXPECT_EQ(names[0], names[1]);
  EXPECT_NE(names[0], names[2]);
}

// --- answers

TEST_F(GatewayTest, RefusalsAreMappedAndKeepNothingOpen) {
  start();
  const std::pair<std::string_view, RejectReason> cases[] = {
      {"not enough balance / allowance", RejectReason::kBalance},
      {"no orders found to match with FAK order. FAK orders are partially filled or killed if no match is found.",
       RejectReason::kFakNoMatch},
      {"invalid post-only order: order crosses book", RejectReason::kPostOnlyCross},
  };
  std::uint64_t id = 0;
  for (const auto& [text, reason] : cases) {
    clob_.answer("POST /order", 400, R"({"error":")" + std::string(text) + R"("})");
    place(++id, fak_buy());
    ASSERT_TRUE(until_event(EventKind::kOrderRejected, id));
    EXPECT_EQ(events_.back().order.reason, reason) << text;
    EXPECT_EQ(events_.back().order.id, OrderId{id});
  }
  EXPECT_EQ(gateway_->unknown_orders(), 0U);
  EXPECT_EQ(actions_, std::vector{VenueAction::kReloadBalance});
}

TEST_F(GatewayTest, TakerMatchedInFullAndInPart) {
  start();
  accept_orders("matched", "25", "50");
  place(1, fak_buy());
  ASSERT_TRUE(until_event(EventKind::kOrderDone));
  EXPECT_EQ(kinds(), (std::vector{EventKind::kOrderAccepted, EventKind::kOrderDone}));
  EXPECT_EQ(events_[1].order.status, OrderStatus::kFilled);
  EXPECT_EQ(events_[1].order.matched, Shares::whole(50));

  // All dollars spent on cheaper shares: filled, with more shares than asked for (protocol page 6.7).
  accept_orders("matched", "25", "62.5");
  place(2, fak_buy());
  ASSERT_TRUE(until_event(EventKind::kOrderDone, 2));
  EXPECT_EQ(events_.back().order.status, OrderStatus::kFilled);
  EXPECT_EQ(events_.back().order.matched, Shares{62'500'000});

  accept_orders("matched", "10", "20");
  place(3, fak_buy());
  ASSERT_TRUE(until_event(EventKind::kOrderDone, 3));
  EXPECT_EQ(events_.back().order.status, OrderStatus::kCancelled);
  EXPECT_EQ(events_.back().order.matched, Shares::whole(20));

  accept_orders("matched", "50", "25");
  place(4, terms(yes_, Side::kSell, TimeInForce::kFak, Price{5000}, Shares::whole(50)));
  ASSERT_TRUE(until_event(EventKind::kOrderDone, 4));
  EXPECT_EQ(events_.back().order.status, OrderStatus::kFilled);
  EXPECT_EQ(events_.back().order.matched, Shares::whole(50));
}

// Amounts that cannot be right (base units, or nothing at all) are asked about, not believed.
TEST_F(GatewayTest, IncredibleMatchedAmountIsLookedUp) {
  start();
  accept_orders("matched", "25000000", "50000000");
  clob_.handle("GET /data/order", [&](const net::HttpRequest&, const net::HttpResponder& r) {
    r.send(200, order_state(1, "MATCHED", "20"));
  });
  clob_.handle("GET /data/trades", [&](const net::HttpRequest&, const net::HttpResponder& r) {
    r.send(200, R"({"data":[)" + trade("t1", names_[1], "20", "TRADE_STATUS_MATCHED") + R"(],"next_cursor":"LTE="})");
  });
  place(1, fak_buy());
  ASSERT_TRUE(until_event(EventKind::kOrderDone));
  EXPECT_EQ(events_.back().order.matched, Shares::whole(20));
  EXPECT_EQ(events_.back().order.status, OrderStatus::kCancelled);
  EXPECT_EQ(all(EventKind::kFill).size(), 1U);
}

TEST_F(GatewayTest, AnotherOrderIdThanOursHalts) {
  start();
  clob_.answer("POST /order", 200,
               R"({"success":true,"errorMsg":"","orderID":"0x)" + std::string(64, 'a') + R"(","status":"live"})");
  place(1, gtc_buy());
  ASSERT_TRUE(until_event(EventKind::kOrderUnknown));
  EXPECT_EQ(actions_, std::vector{VenueAction::kHalt});
  place(2, gtc_buy());
  EXPECT_EQ(events_.back().header.kind, EventKind::kOrderRejected);
  EXPECT_EQ(clob_.sent("POST /order").size(), 1U);
  gateway_->clear_halt();
  place(3, gtc_buy());
  EXPECT_EQ(gateway_->counters().sent, 2U);
}

// --- refused before a byte goes out

TEST_F(GatewayTest, LocalRefusals) {
  settings_.tier.orders_per_s = 1;
  settings_.tier.orders_burst = 1;
  accept_orders("live");
  start();
  const auto reason_of = [&](const OrderTerms& t) {
    static std::uint64_t id = 100;
    events_.clear();
    place(++id, t);
    return events_.empty() ? RejectReason::kNone : events_[0].order.reason;
  };
  OrderTerms t = gtc_buy();
  t.limit = Price{5050};
  EXPECT_EQ(reason_of(t), RejectReason::kTick);
  t = gtc_buy();
  t.tif = TimeInForce::kGtd;
  t.expires_at = loop_.now() + Nanos::from_seconds(100);  // + 60 s the venue takes: under its 180 s minimum
  EXPECT_EQ(reason_of(t), RejectReason::kMalformed);
  t = fak_buy();
  t.post_only = true;
  EXPECT_EQ(reason_of(t), RejectReason::kMalformed);
  EXPECT_EQ(gateway_->counters().named, 0U);
  EXPECT_EQ(reason_of(gtc_buy()), RejectReason::kNone);
  EXPECT_EQ(reason_of(gtc_buy()), RejectReason::kRateLimited);

  ConditionSpec unknown;
  unknown.condition_id = "0x02";
  unknown.tokens = {"1", "2"};
  unknown.tick = kTick001;
  t = gtc_buy();
  t.instrument = instrument_of(catalogue_.add(unknown).value(), 0);
  EXPECT_EQ(reason_of(t), RejectReason::kNotReady);  // version unknown
}

TEST_F(GatewayTest, GtdStatesSixtySecondsMore) {
  accept_orders("live");
  start();
  OrderTerms t = gtc_buy();
  t.tif = TimeInForce::kGtd;
  t.expires_at = Nanos::from_seconds(loop_.now().seconds() + 300);
  place(1, t);
  ASSERT_TRUE(until_event(EventKind::kOrderAccepted));
  const std::string stated = R"("expiration":")" + std::to_string(t.expires_at.seconds() + 60) + '"';
  EXPECT_NE(clob_.sent("POST /order").at(0).body.find(stated), std::string::npos);
}

TEST_F(GatewayTest, VenueStatesCloseTheGate) {
  start();
  clob_.answer("POST /order", 425, "");
  place(1, gtc_buy());
  ASSERT_TRUE(until_event(EventKind::kOrderRejected));
  EXPECT_EQ(events_.back().order.reason, RejectReason::kVenueRestarting);
  place(2, gtc_buy());  // not sent: the venue is restarting
  EXPECT_EQ(events_.back().order.reason, RejectReason::kVenueRestarting);
  EXPECT_EQ(clob_.sent("POST /order").size(), 1U);
}

TEST_F(GatewayTest, PostOnlyModeLetsQuotesThrough) {
  start();
  clob_.answer(
      "POST /order", 503,
      R"({"error":"post-only mode: only post-only orders and cancels are allowed","code":"post_only_mode","retry_after_seconds":87})");
  place(1, fak_buy());
  ASSERT_TRUE(until_event(EventKind::kOrderRejected));
  place(2, fak_buy());
  EXPECT_EQ(events_.back().order.reason, RejectReason::kPostOnlyMode);
  EXPECT_EQ(gateway_->counters().sent, 1U);
  accept_orders("live");
  OrderTerms quote = gtc_buy();
  quote.post_only = true;
  place(3, quote);
  ASSERT_TRUE(until_event(EventKind::kOrderAccepted));
}

TEST_F(GatewayTest, NoServerMeansRejectedNotUnknown) {
  start();
  auto gateway_settings = settings_;
  net::EventLoop loop;
  {
    FakeClob gone(loop);
    gateway_settings.clob_url = gone.http();
  }
  gateway_settings.user_ws_url = clob_.user_ws();
  std::vector<Event> events;
  auto gateway = Gateway::make(loop_, gateway_settings, key_, catalogue_, nullptr,
                               {.on_event = [&](const Event& e) { events.push_back(e); },
                                .on_named = [](OrderId, const Digest&, Nanos) { return true; },
                                .on_action = {}});
  (*gateway)->start();
  (*gateway)->execute(PlaceOrder{RiskGate::approve(OrderId{1}, gtc_buy(), loop_.now())});
  ASSERT_TRUE(until([&] { return !events.empty() && events.back().header.kind == EventKind::kOrderRejected; }));
}

// --- dry run, set operations, start-up

TEST_F(GatewayTest, DryRunDoesEverythingButSend) {
  settings_.dry_run = true;
  settings_.user_ws_url.clear();
  start();
  EXPECT_EQ(gateway_->counters().user_connects, 0U);
  place(1, gtc_buy());
  gateway_->execute(CancelOrder{OrderId{1}});
  gateway_->execute(CancelAll{});
  RunOperation merge;
  merge.id = OperationId{5};
  gateway_->execute(merge);
  ASSERT_EQ(kinds(), (std::vector{EventKind::kOrderDone, EventKind::kOperationDone}));
  EXPECT_EQ(events_[0].order.matched, Shares{});
  EXPECT_EQ(events_[1].operation.succeeded, 0);
  EXPECT_EQ(names_.size(), 1U);
  EXPECT_EQ(gateway_->counters().signed_orders, 1U);
  EXPECT_EQ(gateway_->counters().sent, 0U);
  EXPECT_TRUE(clob_.requests.empty());
}

TEST_F(GatewayTest, CancelsOfOneStepTravelTogetherAndHaveAnAnswerEach) {
  start();
  accept_orders("live");
  for (std::uint64_t id = 1; id <= 3; ++id) {
    place(id, gtc_buy());
    ASSERT_TRUE(until_event(EventKind::kOrderAccepted, id));
  }
  clob_.answer("DELETE /orders", 200,
               R"({"canceled":[")" + names_[1] + R"("],"not_canceled":{")" + names_[2] +
                   R"(":"cannot cancel because the order is in pending/delayed status"}})");
  events_.clear();
  const Command cancels[] = {CancelOrder{OrderId{1}}, CancelOrder{OrderId{2}}, CancelOrder{OrderId{3}}};
  gateway_->execute(cancels);
  ASSERT_TRUE(until_event(EventKind::kOrderDone, 1));
  std::vector<std::uint64_t> rejected;
  for (const Event& e : events_) {
    if (e.header.kind == EventKind::kCancelRejected) rejected.push_back(e.order.id.value);
  }
  EXPECT_EQ(rejected, (std::vector<std::uint64_t>{2, 3})) << "3: the answer is silent about it";
  const auto sent = clob_.sent("DELETE /orders");
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].body, "[\"" + names_[1] + "\",\"" + names_[2] + "\",\"" + names_[3] + "\"]");
  EXPECT_TRUE(clob_.sent("DELETE /order").empty());
}

TEST_F(GatewayTest, LostCancelsAreSentAgainTogether) {
  start();
  accept_orders("live");
  for (std::uint64_t id = 1; id <= 2; ++id) {
    place(id, gtc_buy());
    ASSERT_TRUE(until_event(EventKind::kOrderAccepted, id));
  }
  clob_.handle("DELETE /orders", [this](const net::HttpRequest& q, const net::HttpResponder& r) {
    if (clob_.sent("DELETE /orders").size() == 1) return r.abort();
    r.send(200, R"({"canceled":)" + q.body + R"(,"not_canceled":{}})");
  });
  const Command cancels[] = {CancelOrder{OrderId{1}}, CancelOrder{OrderId{2}}};
  gateway_->execute(cancels);
  ASSERT_TRUE(until_event(EventKind::kOrderDone, 1));
  ASSERT_TRUE(until_event(EventKind::kOrderDone, 2));
  EXPECT_EQ(clob_.sent("DELETE /orders").size(), 2U);
  EXPECT_TRUE(clob_.sent("DELETE /order").empty());
}

TEST_F(GatewayTest, SetOperationsGoToWhoeverRunsThem) {
  start();
  RunOperation merge;
  merge.id = OperationId{5};
  merge.condition = condition_;
  merge.amount = Shares::whole(3);
  gateway_->execute(merge);
  ASSERT_EQ(operations_.size(), 1U);
  EXPECT_EQ(operations_[0].amount, Shares::whole(3));
}

TEST_F(GatewayTest, RefusesUnusableSettings) {
  const auto error = [&](GatewaySettings settings) {
    const auto gateway = Gateway::make(loop_, std::move(settings), key_, catalogue_, nullptr,
                                       {.on_event = [](const Event&) {},
                                        .on_named = [](OrderId, const Digest&, Nanos) { return true; },
                                        .on_action = {}});
    return gateway ? std::string() : gateway.error().message;
  };
  EXPECT_EQ(error(settings_), "");
  GatewaySettings bad = settings_;
  bad.clob_url = "not a url";
  EXPECT_NE(error(bad), "");
  bad = settings_;
  bad.clob_url += "/path";
  EXPECT_NE(error(bad), "");
  bad = settings_;
  bad.user_ws_url.clear();
  EXPECT_NE(error(bad), "");
  bad = settings_;
  bad.account.maker = {};
  EXPECT_NE(error(bad), "");
  bad = settings_;
  bad.credentials.secret = "?";
  EXPECT_NE(error(bad), "");
}

// --- several orders of one step

class GatewayBatch : public GatewayTest {
 protected:
  void place_together(std::size_t orders) {
    std::vector<Command> commands;
    for (std::uint64_t id = 1; id <= orders; ++id) {
      OrderTerms t = gtc_buy();
      t.limit = Price{static_cast<std::int32_t>(4000 + 100 * static_cast<int>(id))};
      commands.emplace_back(PlaceOrder{RiskGate::approve(OrderId{id}, t, loop_.now())});
    }
    gateway_->execute(commands);
  }
  // The i-th leg is live unless `bad` names it.
  void answer_batch(std::size_t bad = 0) {
    clob_.handle("POST /orders", [this, bad](const net::HttpRequest&, const net::HttpResponder& r) {
      std::string body;
      for (const auto& [id, name] : names_) {
        body += body.empty() ? "[" : ",";
        body += id == bad ? R"({"success":true,"errorMsg":"not enough balance / allowance","orderID":"","status":""})"
                          : accepted(id, "live");
      }
      r.send(200, body + "]");
    });
  }
};

TEST_F(GatewayBatch, TravelInOneRequestAndEachLegHasItsOwnAnswer) {
  answer_batch(2);
  start();
  place_together(3);
  EXPECT_EQ(names_.size(), 3U) << "each is named before anything is sent";
  ASSERT_TRUE(until_event(EventKind::kOrderAccepted, 2));
  ASSERT_TRUE(until_event(EventKind::kOrderRejected));
  EXPECT_EQ(all(EventKind::kOrderRejected)[0].order.id, OrderId{2});
  EXPECT_EQ(all(EventKind::kOrderRejected)[0].order.reason, RejectReason::kBalance);
  EXPECT_EQ(clob_.sent("POST /orders").size(), 1U);
  EXPECT_TRUE(clob_.sent("POST /order").empty());
  simdjson::dom::parser parser;
  const simdjson::dom::array legs = parser.parse(clob_.sent("POST /orders")[0].body);
  EXPECT_EQ(legs.size(), 3U);
}

TEST_F(GatewayBatch, FifteenAreTheMost) {
  clob_.answer("POST /orders", 400, R"({"error":"the market is not yet ready to process new orders"})");
  clob_.answer("POST /order", 400, R"({"error":"the market is not yet ready to process new orders"})");
  start();
  place_together(16);
  ASSERT_TRUE(until_event(EventKind::kOrderRejected, 16)) << "one refusal speaks for all legs";
  EXPECT_EQ(clob_.sent("POST /orders").size(), 1U);
  EXPECT_EQ(clob_.sent("POST /order").size(), 1U);
}

TEST_F(GatewayBatch, SilenceLeavesEveryLegUnknownAndLookedUp) {
  clob_.handle("POST /orders", [this](const net::HttpRequest&, const net::HttpResponder& r) { held_ = r; });
  start();
  place_together(3);
  ASSERT_TRUE(until_event(EventKind::kOrderUnknown, 3));
  ASSERT_TRUE(until([&] { return clob_.sent("GET /data/order").size() >= 3; }));
  EXPECT_EQ(gateway_->counters().signed_orders, 3U);
}

TEST_F(GatewayBatch, AnAnswerWithoutEveryLegIsNotBelieved) {
  clob_.answer("POST /orders", 200, R"([{"success":true,"errorMsg":"","orderID":"0x01","status":"live"}])");
  start();
  place_together(2);
  ASSERT_TRUE(until_event(EventKind::kOrderUnknown, 2));
}

}  // namespace
}  // namespace underround::polymarket
