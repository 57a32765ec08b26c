#include "base/test_paths.hpp"
#include "venue/binance/market_codec.hpp"

#include <cstdio>
#include <filesystem>

namespace underround::binance {
namespace {

constexpr Nanos kReceived = Nanos::from_seconds(1'723'161'255);

struct MarketCodecTest : testing::Test {
  SymbolTable symbols{{"BTCUSDT", "ethusdt"}};
  MarketCodec codec{symbols};
  std::vector<Event> events;

  void decode(std::string frame) {
    const std::size_t size = frame.size();
    frame.append(MarketCodec::kPadding, '\0');
    codec.decode(std::string_view(frame.data(), size), kReceived, 7, events);
  }
  const MarketCodec::Counters& count() const { return codec.counters(); }
};

TEST_F(MarketCodecTest, BookTickerInTheCombinedEnvelope) {
  decode(R"({"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":5123107839020,"s":"BTCUSDT","b":"61800.20",)"
         R"("B":"2.507","a":"61800.30","A":"2.510","T":1723161256313,"E":1723161256314,"ps":"BTCUSDT","st":1}})");
  ASSERT_EQ(events.size(), 1U);
  const Event& event = events[0];
  EXPECT_EQ(event.header.kind, EventKind::kReferenceQuote);
  EXPECT_EQ(event.header.venue, VenueId::kBinance);
  EXPECT_EQ(event.header.time, kReceived);
  EXPECT_EQ(event.header.connection, 7);
  EXPECT_EQ(event.header.subject, symbols.find("BTCUSDT").value);
  EXPECT_EQ(event.quote.venue_time, Nanos::from_millis(1723161256313));
  EXPECT_EQ(event.quote.bid_e8, 6'180'020'000'000);
  EXPECT_EQ(event.quote.ask_e8, 6'180'030'000'000);
  EXPECT_EQ(event.quote.bid_size_e8, 250'700'000);
  EXPECT_EQ(event.quote.ask_size_e8, 251'000'000);
}

TEST_F(MarketCodecTest, AggTradeAndTradeAreTrades) {
  decode(R"({"e":"aggTrade","E":1723161256400,"s":"ETHUSDT","a":5933014,"p":"2650.5","q":"0.1","nq":"0.1","f":100,)"
         R"("l":105,"T":1723161256399,"m":true,"st":1})");
  decode(R"({"stream":"btcusdt@trade","data":{"e":"trade","E":1,"T":2,"s":"BTCUSDT","t":3,"p":"61800.30",)"
         R"("q":"0.006","X":"MARKET","m":false}})");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].header.kind, EventKind::kReferenceTrade);
  EXPECT_EQ(events[0].header.subject, symbols.find("ETHUSDT").value);
  EXPECT_EQ(events[0].quote.bid_e8, 265'050'000'000);
  EXPECT_EQ(events[0].quote.ask_e8, 265'050'000'000);
  EXPECT_EQ(events[0].quote.bid_size_e8, 10'000'000);
  EXPECT_EQ(events[0].quote.venue_time, Nanos::from_millis(1723161256399));
  EXPECT_EQ(events[1].quote.bid_e8, 6'180'030'000'000);
}

TEST_F(MarketCodecTest, NumbersMayBeNumbersOrStringsInAnyOrderWithBlanks) {
  decode(
      "{ \"A\" : 1.5 , \"a\" : 101 , \"B\" : \"2\" , \"b\" : 100.25 , \"s\" : \"BTCUSDT\" , \"u\" : \"17\" , "
      "\"future\" : {\"b\":[1,2,{\"u\":3}]} , \"e\" : \"bookTicker\" }");
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].quote.bid_e8, 10'025'000'000);
  EXPECT_EQ(events[0].quote.ask_e8, 10'100'000'000);
  EXPECT_EQ(events[0].quote.ask_size_e8, 150'000'000);
  EXPECT_EQ(events[0].quote.venue_time, Nanos{0});
}

TEST_F(MarketCodecTest, SpotBookTickerHasNoEventType) {
  decode(R"({"stream":"btcusdt@bookTicker","data":{"u":50093239212,"s":"BTCUSDT","b":"61837.63000000",)"
         R"("B":"3.78826000","a":"61837.64000000","A":"1.54698000"}})");
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].quote.bid_e8, 6'183'763'000'000);
}

std::string ticker(int u, const char* symbol = "BTCUSDT") {
  return fmt::format(R"({{"e":"bookTicker","u":{},"s":"{}","b":"1","B":"1","a":"2","A":"1"}})", u, symbol);
}

TEST_F(MarketCodecTest, OnlyIncreasingUpdateIdsPassPerSymbol) {
  for (const int u : {10, 11, 11, 9, 12}) decode(ticker(u));
  decode(ticker(5, "ETHUSDT"));  // another symbol has its own ids
  EXPECT_EQ(events.size(), 4U);
  EXPECT_EQ(count().stale, 2U);
  codec.forget_sequences();
  decode(ticker(1));
  EXPECT_EQ(events.size(), 5U);
}

TEST_F(MarketCodecTest, WhatIsNotOursIsCountedAndIgnored) {
  decode(R"({"result":null,"id":1})");
  decode(R"({"e":"markPriceUpdate","E":1,"s":"BTCUSDT","p":"1"})");
  decode(R"({"stream":"btcusdt@depth","data":{"e":"depthUpdate","s":"BTCUSDT","u":9,"b":[["1","2"]],"a":[]}})");
  decode(R"({"e":"trade","E":1,"T":2,"s":"BTCUSDT","t":3,"p":"0","q":"0","X":"NA","m":false})");
  EXPECT_EQ(count().unknown, 4U);
  decode(ticker(1, "DOGEUSDT"));
  EXPECT_EQ(count().unknown_symbols, 1U);
  EXPECT_EQ(count().decode_errors, 0U);
  EXPECT_TRUE(events.empty());
}

TEST_F(MarketCodecTest, BrokenFramesAreErrorsAndLeaveNothingBehind) {
  const std::string whole = ticker(1);
  std::uint64_t errors = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    decode(whole.substr(0, size));
    EXPECT_EQ(count().decode_errors, ++errors) << whole.substr(0, size);
  }
  for (const char* frame :
       {"<html>502</html>", "[]", "null", "{}{}",
        R"({"e":"bookTicker","u":1,"s":"BTCUSDT","b":"1","B":"1","a":"2"})",                    // field missing
        R"({"e":"bookTicker","u":1,"s":"BTCUSDT","b":"","B":"1","a":"2","A":"1"})",             // empty
        R"({"e":"bookTicker","u":1,"s":"BTCUSDT","b":"-1","B":"1","a":"2","A":"1"})",           // negative
        R"({"e":"bookTicker","u":1,"s":"BTCUSDT","b":"1e5","B":"1","a":"2","A":"1"})",          // not a decimal
        R"({"e":"bookTicker","u":1,"s":"BTCUSDT","b":"92233720369","B":"1","a":"2","A":"1"})",  // beyond int64
        R"({"e":"bookTicker","u":-1,"s":"BTCUSDT","b":"1","B":"1","a":"2","A":"1"})",
        R"({"e":"bookTicker","u":[1],"s":"BTCUSDT","b":"1","B":"1","a":"2","A":"1"})",
        R"({"e":"bookTicker","u":1,"s":"BTCUSDT","b":"1","B":"1","a":"2","A":"1"} {"e":1})",  // two glued together
        R"({"e":"aggTrade","s":"BTCUSDT","a":1,"p":"0","q":"1"})",                            // a price of nothing
        R"({"data":{"e":"bookTicker"})"}) {
    decode(frame);
    EXPECT_EQ(count().decode_errors, ++errors) << frame;
  }
  EXPECT_TRUE(events.empty());
  decode(whole);
  EXPECT_EQ(events.size(), 1U);
}

// Whatever the two numbers are, they come out as they went in.
TEST_F(MarketCodecTest, EveryPriceSurvives) {
  std::int64_t u = 0;
  EXPECT_TRUE(rc::check([&] {
    const auto whole = *rc::gen::inRange<std::int64_t>(0, 90'000'000'000);
    const auto fraction = *rc::gen::inRange<std::int64_t>(0, 100'000'000);
    events.clear();
    decode(fmt::format(R"({{"e":"bookTicker","u":{},"s":"BTCUSDT","b":"{}.{:08}","B":"1","a":{}.{:08},"A":"1"}})", ++u,
                       whole, fraction, whole, fraction));
    RC_ASSERT(events.size() == 1U);
    RC_ASSERT(events[0].quote.bid_e8 == whole * 100'000'000 + fraction);
    RC_ASSERT(events[0].quote.ask_e8 == events[0].quote.bid_e8);
  }));
}

// Real frames, captured by the hftbacktest project (data/MANIFEST.md); the capture is not part of the repository.
struct Capture {
  std::uint64_t quotes, trades, others;
};
void check_capture(const std::string& name, const Capture& expected) {
  const std::filesystem::path file = std::filesystem::path(source_folder()) / "../shared/data/binance" / name;
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no capture at " << file;
  SymbolTable symbols({"BTCUSDT"});
  MarketCodec codec(symbols);
  std::vector<Event> events;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(("gzip -dc '" + file.string() + "'").c_str(), "r"), pclose);
  ASSERT_NE(pipe, nullptr);
  std::vector<char> line(1 << 20);
  std::uint64_t crossed = 0;
  while (std::fgets(line.data(), static_cast<int>(line.size() - MarketCodec::kPadding), pipe.get()) != nullptr) {
    const std::string_view text(line.data());
    const std::size_t blank = text.find(' ');
    std::string_view frame = text.substr(blank + 1);
    while (!frame.empty() && frame.back() <= ' ') frame.remove_suffix(1);
    events.clear();
    codec.decode(frame, Nanos{std::stoll(std::string(text.substr(0, blank)))}, 0, events);
    for (const Event& event : events) {
      crossed += event.header.kind == EventKind::kReferenceQuote && event.quote.bid_e8 >= event.quote.ask_e8;
      EXPECT_GT(event.quote.bid_e8, 50'000LL * 100'000'000);  // bitcoin on 8 August 2024
      EXPECT_LT(event.quote.ask_e8, 70'000LL * 100'000'000);
    }
  }
  const auto& count = codec.counters();
  EXPECT_EQ(count.decode_errors, 0U);
  EXPECT_EQ(count.quotes, expected.quotes);
  EXPECT_EQ(count.trades, expected.trades);
  EXPECT_EQ(count.unknown, expected.others);
  EXPECT_EQ(count.unknown_symbols, 0U);
  EXPECT_EQ(count.stale, 0U);  // one connection: every update id is new
  EXPECT_EQ(crossed, 0U);
}

TEST(MarketCodecCapture, UsdMFutures) {
  check_capture("hftbacktest.usdm_btcusdt_20240808.gz", {.quotes = 66'089, .trades = 21'313, .others = 6'552});
}
TEST(MarketCodecCapture, Spot) {
  check_capture("hftbacktest.spot_btcusdt_20240808.gz", {.quotes = 28'040, .trades = 9'757, .others = 3'452});
}

}  // namespace
}  // namespace underround::binance
