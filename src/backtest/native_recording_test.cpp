// A native recording on a real disk: what was written is what is read; indexed, unfinished, damaged, continued.
#include "backtest/native_recording.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "base/temporary_folder.hpp"
#include "journal/journal.hpp"
#include "journal/journal_reader.hpp"

namespace underround::backtest {
namespace {

namespace fs = std::filesystem;
using journal::JournalledCondition;

class NativeRecordingTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<NativeWriter> write(bool append = false) const {
    auto made = NativeWriter::create({.folder = folder_ / "rec", .append = append, .segment_bytes = 16'384});
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    return made ? std::move(*made) : nullptr;
  }
  static JournalledCondition condition(std::uint32_t id) {
    JournalledCondition c{ConditionId{id}, {}, Event::kNoWinner};
    c.spec.condition_id = "0x" + std::to_string(id);
    c.spec.tokens = {std::to_string(id) + "1", std::to_string(id) + "2"};
    return c;
  }
  static std::vector<Event> frame(std::int64_t at, std::uint32_t instrument, std::int32_t pips) {
    Event level = Event::make(EventKind::kLevel, Nanos{at}, VenueId::kPolymarket, instrument);
    level.level.price = Price{pips};
    return {level, Event::make(EventKind::kFrameEnd, Nanos{at}, VenueId::kPolymarket)};
  }
  // A recording of `frames` frames over several segments, a condition after every hundredth.
  void fill(NativeWriter& writer, int frames, std::int64_t from = 1, std::uint32_t first_condition = 0) const {
    std::uint32_t id = first_condition;
    for (int i = 0; i < frames; ++i) {
      if (i % 100 == 0) {
        ASSERT_TRUE(writer.condition(condition(id++)));
      }
      ASSERT_TRUE(writer.frame(frame(from + i, (id - 1) * 2, i % 10'000)));
    }
  }
  struct Read {
    std::vector<std::int32_t> pips;
    std::vector<std::string> gaps;
    std::uint64_t events = 0;
    std::string problem;
  };
  static Read read(NativeReader& reader) {
    Read r;
    while (const auto f = reader.next()) {
      if (f->events.empty()) r.gaps.emplace_back(f->gap);
      for (const Event& e : f->events) {
        ++r.events;
        if (e.header.kind == EventKind::kLevel) r.pips.push_back(e.level.price.pips);
      }
    }
    r.problem = reader.problem();
    return r;
  }
  TemporaryFolder folder_;
};

TEST_F(NativeRecordingTest, GivesBackWhatWasWrittenAndKnowsTheContentsFirst) {
  {
    const auto writer = write();
    ASSERT_TRUE(writer->note("from: somewhere"));
    fill(*writer, 1'000);
    EXPECT_EQ(writer->symbol("BTCUSDT").value(), SymbolId{0});
    EXPECT_EQ(writer->symbol("ETHUSDT").value(), SymbolId{1});
    EXPECT_EQ(writer->symbol("BTCUSDT").value(), SymbolId{0});
    JournalledCondition tagged = condition(3);
    tagged.spec.tags = {std::string(kTagSampled)};
    ASSERT_TRUE(writer->condition(tagged));
    ASSERT_TRUE(writer->gap(Nanos{1'000}, VenueId::kPolymarket, "reconnected"));
    ASSERT_TRUE(writer->note("unknown: nearly everything"));
    ASSERT_TRUE(writer->close());
  }
  ASSERT_GT(journal::segment_files(folder_ / "rec")->size(), 3U) << "the test wants several segments";
  auto reader = NativeReader::open(folder_ / "rec");
  ASSERT_TRUE(reader) << reader.error().message;
  const NativeContents& contents = reader->contents();
  EXPECT_TRUE(contents.indexed);
  EXPECT_EQ(contents.events, 2'000U);
  EXPECT_EQ(contents.first, Nanos{1});
  EXPECT_EQ(contents.last, Nanos{1'000});
  ASSERT_EQ(contents.conditions.size(), 10U);
  EXPECT_EQ(contents.conditions[7].spec.tokens[1], "72");
  EXPECT_TRUE(has_tag(contents.conditions[3].spec, kTagSampled)) << "the last version of a condition counts";
  EXPECT_EQ(contents.symbols, (std::vector<std::string>{"BTCUSDT", "ETHUSDT"}));
  EXPECT_EQ(contents.notes, (std::vector<std::string>{"from: somewhere", "unknown: nearly everything"}));
  const Read r = read(*reader);
  EXPECT_EQ(r.problem, "");
  EXPECT_EQ(r.events, 2'000U);
  ASSERT_EQ(r.pips.size(), 1'000U);
  EXPECT_EQ(r.pips[999], 999);
  EXPECT_EQ(r.gaps, std::vector<std::string>{"reconnected"});
  EXPECT_EQ(reader->bytes_done(), reader->bytes_total());
}

TEST_F(NativeRecordingTest, WithoutItsIndexItIsReadAllTheSame) {
  {
    const auto writer = write();
    fill(*writer, 500);
    ASSERT_TRUE(writer->note("last"));
    ASSERT_TRUE(writer->close());
  }
  // As if the writer had been killed: the index is the last record.
  const fs::path last = journal::segment_files(folder_ / "rec")->back();
  fs::resize_file(last, fs::file_size(last) - 8);
  auto reader = NativeReader::open(folder_ / "rec");
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_FALSE(reader->contents().indexed);
  EXPECT_EQ(reader->contents().conditions.size(), 5U);
  EXPECT_EQ(reader->contents().events, 1'000U);
  EXPECT_EQ(reader->contents().last, Nanos{500});
  EXPECT_EQ(reader->contents().notes, std::vector<std::string>{"last"});
  EXPECT_EQ(read(*reader).pips.size(), 500U);
}

TEST_F(NativeRecordingTest, TimeDoesNotGoBack) {
  const auto writer = write();
  ASSERT_TRUE(writer->condition(condition(0)));
  ASSERT_TRUE(writer->frame(frame(10, 0, 5'000)));
  ASSERT_TRUE(writer->frame(frame(10, 1, 5'000))) << "the same moment is fine";
  const auto back = writer->frame(frame(9, 0, 5'000));
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(back.error().message.find("from 10 ns to 9 ns"), std::string::npos);
  EXPECT_FALSE(writer->condition(condition(2))) << "ids are dense";
}

TEST_F(NativeRecordingTest, ARecordingIsNotOverwrittenButMayBeContinued) {
  {
    const auto writer = write();
    fill(*writer, 300);
    ASSERT_TRUE(writer->symbol("BTCUSDT"));
    ASSERT_TRUE(writer->close());
  }
  const auto refused = NativeWriter::create({.folder = folder_ / "rec"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRefused);
  {
    const auto writer = write(true);
    EXPECT_EQ(writer->existing().conditions.size(), 3U);
    EXPECT_EQ(writer->last_time(), Nanos{300});
    EXPECT_FALSE(writer->frame(frame(299, 0, 1)));
    EXPECT_EQ(writer->symbol("ETHUSDT").value(), SymbolId{1});
    fill(*writer, 300, 300, 3);
    ASSERT_TRUE(writer->close());
  }
  auto reader = NativeReader::open(folder_ / "rec");
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_TRUE(reader->contents().indexed);
  EXPECT_EQ(reader->contents().conditions.size(), 6U);
  EXPECT_EQ(reader->contents().events, 1'200U);
  EXPECT_EQ(reader->contents().symbols.size(), 2U);
  const Read r = read(*reader);
  EXPECT_EQ(r.problem, "");
  EXPECT_EQ(r.pips.size(), 600U);
}

TEST_F(NativeRecordingTest, DamageIsNamedWithItsPlace) {
  {
    const auto writer = write();
    fill(*writer, 1'000);
    ASSERT_TRUE(writer->close());
  }
  const fs::path second = journal::segment_files(folder_ / "rec")->at(1);
  std::fstream file(second, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(8'000);
  file << "damage";
  file.close();
  auto reader = NativeReader::open(folder_ / "rec");
  ASSERT_TRUE(reader) << "the index still leads to the contents";
  const Read r = read(*reader);
  EXPECT_LT(r.pips.size(), 1'000U);
  EXPECT_NE(r.problem.find(second.filename().string()), std::string::npos) << r.problem;
}

// What other programs wrote into a journal must not reach arrays that are indexed by what events say.
TEST_F(NativeRecordingTest, EventsOfNothingTheRecordingDescribesAreRefused) {
  const auto problem_of = [this](const std::string& name, const std::vector<Event>& events) {
    {
      const auto writer = NativeWriter::create({.folder = folder_ / name, .segment_bytes = 16'384}).value();
      EXPECT_TRUE(writer->condition(condition(0)));
      EXPECT_TRUE(writer->symbol("BTCUSDT"));
      EXPECT_TRUE(writer->frame(events));
    }
    auto reader = NativeReader::open(folder_ / name);
    EXPECT_TRUE(reader);
    return reader ? read(*reader).problem : "not open";
  };
  const auto one = [](EventKind kind, std::uint32_t subject) {
    return std::vector<Event>{Event::make(kind, Nanos{1}, VenueId::kNone, subject)};
  };
  EXPECT_EQ(problem_of("a", one(EventKind::kLevel, 1)), "");
  EXPECT_NE(problem_of("b", one(EventKind::kLevel, 2)), "");
  EXPECT_EQ(problem_of("c", one(EventKind::kReferenceTrade, 0)), "");
  EXPECT_NE(problem_of("d", one(EventKind::kReferenceTrade, 1)), "");
  EXPECT_NE(problem_of("e", one(EventKind::kGap, Event::kNoSubject)), "") << "a gap names its condition";
  EXPECT_NE(problem_of("f", one(EventKind::kMarketStatus, Event::kNoSubject)), "");
  EXPECT_NE(problem_of("g", one(EventKind::kFill, 0)), "") << "an account's events are no market data";
}

TEST_F(NativeRecordingTest, OtherFoldersAreRefusedWithAReason) {
  EXPECT_EQ(NativeReader::open(folder_ / "nothing").error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(is_recording(folder_));
  EXPECT_EQ(NativeReader::open(folder_).error().code, ErrorCode::kNotFound);
  {
    auto journal = journal::Journal::open({.folder = folder_ / "raw", .segment_bytes = 16'384}).value();
    const journal::Frame frame{Nanos{1}, VenueId::kPolymarket, journal::Stream::kMarket, 0, "{}"};
    std::array<std::uint8_t, journal::kFrameHead> head;
    ASSERT_TRUE(journal->append(journal::RecordKind::kFrame, journal::encode_frame_head(frame, head),
                                journal::text_bytes(frame)));
  }
  const auto raw = NativeReader::open(folder_ / "raw");
  ASSERT_FALSE(raw);
  EXPECT_NE(raw.error().message.find("underround import"), std::string::npos) << raw.error().message;
}

}  // namespace
}  // namespace underround::backtest
