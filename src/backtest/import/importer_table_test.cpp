// Tables and arrays, as other programs write them, through the import.
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>

#include "backtest/import/importer_fixture.hpp"

namespace underround::backtest {
namespace {

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

TEST_F(ImporterTest, KalshiRowsWithoutAnyBidAreNoBook) {
  const ImportReport r =
      import({write("k.csv",
                    "timestamp,market_ticker,best_yes_bid,best_no_bid,implied_no_ask,implied_yes_ask\n"
                    "2025-12-04T12:27:15,KXHIGHNY-25DEC05-T30,0,0,100,100\n"
                    "2025-12-04T12:27:16,KXHIGHNY-25DEC05-B32.5,98,0,2,100\n"
                    "2025-12-06T04:01:34,KXHIGHNY-25DEC05-B32.5,0,0,100,100\n"
                    "2025-12-06T04:01:35,KXHIGHNY-25DEC05-B32.5,0,0,100,100\n")});
  EXPECT_EQ(r.by_type.at("quote row"), 4U);
  const Found f = found();
  EXPECT_EQ(f.of(EventKind::kGap).size(), 1U) << "one book ended; the other never began";
  EXPECT_EQ(f.books[ConditionId{1}].state(), BookState::kAwaitingSnapshot);
  EXPECT_EQ(f.books[ConditionId{1}].last_touch().bid, Price{9'800});
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

// A Python with pyarrow: TEST_PYTHON, or python3.
std::string python() {
  const char* named = std::getenv("TEST_PYTHON");
  return named != nullptr ? named : "python3";
}
bool have_pyarrow() { return std::system((python() + " -c 'import pyarrow' 2>/dev/null").c_str()) == 0; }

TEST_F(ImporterTest, ParquetOfAnArchiveHourComesInTheOrderOfTime) {
  if (!have_pyarrow()) GTEST_SKIP() << "no pyarrow; TEST_PYTHON names a Python that has it";
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
