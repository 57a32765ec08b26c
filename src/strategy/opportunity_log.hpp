// Episodes of opportunity: opened when a strategy first sees an edge on a subject, closed when it is gone.
//   const auto id = log.seen({strategy, kind, subject}, edge, size, profit, now);   log.mark(id, Fate::kTaken);
//   log.gone({strategy, kind, subject}, now);
// "Seen", "taken" and "refused, because" on the dashboard, in scan and in the demo's summary all come from here.
// Owner: the engine's thread. Fixed capacity after construction; the oldest closed episodes are forgotten first.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/flat_map.hpp"
#include "core/ids.hpp"
#include "core/intent.hpp"
#include "core/units.hpp"

namespace underround {

enum class Fate : std::uint8_t {
  kSeen,        // only watched (scan, or nothing decided yet)
  kTaken,       // an intent went out
  kTooSmall,    // edge or profit under the configured minimum after fees and rounding
  kPhantom,     // books of different age, or a batch not finished: not executable
  kStale,       // a book too old or not consistent
  kIncomplete,  // the set is not proven complete
  kNoCash,
  kCooldown,
  kRisk,  // refused by the risk room
  kUnknownFee,
};
[[nodiscard]] const char* to_string(Fate fate) noexcept;

struct Opportunity {
  std::uint64_t id = 0;  // rises; a number may be skipped
  StrategyId strategy;
  IntentKind kind = IntentKind::kDirectional;
  std::uint32_t subject = 0;  // ConditionId or EventId value, as `subject_is_event` says
  bool subject_is_event = false;
  bool open = true;
  Fate fate = Fate::kSeen;
  Price edge;   // per set after fees, best seen
  Shares size;  // at the best
  Usd profit;   // whole, at the best
  Nanos first_seen, last_seen;
  [[nodiscard]] Nanos duration() const noexcept { return last_seen - first_seen; }
};

class OpportunityLog {
 public:
  struct Key {
    StrategyId strategy;
    IntentKind kind;
    std::uint32_t subject;
    bool subject_is_event;
  };
  explicit OpportunityLog(std::size_t capacity = 4096);

  // Opens an episode or refreshes the open one; returns its id.
  std::uint64_t seen(const Key& key, Price edge, Shares size, Usd profit, Nanos now);
  void mark(std::uint64_t id, Fate fate) noexcept;  // kTaken is never overwritten by a later refusal
  void gone(const Key& key, Nanos now);
  // A signal that was no opportunity at all: counted, kept as a closed episode with fate kPhantom. One count per
  // episode of phantom, not per update: the episode lasts until gone().
  void phantom(const Key& key, Price edge, Nanos now);

  template <class A>
  void archive(A& a) {
    a(ring_, next_id_, open_, phantoms_, totals_, by_strategy_);
    if constexpr (A::kReads) {
      if (ring_.empty()) a.fail();
    }
  }

  [[nodiscard]] const Opportunity* find(std::uint64_t id) const noexcept;
  // Newest first, at most `limit`.
  void recent(std::size_t limit, std::vector<Opportunity>& out) const;

  struct Totals {
    std::uint64_t seen = 0;  // episodes, phantoms not included
    std::uint64_t taken = 0;
    std::uint64_t phantoms = 0;
    std::array<std::uint64_t, 10> by_fate{};  // closed or open, by Fate
  };
  [[nodiscard]] const Totals& totals() const noexcept { return totals_; }
  [[nodiscard]] const std::vector<Totals>& by_strategy() const noexcept { return by_strategy_; }
  // Called for every episode when it closes (reports); may be empty.
  void set_on_closed(void (*callback)(void*, const Opportunity&), void* context) noexcept {
    on_closed_ = callback;
    on_closed_context_ = context;
  }

 private:
  Opportunity& open_new(const Key& key, Nanos now);
  Opportunity* slot_of(std::uint64_t id) noexcept;
  void close(Opportunity& o, Nanos now);
  void set_fate(Opportunity& o, Fate fate) noexcept;
  Totals& totals_of(StrategyId strategy);

  std::vector<Opportunity> ring_;  // slot = id % capacity; id 0 = never used
  std::uint64_t next_id_ = 1;
  FlatMap<std::uint64_t> open_;      // packed key -> episode id
  FlatMap<std::uint64_t> phantoms_;  // packed key -> id of the phantom that has not gone yet
  Totals totals_;
  std::vector<Totals> by_strategy_;
  void (*on_closed_)(void*, const Opportunity&) = nullptr;
  void* on_closed_context_ = nullptr;
};

}  // namespace underround
