// What a live session makes of the journal it finds: damage is a person's business, and a slow disk ends trading in
// time.
#include "app/session_journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "app/journal_aside.hpp"
#include "app/simulated_run.hpp"
#include "base/temporary_folder.hpp"
#include "journal/journal_reader.hpp"
#include "journal/name_codec.hpp"
#include "journal/segment_file.hpp"

namespace underround {
namespace {

namespace fs = std::filesystem;

using journal::RecordKind;
using ::testing::Contains;
using ::testing::HasSubstr;

class SessionJournalTest : public ::testing::Test {
 protected:
  struct Opened {
    std::unique_ptr<Catalogue> catalogue = std::make_unique<Catalogue>();
    std::unique_ptr<Engine> engine;
    std::unique_ptr<SessionJournal> journal;
    std::string refusal;
  };
  Opened open(std::size_t segment_bytes = 1 << 20) {
    Opened out;
    EngineStart start;
    start.mode = "live";
    start.adopt_first = true;
    out.engine = make_engine(start, *out.catalogue).value();
    auto made = SessionJournal::open({.folder = folder_,
                                      .wallet = "0x" + std::to_string(::getpid()),
                                      .venue_url = "https://clob.example",
                                      .quiet = true,
                                      .segment_bytes = segment_bytes},
                                     start, *out.engine, [this](const std::string& why) { why_ = why; });
    if (made) out.journal = std::move(*made);
    if (!made) out.refusal = made.error().message;
    return out;
  }
  // A session of many small segments, an order named before them and one behind them.
  void write_session() {
    auto run = simulated_run(
        {.config = {}, .seed = 7, .markets = 60, .duration = Nanos::from_seconds(120), .journal = root_ / "run"});
    ASSERT_TRUE(run) << run.error().message;
    auto out = journal::Journal::open({.folder = folder_, .segment_bytes = 1 << 18}).value();
    auto in = journal::JournalReader::open(root_ / "run").value();
    const auto append = [&](RecordKind kind, journal::Bytes payload) {
      while (!out->room_ahead()) std::this_thread::yield();
      ASSERT_TRUE(out->append(kind, payload));
    };
    while (const auto r = in.next()) {
      append(r->kind, r->payload);
      if (r->sequence == 1) append(RecordKind::kName, journal::encode_name({OrderId{90'001}, Digest{1}}));
    }
    append(RecordKind::kName, journal::encode_name({OrderId{90'002}, Digest{2}}));
    ASSERT_GT(out->segment(), 5U);
  }
  void damage(const fs::path& file, std::streamoff offset) {
    std::fstream change(file, std::ios::in | std::ios::out | std::ios::binary);
    change.seekp(offset);
    change << "damage";
  }
  fs::path segment(std::uint64_t index) const { return journal::segment_path(folder_, index); }
  std::vector<std::string> notes() const {
    std::vector<std::string> words;
    auto reader = journal::JournalReader::open(folder_).value();
    while (const auto r = reader.next()) {
      if (r->kind == RecordKind::kNote) words.emplace_back(r->payload.begin(), r->payload.end());
    }
    EXPECT_EQ(reader.problem(), "");
    return words;
  }

  TemporaryFolder root_;
  const fs::path folder_ = root_ / "journal";
  std::string why_;
};

// Further back than the writer looks, but where the state comes from.
TEST_F(SessionJournalTest, NobodyTradesOnADamagedJournal) {
  write_session();
  damage(segment(2), 5000);
  const auto last = journal::segment_files(folder_).value().back();
  const auto size = fs::file_size(last);
  for (int i = 0; i < 2; ++i) {
    const Opened session = open();
    ASSERT_EQ(session.journal, nullptr);
    EXPECT_THAT(session.refusal, HasSubstr("00000002.segment: damaged at offset "));
    EXPECT_THAT(session.refusal, HasSubstr("underround journal set-aside " + folder_.string()));
    EXPECT_THAT(session.refusal, HasSubstr("underround orders"));
    EXPECT_EQ(journal::segment_files(folder_).value().back(), last);
    EXPECT_EQ(fs::file_size(last), size);
  }
}

TEST_F(SessionJournalTest, SetAsideByAPersonItBeginsFromTheVenuesPicture) {
  write_session();
  damage(segment(2), 5000);
  EXPECT_FALSE(set_journal_aside(folder_, " ", Nanos{}));
  {
    const auto running = journal::FolderLock::take(folder_);
    const auto refused = set_journal_aside(folder_, "ana: the disk failed", Nanos{});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kRefused);
  }
  const auto aside = set_journal_aside(folder_, "ana: the disk failed", Nanos::from_seconds(1'777'428'643));
  ASSERT_TRUE(aside) << aside.error().message;
  EXPECT_EQ(aside->folder, root_ / "journal.aside-20260429T021043Z");
  EXPECT_THAT(aside->problem, HasSubstr("00000002.segment: damaged"));
  EXPECT_EQ(aside->names, 2U) << "also the one behind the damage";
  std::ifstream in(aside->folder / "set-aside.txt");
  EXPECT_THAT(std::string(std::istreambuf_iterator<char>(in), {}), HasSubstr("ana: the disk failed"));
  EXPECT_GT(journal::segment_files(aside->folder).value().size(), 5U) << "nothing is lost";

  // A session that ends before it has seen the account leaves the names to the next one.
  for (int i = 0; i < 2; ++i) {
    const Opened session = open();
    ASSERT_NE(session.journal, nullptr) << session.refusal;
    EXPECT_EQ(session.journal->before(), nullptr);
    EXPECT_THAT(session.journal->left_over(), testing::ElementsAre(Digest{1}, Digest{2})) << i;
  }
  const auto words = notes();
  EXPECT_THAT(words.at(0), HasSubstr("ana: the disk failed"));
  EXPECT_THAT(words,
              Contains(HasSubstr("starts from the venue's picture of the account: the journal before this one")));
}

TEST_F(SessionJournalTest, ARecordingIsNotSetAside) {
  {
    auto journal = journal::Journal::open({.folder = folder_, .segment_bytes = 1 << 16}).value();
    ASSERT_TRUE(journal->append(RecordKind::kFrame, {}));
  }
  const auto refused = set_journal_aside(folder_, "tidying", Nanos{});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRefused);
  EXPECT_TRUE(fs::exists(segment(1)));
}

// Without waiting for the disk, until there is no next segment: the halt comes before a record is lost.
TEST_F(SessionJournalTest, ASlowDiskHaltsWhileThereIsRoom) {
  const Opened session = open(1 << 16);
  ASSERT_NE(session.journal, nullptr) << session.refusal;
  const Event timer = Event::make(EventKind::kTimer, Nanos{1});
  while (why_.empty()) session.journal->step(timer, {});
  EXPECT_THAT(why_, HasSubstr("the disk is too slow"));
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(session.journal->note("the halt, and what is cancelled because of it"));
}

}  // namespace
}  // namespace underround
