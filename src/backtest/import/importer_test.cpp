// Recorded frames, outcomes, folders: files as other programs write them, through the import.
#include "backtest/import/importer.hpp"

#include <gtest/gtest.h>

#include "backtest/import/importer_fixture.hpp"
#include "journal/condition_codec.hpp"
#include "journal/journal.hpp"

namespace underround::backtest {
namespace {

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

// What `underround record` left: its markets as they are, its marks of lost continuity as gaps.
TEST_F(ImporterTest, ARecordersFolderIsItsFramesItsMarketsAndItsGaps) {
  const fs::path folder = folder_ / "raw";
  {
    auto journal = journal::Journal::open({.folder = folder}).value();
    std::vector<std::uint8_t> buffer;
    journal::JournalledCondition c;
    c.id = ConditionId{41};
    c.spec.condition_id = "0xmarket";
    c.spec.slug = "will-it";
    c.spec.tokens = {"11", "22"};
    c.spec.tick = kTick001;
    c.spec.fees = FeeSchedule::free();
    ASSERT_TRUE(journal->append(journal::RecordKind::kCondition, journal::encode_condition(c, buffer)));
    const auto add = [&](journal::RecordKind kind, std::int64_t ms, std::string_view text) {
      std::array<std::uint8_t, journal::kFrameHead> head;
      const journal::Frame frame{Nanos::from_millis(ms), VenueId::kPolymarket, journal::Stream::kMarket, 1, text};
      ASSERT_TRUE(journal->append(kind, journal::encode_frame_head(frame, head), journal::text_bytes(frame)));
    };
    add(journal::RecordKind::kFrame, kT, book(kT, "11", "0.4", "0.6"));
    add(journal::RecordKind::kGap, kT + 5, "0xmarket the stream was silent");
    add(journal::RecordKind::kFrame, kT + 9, book(kT + 9, "11", "0.4", "0.6"));
  }
  const ImportReport r = import({folder});
  EXPECT_EQ(r.by_type.at("book"), 2U);
  EXPECT_EQ(r.conditions, 1U);
  const Found f = found();
  EXPECT_EQ(f.spec(0).slug, "will-it");
  EXPECT_FALSE(has_tag(f.spec(0), kTagLearned));
  EXPECT_TRUE(f.spec(0).fees.known());
  ASSERT_EQ(f.of(EventKind::kGap).size(), 1U);
  EXPECT_EQ(f.of(EventKind::kGap)[0].header.time, Nanos::from_millis(kT + 5));
}

// The second token may come long after the first: the condition gets its name then, and keeps its id.
TEST_F(ImporterTest, TokensMetLateBelongToTheirMarketAllTheSame) {
  std::string lines = timed(kT, book(kT, "11", "0.4", "0.6"));
  for (int i = 1; i < 5'000; ++i) lines += timed(kT + i, change(kT + i, "11", "0.3", "7"));
  lines += timed(kT + 5'000, book(kT + 5'000, "33", "0.2", "0.3", "0x2"));
  lines += timed(kT + 5'001, book(kT + 5'001, "22", "0.4", "0.6"));
  lines += timed(kT + 5'001, change(kT + 5'001, "33", "0.251", "7", "0x2"));
  lines += timed(kT + 5'002, book(kT + 5'002, "99", "0.4", "0.6"));
  const ImportReport r = import({write("a.log", lines)});
  EXPECT_EQ(r.conditions, 2U);
  EXPECT_EQ(r.unknown_tokens, 1U) << "a third token of a market: nothing is known about it";
  const Found f = found();
  EXPECT_EQ(f.spec(0).tokens[1], "22");
  EXPECT_EQ(f.spec(1).tokens[0], "33");
  EXPECT_EQ(f.spec(1).tick, kTick0001) << "the finest step so far, whenever it comes";
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

// --- how markets ended

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
  EXPECT_FALSE(is_recording(options_.folder));
  options_.python = "no-such-python";
  EXPECT_NE(refused({write("x.parquet", "PAR1....PAR1")}).message.find("pyarrow"), std::string::npos);
}

}  // namespace
}  // namespace underround::backtest
