#include "backtest/capture_reader.hpp"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <fstream>

#include "base/temporary_folder.hpp"
#include "base/test_paths.hpp"

namespace underround::backtest {
namespace {

namespace fs = std::filesystem;

// A folder of its own for each test, removed at its end.
class CaptureReaderTest : public testing::Test {
 public:
 protected:
  fs::path write(const std::string& name, std::string_view content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return folder_ / name;
  }

  struct Read {
    std::vector<std::string> texts, feeds, types, files;
    std::vector<std::int64_t> millis;
    std::vector<std::uint64_t> lines;
    std::vector<ConditionSpec> markets;
    std::vector<BadLine> bad;
    std::uint64_t notes = 0;
  };
  static Read read(const std::vector<fs::path>& paths, const CaptureOptions& options = {}) {
    Read r;
    auto reader = CaptureReader::open(paths, options);
    EXPECT_TRUE(reader.has_value()) << (reader ? "" : reader.error().message);
    if (!reader) return r;
    CaptureFrame frame;
    while (reader->next(frame)) {
      r.texts.emplace_back(frame.text);
      r.feeds.emplace_back(frame.feed);
      r.types.emplace_back(frame.type);
      r.files.push_back(fs::path(frame.file).filename().string());
      r.millis.push_back(frame.received.millis());
      r.lines.push_back(frame.line);
    }
    r.markets = reader->markets();
    r.bad = reader->bad_lines();
    r.notes = reader->note_count();
    return r;
  }

 private:
  TemporaryFolder folder_;
};
using Texts = std::vector<std::string>;

const std::string kA = R"({"event_type":"x","timestamp":"1777366994801","n":1})";
const std::string kB = R"({"event_type":"x","timestamp":"1777366994802","n":2})";

TEST_F(CaptureReaderTest, RawLines) {
  const Read r = read({write("a.jsonl", kA + "\r\n\n[" + kB + "]\nPONG\n")});
  EXPECT_EQ(r.texts, (Texts{kA, "[" + kB + "]", "PONG"}));
  EXPECT_EQ(r.millis[0], 1777366994801);
  EXPECT_EQ(r.lines, (std::vector<std::uint64_t>{1, 3, 4}));
  EXPECT_TRUE(r.bad.empty());
}

TEST_F(CaptureReaderTest, LinesBehindATimestamp) {
  const Read r = read({write("a.log", "1723161256189000000 " + kA + "\n1723161256190 " + kB + "\n")});
  EXPECT_EQ(r.texts, (Texts{kA, kB}));
  EXPECT_EQ(r.millis, (std::vector<std::int64_t>{1723161256189, 1723161256190}));
}

TEST_F(CaptureReaderTest, Envelopes) {
  const std::string payload = R"({\"event_type\":\"x\",\"n\":\"\\u00e9\"})";
  const Read r = read({write(
      "a.jsonl",
      R"({"source":"polymarket_clob","recv_wall_ts":1777381522078,"recv_mono_ns":1777381522078747000,"payload":")" +
          payload + "\"}\n" + R"({"source":"binance","recv_wall_ts":1777381522079,"payload":"{}"})" + "\n" +
          R"({"kind":"checkpoint","receivedAtMs":1777381522080,"data":[{"event_type":"book","asset_id":"1"}]})" + "\n" +
          R"({"receivedAtMs":1777381522081,"source":"clob","data":"[1]"})" + "\n" +
          R"({"collector_ts":"2026-04-28T13:05:22.082+00:00","books":[{"asset_id":"1"}]})" + "\n")});
  EXPECT_EQ(r.texts, (Texts{R"({"event_type":"x","n":"\u00e9"})", "{}", R"([{"event_type":"book","asset_id":"1"}])",
                            "[1]", R"([{"asset_id":"1"}])"}));
  EXPECT_EQ(r.feeds, (Texts{"", "binance", "", "", ""}));
  EXPECT_EQ(r.millis,
            (std::vector<std::int64_t>{1777381522078, 1777381522079, 1777381522080, 1777381522081, 1777381522082}));
}

TEST_F(CaptureReaderTest, ProsePythonAndWholeDocuments) {
  Read r = read(
      {write("notes.txt", "Initial book message:\n" + kA +
                              "\n\nThen:\n{'event_type': 'x', 'ok': True, 'q': 'it\\'s \"so\"', 'none': None}\n")});
  EXPECT_EQ(r.texts, (Texts{kA, R"({"event_type": "x", "ok": true, "q": "it's \"so\"", "none": null})"}));
  EXPECT_EQ(r.notes, 2U);
  EXPECT_TRUE(r.bad.empty());
  r = read({write("doc.json", "{\n  \"event_type\": \"x\",\n  \"timestamp\": \"1777366994801\"\n}\n")});
  ASSERT_EQ(r.texts.size(), 1U);
  EXPECT_EQ(r.millis[0], 1777366994801);
}

TEST_F(CaptureReaderTest, CollectorArraysOfBooksAndTradesMergeByLocalTime) {
  const fs::path books = write("x.1h_btc_orderbooks_17up.json",
                               R"([
 {"bids":[{"price":"0.4","size":"1"}],"asks":[],"local_timestamp":"1765450851000","timestamp":"1765450850000"},
 {"bids":[],"asks":[],"local_timestamp":"1765450853000","timestamp":"1765450852000"}])");
  const fs::path trades = write("x.1h_btc_trades_17down.json",
                                R"([
 {"price":"0.57","size":"2","side":"buy","local_timestamp":"1765450852000","timestamp":"1765450851500"}])");
  const Read r = read({trades, books});
  ASSERT_EQ(r.texts.size(), 3U);
  EXPECT_NE(r.texts[0].find(R"("event_type":"book")"), std::string::npos);
  EXPECT_NE(r.texts[0].find(R"("asset_id":"capture:x.1h_btc_17:up")"), std::string::npos);
  EXPECT_NE(r.texts[1].find(R"("asset_id":"capture:x.1h_btc_17:down")"), std::string::npos);
  EXPECT_NE(r.texts[1].find(R"("event_type":"last_trade_price")"), std::string::npos);
  EXPECT_EQ(r.millis, (std::vector<std::int64_t>{1765450851000, 1765450852000, 1765450853000}));
  ASSERT_FALSE(r.markets.empty());
  EXPECT_EQ(r.markets[0].condition_id, "capture:x.1h_btc_17");
}

TEST_F(CaptureReaderTest, L1RowsBecomeOneLevelBooks) {
  const Read r =
      read({write("one_up.csv",
                  "local_ts_ms,recv_iso_utc,msg_ts_ms,event_type,bid_price,bid_qty,ask_price,ask_qty,change,trade_"
                  "price,trade_size,trade_side,trade_tx_hash\n"
                  "1772368991363,t,1772368991332,price_change,0.6,138.51,0.61,444.96,,,,,\n"
                  "1772368992405,t,1772368992394,last_trade_price,0.6,209.0,0.61,483.31,,0.61,1.639343,BUY,0xb0\n"
                  "1772368992406,t,1772368992395,price_change,0.6\n")});
  ASSERT_EQ(r.texts.size(), 2U);
  EXPECT_NE(r.texts[0].find(R"("bids":[{"price":"0.6","size":"138.51"}],"asks":[{"price":"0.61","size":"444.96"}])"),
            std::string::npos);
  EXPECT_EQ(r.types, (Texts{"price_change", "last_trade_price"}));
  ASSERT_EQ(r.bad.size(), 1U);
  EXPECT_EQ(r.bad[0].line, 4U);
}

TEST_F(CaptureReaderTest, MarketListsBecomeSpecsAndAreFoundBesideTheCapture) {
  const std::string list =
      R"({"slug":"btc-updown-15m-1","condition_id":"0x)" + std::string(64, 'a') +
      R"(","outcomes":[{"token_id":"1","outcome":"Up"},{"token_id":"2","outcome":"Down"}],"start_ts":1777466700000,)"
      R"("tick_size":0.001,"min_order_size":5.0,"fee_parameters":{"fees_enabled":true,"raw_fee_config":{"exponent":1,"rate":0.072}},"lifecycle_state":"active"})";
  write("run7.markets.jsonl", list + "\n");
  write("other.markets.jsonl", "{}\n");
  const fs::path capture = write("run7.raw_messages.jsonl", kA + "\n");
  Read r = read({capture});
  ASSERT_EQ(r.markets.size(), 1U);
  EXPECT_EQ(r.markets[0].tokens[1], "2");
  EXPECT_EQ(r.markets[0].tick, kTick0001);
  EXPECT_EQ(r.markets[0].fees, FeeSchedule::taker(72'000, 1));
  EXPECT_EQ(r.texts, Texts{kA});
  r = read({capture}, {.find_companions = false, .progress = {}});
  EXPECT_TRUE(r.markets.empty());
}

TEST_F(CaptureReaderTest, BadLinesAreReportedByFileAndNumberAndTheRestIsRead) {
  const Read r = read({write("a.jsonl", kA + "\n{\"run_id\": \n<html>\nwhat\n" + kB + "\n")});
  EXPECT_EQ(r.texts, (Texts{kA, kB}));
  ASSERT_EQ(r.bad.size(), 3U);
  EXPECT_EQ(r.bad[0].line, 2U);
  EXPECT_EQ(r.bad[1].line, 3U);
  EXPECT_NE(r.bad[1].reason.find("HTML"), std::string::npos);
  EXPECT_EQ(r.bad[2].line, 4U);
  EXPECT_EQ(fs::path(r.bad[0].file).filename(), "a.jsonl");
}

TEST_F(CaptureReaderTest, ADamagedFirstLineDoesNotHideTheRest) {
  const Read r = read({write("a.jsonl", "{\"run_id\":\"cut\n" + kA + "\n")});
  EXPECT_EQ(r.texts, Texts{kA});
  ASSERT_EQ(r.bad.size(), 1U);
  EXPECT_EQ(r.bad[0].line, 1U);
}

TEST_F(CaptureReaderTest, FilesAreMergedInTimeOrderAndTimeNeverGoesBack) {
  const Read r = read({write("a.log", "1723161256300 {\"n\":1}\n1723161256200 {\"n\":2}\n1723161256500 {\"n\":3}\n"),
                       write("b.log", "1723161256250 {\"n\":4}\n1723161256400 {\"n\":5}\n")});
  EXPECT_EQ(r.texts, (Texts{"{\"n\":4}", "{\"n\":1}", "{\"n\":2}", "{\"n\":5}", "{\"n\":3}"}));
  EXPECT_TRUE(std::ranges::is_sorted(r.millis));
}

std::string gzip(std::string_view text) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(text.size() + 100, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}
std::string zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}
std::string tar(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string out;
  for (const auto& [name, content] : members) {
    std::string header(512, '\0');
    header.replace(0, name.size(), name);
    char size[16];
    std::snprintf(size, sizeof size, "%011zo", content.size());
    header.replace(124, 11, size);
    header[156] = '0';
    header.replace(257, 5, "ustar");
    out += header + content + std::string((512 - content.size() % 512) % 512, '\0');
  }
  return out + std::string(1024, '\0');
}

TEST_F(CaptureReaderTest, CompressionIsDetectedByContent) {
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += kA + "\n";
  EXPECT_EQ(read({write("a", gzip(many))}).texts.size(), 20'000U);
  EXPECT_EQ(read({write("b.gz", zstd(many))}).texts.size(), 20'000U) << "the name does not matter";
  EXPECT_EQ(read({write("c", gzip(kA + "\n") + gzip(kB + "\n"))}).texts, (Texts{kA, kB})) << "members end to end";
  EXPECT_EQ(read({write("d", zstd(kA + "\n") + zstd(kB + "\n"))}).texts, (Texts{kA, kB}));
}

TEST_F(CaptureReaderTest, CutOffCompressionIsReportedAndWhatCameIsKept) {
  std::string many;
  for (int i = 0; i < 5'000; ++i) many += R"({"event_type":"x","n":)" + std::to_string(i * 7919) + "}\n";
  for (std::string packed : {gzip(many), zstd(many)}) {
    packed.resize(packed.size() - 10);
    const Read r = read({write("cut", packed)});
    ASSERT_GE(r.bad.size(), 1U);
    EXPECT_NE(r.bad.back().reason.find("ends early"), std::string::npos);
  }
}

TEST_F(CaptureReaderTest, ArchivesOfDocumentsAndLines) {
  const Read r = read({write(
      "x.tar.zst", zstd(tar({{"d/one.json", "{\n\"event_type\":\"x\"}"}, {"d/two.jsonl", kA + "\n" + kB + "\n"}})))});
  EXPECT_EQ(r.texts.size(), 3U);
  EXPECT_EQ(r.files[0], "one.json");
  const auto damaged = CaptureReader::open(std::vector{write("y.tar", tar({{"a", kA}}).substr(0, 540))}, {});
  ASSERT_FALSE(damaged.has_value());
  EXPECT_NE(damaged.error().message.find("damaged"), std::string::npos);
}

TEST_F(CaptureReaderTest, WhatCannotBeReadIsAnErrorAtOpen) {
  auto r = CaptureReader::open(std::vector{fs::path("/nonexistent/x.jsonl")}, {});
  ASSERT_FALSE(r.has_value());
  EXPECT_EQ(r.error().code, ErrorCode::kIo);
  r = CaptureReader::open(std::vector{write("x.parquet", "PAR1....PAR1")}, {});
  ASSERT_FALSE(r.has_value());
  EXPECT_EQ(r.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(r.error().message.find("Parquet"), std::string::npos);
  r = CaptureReader::open(std::vector{fs::temp_directory_path()}, {});
  EXPECT_FALSE(r.has_value());
}

TEST_F(CaptureReaderTest, ProgressReachesTheTotal) {
  CaptureOptions options;
  CaptureProgress last;
  std::uint64_t calls = 0;
  options.progress = [&](const CaptureProgress& p) {
    EXPECT_GE(p.bytes_done, last.bytes_done);
    last = p;
    ++calls;
  };
  std::string many;
  for (int i = 0; i < 60'000; ++i) many += kA + "\n";
  static_cast<void>(read({write("a.jsonl", many)}, options));
  EXPECT_GT(calls, 2U);
  EXPECT_EQ(last.bytes_done, many.size());
  EXPECT_EQ(last.bytes_total, many.size());
}

TEST_F(CaptureReaderTest, EmptyFilesAreFine) {
  EXPECT_TRUE(read({write("a.jsonl", ""), write("b.jsonl", "\n\n")}).texts.empty());
}

TEST(CaptureReaderData, DecodesTheGammaCrawl) {
  const fs::path crawl =
      fs::path(source_folder()) / "../shared/data/polymarket_gamma/wakeupnemo.markets_pages_00000-00859.tar.zst";
  if (!fs::exists(crawl)) GTEST_SKIP() << crawl << " is not here";
  auto reader = CaptureReader::open(std::vector{crawl}, {});
  ASSERT_TRUE(reader.has_value()) << reader.error().message;
  CaptureFrame frame;
  EXPECT_FALSE(reader->next(frame));
  EXPECT_EQ(reader->bad_line_count(), 0U);
  ASSERT_EQ(reader->markets().size(), 21'500U);
  Catalogue catalogue;
  for (const ConditionSpec& spec : reader->markets()) {
    ASSERT_TRUE(catalogue.add(spec).has_value()) << spec.slug;
    ASSERT_TRUE(spec.tick.known()) << spec.slug;
  }
  EXPECT_EQ(catalogue.size(), 21'500U);
  // /markets pages do not say how many conditions an event has: no set may count as complete.
  for (std::uint32_t i = 0; i < catalogue.event_count(); ++i) {
    EXPECT_NE(catalogue.event(EventId{i}).completeness, Completeness::kExactlyOne);
  }
}

}  // namespace
}  // namespace underround::backtest
