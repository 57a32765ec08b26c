// What a session writes down (journal/): what its engine was made from, every event and every command in order, the
// name of every order before its bytes, the engine's state from time to time, and words about what people did.
//   auto journal = EngineJournal::open({.folder = "var/underround/journal"}).value();
//   journal->start(start, engine);   driver.set_tap([&](const Event& e, auto commands) { journal->step(e, commands);
//   });
// Market data of one frame goes into one record, at its end or before the first command that follows from it.
// Owner: the engine's thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/engine_start.hpp"
#include "core/command.hpp"
#include "core/event.hpp"
#include "engine/engine.hpp"
#include "journal/journal.hpp"

namespace underround {

class EngineJournal {
 public:
  // kRefused: another process has it, or it is damaged; the words say what to do.
  [[nodiscard]] static Result<std::unique_ptr<EngineJournal>> open(const journal::JournalSettings& settings);
  [[nodiscard]] static Result<std::unique_ptr<EngineJournal>> open(const journal::JournalSettings& settings,
                                                                   journal::FolderLock lock);

  // Before the first step. `engine` is looked at until the next start.
  [[nodiscard]] bool start(const EngineStart& start, const Engine& engine);
  // False: not written, and nothing will be any more.
  [[nodiscard]] bool step(const Event& e, std::span<const Command> commands);
  [[nodiscard]] bool name(OrderId id, const Digest& digest);
  [[nodiscard]] bool note(std::string_view words);
  // What has been held back, and the state now. The end of a session.
  [[nodiscard]] bool finish();
  // What has been held back; the engine may be gone.
  [[nodiscard]] bool flush();

  // Why it will end soon, or has ended; "" while all is well.
  [[nodiscard]] std::string failure() const { return journal_->failure(); }
  // Journal::room_is_short().
  [[nodiscard]] bool room_is_short() const noexcept { return journal_->room_is_short(); }
  // For runs that are not in real time: on a slow disk they wait, where a live session halts.
  void wait_for_room() const;
  // Everything written so far is on the disk when it returns. Cold.
  void sync() { journal_->sync(); }
  [[nodiscard]] const journal::Recovered& recovered() const noexcept { return journal_->recovered(); }
  [[nodiscard]] std::uint64_t last_sequence() const noexcept { return journal_->last_sequence(); }

  // Segments with records of this sequence or later stay. Any thread.
  void keep_from(std::uint64_t sequence) noexcept { journal_->keep_from(sequence); }

  // Events between two records of the state: the hash walks every book, so it is not for every moment.
  static constexpr std::uint64_t kStateEvery = 1 << 20;
  void set_state_every(std::uint64_t events) noexcept { state_every_ = events; }

 private:
  explicit EngineJournal(std::unique_ptr<journal::Journal> journal);
  [[nodiscard]] bool state();
  [[nodiscard]] bool conditions_up_to(ConditionId added);

  std::unique_ptr<journal::Journal> journal_;
  const Engine* engine_ = nullptr;
  std::vector<Event> held_back_;  // of the frame in progress
  std::vector<std::uint8_t> buffer_;
  std::uint32_t conditions_ = 0;  // in the journal
  std::uint64_t state_every_ = kStateEvery, since_state_ = 0;
};

}  // namespace underround
