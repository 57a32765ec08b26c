// The market channel over a real socket: subscription life cycle, frame shapes, hashes recomputed here.
#include "simulator/server/market_channel.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include <map>

#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "simulator/server/server_fixture.hpp"

namespace underround::simulator {
namespace {

// SHA-1 over the members in the venue's order, from the texts as received (protocol page 12.3).
std::string recomputed_hash(const JsonValue& book, const std::string& min_size, const std::string& tick, bool neg_risk,
                            const std::string& timestamp) {
  const auto levels = [&](std::string_view name) {
    std::string out = "[";
    for (const JsonValue& level : book.find(name)->items) {
      if (out.size() > 1) out += ",";
      out += R"({"price":")" + std::string(level.text("price")) + R"(","size":")" + std::string(level.text("size")) +
             "\"}";
    }
    return out + "]";
  };
  const std::string text =
      R"({"market":")" + std::string(book.text("market")) + R"(","asset_id":")" + std::string(book.text("asset_id")) +
      R"(","timestamp":")" + timestamp + R"(","hash":"","bids":)" + levels("bids") + R"(,"asks":)" + levels("asks") +
      R"(,"min_order_size":")" + min_size + R"(","tick_size":")" + tick + R"(","neg_risk":)" +
      (neg_risk ? "true" : "false") + R"(,"last_trade_price":")" + std::string(book.text("last_trade_price")) + "\"}";
  return crypto::hex(crypto::sha1(text));
}

std::string own_hash(const JsonValue& book, bool neg_risk) {
  return recomputed_hash(book, "5", std::string(book.text("tick_size")), neg_risk, std::string(book.text("timestamp")));
}

std::string subscription(const TestMarket& m, bool custom = false) {
  return R"({"type":"market","assets_ids":[")" + m.tokens[0] + R"(",")" + m.tokens[1] +
         R"("],"custom_feature_enabled":)" + (custom ? "true}" : "false}");
}

class MarketChannelTest : public ServerTest {};

TEST_F(MarketChannelTest, FirstDumpIsOneArrayOfBooksThatHash) {
  start(crowd_settings());
  advance(20'000);
  const TestMarket market = plain_market();
  Probe probe(loop_, urls().ws_market);
  probe.send(subscription(market));
  ASSERT_EQ(probe.wait_for({"\"event_type\":\"book\""}), 0U);
  const auto dump = parse_json(probe.frames[0]);
  ASSERT_TRUE(dump && dump->is(JsonValue::Kind::kArray));
  ASSERT_EQ(dump->items.size(), 2U);
  for (const JsonValue& book : dump->items) {
    EXPECT_EQ(book.text("market"), market.condition);
    EXPECT_EQ(own_hash(book, false), book.text("hash"));
    EXPECT_EQ(book.find("min_order_size"), nullptr);
    const auto& bids = book.find("bids")->items;
    ASSERT_GT(bids.size(), 1U);
    EXPECT_LT(std::stod(std::string(bids.front().text("price"))), std::stod(std::string(bids.back().text("price"))));
  }
  EXPECT_EQ(probe.frames[0].find(", "), std::string::npos);
  // The same book over REST, with the same hash and the missing members.
  const Answer rest = get(urls().clob, "/book?token_id=" + market.tokens[0]);
  EXPECT_EQ(rest.json.text("hash"), dump->items[0].text("hash"));
  EXPECT_EQ(rest.json.text("min_order_size"), "5");
}

TEST_F(MarketChannelTest, PriceChangeCarriesBothTokensAfterTheBatch) {
  start(quiet_settings());
  const TestMarket market = plain_market();
  const User maker = make_user('a', "1000");
  Probe probe(loop_, urls().ws_market);
  probe.send(subscription(market, true));
  ASSERT_TRUE(probe.wait_for({"\"event_type\":\"book\""}));
  ASSERT_EQ(post(maker, {.token = market.tokens[0], .maker = 4'000'000, .taker = 10'000'000}).json.text("status"),
            "live");
  const auto change = probe.wait_for({"\"event_type\":\"price_change\""});
  ASSERT_TRUE(change);
  const std::string& frame = probe.frames[*change];
  EXPECT_NE(frame.find("\", \"price_changes\":[{\"asset_id\":\""), std::string::npos) << frame;
  const auto json = parse_json(frame);
  const auto& entries = json->find("price_changes")->items;
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].text("asset_id"), market.tokens[0]);
  EXPECT_EQ(entries[0].text("price"), "0.4");
  EXPECT_EQ(entries[0].text("size"), "10");
  EXPECT_EQ(entries[0].text("side"), "BUY");
  EXPECT_EQ(entries[0].text("best_bid"), "0.4");
  EXPECT_EQ(entries[0].text("best_ask"), "1");
  EXPECT_EQ(entries[1].text("asset_id"), market.tokens[1]);
  EXPECT_EQ(entries[1].text("price"), "0.6");
  EXPECT_EQ(entries[1].text("side"), "SELL");
  EXPECT_EQ(entries[1].text("best_bid"), "0");
  EXPECT_EQ(entries[1].text("best_ask"), "0.6");
  // best_bid_ask came before it, for both tokens.
  const auto best = probe.wait_for({"\"event_type\":\"best_bid_ask\"", market.tokens[1]});
  ASSERT_TRUE(best);
  EXPECT_LT(*best, *change);
  for (unsigned i = 0; i < 2; ++i) {
    const Answer book = get(urls().clob, "/book?token_id=" + market.tokens[i]);
    EXPECT_EQ(entries[i].text("hash"),
              recomputed_hash(book.json, "5", "0.01", false, std::string(json->text("timestamp"))));
  }
}

TEST_F(MarketChannelTest, TradeThenBookAndTheHashKnowsTheLastPrice) {
  start(quiet_settings());
  const TestMarket market = plain_market();
  const User maker = make_user('a', "1000"), taker = make_user('b', "1000");
  ASSERT_EQ(post(maker, {.token = market.tokens[0], .maker = 4'000'000, .taker = 10'000'000}).status, 200);
  Probe probe(loop_, urls().ws_market);
  probe.send(subscription(market));
  ASSERT_TRUE(probe.wait_for({"\"event_type\":\"book\""}));
  // NO at 0.60 meets YES at 0.40: MINT.
  const Answer taken = post(taker, {.token = market.tokens[1], .maker = 3'000'000, .taker = 5'000'000, .type = "FAK"});
  ASSERT_EQ(taken.json.text("status"), "matched") << taken.body;
  const auto trade = probe.wait_for({"\"event_type\":\"last_trade_price\""});
  ASSERT_TRUE(trade);
  const auto print = parse_json(probe.frames[*trade]);
  EXPECT_EQ(print->text("asset_id"), market.tokens[1]);
  EXPECT_EQ(print->text("price"), "0.6");
  EXPECT_EQ(print->text("size"), "5");
  EXPECT_EQ(print->text("side"), "BUY");
  const auto book = probe.wait_for({"\"event_type\":\"book\"", market.tokens[0]}, *trade);
  ASSERT_TRUE(book);
  const auto json = parse_json(probe.frames[*book]);
  EXPECT_EQ(json->text("last_trade_price"), "0.6");
  EXPECT_EQ(own_hash(*json, false), json->text("hash"));
}

TEST_F(MarketChannelTest, SubscriptionLifeCycle) {
  start(quiet_settings());
  const TestMarket market = plain_market();
  const User maker = make_user('a', "1000");
  Probe probe(loop_, urls().ws_market);
  probe.send("not json");
  EXPECT_TRUE(probe.wait_for({"INVALID MESSAGE"}));
  probe.send(R"({"type":"market","assets_ids":["123"]})");
  EXPECT_TRUE(probe.wait_for({"NO NEW ASSETS"}));
  probe.send(R"({"assets_ids":[")" + market.tokens[0] + R"("],"operation":"subscribe"})");
  const auto dump = probe.wait_for({"\"event_type\":\"book\""});
  ASSERT_TRUE(dump);
  EXPECT_EQ(parse_json(probe.frames[*dump])->items.size(), 1U);
  probe.send(R"({"assets_ids":[")" + market.tokens[0] + R"("],"operation":"unsubscribe"})");
  ASSERT_TRUE(probe.barrier());
  const std::size_t before = probe.frames.size();
  ASSERT_EQ(post(maker, {.token = market.tokens[0], .maker = 4'000'000, .taker = 10'000'000}).status, 200);
  ASSERT_TRUE(probe.barrier());
  EXPECT_EQ(probe.frames.size(), before + 1) << probe.frames.back();  // the PONG alone
  Probe lost(loop_, urls().control);
  EXPECT_FALSE(lost.open());
}

TEST_F(MarketChannelTest, BeyondTheLimitNoSnapshot) {
  ServerSettings settings = quiet_settings();
  settings.markets = 320;
  start(settings);
  std::string assets;
  std::size_t count = 0;
  for (int page = 0; page < 4; ++page) {
    const Answer list = get(urls().gamma, "/markets?closed=false&limit=100&offset=" + std::to_string(page * 100));
    for (const JsonValue& m : list.json.items) {
      const auto tokens = parse_json(m.text("clobTokenIds"));
      if (!tokens) continue;
      for (const JsonValue& t : tokens->items) {
        assets += (assets.empty() ? "\"" : ",\"") + t.scalar + "\"";
        ++count;
      }
    }
  }
  ASSERT_GT(count, MarketChannel::kSnapshotAssets);
  Probe probe(loop_, urls().ws_market);
  probe.send(R"({"type":"market","assets_ids":[)" + assets + "]}");
  ASSERT_TRUE(probe.barrier());
  EXPECT_EQ(parse_json(probe.frames[0])->items.size(), MarketChannel::kSnapshotAssets);
}

// A stranger's client that keeps its own books: after each batch of one timestamp they agree with every claim.
TEST_F(MarketChannelTest, RebuiltBooksAgreeWithHashesAndBestPrices) {
  start(crowd_settings());
  advance(5'000);
  // The busiest kind: a crypto window.
  const Answer windows = get(urls().gamma, "/markets?closed=false&limit=100&tag_slug=15m&order=endDate&ascending=true");
  const JsonValue& window = windows.json.items.at(0);
  const auto window_tokens = parse_json(window.text("clobTokenIds"));
  const TestMarket market{std::string(window.text("conditionId")),
                          std::string(window.text("slug")),
                          {window_tokens->items[0].scalar, window_tokens->items[1].scalar}};
  Probe probe(loop_, urls().ws_market);
  probe.send(subscription(market));
  ASSERT_TRUE(probe.wait_for({"\"event_type\":\"book\""}));
  for (int i = 0; i < 20; ++i) advance(10'000);
  ASSERT_TRUE(probe.barrier());

  struct Side {
    std::map<int, std::pair<std::string, std::string>> levels;  // price in pips -> texts
  };
  struct Rebuilt {
    Side bids, asks;
    std::string last;
  };
  std::map<std::string, Rebuilt> books;
  const auto pips = [](std::string_view price) {
    return static_cast<int>(std::lround(std::stod(std::string(price)) * 10'000));
  };
  const auto load = [&](const JsonValue& book) {
    Rebuilt& b = books[std::string(book.text("asset_id"))];
    b = {};
    for (const auto& [name, side] : {std::pair{"bids", &b.bids}, std::pair{"asks", &b.asks}}) {
      for (const JsonValue& l : book.find(name)->items)
        side->levels[pips(l.text("price"))] = {std::string(l.text("price")), std::string(l.text("size"))};
    }
    b.last = book.text("last_trade_price");
  };
  const auto hash = [&](const std::string& asset, const std::string& timestamp) {
    const Rebuilt& b = books[asset];
    const auto level = [](const auto& texts) {
      return R"({"price":")" + texts.first + R"(","size":")" + texts.second + "\"}";
    };
    std::string bids, asks;
    for (const auto& [p, texts] : b.bids.levels) bids += (bids.empty() ? "" : ",") + level(texts);
    for (auto it = b.asks.levels.rbegin(); it != b.asks.levels.rend(); ++it)
      asks += (asks.empty() ? "" : ",") + level(it->second);
    return crypto::hex(crypto::sha1(
        R"({"market":")" + market.condition + R"(","asset_id":")" + asset + R"(","timestamp":")" + timestamp +
        R"(","hash":"","bids":[)" + bids + R"(],"asks":[)" + asks +
        R"(],"min_order_size":"5","tick_size":"0.01","neg_risk":false,"last_trade_price":")" + b.last + "\"}"));
  };
  std::size_t checked = 0;
  std::string tick = "0.01";
  for (std::size_t i = 0; i < probe.frames.size() && tick == "0.01"; ++i) {
    const auto json = parse_json(probe.frames[i]);
    if (!json) continue;
    for (const JsonValue& book : json->items) load(book);
    const std::string_view type = json->text("event_type");
    if (type == "book") load(*json);
    if (type == "tick_size_change") tick = json->text("new_tick_size");
    if (type == "last_trade_price") {
      for (auto& [asset, book] : books) book.last = json->text("price");
    }
    if (type != "price_change") continue;
    const auto& entries = json->find("price_changes")->items;
    for (const JsonValue& e : entries) {
      Rebuilt& b = books[std::string(e.text("asset_id"))];
      Side& side = e.text("side") == "BUY" ? b.bids : b.asks;
      if (e.text("size") == "0") {
        side.levels.erase(pips(e.text("price")));
      } else {
        side.levels[pips(e.text("price"))] = {std::string(e.text("price")), std::string(e.text("size"))};
      }
    }
    // Several batches may share a millisecond: claims hold at the last frame before the timestamp moves or a hash
    // changes.
    const auto next = i + 1 < probe.frames.size() ? parse_json(probe.frames[i + 1]) : std::nullopt;
    const bool more = next && next->text("event_type") == "price_change" &&
                      next->text("timestamp") == json->text("timestamp") &&
                      next->find("price_changes")->items[0].text("hash") == entries[0].text("hash");
    if (more) continue;
    for (const JsonValue& e : entries) {
      const std::string asset(e.text("asset_id"));
      const Rebuilt& b = books[asset];
      ASSERT_EQ(e.text("hash"), hash(asset, std::string(json->text("timestamp")))) << probe.frames[i];
      EXPECT_EQ(pips(e.text("best_bid")), b.bids.levels.empty() ? 0 : b.bids.levels.rbegin()->first);
      EXPECT_EQ(pips(e.text("best_ask")), b.asks.levels.empty() ? 10'000 : b.asks.levels.begin()->first);
      ++checked;
    }
  }
  EXPECT_GT(checked, 20U);
}

TEST_F(MarketChannelTest, NewMarketsAndResolutionsForThoseWhoAsked) {
  start(quiet_settings());
  Probe plain(loop_, urls().ws_market), custom(loop_, urls().ws_market);
  const Answer windows = get(urls().gamma, "/markets?closed=false&limit=100&tag_slug=5m");
  ASSERT_FALSE(windows.json.items.empty());
  const auto tokens = parse_json(windows.json.items[0].text("clobTokenIds"));
  const std::string assets = R"("assets_ids":[")" + tokens->items[0].scalar + "\"]";
  plain.send(R"({"type":"market",)" + assets + "}");
  custom.send(R"({"type":"market",)" + assets + R"(,"custom_feature_enabled":true})");
  ASSERT_TRUE(plain.wait_for({"book"}) && custom.wait_for({"book"}));
  advance(700'000);  // more than two windows of five minutes
  const auto made = custom.wait_for({"\"event_type\":\"new_market\""});
  ASSERT_TRUE(made);
  const auto json = parse_json(custom.frames[*made]);
  for (const char* name : {"id", "question", "market", "slug", "condition_id", "order_price_min_tick_size"}) {
    EXPECT_FALSE(json->text(name).empty()) << name;
  }
  EXPECT_EQ(json->texts("clob_token_ids").size(), 2U);
  EXPECT_EQ(json->texts("outcomes").size(), 2U);
  const auto resolved = custom.wait_for({"\"event_type\":\"market_resolved\"", tokens->items[0].scalar});
  ASSERT_TRUE(resolved);
  const auto end = parse_json(custom.frames[*resolved]);
  EXPECT_TRUE(end->text("winning_outcome") == "Up" || end->text("winning_outcome") == "Down");
  ASSERT_TRUE(plain.barrier());
  for (const std::string& frame : plain.frames) {
    EXPECT_EQ(frame.find("new_market"), std::string::npos);
    EXPECT_EQ(frame.find("market_resolved"), std::string::npos);
  }
}

}  // namespace
}  // namespace underround::simulator
