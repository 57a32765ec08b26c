#include "app/session_journal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

#include "app/journal_words.hpp"
#include "app/recovery.hpp"
#include "app/session_recovery.hpp"
#include "app/version.hpp"
#include "base/decimal.hpp"
#include "journal/snapshot.hpp"
#include "net/event_loop.hpp"

namespace underround {
namespace {

constexpr std::uint64_t kQuickSnapshot = 200'000;  // records: some tenths of a second

Error damage_error(const Recovered& recovered, const std::filesystem::path& folder) {
  return {ErrorCode::kRefused,
          fmt::format(
              "{}.\nThe account's profit and loss, today's loss and its open orders are in this journal: no session "
              "goes on without them. Without a copy to restore, see with `underround orders` what is open, then "
              "`underround journal set-aside {} --reason \"who, why\"`: the next session starts from what the "
              "venue shows, with profit and loss and today's loss at zero",
              recovered.problem, folder.string())};
}

}  // namespace

Result<std::unique_ptr<SessionJournal>> SessionJournal::open(const SessionJournalSettings& settings, EngineStart start,
                                                             Engine& engine, OnEnd on_end) {
  std::unique_ptr<SessionJournal> made(new SessionJournal(settings.folder, std::move(on_end)));
  auto lock = AccountLock::take(settings.wallet, settings.venue_url);
  if (!lock) return std::unexpected(lock.error());
  made->lock_ = std::move(*lock);
  // Under the writer's lock, but before there is a writer: of what is damaged nothing is packed, cut or written to.
  auto folder_lock = journal::FolderLock::take(settings.folder);
  if (!folder_lock) return std::unexpected(folder_lock.error());
  auto recovered = recover(settings.folder);
  if (!recovered) return std::unexpected(recovered.error());
  if (recovered->damaged) return std::unexpected(damage_error(*recovered, settings.folder));
  const auto& config = start.config.journal;
  auto journal = EngineJournal::open({.folder = settings.folder,
                                      .segment_bytes = settings.segment_bytes,
                                      .compress = config.compress,
                                      .keep_bytes = static_cast<std::uint64_t>(config.keep_gb) << 30,
                                      .keep_for = Nanos::from_seconds(config.keep_days * 86'400),
                                      .wall_clock = net::EventLoop::wall_now,
                                      .verify_all = false,  // recovery has read what matters
                                      .keep_from = 0},
                                     std::move(*folder_lock));
  if (!journal) return std::unexpected(journal.error());
  made->journal_ = std::move(*journal);
  if (const auto& opened = made->journal_->recovered(); opened.torn_bytes > 0) {
    fmt::print(stderr, "journal: {}\n", torn_words(opened));
  }
  const auto words = made->go_on(std::move(*recovered), engine, settings.quiet);
  if (!words) return std::unexpected(words.error());
  start.goes_on = made->before_ != nullptr;
  if (!made->journal_->start(start, engine) ||
      !made->note(fmt::format("session started: underround {}, pid {}; {}", version(), ::getpid(), *words))) {
    return fail(ErrorCode::kIo, "the journal takes no records");
  }
  made->snapshotter_ = std::make_unique<Snapshotter>(SnapshotterSettings{
      .folder = settings.folder,
      .keep_from = [journal = made->journal_.get()](std::uint64_t sequence) { journal->keep_from(sequence); },
      .alert = [](const std::string& alert) { fmt::print(stderr, "ALERT: {}\n", alert); }});
  made->snapshotter_->start();
  return made;
}

SessionJournal::~SessionJournal() = default;

// State = snapshot + tail. What cannot be rebuilt is not guessed: the ledger starts from the venue's picture of the
// account, and orders that were named and may be open are cancelled wherever they are seen.
Result<std::string> SessionJournal::go_on(Recovered recovered, Engine& engine, bool quiet) {
  for (const std::string& note : recovered.notes) fmt::print(stderr, "journal: {}\n", note);
  for (const journal::OrderName& name : recovered.names) left_over_.push_back(name.digest);
  if (!recovered.problem.empty()) {
    fmt::print(stderr,
               "the sessions before cannot be rebuilt: {}\nThis one starts from what the venue shows of the account: "
               "profit and loss and today's loss begin at zero; {} orders named before are cancelled if they are "
               "open.\n",
               recovered.problem, recovered.names.size());
    return "starts from the venue's picture of the account: " + recovered.problem;
  }
  if (!recovered.replay || !worth_going_on(*recovered.replay->engine())) return std::string("begins anew");
  const Engine& before = *recovered.replay->engine();
  if (!engine.take_over(before)) return fail(ErrorCode::kRefused, "the recovered state cannot be taken over");
  if (!quiet) {
    fmt::print(stderr, "going on where the last session stopped: {} USD, {} orders to ask about\n",
               format_decimal(before.ledger().cash().micros, Usd::kDecimals), before.risk().open_orders());
  }
  before_ = std::move(recovered.replay);
  known_at_ = before.now();
  return fmt::format("goes on from record {} (snapshot {}, {} records behind it)", before_->last_sequence(),
                     recovered.snapshot, recovered.records);
}

// Trading halts before a record is lost: while there is still room, and at the latest when there is none.
void SessionJournal::look() {
  if (ended_) return;
  std::string why = journal_->failure();
  if (why.empty() && journal_->room_is_short()) {
    why = fmt::format("journal {}: the disk is too slow: this segment is nearly full and the next one is not there",
                      folder_.string());
  }
  if (why.empty()) return;
  ended_ = true;
  fmt::print(stderr, "the journal cannot go on: {}\n", why);
  on_end_(why);
}

// So that the next start has little to read. A long tail is not worth the wait: that start reads it.
void SessionJournal::close() {
  if (!journal_->finish()) look();
  snapshotter_->stop();
  const auto files = journal::snapshot_files(folder_);
  const std::uint64_t last = files.empty() ? 0 : files.front().sequence;
  journal_->sync();  // a snapshot must not know of more than the journal does after a power failure
  if (journal_->last_sequence() - last <= kQuickSnapshot) (void)snapshotter_->make(journal_->last_sequence());
  snapshotter_.reset();
}

}  // namespace underround
