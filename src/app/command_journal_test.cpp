// What is read out of a journal: words, counts, tables.
#include "app/commands.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <array>
#include <cstring>

#include "app/run_binary.hpp"
#include "journal/command_codec.hpp"
#include "journal/condition_codec.hpp"
#include "journal/frame_codec.hpp"
#include "journal/journal.hpp"
#include "journal/name_codec.hpp"
#include "journal/symbol_codec.hpp"

namespace underround::cli {
namespace {

using journal::RecordKind;
using ::testing::HasSubstr;
using ::testing::Not;

journal::Bytes bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// One record of every kind, and a batch of two events.
class JournalCommands : public RunBinary {
 protected:
  void SetUp() override {
    RunBinary::SetUp();
    auto made = journal::Journal::open({.folder = folder_ / "journal", .segment_bytes = 65'536});
    ASSERT_TRUE(made) << made.error().message;
    journal::Journal& journal = **made;
    std::vector<std::uint8_t> buffer;
    ASSERT_TRUE(journal.append(RecordKind::kStart, bytes(R"({"program":"test"})")));
    journal::JournalledCondition condition;
    condition.id = ConditionId{3};
    condition.spec.condition_id = "0xabc";
    condition.spec.tokens = {"11", "22"};
    condition.spec.slug = "will-it";
    condition.spec.question = "Will it, \"really\"?";
    ASSERT_TRUE(journal.append(RecordKind::kCondition, journal::encode_condition(condition, buffer)));
    ASSERT_TRUE(journal.append(RecordKind::kSymbol, journal::encode_symbol({SymbolId{0}, "BTCUSDT"}, buffer)));
    std::array<Event, 2> events{Event::make(EventKind::kLevel, Nanos{17}, VenueId::kPolymarket, 7),
                                Event::make(EventKind::kFill, Nanos{18}, VenueId::kPolymarket, 6)};
    events[0].level = {.venue_time = Nanos{16},
                       .size = Shares{12'500'000},
                       .price = Price{450},
                       .best_bid = kNoPrice,
                       .best_ask = Price{4600},
                       .side = Side::kSell};
    events[1].fill.order = OrderId{9};
    events[1].fill.fill_id = 0xffff'ffff'ffff'fff0;
    events[1].fill.size = Shares{1};
    events[1].fill.price = Price{4500};
    ASSERT_TRUE(
        journal.append(RecordKind::kEvents, {reinterpret_cast<const std::uint8_t*>(events.data()), sizeof events}));
    std::array<std::uint8_t, journal::kMaxCommandBytes> command;
    ASSERT_TRUE(journal.append(RecordKind::kCommand, journal::encode_command(CancelOrder{OrderId{9}}, command)));
    ASSERT_TRUE(journal.append(RecordKind::kName, journal::encode_name({OrderId{9}, {}})));
    ASSERT_TRUE(journal.append(RecordKind::kNote, bytes("said\nsomething")));
    const std::array<std::uint64_t, 2> state{2, 0xbeef};
    ASSERT_TRUE(journal.append(RecordKind::kState, {reinterpret_cast<const std::uint8_t*>(state.data()), 16}));
    std::array<std::uint8_t, journal::kFrameHead> head;
    const journal::Frame frame{Nanos{19}, VenueId::kBinance, journal::Stream::kReference, 5, "{\"s\":1}"};
    ASSERT_TRUE(journal.append(RecordKind::kFrame, journal::encode_frame_head(frame, head), text_bytes(frame)));
    const journal::Frame gap{Nanos{20}, VenueId::kPolymarket, journal::Stream::kMarket, 1, "0xabc no data"};
    ASSERT_TRUE(journal.append(RecordKind::kGap, journal::encode_frame_head(gap, head), text_bytes(gap)));
  }
  template <class T>
  std::vector<T> column(const std::string& name) const {
    const std::string raw = read(folder_ / "out" / name);
    std::vector<T> values(raw.size() / sizeof(T));
    std::memcpy(values.data(), raw.data(), values.size() * sizeof(T));
    return values;
  }
};

TEST_F(JournalCommands, VerifyCountsRecords) {
  EXPECT_EQ(run("journal verify journal --json").out, "{\"ok\":true,\"records\":10,\"segments\":1,\"torn_bytes\":0}\n");
}

TEST_F(JournalCommands, StatsCountsTheEventsOfABatch) {
  const Ran ran = run("journal stats journal --json");
  EXPECT_EQ(ran.exit_code, kExitOk) << ran.err;
  for (const char* count : {"\"event level\":1", "\"event fill\":1", "\"command\":1", "\"frame\":1", "\"gap\":1",
                            "\"condition\":1", "\"symbol\":1", "\"state\":1", "\"start\":1", "\"records\":10"}) {
    EXPECT_THAT(ran.out, HasSubstr(count));
  }
}

TEST_F(JournalCommands, DumpSaysWhatIsInEachRecord) {
  const Ran ran = run("journal dump journal");
  EXPECT_EQ(ran.exit_code, kExitOk) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("level time_ns=17 venue=polymarket condition=3 outcome=1 venue_time_ns=16 side=SELL "
                                 "price=0.0450 size=12.500000 best_ask=0.4600\n"));
  EXPECT_THAT(ran.out, HasSubstr("fill time_ns=18"));
  EXPECT_THAT(ran.out, HasSubstr("condition=3 will-it \"Will it, \"really\"?\""));
  EXPECT_THAT(ran.out, HasSubstr("symbol=0 BTCUSDT"));
  EXPECT_THAT(ran.out, HasSubstr("events=2 hash=000000000000beef"));
  EXPECT_THAT(ran.out, HasSubstr("received_ns=19 binance reference connection=5 {\"s\":1}"));
  EXPECT_THAT(ran.out, HasSubstr("gap       received_ns=20 polymarket market connection=1 0xabc no data"));
  EXPECT_THAT(ran.out, Not(HasSubstr("unreadable")));
  const std::string json = run("journal dump journal --json").out;
  EXPECT_EQ(std::count(json.begin(), json.end(), '\n'), 11) << "ten records, one of them two events";
}

TEST_F(JournalCommands, ExportToCsvIsReadableAndExact) {
  const Ran ran = run("journal export journal --format csv --out out --json");
  ASSERT_EQ(ran.exit_code, kExitOk) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("{\"name\":\"events\",\"rows\":2,"));
  EXPECT_THAT(ran.out, HasSubstr("\"unreadable\":0"));
  const std::string events = read(folder_ / "out/events.csv");
  EXPECT_THAT(events, HasSubstr("sequence,kind,time_ns,venue,connection,condition,outcome,"));
  EXPECT_THAT(events, HasSubstr("price_pips,price,size_micros,size,"));
  EXPECT_THAT(events, HasSubstr("\n4,level,17,polymarket,,3,1,,16,SELL,450,0.0450,12500000,12.500000,,,4600,0.4600,"));
  EXPECT_THAT(events, HasSubstr("18446744073709551600")) << "ids beyond 63 bits";
  EXPECT_THAT(events, HasSubstr(",will-it,\n"));
  EXPECT_THAT(read(folder_ / "out/conditions.csv"), HasSubstr("\"Will it, \"\"really\"\"?\""));
  EXPECT_THAT(read(folder_ / "out/notes.csv"), HasSubstr("7,note,\"said\nsomething\"\n"));
  EXPECT_THAT(read(folder_ / "out/names.csv"), HasSubstr("6,9,0x0000"));
  EXPECT_THAT(read(folder_ / "out/frames.csv"), HasSubstr("9,frame,19,binance,reference,5,\"{\"\"s\"\":1}\"\n"));
}

TEST_F(JournalCommands, ExportToJsonLinesLeavesOutWhatIsNotThere) {
  ASSERT_EQ(run("journal export journal --format jsonl --out out --kind events,notes").exit_code, kExitOk);
  const std::string events = read(folder_ / "out/events.jsonl");
  simdjson::dom::parser parser;
  simdjson::dom::document_stream stream;
  ASSERT_EQ(parser.parse_many(events).get(stream), simdjson::SUCCESS);
  std::vector<std::string> kinds;
  for (const simdjson::dom::element e : stream) {
    kinds.emplace_back(std::string_view(e["kind"]));
    EXPECT_EQ(std::string_view(e["market"]), "will-it");
    EXPECT_FALSE(e["cash_usd_micros"].error() == simdjson::SUCCESS);
  }
  EXPECT_THAT(kinds, testing::ElementsAre("level", "fill"));
  EXPECT_THAT(events, HasSubstr("\"price_pips\":450,\"price\":\"0.0450\""));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "out/notes.jsonl"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out/frames.jsonl"));
}

TEST_F(JournalCommands, ExportToColumnsIsOneArrayAColumn) {
  ASSERT_EQ(run("journal export journal --format columns --out out").exit_code, kExitOk);
  EXPECT_EQ(column<std::int64_t>("events/price_pips.i64"), (std::vector<std::int64_t>{450, 4500}));
  EXPECT_EQ(column<std::uint64_t>("events/fill_id.u64"),
            (std::vector<std::uint64_t>{UINT64_MAX, 0xffff'ffff'ffff'fff0}));
  EXPECT_EQ(column<std::int64_t>("events/best_bid_pips.i64"), (std::vector<std::int64_t>{INT64_MIN, INT64_MIN}));
  EXPECT_EQ(column<std::int64_t>("notes/words.offsets.i64"), (std::vector<std::int64_t>{0, 18, 32}));
  EXPECT_EQ(read(folder_ / "out/notes/words.utf8"), "{\"program\":\"test\"}said\nsomething");
  simdjson::dom::parser parser;
  simdjson::dom::element schema;
  ASSERT_EQ(parser.load((folder_ / "out/schema.json").string()).get(schema), simdjson::SUCCESS);
  EXPECT_EQ(std::string_view(schema["tables"].at(0)["name"]), "events");
  const auto kinds = column<std::uint8_t>("events/kind.u8");
  ASSERT_EQ(kinds.size(), 2U);
  const simdjson::dom::element kind = schema["tables"].at(0)["columns"].at(1);
  EXPECT_EQ(std::string_view(kind["name"]), "kind");
  EXPECT_EQ(std::string_view(kind["labels"].at(kinds[0])), "level");
  EXPECT_EQ(std::string_view(kind["labels"].at(kinds[1])), "fill");
  for (const simdjson::dom::element table : schema["tables"]) {
    for (const simdjson::dom::element c : table["columns"]) {
      const auto file = folder_ / "out" / std::string(std::string_view(c["file"]));
      EXPECT_TRUE(std::filesystem::exists(file)) << file;
      EXPECT_EQ(std::int64_t(c["rows"]), std::int64_t(table["rows"]));
    }
  }
}

// state.dir where state.dir/journal was meant.
TEST_F(JournalCommands, AFolderWithoutAJournalIsNoGoodJournal) {
  std::filesystem::create_directories(folder_ / "empty");
  for (const char* command : {"journal verify", "journal stats", "journal dump", "journal state", "replay --verify",
                              "journal export --format csv --out out"}) {
    const Ran ran = run(std::string(command) + " .");
    EXPECT_EQ(ran.exit_code, kExitFailed) << command;
    EXPECT_THAT(ran.err, HasSubstr("./journal does: name that")) << command;
    const Ran empty = run(std::string(command) + " empty --json");
    EXPECT_EQ(empty.exit_code, kExitFailed) << command;
    EXPECT_THAT(empty.out, HasSubstr("\"not_found\"")) << command;
  }
}

TEST_F(JournalCommands, SetAsideMovesTheJournalAndBeginsANewOne) {
  EXPECT_EQ(run("journal set-aside journal").exit_code, kExitUsage) << "without a reason";
  const Ran recording = run("journal set-aside journal --reason 'ana: why not'");
  EXPECT_EQ(recording.exit_code, kExitFailed);
  EXPECT_THAT(recording.err, HasSubstr("is a recording"));
  {
    auto engine = journal::Journal::open({.folder = folder_ / "engine", .segment_bytes = 65'536});
    ASSERT_TRUE((*engine)->append(RecordKind::kName, journal::encode_name({OrderId{9}, {}})));
  }
  const Ran ran = run("journal set-aside engine/ --reason 'ana: the disk failed'");
  EXPECT_EQ(ran.exit_code, kExitOk) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("/engine.aside-"));
  EXPECT_THAT(ran.out, HasSubstr("1 names of orders"));
  EXPECT_THAT(ran.out, HasSubstr("underround orders"));
  const std::string fresh = run("journal dump engine").out;
  EXPECT_THAT(fresh, HasSubstr("ana: the disk failed"));
  EXPECT_THAT(fresh, HasSubstr("order=9 "));
}

TEST_F(JournalCommands, WhatCannotBeIsSaid) {
  EXPECT_EQ(run("journal export journal --format parquet --out out").exit_code, kExitUsage);
  EXPECT_EQ(run("journal export journal --format csv").exit_code, kExitUsage);
  EXPECT_EQ(run("journal export journal --format csv --out out --kind nothing").exit_code, kExitUsage);
  const Ran missing = run("journal export nowhere --format csv --out out --json");
  EXPECT_EQ(missing.exit_code, kExitFailed);
  EXPECT_THAT(missing.out, HasSubstr("\"error\":{"));
  EXPECT_THAT(missing.err, HasSubstr("nowhere"));
  write("file", "x");
  EXPECT_EQ(run("journal export journal --format csv --out file/out").exit_code, kExitFailed);
  EXPECT_THAT(run("journal export --help").out, HasSubstr("np.fromfile"));
}

}  // namespace
}  // namespace underround::cli
