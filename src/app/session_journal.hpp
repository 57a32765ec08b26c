// The journal of a live session and what hangs on it: one engine an account, what the session goes on from, snapshots,
// and the word that no record can be written any more.
//   auto journal = SessionJournal::open(settings, start, engine, on_end).value();
//   driver.set_tap([&](const Event& e, auto commands) { journal->step(e, commands); });   ...   journal->close();
// Owner: the engine's thread.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/account_lock.hpp"
#include "app/engine_journal.hpp"
#include "app/recovery.hpp"
#include "app/snapshotter.hpp"

namespace underround {

struct SessionJournalSettings {
  std::filesystem::path folder{};
  std::string wallet{}, venue_url{};  // what the lock is on
  bool quiet = false;
  std::size_t segment_bytes = std::size_t{64} << 20;
};

class SessionJournal {
 public:
  using OnEnd = std::function<void(const std::string& why)>;  // once: halt, while there is still room

  // The engine is a fresh one; it takes over what the last session left. Its catalogue grows by that.
  // kRefused: another engine is at work, or the journal is damaged where it matters: a person decides then
  // (journal_aside.hpp), and the words say how.
  [[nodiscard]] static Result<std::unique_ptr<SessionJournal>> open(const SessionJournalSettings& settings,
                                                                    EngineStart start, Engine& engine, OnEnd on_end);
  ~SessionJournal();

  void step(const Event& e, std::span<const Command> commands) {
    if (!journal_->step(e, commands) || journal_->room_is_short()) look();
  }
  // False: not written, so nothing may be sent.
  [[nodiscard]] bool name(OrderId id, const Digest& digest) { return journal_->name(id, digest); }
  [[nodiscard]] bool note(std::string_view words) { return journal_->note(words); }
  // Whether it can go on. Now and then.
  void look();
  // The end of the session: the state, and a snapshot when that is quick.
  void close();

  // The session that this one goes on from, until forget(); null: it begins anew, or from the venue's picture.
  [[nodiscard]] const JournalReplay* before() const noexcept { return before_.get(); }
  void forget() { before_.reset(); }
  [[nodiscard]] Nanos known_at() const noexcept { return known_at_; }  // its last news; 0 without one
  // Orders of sessions that the engine knows nothing of: whatever of them is open must go.
  [[nodiscard]] const std::vector<Digest>& left_over() const noexcept { return left_over_; }

 private:
  SessionJournal(std::filesystem::path folder, OnEnd on_end) : folder_(std::move(folder)), on_end_(std::move(on_end)) {}
  [[nodiscard]] Result<std::string> go_on(Recovered recovered, Engine& engine, bool quiet);

  const std::filesystem::path folder_;
  const OnEnd on_end_;
  bool ended_ = false;
  std::unique_ptr<AccountLock> lock_;
  std::unique_ptr<EngineJournal> journal_;
  std::unique_ptr<Snapshotter> snapshotter_;  // behind the journal that it releases
  std::unique_ptr<JournalReplay> before_;
  Nanos known_at_;
  std::vector<Digest> left_over_;
};

}  // namespace underround
