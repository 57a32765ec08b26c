// Tests of the import: files in a folder of their own, and what a reader of the recording finds.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "backtest/import/importer.hpp"
#include "backtest/native_recording.hpp"
#include "base/temporary_folder.hpp"
#include "book/book_store.hpp"

namespace underround::backtest {

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
  void SetUp() override { options_.folder = folder_ / "rec"; }

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

  TemporaryFolder folder_;
  ImportOptions options_;
};

inline constexpr std::int64_t kT = 1'777'000'000'000;

inline std::string book(std::int64_t millis, const std::string& token, const char* bid, const char* ask,
                        const char* market = "0x1") {
  return R"({"event_type":"book","market":")" + std::string(market) + R"(","asset_id":")" + token +
         R"(","timestamp":")" + std::to_string(millis) + R"(","bids":[{"price":")" + bid +
         R"(","size":"10"}],"asks":[{"price":")" + ask + R"(","size":"10"}]})";
}
inline std::string change(std::int64_t millis, const std::string& token, const char* price, const char* size,
                          const char* market = "0x1") {
  return R"({"event_type":"price_change","market":")" + std::string(market) + R"(","timestamp":")" +
         std::to_string(millis) + R"(","price_changes":[{"asset_id":")" + token + R"(","price":")" + price +
         R"(","size":")" + size + R"(","side":"BUY","best_bid":"","best_ask":""}]})";
}
inline std::string timed(std::int64_t millis, const std::string& frame) {
  return std::to_string(millis) + " " + frame + "\n";
}

}  // namespace underround::backtest
