#include "venue/polymarket/user_codec.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "base/test_paths.hpp"
#include "crypto/encoding.hpp"

namespace underround::polymarket {
namespace {

constexpr std::string_view kYes = "71321045679252212594626385532706912750332728571942532289631379312455583992563";
constexpr std::string_view kNo = "52114319501245915516055106046884209969926127482827954674443846427813813222426";
constexpr std::string_view kApiKey = "00000000-0000-0000-0000-000000000001";
const std::string kOrder = "0x6ccdb67af37de60a486a060b108939826f5b5df43a887c9a769956513152b4d2";
const std::string kStranger = "0x" + std::string(64, 'a');

Digest digest(std::string_view text) {
  Digest out{};
  EXPECT_TRUE(crypto::decode_hex(text, out)) << text;
  return out;
}

// Replaces every occurrence, so that a payload can be written once and varied.
std::string with(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

class UserCodecTest : public ::testing::Test {
 protected:
  UserCodecTest() : names_(16), codec_(catalogue_, names_, std::string(kApiKey)) {
    ConditionSpec spec;
    spec.condition_id = "0xdd22472e552920b8438158ea7238bfadfa4f736aa4cee91a6b86c39ead110917";
    spec.tokens = {std::string(kYes), std::string(kNo)};
    spec.outcomes = {"Yes", "No"};
    spec.tick = kTick001;
    spec.fees = FeeSchedule::taker(70'000, 1);
    yes_ = instrument_of(catalogue_.add(spec).value(), 0);
    no_ = complement_of(yes_);
    name(kOrder, OrderId{7}, yes_, Side::kBuy);
  }

  void name(std::string_view id, OrderId order, InstrumentId instrument, Side side,
            TimeInForce tif = TimeInForce::kGtc) {
    ASSERT_TRUE(names_.add({.digest = digest(id),
                            .id = order,
                            .instrument = instrument,
                            .side = side,
                            .tif = tif,
                            .size = Shares::whole(100)}));
  }
  const std::vector<Event>& decode(std::string_view frame) {
    events_.clear();
    codec_.decode(frame, Nanos{5}, 3, events_);
    return events_;
  }
  std::string order(std::string_view type, std::string_view status, std::string_view matched) const {
    return R"({"event_type":"order","id":")" + kOrder + R"(","owner":")" + std::string(kApiKey) +
           R"(","market":"0xdd22","asset_id":")" + std::string(kYes) +
           R"(","side":"BUY","original_size":"100","size_matched":")" + std::string(matched) +
           R"(","price":"0.5","outcome":"Yes","associate_trades":null,"type":")" + std::string(type) +
           R"(","status":")" + std::string(status) +
           R"(","order_type":"GTC","created_at":"1795000000","expiration":"0","timestamp":"1795000000210"})";
  }

  Catalogue catalogue_;
  OrderNames names_;
  UserCodec codec_;
  InstrumentId yes_, no_;
  std::vector<Event> events_;
};

TEST_F(UserCodecTest, OrderLifeCycle) {
  struct Case {
    std::string_view type, status, matched;
    EventKind kind;
    OrderStatus state;
    RejectReason reason = RejectReason::kNone;
    std::int64_t micros = 0;
  };
  const Case cases[] = {
      {"PLACEMENT", "LIVE", "0", EventKind::kOrderAccepted, OrderStatus::kLive},
      {"PLACEMENT", "DELAYED", "0", EventKind::kOrderAccepted, OrderStatus::kDelayed},
      {"UPDATE", "LIVE", "25", EventKind::kOrderAccepted, OrderStatus::kLive, RejectReason::kNone, 25'000'000},
      {"UPDATE", "MATCHED", "25", EventKind::kOrderAccepted, OrderStatus::kLive, RejectReason::kNone, 25'000'000},
      {"UPDATE", "ORDER_MATCHED", "100", EventKind::kNone, OrderStatus::kNamed},  // not a status we know: counted
      {"UPDATE", "MATCHED", "100.0", EventKind::kOrderDone, OrderStatus::kFilled, RejectReason::kNone, 100'000'000},
      // A taker buy is an order for dollars: more shares than asked for is still "filled".
      {"UPDATE", "MATCHED", "125", EventKind::kOrderDone, OrderStatus::kFilled, RejectReason::kNone, 125'000'000},
      {"CANCELLATION", "CANCELED", "25", EventKind::kOrderDone, OrderStatus::kCancelled, RejectReason::kNone,
       25'000'000},
      {"CANCELLATION", "CANCELED", "", EventKind::kOrderDone, OrderStatus::kCancelled, RejectReason::kNone, -1},
      {"CANCELLATION", "CANCELED_order couldn't be fully filled. FOK orders are fully filled or killed.", "",
       EventKind::kOrderDone, OrderStatus::kCancelled, RejectReason::kFokNotFilled, 0},
      {"CANCELLATION", "INVALID", "0", EventKind::kOrderDone, OrderStatus::kCancelled, RejectReason::kNotReady},
      {"UPDATE", "UNMATCHED", "0", EventKind::kOrderDone, OrderStatus::kCancelled, RejectReason::kUnmatched},
  };
  for (const Case& c : cases) {
    const auto& events = decode(order(c.type, c.status, c.matched));
    if (c.kind == EventKind::kNone) {
      EXPECT_TRUE(events.empty()) << c.status;
      continue;
    }
    ASSERT_EQ(events.size(), 1U) << c.type << ' ' << c.status;
    const Event& e = events[0];
    EXPECT_EQ(e.header.kind, c.kind) << c.type << ' ' << c.status << ' ' << c.matched;
    EXPECT_EQ(e.header.time, Nanos{5});
    EXPECT_EQ(e.header.connection, 3);
    EXPECT_EQ(e.instrument(), yes_);
    EXPECT_EQ(e.order.id, OrderId{7});
    EXPECT_EQ(e.order.status, c.state) << c.type << ' ' << c.status << ' ' << c.matched;
    EXPECT_EQ(e.order.reason, c.reason) << c.status;
    EXPECT_EQ(e.order.matched.micros, c.micros) << c.type << ' ' << c.status;
  }
  EXPECT_EQ(codec_.counters().bad_fields, 1U);
}

// "Expiry is reported as a cancellation" (page 6.7), up to 60 s before the stated time.
TEST_F(UserCodecTest, ExpiryOfAGtdOrder) {
  name(kStranger, OrderId{8}, yes_, Side::kBuy, TimeInForce::kGtd);
  const std::string frame = with(with(order("CANCELLATION", "CANCELED", "0"), kOrder, kStranger),
                                 "\"expiration\":\"0\"", "\"expiration\":\"1795000060\"");
  EXPECT_EQ(decode(frame).at(0).order.status, OrderStatus::kExpired);
  EXPECT_EQ(decode(with(frame, "1795000060", "1795000061")).at(0).order.status, OrderStatus::kCancelled);
}

// Protocol appendix A: we rested BUY YES 0.50, the taker bought NO at 0.50 (MINT).
const std::string kMintTrade =
    R"({"event_type":"trade","type":"TRADE","id":"b1d3","taker_order_id":")" + std::string(kStranger) +
    R"(","market":"0x65a6","asset_id":")" + std::string(kNo) +
    R"(","side":"BUY","size":"25","price":"0.6","fee_rate_bps":"0","status":"MATCHED","match_time":"1795000003","last_update":"1795000003","outcome":"No","owner":"taker","trade_owner":"x","maker_address":"0xt","bucket_index":0,"trader_side":"MAKER","transaction_hash":"","maker_orders":[{"order_id":")" +
    kOrder + R"(","owner":")" + std::string(kApiKey) +
    R"(","maker_address":"0xf39F","matched_amount":"25","price":"0.4","fee_rate_bps":"0","asset_id":")" +
    std::string(kYes) + R"(","outcome":"Yes","outcome_index":0,"side":"BUY"}],"timestamp":"1795000003401"})";

TEST_F(UserCodecTest, MakerFillUsesItsOwnRow) {
  const auto events = decode(kMintTrade);
  ASSERT_EQ(events.size(), 1U);
  const Event& e = events[0];
  EXPECT_EQ(e.header.kind, EventKind::kFill);
  EXPECT_EQ(e.instrument(), yes_);  // the row's asset, not the trade's
  EXPECT_EQ(e.fill.order, OrderId{7});
  EXPECT_EQ(e.fill.price, Price{4000});
  EXPECT_EQ(e.fill.size, Shares::whole(25));
  EXPECT_EQ(e.fill.side, Side::kBuy);
  EXPECT_EQ(e.fill.liquidity, Liquidity::kMaker);
  EXPECT_EQ(e.fill.fee, Usd{});
  EXPECT_EQ(e.fill.settlement, SettlementStatus::kMatched);
}

// The same trade seen by its taker: bought NO from a BUY YES 0.40 row, so NO cost 0.60.
TEST_F(UserCodecTest, TakerFillAcrossOutcomesPaysTheComplement) {
  name(kStranger, OrderId{9}, no_, Side::kBuy, TimeInForce::kFak);
  const auto events = decode(with(with(kMintTrade, "MAKER", "TAKER"), kOrder, "0x" + std::string(64, 'b')));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].fill.order, OrderId{9});
  EXPECT_EQ(events[0].instrument(), no_);
  EXPECT_EQ(events[0].fill.price, Price{6000});
  EXPECT_EQ(events[0].fill.liquidity, Liquidity::kTaker);
  // 25 * 0.07 * 0.6 * 0.4
  EXPECT_EQ(events[0].fill.fee, Usd::from_micros(420'000));
}

TEST_F(UserCodecTest, TakerOfSeveralMakersGetsEachMakersPrice) {
  name(kStranger, OrderId{9}, no_, Side::kBuy, TimeInForce::kFak);
  const auto row = [](char id, std::string_view amount, std::string_view price, std::string_view asset,
                      std::string_view side) {
    return R"({"order_id":"0x)" + std::string(64, id) + R"(","owner":"m","matched_amount":")" + std::string(amount) +
           R"(","price":")" + std::string(price) + R"(","asset_id":")" + std::string(asset) + R"(","side":")" +
           std::string(side) + R"("})";
  };
  const std::string frame = R"({"event_type":"trade","id":"t1","taker_order_id":")" + kStranger + R"(","asset_id":")" +
                            std::string(kNo) + R"(","side":"BUY","size":"30.5","price":"0.47","status":"CONFIRMED",)" +
                            R"("trader_side":"TAKER","maker_orders":[)" + row('1', "10", "0.55", kYes, "BUY") + "," +
                            row('2', "20.5", "0.48", kNo, "SELL") + "]}";
  const auto events = decode(frame);
  ASSERT_EQ(events.size(), 4U);  // fill, settlement, fill, settlement
  EXPECT_EQ(events[0].fill.price, Price{4500});
  EXPECT_EQ(events[0].fill.size, Shares::whole(10));
  EXPECT_EQ(events[2].fill.price, Price{4800});
  EXPECT_EQ(events[2].fill.size, Shares{20'500'000});
  EXPECT_NE(events[0].fill.fill_id, events[2].fill.fill_id);
  EXPECT_EQ(events[1].header.kind, EventKind::kSettlement);
  EXPECT_EQ(events[1].settlement.fill_id, events[0].fill.fill_id);
  EXPECT_EQ(events[1].settlement.status, SettlementStatus::kConfirmed);
  EXPECT_EQ(events[3].settlement.fill_id, events[2].fill.fill_id);

  // Rows that do not add up are not believed: one fill at the trade's own price.
  const auto whole = decode(with(frame, "\"20.5\"", "\"20\""));
  ASSERT_EQ(whole.size(), 2U);
  EXPECT_EQ(whole[0].fill.price, Price{4700});
  EXPECT_EQ(whole[0].fill.size, Shares{30'500'000});
}

TEST_F(UserCodecTest, RedeliveryAndRestGiveTheSameFill) {
  const Event first = decode(kMintTrade).at(0);
  const std::string mined = with(kMintTrade, "\"MATCHED\"", "\"TRADE_STATUS_MINED\"");
  const auto again = decode("[" + mined + "," + kMintTrade + "]");
  ASSERT_EQ(again.size(), 3U);
  EXPECT_EQ(again[0].fill.fill_id, first.fill.fill_id);
  EXPECT_EQ(again[1].settlement.fill_id, first.fill.fill_id);
  EXPECT_EQ(again[1].settlement.status, SettlementStatus::kMined);
  EXPECT_EQ(again[2].fill.fill_id, first.fill.fill_id);

  std::vector<Event> events;
  const auto page =
      codec_.decode_trades(R"({"limit":100,"count":1,"next_cursor":"MQ==","data":[)" + mined + "]}", Nanos{6}, events);
  EXPECT_TRUE(page.readable);
  EXPECT_EQ(page.next_cursor, "MQ==");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].fill.fill_id, first.fill.fill_id);
  EXPECT_EQ(codec_.decode_trades(R"({"next_cursor":"LTE=","data":[]})", Nanos{}, events).next_cursor, "");
  EXPECT_FALSE(codec_.decode_trades("<html>", Nanos{}, events).readable);
  EXPECT_FALSE(codec_.decode_trades(R"({"error":"x"})", Nanos{}, events).readable);

  // Another trade, or another order in the same trade, is another fill. Fixed value: ids are kept in journals.
  EXPECT_NE(decode(with(kMintTrade, "b1d3", "b1d4")).at(0).fill.fill_id, first.fill.fill_id);
  EXPECT_EQ(first.fill.fill_id, 9869569215984416214U);
}

TEST_F(UserCodecTest, StatusWordsByPrefix) {
  using enum SettlementStatus;
  const std::pair<std::string_view, SettlementStatus> cases[] = {
      {"MATCHED", kMatched},     {"MATCHED_NOT_BROADCASTED", kMatched},  {"MINED", kMined},
      {"CONFIRMED", kConfirmed}, {"TRADE_STATUS_CONFIRMED", kConfirmed}, {"RETRYING", kRetrying},
      {"FAILED", kFailed},       {"FAILED_execution reverted", kFailed}, {"", kMatched},
  };
  for (const auto& [word, status] : cases) EXPECT_EQ(settlement_of(word), status) << word;
}

TEST_F(UserCodecTest, CountsWhatIsOursButUnnamed) {
  EXPECT_TRUE(decode(with(kMintTrade, kOrder, "0x" + std::string(64, 'c'))).empty());  // row owned by our API key
  EXPECT_EQ(codec_.counters().foreign, 1U);
  EXPECT_TRUE(decode(with(order("PLACEMENT", "LIVE", "0"), kOrder, "0x0e")).empty());
  EXPECT_EQ(codec_.counters().foreign, 2U);
  // Another maker's row is nobody's business.
  EXPECT_TRUE(decode(with(with(kMintTrade, kOrder, "0x" + std::string(64, 'c')), kApiKey, "someone")).empty());
  EXPECT_EQ(codec_.counters().foreign, 2U);
}

TEST_F(UserCodecTest, SurvivesNonsense) {
  for (const std::string_view frame :
       {"PONG", "", " ", "{", "[[]]", "[1,2]", "\"x\"", "null", "{}", R"({"event_type":"order"})",
        R"({"event_type":"trade"})", R"({"event_type":"trade","maker_orders":[1,null,{}]})",
        R"({"event_type":"new_thing","id":5})", "<html></html>"}) {
    EXPECT_TRUE(decode(frame).empty()) << frame;
  }
  // Ours, but with an impossible price or size: no event, counted.
  const std::string_view numbers[] = {"\"0\"", "\"\"", "\"-25\"", "\"99999999999999999999\"", "\"9223372036854\"",
                                      "null",  "true"};
  for (const std::string_view n : numbers) {
    EXPECT_TRUE(decode(with(kMintTrade, "\"matched_amount\":\"25\"", "\"matched_amount\":" + std::string(n))).empty())
        << n;
  }
  EXPECT_EQ(codec_.counters().bad_fields, std::size(numbers));
  for (const std::string_view n : {"\"1\"", "\"0\"", "\"1.4\"", "\"429496.7296\"", "1e300"}) {
    EXPECT_TRUE(decode(with(kMintTrade, "\"price\":\"0.4\"", "\"price\":" + std::string(n))).empty()) << n;
  }
}

// A row without an asset is about the order's own instrument.
TEST_F(UserCodecTest, AssetMayBeMissing) {
  const std::string trade = with(kMintTrade, "\"asset_id\":\"" + std::string(kYes) + "\",", "");
  ASSERT_NE(trade, kMintTrade);
  EXPECT_EQ(decode(trade).at(0).instrument(), yes_);
}

TEST_F(UserCodecTest, NumbersMayBeNumbers) {
  const auto events = decode(with(with(kMintTrade, "\"price\":\"0.4\"", "\"price\":0.4"), "\"matched_amount\":\"25\"",
                                  "\"matched_amount\":25"));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].fill.price, Price{4000});
  EXPECT_EQ(events[0].fill.size, Shares::whole(25));
}

TEST(UserSubscription, MatchesTheOfficialFirstFrameWithoutMarkets) {
  EXPECT_EQ(user_subscription("k", "s", "p"), R"({"auth":{"apiKey":"k","secret":"s","passphrase":"p"},"type":"user"})");
}

// --- recorded and documented payloads of other code bases, kept outside this repository

class UserFixtures : public UserCodecTest {
 protected:
  void SetUp() override {
    namespace fs = std::filesystem;
    const fs::path raw = fs::path(source_folder()) / "../shared/data/polymarket_raw";
    dir_ = fs::path(build_folder()) / "user_fixtures";
    fs::create_directories(dir_);
    for (const char* tar : {"nautilus_crates_polymarket_test_data.tar.zst", "polypy_fixtures.tar.zst"}) {
      if (!fs::exists(raw / tar)) GTEST_SKIP() << "no capture " << raw / tar;
      const std::string command = "zstd -dcq '" + (raw / tar).string() + "' | tar -xf - -C '" + dir_.string() + "'";
      if (std::system(command.c_str()) != 0) GTEST_SKIP() << "cannot unpack " << tar << " (zstd and tar needed)";
    }
  }
  // The order ids of these files are not 32 bytes: each is replaced by the named one.
  std::string file(const std::string& name) const {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_)) {
      if (entry.path().filename() != name) continue;
      std::ostringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      const std::string dummy = "0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef12";
      return with(with(text.str(), dummy, kOrder), "\"0x78xx\"", '"' + kOrder + '"');
    }
    ADD_FAILURE() << "no file " << name;
    return {};
  }
  std::filesystem::path dir_;
};

TEST_F(UserFixtures, Orders) {
  const auto only = [&](const std::string& name) {
    const auto events = decode(file(name));
    EXPECT_EQ(events.size(), 1U) << name;
    return events.empty() ? Event{} : events[0];
  };
  EXPECT_EQ(only("ws_user_order_placement.json").order.status, OrderStatus::kLive);
  EXPECT_EQ(only("ws_user_order_msg.json").header.kind, EventKind::kOrderAccepted);
  EXPECT_EQ(only("ws_user_order_update.json").order.matched, Shares::whole(25));
  EXPECT_EQ(only("ws_user_order_matched.json").order.status, OrderStatus::kFilled);
  EXPECT_EQ(only("ws_user_order_cancellation.json").order.status, OrderStatus::kCancelled);
  const Event killed = only("ws_user_order_fok_killed.json");
  EXPECT_EQ(killed.order.reason, RejectReason::kFokNotFilled);
  EXPECT_EQ(killed.order.matched, Shares{});
  // Order id "0x0e": not ours, but read to the end.
  EXPECT_TRUE(decode(file("ws_user_order_venue_cancel.json")).empty());
  EXPECT_EQ(codec_.counters().malformed, 0U);
}

TEST_F(UserFixtures, Trades) {
  for (const std::string name : {"ws_user_trade.json", "ws_user_trade_msg.json"}) {
    const auto events = decode(file(name));
    ASSERT_EQ(events.size(), 2U) << name;
    EXPECT_EQ(events[0].fill.size, Shares::whole(25));
    EXPECT_EQ(events[0].fill.price, Price{5000});
    EXPECT_EQ(events[0].fill.liquidity, Liquidity::kTaker);
    EXPECT_EQ(events[1].settlement.status, SettlementStatus::kConfirmed);
  }
  std::vector<Event> events;
  EXPECT_TRUE(codec_.decode_trades(file("http_trades_page.json"), Nanos{}, events).readable);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].fill.size, Shares::whole(10));
  EXPECT_EQ(events[1].settlement.status, SettlementStatus::kMined);
}

// A real partitioned fill of Jan 2025: our BUY YES 0.60 against a BUY NO 0.40, MATCHED and later CONFIRMED.
TEST_F(UserFixtures, RecordedMintAsMaker) {
  name("0xc512c86c90ce3b4f657808cb6000000000000000000000000000000000000000", OrderId{11}, yes_, Side::kBuy);
  const auto matched = decode(file("tests_stream_data_test_trade_info_maker_buy_matched.json"));
  ASSERT_EQ(matched.size(), 1U);
  EXPECT_EQ(matched[0].fill.price, Price{6000});
  EXPECT_EQ(matched[0].fill.size, Shares::whole(5));
  EXPECT_EQ(matched[0].fill.liquidity, Liquidity::kMaker);
  const std::uint64_t id = matched[0].fill.fill_id;
  const auto confirmed = decode(file("tests_stream_data_test_trade_info_maker_buy_confirmed.json"));
  ASSERT_EQ(confirmed.size(), 2U);
  EXPECT_EQ(confirmed[0].fill.fill_id, id);
  EXPECT_EQ(confirmed[1].settlement.fill_id, id);
}

}  // namespace
}  // namespace underround::polymarket
