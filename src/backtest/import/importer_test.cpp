// Files as other programs write them, through the import, and what a reader of the recording finds.
#include "backtest/import/importer.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "backtest/native_recording.hpp"
#include "book/book_store.hpp"

namespace underround::backtest {
namespace {

namespace fs = std::filesystem;

// Everything in a recording, and the books after it.
struct Found {
  NativeContents contents;
  std::vector<Event> events;  // without frame ends
  std::vector<std::string> gaps;
  std::uint64_t frames = 0;
  BookStore books;

  [[nodiscard]] std::vector<Event> of(EventKind kind) const {
    std::vector<Event> out;
    std::ranges::copy_if(events, std::back_inserter(out), [kind](const Event& e) { return e.header.kind == kind; });
    return out;
  }
  [[nodiscard]] const ConditionSpec& spec(std::size_t i) const { return contents.conditions.at(i).spec; }
  [[nodiscard]] bool says(std::string_view what) const {
    return std::ranges::any_of(contents.notes, [what](const std::string& n) {
      return n.starts_with("unknown: ") && n.find(what) != std::string::npos;
    });
  }
};

class ImporterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "underround_import_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    options_.folder = folder_ / "rec";
  }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] fs::path write(const std::string& name, std::string_view content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return folder_ / name;
  }
  ImportReport import(const std::vector<fs::path>& files) {
    auto report = import_files(files, options_);
    EXPECT_TRUE(report.has_value()) << (report ? "" : report.error().message);
    return report.value_or(ImportReport{});
  }
  Error refused(const std::vector<fs::path>& files) {
    auto report = import_files(files, options_);
    EXPECT_FALSE(report.has_value());
    return report ? Error{} : report.error();
  }
  [[nodiscard]] Found found() const {
    Found f;
    auto reader = NativeReader::open(options_.folder);
    EXPECT_TRUE(reader.has_value()) << (reader ? "" : reader.error().message);
    if (!reader) return f;
    f.contents = reader->contents();
    EXPECT_TRUE(f.contents.indexed);
    for (const auto& c : f.contents.conditions) f.books.add(c.id, c.spec.tick);
    while (const auto frame = reader->next()) {
      if (frame->events.empty()) {
        f.gaps.emplace_back(frame->gap);
        continue;
      }
      ++f.frames;
      EXPECT_EQ(frame->events.back().header.kind, EventKind::kFrameEnd);
      for (const Event& e : frame->events) {
        EXPECT_EQ(e.header.time, frame->events.front().header.time) << "a frame has one time";
        if (e.header.kind == EventKind::kFrameEnd) continue;
        f.events.push_back(e);
        const bool condition = e.header.kind == EventKind::kGap || e.header.kind == EventKind::kMarketStatus;
        const bool market = e.header.kind < EventKind::kReferenceQuote;
        if (market) f.books[condition ? e.condition() : condition_of(e.instrument())].apply(e);
      }
    }
    EXPECT_EQ(reader->problem(), "");
    return f;
  }

  fs::path folder_;
  ImportOptions options_;
};

constexpr std::int64_t kT = 1'777'000'000'000;

std::string book(std::int64_t millis, const std::string& token, const char* bid, const char* ask,
                 const char* market = "0x1") {
  return R"({"event_type":"book","market":")" + std::string(market) + R"(","asset_id":")" + token +
         R"(","timestamp":")" + std::to_string(millis) + R"(","bids":[{"price":")" + bid +
         R"(","size":"10"}],"asks":[{"price":")" + ask + R"(","size":"10"}]})";
}
std::string change(std::int64_t millis, const std::string& token, const char* price, const char* size,
                   const char* market = "0x1") {
  return R"({"event_type":"price_change","market":")" + std::string(market) + R"(","timestamp":")" +
         std::to_string(millis) + R"(","price_changes":[{"asset_id":")" + token + R"(","price":")" + price +
         R"(","size":")" + size + R"(","side":"BUY","best_bid":"","best_ask":""}]})";
}
std::string timed(std::int64_t millis, const std::string& frame) { return std::to_string(millis) + " " + frame + "\n"; }

TEST_F(ImporterTest, FramesBecomeEventsOfLearnedMarkets) {
  const ImportReport r = import({write("a.log", timed(kT, book(kT, "11", "0.4", "0.6")) + timed(kT + 5, "{\"cut\":") +
                                                    timed(kT + 7, change(kT + 6, "22", "0.405", "7")))});
  EXPECT_EQ(r.messages, 2U);
  EXPECT_EQ(r.by_type.at("book"), 1U);
  EXPECT_EQ(r.by_type.at("price_change"), 1U);
  EXPECT_EQ(r.decode_errors, 1U);
  ASSERT_EQ(r.bad_lines.size(), 1U);
  EXPECT_EQ(r.bad_lines[0].line, 2U);
  EXPECT_EQ(r.frames, 2U);
  EXPECT_EQ(r.first, Nanos::from_millis(kT));
  EXPECT_EQ(r.last, Nanos::from_millis(kT + 7));
  const Found f = found();
  ASSERT_EQ(f.contents.conditions.size(), 1U);
  EXPECT_EQ(f.spec(0).tokens, (std::array<std::string, 2>{"11", "22"}));
  EXPECT_EQ(f.spec(0).tick, kTick0005) << "the finest step of all prices, not of the first ones";
  EXPECT_TRUE(has_tag(f.spec(0), kTagLearned));
  EXPECT_TRUE(has_tag(f.spec(0), kTagFeesUnknown));
  EXPECT_EQ(f.frames, 2U);
  EXPECT_EQ(f.of(EventKind::kSnapshotLevel).size(), 2U);
  const auto levels = f.of(EventKind::kLevel);
  ASSERT_EQ(levels.size(), 1U);
  EXPECT_EQ(levels[0].instrument(), InstrumentId{1});
  EXPECT_EQ(levels[0].header.time, Nanos::from_millis(kT + 7));
  EXPECT_EQ(levels[0].level.venue_time, Nanos::from_millis(kT + 6));
  EXPECT_NE(f.contents.notes.at(0).find("from: a.log"), std::string::npos);
}

// The second token may come long after the first: the condition gets its name then, and keeps its id.
TEST_F(ImporterTest, TokensMetLateBelongToTheirMarketAllTheSame) {
  std::string lines = timed(kT, book(kT, "11", "0.4", "0.6"));
  for (int i = 1; i < 5'000; ++i) lines += timed(kT + i, change(kT + i, "11", "0.3", "7"));
  lines += timed(kT + 5'000, book(kT + 5'000, "33", "0.2", "0.3", "0x2"));
  lines += timed(kT + 5'001, book(kT + 5'001, "22", "0.4", "0.6"));
  lines += timed(kT + 5'002, book(kT + 5'002, "99", "0.4", "0.6"));
  const ImportReport r = import({write("a.log", lines)});
  EXPECT_EQ(r.conditions, 2U);
  EXPECT_EQ(r.unknown_tokens, 1U) << "a third token of a market: nothing is known about it";
  const Found f = found();
  EXPECT_EQ(f.spec(0).tokens[1], "22");
  EXPECT_EQ(f.spec(1).tokens[0], "33");
  EXPECT_EQ(f.of(EventKind::kSnapshotBegin).back().instrument(), InstrumentId{1});
}

TEST_F(ImporterTest, ASubscriptionAnsweredAnewIsAGap) {
  const std::string answer = "[" + book(kT, "11", "0.4", "0.6") + "," + book(kT, "22", "0.4", "0.6") + "]";
  const ImportReport r = import(
      {write("a.log", timed(kT, answer) + timed(kT + 5, change(kT + 5, "11", "0.3", "7")) + timed(kT + 9, answer))});
  EXPECT_EQ(r.gaps, 1U);
  const Found f = found();
  const auto gaps = f.of(EventKind::kGap);
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].header.time, Nanos::from_millis(kT + 9));
  EXPECT_EQ(gaps[0].condition(), ConditionId{0});
  ASSERT_EQ(f.gaps.size(), 1U);
  EXPECT_NE(f.gaps[0].find("a.log:3"), std::string::npos);
  EXPECT_EQ(f.books[ConditionId{0}].state(), BookState::kLive) << "the gap comes before the new books";
}

std::string envelope(std::int64_t millis, const std::string& source, const std::string& payload) {
  std::string quoted;
  for (const char c : payload) quoted += c == '"' ? std::string("\\\"") : std::string(1, c);
  return R"({"run_id":"r","source":")" + source + R"(","recv_wall_ts":)" + std::to_string(millis) +
         R"(,"recv_mono_ns":)" + std::to_string(millis) + R"(000000,"ingest_seq":1,"payload":")" + quoted + "\"}\n";
}

// Between rounds nobody listened: the book must not look alive until the next round's.
TEST_F(ImporterTest, ARecorderOfRoundsLeavesAGapAfterEach) {
  const std::string answer = "[" + book(kT, "11", "0.4", "0.6") + "," + book(kT, "22", "0.4", "0.6") + "]";
  const std::string trade =
      R"({"stream":"btcusdt@trade","data":{"e":"trade","E":1777000000100,"s":"BTCUSDT","t":1,"p":"76584.81","q":"0.01","T":1777000000100,"m":false,"M":true}})";
  const std::string oracle =
      R"({"connection_id":"c","payload":{"full_accuracy_value":"76568780000000000000000","symbol":"btc/usd","timestamp":1777000000000,"value":76568.78},"timestamp":1777000000200,"topic":"crypto_prices_chainlink","type":"update"})";
  const std::string history =
      R"({"payload":{"data":[{"timestamp":1777000000000,"value":1.5}]},"topic":"crypto_prices"})";
  const ImportReport r = import({write(
      "a.jsonl", envelope(kT, "polymarket_clob", answer) +
                     envelope(kT + 5, "polymarket_clob", change(kT + 5, "11", "0.3", "7")) +
                     envelope(kT + 100, "binance", trade) + envelope(kT + 200, "coinbase", "{\"type\":\"ticker\"}") +
                     envelope(kT + 300, "polymarket_rtds_chainlink", oracle) +
                     envelope(kT + 310, "polymarket_rtds_chainlink", history) +
                     envelope(kT + 60'000, "polymarket_clob", answer))});
  EXPECT_EQ(r.gaps, 2U);
  EXPECT_EQ(r.skipped.at("coinbase"), 1U);
  EXPECT_EQ(r.skipped.at("relay price history"), 1U);
  const Found f = found();
  const auto gaps = f.of(EventKind::kGap);
  ASSERT_EQ(gaps.size(), 2U);
  EXPECT_EQ(gaps[0].header.time, Nanos::from_millis(kT + 5)) << "at the end of the round, not at the next one's begin";
  EXPECT_EQ(f.books[ConditionId{0}].state(), BookState::kAwaitingSnapshot);
  EXPECT_TRUE(has_tag(f.spec(0), kTagSampled));
  EXPECT_TRUE(f.says("between the recorder's rounds"));
  EXPECT_EQ(f.contents.symbols, (std::vector<std::string>{"BTCUSDT", "chainlink:btc/usd"}));
  const auto trades = f.of(EventKind::kReferenceTrade);
  ASSERT_EQ(trades.size(), 2U);
  EXPECT_EQ(trades[0].quote.bid_e8, 7'658'481'000'000);
  EXPECT_EQ(trades[1].quote.bid_e8, 7'656'878'000'000);
  EXPECT_EQ(trades[1].quote.venue_time, Nanos::from_millis(kT));
  EXPECT_EQ(trades[1].header.time, Nanos::from_millis(kT + 300));
}

TEST_F(ImporterTest, SpotAndFuturesOfOneNameStayApart) {
  const std::string spot =
      R"({"stream":"btcusdt@bookTicker","data":{"u":9,"s":"BTCUSDT","b":"100.1","B":"1","a":"100.2","A":"2"}})";
  const std::string futures =
      R"({"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":5,"s":"BTCUSDT","b":"99.1","B":"1","a":"99.2","A":"2","T":1777000000001,"E":1777000000001}})";
  const std::string depth =
      R"({"stream":"btcusdt@depth","data":{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":2,"b":[],"a":[]}})";
  const ImportReport r = import({write("a.log", timed(kT, spot) + timed(kT + 1, futures) + timed(kT + 2, depth))});
  EXPECT_EQ(r.skipped.at("binance depthUpdate"), 1U);
  const Found f = found();
  EXPECT_EQ(f.contents.symbols, (std::vector<std::string>{"BTCUSDT", "usdm:BTCUSDT"}));
  const auto quotes = f.of(EventKind::kReferenceQuote);
  ASSERT_EQ(quotes.size(), 2U);
  EXPECT_EQ(quotes[1].header.subject, 1U);
  EXPECT_EQ(quotes[1].quote.ask_e8, 9'920'000'000);
}

TEST_F(ImporterTest, AClockBehindTheVenuesIsNoticed) {
  import({write("a.log", timed(kT, book(kT + 1'270, "11", "0.4", "0.6")))});
  EXPECT_TRUE(found().says("at least 1.270 s behind"));
}

TEST_F(ImporterTest, CollectorArraysCarryTheMidBesideThem) {
  const fs::path books = write("x.1h_btc_orderbooks_17up.json", R"([
 {"bids":[{"price":"0.4","size":"1"}],"asks":[],"local_timestamp":"1765450851000","timestamp":"1765450850000","asset_price":90358.395}])");
  const ImportReport r = import({books});
  EXPECT_EQ(r.by_type.at("binance mid"), 1U);
  const Found f = found();
  EXPECT_EQ(f.contents.symbols, std::vector<std::string>{"BTCUSDT"});
  EXPECT_EQ(f.of(EventKind::kReferenceQuote).at(0).quote.bid_e8, 9'035'839'500'000);
  EXPECT_TRUE(has_tag(f.spec(0), kTagSampled));
  EXPECT_TRUE(f.says("depth between two books"));
}

TEST_F(ImporterTest, OneLevelRowsSayTheirDepth) {
  import({write("one_up.csv",
                "local_ts_ms,recv_iso_utc,msg_ts_ms,event_type,bid_price,bid_qty,ask_price,ask_qty,change,trade_price,"
                "trade_size,trade_side,trade_tx_hash\n"
                "1772368991363,t,1772368991332,price_change,0.6,138.51,0.61,444.96,,,,,\n")});
  const Found f = found();
  EXPECT_TRUE(has_tag(f.spec(0), "depth:1"));
  EXPECT_EQ(f.books[ConditionId{0}].book().best_bid(), Price{6'000});
}

// --- tables

TEST_F(ImporterTest, KalshiBestPricesAreBooksOfUnknownSize) {
  const ImportReport r =
      import({write("k.csv",
                    "timestamp,market_ticker,best_yes_bid,best_no_bid,implied_no_ask,implied_yes_ask\n"
                    "2025-12-04T12:27:16.079996,KXHIGHNY-25DEC05-B32.5,45,54,55,46\n"
                    "2025-12-04T12:27:17,KXHIGHNY-25DEC05-B32.5,45,54,55,46\n"
                    "2025-12-04T12:27:18,KXHIGHNY-25DEC05-T30,0,94,100,6\n"
                    "2025-12-04T12:27:19,KXHIGHNY-25DEC05-T30,x,94,100,6\n"
                    "2025-12-04T12:27:20,KXHIGHNY-25DEC05-T30\n")});
  EXPECT_EQ(r.by_type.at("quote row"), 3U);
  ASSERT_EQ(r.bad_lines.size(), 2U);
  EXPECT_EQ(r.bad_lines[0].line, 5U);
  EXPECT_NE(r.bad_lines[1].reason.find("2 cells"), std::string::npos);
  const Found f = found();
  ASSERT_EQ(f.contents.conditions.size(), 2U);
  EXPECT_EQ(f.spec(0).venue, VenueId::kKalshi);
  EXPECT_EQ(f.spec(0).group.slug, "KXHIGHNY-25DEC05");
  EXPECT_TRUE(has_tag(f.spec(0), kTagSizesUnknown));
  EXPECT_TRUE(has_tag(f.spec(0), "depth:1"));
  EXPECT_EQ(f.books[ConditionId{0}].book().best_bid(), Price{4'500});
  EXPECT_EQ(f.books[ConditionId{0}].book().best_ask(), Price{4'600}) << "a NO bid is a YES offer";
  EXPECT_EQ(f.of(EventKind::kTopOfBook).size(), 1U) << "the same prices once more: the book still stands";
  EXPECT_EQ(f.books[ConditionId{1}].book().best_ask(), Price{600});
  EXPECT_FALSE(f.spec(1).fees.known());
}

TEST_F(ImporterTest, PolledQuotesArePolls) {
  const ImportReport r = import({write("q.csv",
                                       "\"ts\",\"slug\",\"category\",\"bid\",\"ask\"\n"
                                       "1783728095000000,\"a\",\"sports\",0.4,0.6\n"
                                       "1783728095000000,\"b\",\"sports\",,\n"
                                       "1783728215000000,\"a\",\"sports\",0.4,0.6\n"),
                                 write("m.csv", "slug,question,category\na,\"Will a, or b?\",sports\n"),
                                 write("l.csv", "slug,y,source\na,1,api\nb,0,convergence\nc,1,api\n")});
  EXPECT_EQ(r.resolutions, 1U);
  EXPECT_EQ(r.unmatched_outcomes, 1U);
  const Found f = found();
  EXPECT_EQ(f.frames, 3U) << "two polls and an outcome";
  EXPECT_EQ(f.spec(0).question, "Will a, or b?");
  EXPECT_EQ(f.spec(0).venue, VenueId::kNone);
  const auto status = f.of(EventKind::kMarketStatus);
  ASSERT_EQ(status.size(), 1U);
  EXPECT_EQ(status[0].condition(), ConditionId{0});
  EXPECT_EQ(status[0].market.winning_outcome, 0);
  EXPECT_EQ(status[0].header.time, Nanos::from_millis(1783728215000)) << "when it was is not known: at the end";
  EXPECT_TRUE(f.says("when 1 of the markets were resolved"));
  EXPECT_TRUE(f.says("guessed from prices"));
}

TEST_F(ImporterTest, SampledLevelsOfBothTokens) {
  const std::string header =
      "ts_ms,market_slug,condition_id,token_id_up,token_id_down,window_start_ms,window_end_ms,chainlink_btc,"
      "bid_px_up_1,bid_sz_up_1,ask_px_up_1,ask_sz_up_1,bid_px_up_2,bid_sz_up_2,ask_px_up_2,ask_sz_up_2,"
      "bid_px_down_1,bid_sz_down_1,ask_px_down_1,ask_sz_down_1,last_trade_px_up,last_trade_sz_up,last_trade_side_up,"
      "last_trade_px_down,last_trade_sz_down,last_trade_side_down\n";
  const auto row = [](std::int64_t at, const char* bid, const char* trade) {
    return std::to_string(at) + ",btc-updown-15m-1771636500,0xd0,37,11,1771636500000,1771637400000,67894.13183037551," +
           bid + ",5,0.46,7,0.44,9,,,0.54,7,0.55,5," + trade + ",,,\n";
  };
  const ImportReport r = import({write("s.csv", header + row(1771636506284, "0.45", "0.46,20.31,BUY") +
                                                    row(1771636506400, "0.45", "0.46,20.31,BUY") +
                                                    row(1771636507290, "0.42", "0.43,8.76,SELL"))});
  EXPECT_EQ(r.by_type.at("sample"), 2U);
  EXPECT_EQ(r.by_type.at("repeated sample"), 1U);
  const Found f = found();
  EXPECT_EQ(f.spec(0).end_at, Nanos::from_millis(1771637400000));
  EXPECT_EQ(f.spec(0).outcomes[0], "Up");
  EXPECT_TRUE(has_tag(f.spec(0), "depth:2"));
  EXPECT_TRUE(has_tag(f.spec(0), kTagPartialTrades));
  EXPECT_EQ(f.of(EventKind::kSnapshotBegin).size(), 4U);
  const auto trades = f.of(EventKind::kTrade);
  ASSERT_EQ(trades.size(), 1U) << "the first one is older than the recording";
  EXPECT_EQ(trades[0].level.side, Side::kSell);
  EXPECT_EQ(f.of(EventKind::kReferenceTrade).at(0).quote.bid_e8, 6'789'413'183'037);
}

const std::string kArchiveHeader =
    "\"timestamp_received\",\"timestamp\",\"market\",\"event_type\",\"asset_id\",\"bids\",\"asks\",\"price\",\"size\","
    "\"side\","
    "\"best_bid\",\"best_ask\",\"new_tick_size\"\n";

TEST_F(ImporterTest, ArchiveRowsOfOneMessageAreOneFrame) {
  const ImportReport r = import(
      {write("polymarket_orderbook_2026-04-17T12.csv",
             kArchiveHeader + "1777000000000,1776999999900,0x1,book,11,\"[[\"\"0.40\"\",\"\"10\"\"], [\"\"0.39\"\", "
                              "\"\"5\"\"]]\",\"[[\"\"0.60\"\",\"\"10\"\"]]\",,,,,,\n"
                              "1777000000100,1777000000050,0x1,price_change,11,,,0.4100,7.000000,BUY,0.4100,0.6000,\n"
                              "1777000000100,1777000000050,0x1,price_change,22,,,0.5900,7.000000,SELL,0.4000,0.5900,\n"
                              "1777000000200,1777000000150,0x1,last_trade_price,11,,,0.6000,3.000000,BUY,,,\n"
                              "1777000000300,1777000000250,0x1,tick_size_change,11,,,,,,,,0.0010\n"
                              "1777000000400,1777000000350,0x2,price_change,33,,,0.1000,7.000000,HOLD,,,\n"
                              "1777000000500,1777000000450,0x2,price_change,33,,,0.1000,7.000000,BUY,,,\n"
                              "1777000100500,1777000100450,0x1,book,11,[],[],,,,,,\n")});
  EXPECT_EQ(r.by_type.at("price_change"), 3U);
  EXPECT_EQ(r.decode_errors, 1U);
  EXPECT_EQ(r.gaps, 1U) << "the whole archive was silent";
  const Found f = found();
  ASSERT_EQ(f.contents.conditions.size(), 2U);
  EXPECT_EQ(f.spec(0).tokens, (std::array<std::string, 2>{"11", "22"}));
  EXPECT_EQ(f.frames, 6U) << "both tokens' rows of one price_change belong together";
  EXPECT_EQ(f.of(EventKind::kSnapshotLevel).size(), 3U);
  const auto levels = f.of(EventKind::kLevel);
  EXPECT_EQ(levels.at(1).instrument(), InstrumentId{1});
  EXPECT_EQ(levels[1].level.best_ask, Price{5'900});
  EXPECT_EQ(levels[0].header.time, levels[1].header.time);
  EXPECT_EQ(f.of(EventKind::kTickChange).at(0).book_head.tick, kTick0001);
  EXPECT_EQ(f.of(EventKind::kGap).size(), 2U) << "for every market, before the frame that ends the silence";
  EXPECT_TRUE(f.says("the book of 1 markets"));
}

TEST_F(ImporterTest, BinanceArchiveFilesWithAndWithoutHeader) {
  const ImportReport r =
      import({write("BTCUSDT-aggTrades-2024-08-08.csv",
                    "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
                    "1,61800.30,0.006,5,5,1723161256322,false\n"),
              write("ETHUSDT-aggTrades-2025-08-08.csv", "7,2600.5,1.5,9,9,1754611200000123,true,true\n"),
              write("BTCUSDT-bookTicker-2024-08-08.csv",
                    "512,61800.20,2.5,61800.30,2.4,1723161256313,1723161256314\n512,x,2.5,61800.30,2.4,1,1\n")});
  EXPECT_EQ(r.by_type.at("binance aggTrade"), 2U);
  EXPECT_EQ(r.by_type.at("binance bookTicker"), 1U);
  EXPECT_EQ(r.decode_errors, 1U);
  const Found f = found();
  ASSERT_EQ(f.events.size(), 3U);
  EXPECT_EQ(f.events[0].header.kind, EventKind::kReferenceQuote) << "merged by time";
  EXPECT_EQ(f.events[0].quote.ask_size_e8, 240'000'000);
  EXPECT_EQ(f.events[1].quote.bid_e8, 6'180'030'000'000);
  EXPECT_EQ(f.events[2].quote.venue_time.ns, 1'754'611'200'000'123'000);
  EXPECT_EQ(f.contents.symbols, (std::vector<std::string>{"BTCUSDT", "ETHUSDT"}));
  EXPECT_TRUE(f.says("receive times"));
}

TEST_F(ImporterTest, OraclePricesAreNamedAfterTheirFile) {
  import({write("BTCUSD-prices-2026-06-08.csv",
                "feed_ts_ms,value,full_accuracy_value,server_ts_ms,recv_ms\n"
                "1780876800000,63304.20030119507,63304200301195075000000,1780876800939,1780876801156\n")});
  const Found f = found();
  EXPECT_EQ(f.contents.symbols, std::vector<std::string>{"chainlink:btc/usd"});
  EXPECT_EQ(f.events.at(0).quote.bid_e8, 6'330'420'030'119);
  EXPECT_EQ(f.events[0].header.time, Nanos::from_millis(1780876801156));
}

TEST_F(ImporterTest, OutcomesBecomeEventsWhenTheirTimeHasCome) {
  const std::string id = "0x" + std::string(64, 'a');
  const std::string list =
      R"({"slug":"btc-updown-5m-1777000000","condition_id":")" + id +
      R"(","outcomes":[{"token_id":"11","outcome":"Up"},{"token_id":"22","outcome":"Down"}],"lifecycle_state":"closed"})";
  options_.outcomes = {write(
      "outcomes.jsonl",
      R"({"condition_id":")" + id + R"(","end_sec":1777000300,"resolved":true,"outcome_prices":["0","1"]})" + "\n" +
          R"({"condition_id":"0xff","end_sec":1,"resolved":false,"outcome_prices":["0.5","0.5"]})" + "\n")};
  const ImportReport r =
      import({write("m.markets.jsonl", list + "\n"),
              write("m.log", timed(kT, book(kT, "11", "0.4", "0.6", id.c_str())) +
                                 timed(kT + 400'000, book(kT + 400'000, "11", "0.4", "0.6", id.c_str())))});
  EXPECT_EQ(r.resolutions, 1U);
  const Found f = found();
  EXPECT_EQ(f.spec(0).phase, MarketPhase::kOpen) << "as it was while it was recorded";
  const auto status = f.of(EventKind::kMarketStatus);
  ASSERT_EQ(status.size(), 1U);
  EXPECT_EQ(status[0].header.time, Nanos::from_seconds(1777000300)) << "between the two frames";
  EXPECT_EQ(status[0].market.winning_outcome, 1);
  EXPECT_EQ(f.events.back().header.kind, EventKind::kSnapshotEnd);
  EXPECT_EQ(f.contents.conditions[0].winning_outcome, Event::kNoWinner) << "nothing is known beforehand";
}

TEST_F(ImporterTest, OutcomesOfFiveMinuteWindowsAreFoundBySlug) {
  const std::string list =
      R"({"slug":"btc-updown-5m-1773619200","condition_id":"0x)" + std::string(64, 'b') +
      R"(","outcomes":[{"token_id":"11","outcome":"Up"},{"token_id":"22","outcome":"Down"}],"lifecycle_state":"active"})";
  const ImportReport r =
      import({write("m.markets.jsonl", list + "\n"),
              write("o.csv",
                    "timestamp,date,hour_utc,minute,outcome,up_price,down_price,btc_open,btc_close,btc_change_pct\n"
                    "1773619200,2026-03-16,0,0,up,1.0,0.0,72815.25,72942.17,0.1743\n"
                    "1773619500,2026-03-16,0,5,down,0.0,1.0,72942.17,72886.16,-0.0768\n")});
  EXPECT_EQ(r.resolutions, 1U);
  EXPECT_EQ(r.unmatched_outcomes, 1U);
  EXPECT_EQ(found().events.at(0).header.time, Nanos::from_seconds(1773619500));
}

// --- arrays

template <class T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}
constexpr std::uint64_t kLocal = 1ULL << 30, kExchange = 1ULL << 31, kBid = 1ULL << 29, kAsk = 1ULL << 28;

std::string record(std::uint64_t ev, std::int64_t exchange, std::int64_t local, double price, double size) {
  std::string out;
  put(out, ev);
  put(out, exchange);
  put(out, local);
  put(out, price);
  put(out, size);
  put(out, std::uint64_t{0});
  put(out, std::int64_t{0});
  put(out, 0.0);
  return out;
}
std::string npy(const std::vector<std::string>& records) {
  std::string head =
      "{'descr': [('ev', '<u8'), ('exch_ts', '<i8'), ('local_ts', '<i8'), ('px', '<f8'), ('qty', '<f8'), ('order_id', "
      "'<u8'), "
      "('ival', '<i8'), ('fval', '<f8')], 'fortran_order': False, 'shape': (" +
      std::to_string(records.size()) + ",), }";
  head.resize((head.size() + 10 + 64) / 64 * 64 - 10 - 1, ' ');
  head += '\n';
  std::string out("\x93NUMPY\x01\x00", 8);
  put(out, static_cast<std::uint16_t>(head.size()));
  out += head;
  for (const std::string& r : records) out += r;
  return out;
}
// A zip file with one member, packed when `packed`.
std::string zip(const std::string& name, const std::string& content, bool packed) {
  std::string body = content;
  if (packed) {
    z_stream z{};
    EXPECT_EQ(deflateInit2(&z, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    body.resize(content.size() + 100);
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
    z.avail_in = static_cast<uInt>(content.size());
    z.next_out = reinterpret_cast<Bytef*>(body.data());
    z.avail_out = static_cast<uInt>(body.size());
    EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
    body.resize(z.total_out);
    deflateEnd(&z);
  }
  const auto sum = static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())));
  const auto common = [&](std::string& out) {
    put(out, std::uint16_t{45});
    put(out, std::uint16_t{0});
    put(out, static_cast<std::uint16_t>(packed ? 8 : 0));
    put(out, std::uint32_t{0});
    put(out, sum);
    put(out, static_cast<std::uint32_t>(body.size()));
    put(out, static_cast<std::uint32_t>(content.size()));
    put(out, static_cast<std::uint16_t>(name.size()));
    put(out, std::uint16_t{0});
  };
  std::string out, directory;
  put(out, std::uint32_t{0x04034b50});
  common(out);
  out += name + body;
  put(directory, std::uint32_t{0x02014b50});
  put(directory, std::uint16_t{45});
  common(directory);
  put(directory, std::uint16_t{0});
  put(directory, std::uint16_t{0});
  put(directory, std::uint16_t{0});
  put(directory, std::uint32_t{0});
  put(directory, std::uint32_t{0});
  directory += name;
  const auto at = static_cast<std::uint32_t>(out.size());
  out += directory;
  put(out, std::uint32_t{0x06054b50});
  put(out, std::uint32_t{0});
  put(out, std::uint16_t{1});
  put(out, std::uint16_t{1});
  put(out, static_cast<std::uint32_t>(directory.size()));
  put(out, at);
  put(out, std::uint16_t{0});
  return out;
}

std::vector<std::string> ticks() {
  constexpr std::int64_t kN = kT * 1'000'000;
  return {record(4 | kLocal | kExchange | kBid, kN, kN + 10, 100.1, 2),
          record(4 | kLocal | kExchange | kAsk, kN, kN + 10, 100.3, 3),
          record(4 | kLocal | kExchange | kAsk, kN, kN + 10, 100.2, 1),
          record(1 | kExchange | kBid, kN + 1, kN + 11, 100.15, 9),
          record(1 | kLocal | kAsk, kN + 2, kN + 20, 100.2, 0),
          record(2 | kLocal | kBid, kN + 3, kN + 20, 100.2, 0.5),
          record(3 | kLocal | kAsk, kN + 4, kN + 30, 100.5, 0),
          record(10 | kLocal | kBid, kN + 5, kN + 40, 1, 1)};
}

TEST_F(ImporterTest, TickArraysBecomeBestPricesAndTrades) {
  for (const bool packed : {false, true}) {
    options_.folder = folder_ / (packed ? "packed" : "stored");
    const ImportReport r = import({write("btcusdt_20240808.npz", zip("data.npy", npy(ticks()), packed))});
    EXPECT_EQ(r.skipped.at("hftbacktest exchange-side copies"), 1U);
    EXPECT_EQ(r.skipped.at("hftbacktest single orders"), 1U);
    const Found f = found();
    EXPECT_EQ(f.contents.symbols, std::vector<std::string>{"BTCUSDT"});
    ASSERT_EQ(f.events.size(), 3U);
    EXPECT_EQ(f.events[0].quote.bid_e8, 10'010'000'000);
    EXPECT_EQ(f.events[0].quote.ask_e8, 10'020'000'000) << "after the whole moment, not in the middle of it";
    EXPECT_EQ(f.events[0].header.time.ns, kT * 1'000'000 + 10);
    EXPECT_EQ(f.events[1].header.kind, EventKind::kReferenceTrade);
    EXPECT_EQ(f.events[2].quote.ask_e8, 10'030'000'000);
    EXPECT_EQ(f.events[2].quote.ask_size_e8, 300'000'000);
  }
}

TEST_F(ImporterTest, DamagedArraysAreReportedWhereTheyEnd) {
  std::string cut = npy(ticks());
  cut.resize(cut.size() - 40);
  const ImportReport r = import({write("btcusdt.npy", cut)});
  ASSERT_EQ(r.bad_lines.size(), 1U);
  EXPECT_NE(r.bad_lines[0].reason.find("ends early"), std::string::npos);
  options_.folder = folder_ / "other";
  std::string damaged = zip("data.npy", npy(ticks()), false);
  damaged[400] ^= 1;
  const ImportReport d = import({write("x.npz", damaged)});
  EXPECT_NE(d.bad_lines.at(0).reason.find("checksum"), std::string::npos);
  options_.folder = folder_ / "third";
  std::string flat = npy(ticks());
  flat.replace(flat.find("(8,)"), 4, "(4,2");
  EXPECT_NE(refused({write("y.npy", flat)}).message.find("y.npy"), std::string::npos);
  EXPECT_NE(refused({write("z.npz", zip("data.npy", "PK", false).substr(0, 50))}).message.find("cut off"),
            std::string::npos);
}

// --- folders and files that cannot be

TEST_F(ImporterTest, ARecordingIsKeptUnlessSaidOtherwise) {
  const fs::path first = write("a.log", timed(kT, book(kT, "11", "0.4", "0.6")));
  const fs::path second = write("b.log", timed(kT + 100, book(kT + 100, "33", "0.4", "0.6", "0x2")) +
                                             timed(kT + 101, change(kT + 101, "11", "0.3", "5")));
  import({first});
  const Error kept = refused({second});
  EXPECT_EQ(kept.code, ErrorCode::kRefused);
  EXPECT_NE(kept.message.find("--append"), std::string::npos);
  EXPECT_EQ(found().frames, 1U);
  options_.existing = ExistingRecording::kAppend;
  EXPECT_EQ(import({second}).gaps, 1U);
  const Found f = found();
  EXPECT_EQ(f.contents.conditions.size(), 2U);
  EXPECT_EQ(f.frames, 4U);
  EXPECT_EQ(f.books[ConditionId{0}].state(), BookState::kAwaitingSnapshot) << "what happened in between nobody knows";
  EXPECT_EQ(f.books[ConditionId{1}].state(), BookState::kLive);
  EXPECT_NE(refused({first}).message.find("time does not go back"), std::string::npos);
  options_.existing = ExistingRecording::kReplace;
  import({second});
  EXPECT_EQ(found().contents.conditions.size(), 2U);
  EXPECT_EQ(found().frames, 2U);
}

TEST_F(ImporterTest, FilesThatCannotBeImportedAreRefusedByName) {
  EXPECT_NE(refused({write("x.csv", "when,what,how_much\n1,2,3\n")}).message.find("x.csv:1"), std::string::npos);
  EXPECT_FALSE(fs::exists(options_.folder)) << "nothing is made for an import that does not begin";
  EXPECT_NE(refused({folder_ / "missing.log"}).message.find("missing.log"), std::string::npos);
  const Error nothing = refused({write("t.json", R"([{"proxyWallet":"0x1","side":"BUY"},{"proxyWallet":"0x2"}])")});
  EXPECT_NE(nothing.message.find("2 fills of a wallet"), std::string::npos) << nothing.message;
  EXPECT_FALSE(is_recording_folder(options_.folder));
  options_.python = "no-such-python";
  EXPECT_NE(refused({write("x.parquet", "PAR1....PAR1")}).message.find("pyarrow"), std::string::npos);
}

// A Python with pyarrow: UNDERROUND_PYTHON, or python3.
std::string python() {
  const char* named = std::getenv("UNDERROUND_PYTHON");
  return named != nullptr ? named : "python3";
}
bool have_pyarrow() { return std::system((python() + " -c 'import pyarrow' 2>/dev/null").c_str()) == 0; }

TEST_F(ImporterTest, ParquetOfAnArchiveHourComesInTheOrderOfTime) {
  if (!have_pyarrow()) GTEST_SKIP() << "no pyarrow; UNDERROUND_PYTHON names a Python that has it";
  const fs::path file = folder_ / "hour.parquet";
  // The archive's own types and order: by market, token, time.
  const std::string make =
      "import pyarrow as pa, pyarrow.parquet as pq, decimal\n"
      "D = decimal.Decimal\n"
      "t = pa.timestamp('ms', 'UTC')\n"
      "n = [None] * 3\n"
      "pq.write_table(pa.table({'timestamp_received': pa.array([1777000000000, 1777000000200, 1777000000100], t),"
      "'timestamp': pa.array([1777000000000, 1777000000199, 1777000000099], t),"
      "'market': pa.array([b'0x1', b'0x1', b'0x2'], pa.binary(3)),"
      "'event_type': ['book', 'price_change', 'price_change'], 'asset_id': ['11', '11', '33'],"
      "'bids': ['[[\"0.40\",\"10\"]]', None, None], 'asks': ['[]', None, None],"
      "'price': pa.array([None, D('0.4100'), D('0.1000')], pa.decimal128(9, 4)),"
      "'size': pa.array([None, D('7'), D('7')], pa.decimal128(18, 6)), 'side': [None, 'BUY', 'SELL'],"
      "'best_bid': pa.array([None, D('0.4100'), None], pa.decimal128(9, 4)),"
      "'best_ask': pa.array(n, pa.decimal128(9, 4)), 'fee_rate_bps': pa.array(n, pa.uint16()),"
      "'transaction_hash': pa.array(n, pa.string()), 'old_tick_size': pa.array(n, pa.decimal128(9, 4)),"
      "'new_tick_size': pa.array(n, pa.decimal128(9, 4))}), '" +
      file.string() + "')\n";
  const fs::path script = write("make.py", make);
  ASSERT_EQ(std::system((python() + " " + script.string()).c_str()), 0);
  options_.python = python();
  const ImportReport r = import({file});
  EXPECT_EQ(r.messages, 3U);
  EXPECT_EQ(r.decode_errors, 0U);
  const Found f = found();
  const auto levels = f.of(EventKind::kLevel);
  ASSERT_EQ(levels.size(), 2U);
  EXPECT_EQ(levels[0].level.price, Price{1'000}) << "of the other market, but earlier";
  EXPECT_EQ(levels[1].level.best_bid, Price{4'100});
  EXPECT_EQ(f.of(EventKind::kSnapshotLevel).at(0).level.price, Price{4'000});
}

}  // namespace
}  // namespace underround::backtest
