// Halts on disk: a halt survives a restart and only a person lifts it, with a reason that is kept (law 9).
//   HaltStore store("var/underround");   if (auto halt = store.active()) ...   store.raise(reason, note, now);
//   store.lift("checked the fills by hand: ana", now);
// Files in the directory: `halt` (the active one, absent = none), `halted_markets` (one condition id a line) and
// `halts.log` (every raise and lift, appended).
// A halt that cannot be read counts as a halt. Cold: start-up, and the moment a halt is raised.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/event.hpp"
#include "core/units.hpp"
#include "market/catalogue.hpp"
#include "risk/halts.hpp"

namespace underround {

struct StoredHalt {
  HaltReason reason = HaltReason::kKillSwitch;
  std::string note;
};

class HaltStore {
 public:
  explicit HaltStore(std::filesystem::path directory) : directory_(std::move(directory)) {}

  [[nodiscard]] std::optional<StoredHalt> active() const;
  [[nodiscard]] Result<void> raise(HaltReason reason, std::string_view note, Nanos now) const;
  // Lifts it, and every halted market. kNotFound when nothing is halted; kInvalidInput without a reason.
  [[nodiscard]] Result<void> lift(std::string_view why, Nanos now) const;

  // Of a halt that an engine remembers, whose last news are of `known_at`: what a person said who has lifted it since
  // then, or since it was raised with these words. Of a market: what = "market <condition id>".
  [[nodiscard]] std::optional<std::string> lifted(std::string_view what, Nanos known_at) const;

  // Markets that reconciliation halted, by condition id.
  [[nodiscard]] std::vector<std::string> halted_markets() const;
  [[nodiscard]] Result<void> raise_market(const std::string& condition_id, std::string_view note, Nanos now) const;

 private:
  [[nodiscard]] Result<void> append(std::string_view what, std::string_view text, Nanos now) const;
  std::filesystem::path directory_;
};

// What tells an engine to stop: everything, with reason and note.
[[nodiscard]] Event halt_event(HaltReason reason, std::string_view note, Nanos now) noexcept;
// A person lifts every halt.
[[nodiscard]] Event resume_event(std::string_view why, Nanos now) noexcept;
// The halts that are still active, for an engine that starts: of the markets it knows, and of everything.
[[nodiscard]] std::vector<Event> halt_events(const HaltStore& store, const Catalogue& catalogue, Nanos now);

}  // namespace underround
