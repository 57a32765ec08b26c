#include "backtest/replay.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "base/temporary_folder.hpp"
#include "base/test_paths.hpp"

namespace underround::backtest {
namespace {

namespace fs = std::filesystem;

ReplayReport replay(const std::vector<fs::path>& paths, const ReplayHooks& hooks = {}) {
  const auto report = replay_files(paths, {}, hooks);
  EXPECT_TRUE(report.has_value()) << (report ? "" : report.error().message);
  return report.value_or(ReplayReport{});
}

// --- made-up captures

class ReplayTest : public testing::Test {
 public:
 protected:
  fs::path write(const std::string& content) const {
    std::ofstream(folder_ / "a.log") << content;
    return folder_ / "a.log";
  }

 private:
  TemporaryFolder folder_;
};

std::string book(std::int64_t millis, const char* token, const char* bid, const char* ask) {
  const std::string at = std::to_string(millis);
  return at + R"( {"event_type":"book","market":"0x1","asset_id":")" + token + R"(","timestamp":")" + at +
         R"(","bids":[{"price":")" + bid + R"(","size":"10"}],"asks":[{"price":")" + ask + R"(","size":"10"}]})" + "\n";
}
std::string change(std::int64_t millis, const char* token, const char* price, const char* size, const char* side,
                   const char* best_bid, const char* best_ask) {
  const std::string at = std::to_string(millis);
  return at + R"( {"event_type":"price_change","market":"0x1","timestamp":")" + at +
         R"(","price_changes":[{"asset_id":")" + token + R"(","price":")" + price + R"(","size":")" + size +
         R"(","side":")" + side + R"(","best_bid":")" + best_bid + R"(","best_ask":")" + best_ask + R"("}]})" + "\n";
}
constexpr std::int64_t kT = 1777000000000;

TEST_F(ReplayTest, LearnsPairsAndChecksBothStreamsAgainstOneBook) {
  Catalogue seen;
  std::uint64_t events = 0, frames = 0;
  ReplayHooks hooks;
  hooks.on_start = [&](const Catalogue& c) { seen = c; };
  hooks.on_event = [&](const Event&) { ++events; };
  hooks.on_frame_end = [&](Nanos, const BookStore& books) {
    ++frames;
    EXPECT_TRUE(books[ConditionId{0}].consistent());
  };
  const ReplayReport r = replay({write(book(kT, "11", "0.4", "0.6") + book(kT, "22", "0.4", "0.6") +
                                       change(kT + 5, "22", "0.41", "7", "BUY", "0.41", "0.6") +
                                       change(kT + 9, "11", "0.45", "7", "BUY", "0.45", "0.59"))},
                                hooks);
  EXPECT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[ConditionId{0}].spec.tokens[0], "11");
  EXPECT_EQ(seen[ConditionId{0}].spec.tokens[1], "22");
  EXPECT_EQ(seen[ConditionId{0}].spec.tick, kTick001);
  EXPECT_FALSE(seen[ConditionId{0}].spec.fees.known()) << "nothing trades on what was only learned";
  EXPECT_EQ(r.conditions_learned, 1U);
  EXPECT_EQ(r.mirror_checked, 1U);
  EXPECT_EQ(r.mirror_agree, 1U);
  EXPECT_EQ(r.bbo_checked, 2U);
  EXPECT_EQ(r.bbo_agree, 2U);
  EXPECT_EQ(r.messages, 4U);
  EXPECT_EQ(r.by_type.at("book"), 2U);
  EXPECT_EQ(r.events, events);
  EXPECT_EQ(frames, 4U);
  EXPECT_EQ(r.last_received - r.first_received, Nanos::from_millis(9));
}

TEST_F(ReplayTest, AWrongClaimCostsAgreementAndTheBook) {
  const ReplayReport r =
      replay({write(book(kT, "11", "0.4", "0.6") + change(kT + 5, "11", "0.41", "7", "BUY", "0.42", "0.6") +
                    change(kT + 9, "11", "0.3", "7", "BUY", "0.41", "0.6"))});
  EXPECT_EQ(r.bbo_checked, 2U);
  EXPECT_EQ(r.bbo_agree, 1U);
  EXPECT_EQ(r.gaps, 1U);
}

TEST_F(ReplayTest, CrossedTimeIsMeasuredByReceiveTime) {
  const ReplayReport r =
      replay({write(book(kT, "11", "0.4", "0.6") + change(kT + 100, "11", "0.7", "7", "BUY", "", "") +
                    change(kT + 350, "11", "0.7", "0", "BUY", "", "") + book(kT + 400, "11", "0.4", "0.6"))});
  EXPECT_EQ(r.crossed_ns, Nanos::from_millis(250).ns);
}

TEST_F(ReplayTest, DamageIsCountedAndLocatedAndTheRestCounts) {
  const ReplayReport r = replay({write(
      book(kT, "11", "0.4", "0.6") + std::to_string(kT + 1) + R"( {"event_type":"book","market":)" + "\n" +
      change(kT + 5, "11", "0.41", "99999999999999999999", "BUY", "0.41", "0.6") + book(kT + 9, "11", "0.4", "0.6"))});
  EXPECT_EQ(r.decode_errors, 1U);
  ASSERT_EQ(r.bad_lines.size(), 1U);
  EXPECT_EQ(r.bad_lines[0].line, 2U);
  EXPECT_EQ(r.refused_entries, 1U);
  EXPECT_EQ(r.gaps, 1U);
  EXPECT_EQ(r.snapshots, 2U);
}

// --- recorded captures

std::vector<fs::path> data(const std::vector<std::string>& names) {
  std::vector<fs::path> paths;
  paths.reserve(names.size());
  for (const std::string& name : names) paths.push_back(fs::path(source_folder()) / "../shared/data" / name);
  return paths;
}
#define SKIP_WITHOUT(paths) \
  if (!fs::exists((paths).front())) GTEST_SKIP() << (paths).front() << " is not here"

void expect_all_agree(const ReplayReport& r) {
  EXPECT_EQ(r.decode_errors, 0U) << (r.bad_lines.empty() ? "" : r.bad_lines[0].file + ": " + r.bad_lines[0].reason);
  EXPECT_EQ(r.refused_entries, 0U);
  EXPECT_EQ(r.bbo_agree, r.bbo_checked);
  EXPECT_EQ(r.hash_agree, r.hash_checked);
  EXPECT_EQ(r.mirror_agree, r.mirror_checked);
  EXPECT_EQ(r.crossed_ns, 0);
}

TEST(ReplayData, MultiFeedRecorder) {
  const auto paths =
      data({"polymarket_raw/jonahgrigoryan.m9-rtds-natural-20260429T021025Z-fresh.raw_messages.jsonl.zst",
            "polymarket_raw/jonahgrigoryan.m9-rtds-chainlink-smoke-20260428b.raw_messages.jsonl.zst",
            "polymarket_raw/jonahgrigoryan.m9-runtime-smoke-20260427b.raw_messages.jsonl.zst"});
  SKIP_WITHOUT(paths);
  const ReplayReport r = replay(paths);
  expect_all_agree(r);
  EXPECT_EQ(r.conditions, 9U);
  EXPECT_EQ(r.conditions_learned, 0U) << "the market lists beside the captures were found";
  EXPECT_EQ(r.by_type.at("rest_book"), 372U);
  EXPECT_EQ(r.by_type.at("book"), 192U);
  EXPECT_EQ(r.by_type.at("price_change"), 40U);
  EXPECT_EQ(r.by_type.at("new_market"), 21U);
  EXPECT_EQ(r.rest_hash_checked, 372U);
  EXPECT_EQ(r.book_hash_checked, 192U);
  EXPECT_EQ(r.change_hash_checked, 80U);
  EXPECT_GE(r.bbo_checked, 68U);
  EXPECT_GE(r.mirror_checked, 500U);
}

TEST(ReplayData, OneAtomicCancelBatch) {
  const auto paths = data({"polymarket_raw/tail5m_batch1.jsonl.zst"});
  SKIP_WITHOUT(paths);
  const ReplayReport r = replay(paths);
  expect_all_agree(r);
  // Both tokens before the batch, and each of its entries after it (ANALYSIS section 1: 4 of 4 distinct hashes).
  EXPECT_EQ(r.book_hash_checked, 2U);
  EXPECT_EQ(r.change_hash_checked, 8U);
  EXPECT_EQ(r.bbo_checked, 8U);
}

TEST(ReplayData, RestBooks) {
  const auto paths = data({"polymarket_l2/wakeupnemo.books_run_20260311T214149Z.jsonl.zst"});
  SKIP_WITHOUT(paths);
  const ReplayReport r = replay(paths);
  expect_all_agree(r);
  EXPECT_EQ(r.rest_hash_checked, 60U);
  EXPECT_EQ(r.books, 10U);
}

TEST(ReplayData, BookAndTradeArrays) {
  const auto paths = data({"polymarket_l2/caiooooo.1h_btc_orderbooks_1765450800up.json.zst",
                           "polymarket_l2/caiooooo.1h_btc_orderbooks_1765450800down.json.zst",
                           "polymarket_l2/caiooooo.1h_btc_trades_1765450800up.json.zst",
                           "polymarket_l2/caiooooo.1h_btc_trades_1765450800down.json.zst"});
  SKIP_WITHOUT(paths);
  const ReplayReport r = replay(paths);
  expect_all_agree(r);
  EXPECT_EQ(r.by_type.at("book"), 600U);
  EXPECT_EQ(r.by_type.at("last_trade_price"), 300U);
  EXPECT_EQ(r.conditions, 1U) << "up and down are one market";
  EXPECT_GE(r.mirror_checked, 290U);
}

TEST(ReplayData, L1Rows) {
  const auto paths = data({"polymarket_raw/xinghuan18.polymarket_up_l1_events.csv.zst"});
  SKIP_WITHOUT(paths);
  const ReplayReport r = replay(paths);
  expect_all_agree(r);
  EXPECT_EQ(r.messages, 474U);
  EXPECT_EQ(r.by_type.at("price_change"), 401U);
  EXPECT_EQ(r.by_type.at("best_bid_ask"), 31U);
  EXPECT_EQ(r.by_type.at("book"), 26U);
  EXPECT_EQ(r.by_type.at("last_trade_price"), 16U);
}

TEST(ReplayData, SmallPayloads) {
  const auto paths = data({"polymarket_raw/polypy_fixtures.tar.zst"});
  SKIP_WITHOUT(paths);
  const ReplayReport r = replay(paths);
  EXPECT_EQ(r.decode_errors, 0U);
  EXPECT_EQ(r.rest_hash_checked, 4U);
  EXPECT_EQ(r.rest_hash_agree, 4U);
  EXPECT_EQ(r.book_hash_agree, 3U);
  // One frame of two entries was edited when its author moved the 2024 capture to the new shape; the next one agrees.
  EXPECT_EQ(r.change_hash_checked - r.change_hash_agree, 2U);
}

TEST(ReplayData, ShapeFixturesOfAnotherClient) {
  const auto paths = data({"polymarket_raw/nautilus_crates_polymarket_test_data.tar.zst"});
  SKIP_WITHOUT(paths);
  const ReplayReport r = replay(paths);
  EXPECT_EQ(r.decode_errors, 0U) << (r.bad_lines.empty() ? "" : r.bad_lines[0].file);
  for (const char* type : {"book", "price_change", "last_trade_price", "tick_size_change", "best_bid_ask", "new_market",
                           "market_resolved"}) {
    EXPECT_GE(r.by_type.contains(type) ? r.by_type.at(type) : 0, 1U) << type;
  }
}

}  // namespace
}  // namespace underround::backtest
