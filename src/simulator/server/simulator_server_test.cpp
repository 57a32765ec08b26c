// The server as a whole, and the price feeds: RTDS and Binance.
#include "simulator/server/simulator_server.hpp"

#include <gtest/gtest.h>

#include "net/url.hpp"
#include "simulator/server/server_fixture.hpp"

namespace underround::simulator {
namespace {

class SimulatorServerTest : public ServerTest {};

TEST_F(SimulatorServerTest, ReadyLineNamesEveryService) {
  start(quiet_settings());
  const std::string line = server_->ready_json();
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto json = parse_json(line);
  ASSERT_TRUE(json.has_value());
  for (const char* name :
       {"clob", "gamma", "data", "ws_market", "ws_user", "rtds", "binance_public", "binance_market", "control"}) {
    EXPECT_TRUE(net::parse_url(json->text(name)).has_value()) << name;
  }
  EXPECT_EQ(json->integer("seed"), 7);
  EXPECT_TRUE(json->text("ws_market").ends_with("/ws/market"));
  EXPECT_TRUE(json->text("ws_user").ends_with("/ws/user"));
  EXPECT_EQ(get(urls().control, "/health").json.text("status"), "ok");
  EXPECT_EQ(get(urls().ws_market.substr(0, 2) == "ws" ? "http" + urls().ws_market.substr(2) : "", "").status, 404);
  server_->stop();
  EXPECT_EQ(server_->counters().requests, 2U);
}

TEST_F(SimulatorServerTest, ConsecutivePortsAndAClashIsNamed) {
  start(quiet_settings());
  const auto taken = net::parse_url(urls().clob).value().port;
  ServerSettings settings = quiet_settings();
  settings.base_port = taken;
  const auto clash = SimulatorServer::start(settings);
  ASSERT_FALSE(clash.has_value());
  EXPECT_EQ(clash.error().code, ErrorCode::kRefused);
  EXPECT_NE(clash.error().message.find(std::to_string(taken)), std::string::npos);
  settings.speed = 0;
  EXPECT_FALSE(SimulatorServer::start(settings).has_value());
}

TEST_F(SimulatorServerTest, StopsTwiceAndCutsConnections) {
  start(quiet_settings());
  Probe probe(loop_, urls().ws_market);
  ASSERT_TRUE(probe.open());
  server_->stop();
  server_->stop();
  EXPECT_TRUE(probe.wait_closed());
}

TEST_F(SimulatorServerTest, SameSeedSameWorld) {
  start(crowd_settings());
  advance(5'000);
  const TestMarket market = plain_market();
  const std::string first = get(urls().clob, "/book?token_id=" + market.tokens[0]).body;
  server_.reset();
  start(crowd_settings());
  advance(5'000);
  EXPECT_EQ(get(urls().clob, "/book?token_id=" + market.tokens[0]).body, first);
}

TEST_F(SimulatorServerTest, ConservationHoldsWithACrowd) {
  start(crowd_settings());
  advance(120'000);
  const Answer state = get(urls().control, "/state");
  EXPECT_TRUE(state.json.boolean("conserved")) << state.json.text("conservation_error");
  EXPECT_GT(state.json.integer("trades").value_or(0), 0);
  EXPECT_GT(state.json.integer("orders").value_or(0), 0);
}

TEST_F(SimulatorServerTest, RtdsPricesOncePerSecondAndFilters) {
  start(quiet_settings());
  advance(10'000);
  Probe all(loop_, urls().rtds), one(loop_, urls().rtds), poisoned(loop_, urls().rtds);
  all.send(
      R"({"action":"subscribe","subscriptions":[{"topic":"crypto_prices","type":"update"},{"topic":"crypto_prices_chainlink","type":"*"}]})");
  one.send(
      R"({"action":"subscribe","subscriptions":[{"topic":"crypto_prices_chainlink","type":"update","filters":"{\"symbol\":\"btc/usd\"}"}]})");
  poisoned.send(
      R"({"action":"subscribe","subscriptions":[{"topic":"crypto_prices","type":"update"},{"topic":"no_such","type":"update"}]})");
  ASSERT_TRUE(all.barrier() && one.barrier() && poisoned.barrier());
  const auto backlog = one.wait_for({"\"type\":\"subscribe\"", "btc/usd"});
  ASSERT_TRUE(backlog);
  EXPECT_GT(parse_json(one.frames[*backlog])->find("payload")->find("data")->items.size(), 5U);
  advance(5'000);
  const auto update = one.wait_for({"\"type\":\"update\"", "btc/usd"});
  ASSERT_TRUE(update);
  const auto json = parse_json(one.frames[*update]);
  const JsonValue& payload = *json->find("payload");
  EXPECT_EQ(json->text("topic"), "crypto_prices_chainlink");
  EXPECT_EQ(*json->integer("timestamp") - *payload.integer("timestamp"), 1600);
  EXPECT_TRUE(payload.text("full_accuracy_value").ends_with("0000000000"));
  EXPECT_NEAR(std::stod(std::string(payload.text("full_accuracy_value"))) / 1e18, payload.real("value", 0), 1e-6);
  EXPECT_TRUE(all.wait_for({"\"type\":\"update\"", "ethusdt"}));
  EXPECT_TRUE(all.wait_for({"\"type\":\"update\"", "eth/usd"}));
  ASSERT_TRUE(one.barrier() && poisoned.barrier());
  for (const std::string& frame : one.frames) EXPECT_EQ(frame.find("eth/usd"), std::string::npos);
  for (const std::string& frame : poisoned.frames) EXPECT_EQ(frame, "PONG");
}

TEST_F(SimulatorServerTest, BinanceRawCombinedAndTheWrongRoute) {
  start(quiet_settings());
  Probe raw(loop_, urls().binance_public + "/ws/btcusdt@bookTicker");
  Probe combined(loop_, urls().binance_market + "/stream?streams=btcusdt@aggTrade/ethusdt@aggTrade");
  Probe wrong(loop_, urls().binance_public + "/ws");
  ASSERT_TRUE(raw.open() && combined.open() && wrong.open());
  wrong.send(R"({"method":"SUBSCRIBE","params":["btcusdt@aggTrade"],"id":3})");
  ASSERT_TRUE(wrong.wait_for({R"({"result":null,"id":3})"}));
  wrong.send(R"({"method":"LIST_SUBSCRIPTIONS","id":"x"})");
  ASSERT_TRUE(wrong.wait_for({R"({"result":["btcusdt@aggTrade"],"id":"x"})"}));
  advance(10'000);
  const auto quote = raw.wait_for({"bookTicker"});
  ASSERT_TRUE(quote);
  const auto json = parse_json(raw.frames[*quote]);
  for (const char* name : {"e", "u", "E", "T", "s", "ps", "b", "B", "a", "A", "st"})
    EXPECT_NE(json->find(name), nullptr) << name;
  EXPECT_EQ(json->text("s"), "BTCUSDT");
  EXPECT_LT(json->real("b", 1e9), json->real("a", 0));
  const auto trade = combined.wait_for({R"({"stream":"btcusdt@aggTrade","data":{"e":"aggTrade")"});
  ASSERT_TRUE(trade);
  const auto data = *parse_json(combined.frames[*trade])->find("data");
  for (const char* name : {"E", "s", "a", "p", "q", "nq", "f", "l", "T", "m", "st"})
    EXPECT_NE(data.find(name), nullptr) << name;
  // Asked for on the wrong route: acknowledged and silent. A bookTicker on this socket proves it was listening.
  wrong.send(R"({"method":"SUBSCRIBE","params":["btcusdt@bookTicker"],"id":4})");
  ASSERT_TRUE(wrong.wait_for({"\"id\":4"}));
  advance(5'000);
  ASSERT_TRUE(wrong.wait_for({"bookTicker"}));
  for (const std::string& frame : wrong.frames) EXPECT_EQ(frame.find("\"e\":\"aggTrade\""), std::string::npos);
  Probe unrouted(loop_, urls().binance_public.substr(0, urls().binance_public.size() - 7) + "/ws/btcusdt@bookTicker");
  EXPECT_FALSE(unrouted.open());
}

}  // namespace
}  // namespace underround::simulator
