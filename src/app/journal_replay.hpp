// A journal through the engine it was written by: the same commands, byte for byte, and the same state (law 1).
//   JournalReplay replay;   while (auto r = reader.next()) if (auto ok = replay.step(*r); !ok) report(ok.error());
//   replay.engine()->state_hash()
// Recovery is the same thing: after the last record the engine stands where the one that died stood. Cold.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "app/engine_start.hpp"
#include "core/error.hpp"
#include "engine/engine.hpp"
#include "journal/record.hpp"

namespace underround {

struct JournalReplayCounters {
  std::uint64_t records = 0, events = 0, commands = 0, states_checked = 0, sessions = 0, conditions = 0;
};

class JournalReplay {
 public:
  // kRefused: what the journal says followed does not follow; the words name the record. Nothing can be done with this
  // object any more then.
  [[nodiscard]] Result<void> step(const journal::Record& record);

  // Of the last session; null before the first.
  [[nodiscard]] const Engine* engine() const noexcept { return engine_.get(); }
  [[nodiscard]] const EngineStart& start() const noexcept { return start_; }
  [[nodiscard]] const JournalReplayCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] std::uint64_t last_sequence() const noexcept { return last_sequence_; }
  // The name of each order that the engine's table remembers, ended or not, if it has got one.
  [[nodiscard]] const std::map<std::uint64_t, Digest>& names() const noexcept { return names_; }

  // --- snapshots: so that not everything has to be read again
  // Only when nothing is owed: every command the engine has given is in a record that was stepped through.
  [[nodiscard]] bool settled() const noexcept { return shown_ == owed_.size(); }
  [[nodiscard]] std::vector<std::uint8_t> save() const;
  // False: of another build, or damaged. Steps go on behind `last_sequence()`.
  [[nodiscard]] bool load(std::span<const std::uint8_t> bytes);

 private:
  [[nodiscard]] Result<void> begin(const journal::Record& record);
  [[nodiscard]] Result<void> events(const journal::Record& record);
  [[nodiscard]] Result<void> command(const journal::Record& record);
  [[nodiscard]] Result<void> state(const journal::Record& record);
  [[nodiscard]] Result<void> condition(const journal::Record& record);
  [[nodiscard]] Result<void> nothing_owed(const journal::Record& record) const;
  void forget_gone();

  EngineStart start_;
  std::unique_ptr<Catalogue> catalogue_;
  std::unique_ptr<Engine> engine_;
  CommandBuffer commands_;
  std::vector<std::vector<std::uint8_t>> owed_;  // commands given that the journal has not shown yet, in order
  std::size_t shown_ = 0;
  std::map<std::uint64_t, Digest> names_;
  JournalReplayCounters counters_;
  std::uint64_t last_sequence_ = 0;
};

}  // namespace underround
