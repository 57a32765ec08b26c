// Compares the account as the venue shows it with the ledger, and decides what a difference means.
//   reconciler.on_event(e, context);   // kAccountBegin, kAccountCash, kAccountPosition*, kAccountEnd
// The first complete picture is where the ledger starts from (`adopt_first`): cash and shares that were there before
// us. Afterwards a difference counts only when two pictures in a row show the same one and nothing of ours is on its
// way there (fills not settled, set operations running): pictures are read while trading goes on.
//   shares differ  -> that market is halted until a person lifts it; then the venue's figure is adopted
//   more cash      -> somebody paid in (a deposit, a rebate): adopted
//   less cash      -> everything halts; lifting the halt adopts the venue's figure
// A set operation of which nobody knows whether it happened is decided by evidence: exactly its change in two pictures
// in a row, with nothing else on its way there, and it is booked; no change at all in two, the last of them
// `operation_patience` after it became doubtful (a transaction may still be mined), and it has failed. Anything else is
// a difference like any other. Open orders that we did not name (placed elsewhere) keep their cash and shares reserved
// while they are open. Owner: the engine.
#pragma once

#include <cstdint>
#include <vector>

#include "core/event.hpp"
#include "execution/executor.hpp"

namespace underround {

struct ReconcilerSettings {
  Shares share_tolerance = Shares::from_micros(10'000);
  Usd cash_tolerance{10'000};
  bool adopt_first = false;
  Nanos operation_patience = Nanos::from_seconds(120);
};

// instrument invalid = cash.
struct Difference {
  InstrumentId instrument;
  std::int64_t ours_micros = 0, venue_micros = 0;  // shares or USD
  Nanos since{};
  int strikes = 0;
  bool declared = false;  // halted for it
  bool accepted = false;  // a person has lifted the halt: the next picture's figure is adopted
  [[nodiscard]] std::int64_t micros() const noexcept { return venue_micros - ours_micros; }
};

struct ReconcilerCounters {
  std::uint64_t pictures = 0, incomplete = 0;
  std::uint64_t declared = 0;  // differences that halted something
  std::uint64_t adopted = 0;   // changes taken over from the venue, the first picture's not counted
  std::uint64_t operations_proven = 0, operations_disproven = 0, operations_given_up = 0;  // doubtful ones
};

class Reconciler {
 public:
  explicit Reconciler(const ReconcilerSettings& settings) : settings_(settings) {}

  void on_event(const Event& e, Executor& executor, ExecutionContext& context);
  // Everything but the settings.
  template <class A>
  void archive(A& a) {
    a(started_, receiving_, cash_, lines_, differences_, foreign_cash_, foreign_shares_, held_, counters_);
    a(last_picture_, first_picture_, doubts_);
  }
  // A person lifted halts (condition invalid = all of them).
  void on_resume(ConditionId condition) noexcept;

  [[nodiscard]] const std::vector<Difference>& differences() const noexcept { return differences_; }
  [[nodiscard]] const ReconcilerCounters& counters() const noexcept { return counters_; }
  // The ledger stands on the venue's figures: always, unless the first picture has yet to come.
  [[nodiscard]] bool ready() const noexcept { return !settings_.adopt_first || started_; }
  [[nodiscard]] Nanos last_picture() const noexcept { return last_picture_; }
  // When the ledger began to stand on them; 0 before.
  [[nodiscard]] Nanos first_picture() const noexcept { return first_picture_; }

 private:
  struct Line {
    InstrumentId instrument;
    Event::Account account;
  };
  // What pictures in a row show of a doubtful operation.
  enum class Looks : std::uint8_t { kUnclear, kDone, kUndone, kOtherwise };
  struct Doubt {
    OperationId id;
    Looks looks = Looks::kUnclear;
    std::uint32_t in_a_row = 0;
  };
  void start(ExecutionContext& context);
  void judge_operations(Executor& executor, ExecutionContext& context);
  [[nodiscard]] Looks looks_of(const PendingOperation& operation, const OperationChanges& changes,
                               const Executor& executor, const ExecutionContext& context) const;
  void compare(const Executor& executor, ExecutionContext& context);
  void reserve_foreign(ExecutionContext& context);
  [[nodiscard]] const Line* find(InstrumentId instrument) const noexcept;
  // Compares ours with the venue's for one subject, and acts when the same difference has been seen twice.
  void strike(InstrumentId subject, std::int64_t ours, std::int64_t venue, std::int64_t tolerance,
              ExecutionContext& context);
  void declare(Difference& difference, ExecutionContext& context);
  void adopt(const Difference& difference, ExecutionContext& context);
  void adopt_shares(InstrumentId instrument, Shares change, ExecutionContext& context);

  ReconcilerSettings settings_;
  bool started_ = false, receiving_ = false;
  Event::Account cash_{};
  std::vector<Line> lines_;
  std::vector<Difference> differences_;
  Usd foreign_cash_;                         // reserved in the ledger for orders we did not name
  std::vector<Line> foreign_shares_, held_;  // likewise; scratch
  ReconcilerCounters counters_;
  Nanos last_picture_, first_picture_;
  std::vector<Doubt> doubts_;
};

}  // namespace underround
