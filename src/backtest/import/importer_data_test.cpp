// The import over recorded captures (docs/REAL_DATA.md): every figure, and the books that come out of the recording.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "backtest/import/importer.hpp"
#include "backtest/native_recording.hpp"
#include "backtest/replay.hpp"
#include "base/temporary_folder.hpp"
#include "base/test_paths.hpp"

namespace underround::backtest {
namespace {

namespace fs = std::filesystem;

struct Figures {
  std::uint64_t messages, frames, events, conditions, symbols, gaps, resolutions;
};

class ImporterData : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.folder = folder_ / "rec";
    if (const char* named = std::getenv("TEST_PYTHON")) options_.python = named;
  }

  static fs::path data() { return fs::path(source_folder()) / "../shared/data"; }
  // Files of a folder whose names contain `part`, in their order.
  static std::vector<fs::path> files(const std::string& folder, const std::string& part) {
    std::vector<fs::path> out;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(data() / folder, error)) {
      if (entry.path().filename().string().find(part) != std::string::npos) out.push_back(entry.path());
    }
    std::ranges::sort(out);
    return out;
  }
  ImportReport expect(const std::vector<fs::path>& files, const Figures& figures) {
    const auto r = import_files(files, options_);
    EXPECT_TRUE(r.has_value()) << (r ? "" : r.error().message);
    if (!r) return {};
    EXPECT_EQ(r->decode_errors, 0U) << (r->bad_lines.empty() ? ""
                                                             : r->bad_lines[0].file + ": " + r->bad_lines[0].reason);
    EXPECT_EQ(r->messages, figures.messages);
    EXPECT_EQ(r->frames, figures.frames);
    EXPECT_EQ(r->events, figures.events);
    EXPECT_EQ(r->conditions, figures.conditions);
    EXPECT_EQ(r->symbols, figures.symbols);
    EXPECT_EQ(r->gaps, figures.gaps);
    EXPECT_EQ(r->resolutions, figures.resolutions);
    return *r;
  }
  // The recording through the books: what it says of itself must still hold. `strangers`: pairs known not to mirror.
  ReplayReport replayed(std::uint64_t strangers = 0) const {
    const auto r = replay_files(std::vector{options_.folder}, {}, {});
    EXPECT_TRUE(r.has_value()) << (r ? "" : r.error().message);
    if (!r) return {};
    EXPECT_EQ(r->bbo_agree, r->bbo_checked);
    EXPECT_EQ(r->mirror_agree + strangers, r->mirror_checked);
    return *r;
  }
  [[nodiscard]] bool all_tagged(std::string_view tag) const {
    auto reader = NativeReader::open(options_.folder);
    return reader &&
           std::ranges::all_of(reader->contents().conditions, [tag](const auto& c) { return has_tag(c.spec, tag); });
  }
  [[nodiscard]] bool have_pyarrow() const {
    return std::system((options_.python + " -c 'import pyarrow' 2>/dev/null").c_str()) == 0;
  }

  TemporaryFolder folder_;
  ImportOptions options_;
};

#define SKIP_WITHOUT(paths) \
  if ((paths).empty()) GTEST_SKIP() << "recordings are not beside the repository"
#define SKIP_WITHOUT_PYARROW() \
  if (!have_pyarrow()) GTEST_SKIP() << "no pyarrow; TEST_PYTHON names a Python that has it"

TEST_F(ImporterData, RoundsOfAMultiFeedRecorder) {
  const auto paths = files("polymarket_raw", "natural-20260429T021025Z-fresh.raw_messages");
  SKIP_WITHOUT(paths);
  const ImportReport r = expect(paths, {1'707, 1'570, 53'950, 3, 6, 30, 0});
  EXPECT_EQ(r.by_type.at("chainlink price"), 810U);
  EXPECT_EQ(r.by_type.at("binance trade"), 300U);
  EXPECT_EQ(r.skipped.at("coinbase"), 300U);
  EXPECT_TRUE(all_tagged(kTagSampled));
  const ReplayReport books = replayed();
  EXPECT_EQ(books.snapshots, 540U) << "180 books and 360 REST books, none lost";
  EXPECT_EQ(books.levels, 80U);
  EXPECT_EQ(books.gaps, 90U) << "three markets, thirty rounds";
  EXPECT_EQ(books.crossed_ns, 0);
}

TEST_F(ImporterData, OneAtomicBatch) {
  const auto paths = files("polymarket_raw", "tail5m_batch1");
  SKIP_WITHOUT(paths);
  expect(paths, {8, 7, 219, 1, 0, 0, 0});
  EXPECT_EQ(replayed().bbo_checked, 8U);
}

TEST_F(ImporterData, OneLevelRows) {
  const auto paths = files("polymarket_raw", "xinghuan18");
  SKIP_WITHOUT(paths);
  expect(paths, {474, 474, 2'322, 1, 0, 0, 0});
  EXPECT_TRUE(all_tagged("depth:1"));
}

TEST_F(ImporterData, BooksAndTradesWithAMidBeside) {
  const auto paths = files("polymarket_l2", "caiooooo.1h");
  SKIP_WITHOUT(paths);
  const ImportReport r = expect(paths, {1'800, 1'800, 63'088, 1, 1, 0, 0});
  EXPECT_EQ(r.by_type.at("binance mid"), 900U);
  EXPECT_TRUE(all_tagged(kTagSampled));
  const ReplayReport books = replayed();
  EXPECT_EQ(books.mirror_checked, 295U) << "as from the files themselves";
  EXPECT_EQ(books.stale_dropped, 5U);
}

TEST_F(ImporterData, TradesAlone) {
  const auto paths = files("polymarket_l2", "caiooooo.15m");
  SKIP_WITHOUT(paths);
  expect(paths, {8'058, 8'058, 16'116, 2, 2, 0, 0});
}

TEST_F(ImporterData, RestBooks) {
  const auto paths = files("polymarket_l2", "wakeupnemo");
  SKIP_WITHOUT(paths);
  expect(paths, {60, 6, 4'736, 10, 0, 0, 0});
  EXPECT_EQ(replayed().mirror_checked, 38U);
}

TEST_F(ImporterData, SampledLevels) {
  const auto paths = files("polymarket_l2", "dannychee1");
  SKIP_WITHOUT(paths);
  SKIP_WITHOUT_PYARROW();
  expect(paths, {25'636, 3'385, 82'974, 5, 1, 0, 0});
  EXPECT_TRUE(all_tagged("depth:5"));
  // One sample caught the second token in the middle of a batch, bid and ask both 0.11; the next is a second later.
  const ReplayReport books = replayed(1);
  EXPECT_EQ(books.mirror_checked, 3'211U);
  EXPECT_EQ(books.crossed_ns, 1'002'000'000);
}

TEST_F(ImporterData, BinanceFrames) {
  const auto spot = files("binance", "spot_btcusdt"), futures = files("binance", "usdm_btcusdt");
  SKIP_WITHOUT(spot);
  const ImportReport r = expect(spot, {37'797, 37'797, 75'594, 0, 1, 0, 0});
  EXPECT_EQ(r.by_type.at("binance bookTicker"), 28'040U);
  EXPECT_EQ(r.skipped.at("binance depthUpdate"), 3'451U);
  EXPECT_NE(r.unknown.at(0).find("1.274 s behind"), std::string::npos);
  options_.folder = folder_ / "futures";
  expect(futures, {87'402, 87'402, 174'804, 0, 1, 0, 0});
}

TEST_F(ImporterData, KalshiBestPrices) {
  const auto paths = files("kalshi", "jetpackjules");
  SKIP_WITHOUT(paths);
  expect(paths, {570'686, 570'686, 2'850'189, 84, 0, 10, 0});
  EXPECT_TRUE(all_tagged(kTagSizesUnknown));
  EXPECT_EQ(replayed().books, 84U);
}

TEST_F(ImporterData, SettlementPricesAndOutcomes) {
  auto paths = files("settlement", "ligengxin96");
  SKIP_WITHOUT(paths);
  std::ranges::move(files("settlement", "felixdoteth"), std::back_inserter(paths));
  const ImportReport r = expect(paths, {105'778, 84'850, 169'700, 292, 1, 0, 292});
  EXPECT_EQ(r.unmatched_outcomes, 20'928U) << "other days";
}

TEST_F(ImporterData, PolledQuotesWithLabels) {
  auto paths = files("polymarket_us", "quotes.dt=2026-07-11");
  SKIP_WITHOUT(paths);
  SKIP_WITHOUT_PYARROW();
  std::ranges::move(files("polymarket_us", "labels"), std::back_inserter(paths));
  std::ranges::move(files("polymarket_us", "markets"), std::back_inserter(paths));
  const ImportReport r = expect(paths, {5'901'406, 7'916, 6'953'154, 12'443, 0, 0, 7'210});
  EXPECT_EQ(r.by_type.at("quote row"), 5'597'756U);
  EXPECT_TRUE(all_tagged(kTagSizesUnknown));
}

TEST_F(ImporterData, MarketListAlone) {
  const auto paths = files("polymarket_gamma", "markets_pages");
  SKIP_WITHOUT(paths);
  expect(paths, {0, 0, 0, 21'500, 0, 0, 0});
}

}  // namespace
}  // namespace underround::backtest
