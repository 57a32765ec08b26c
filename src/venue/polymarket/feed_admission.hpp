// Which decoded events of which lane may go on: notes the snapshots, and with two lanes lets each event pass once.
// Pure: time and connection numbers are in the events. Lanes are 0 and 1 of the shard that carries the condition.
//
// With two lanes (protocol pages 12.1, 12.4), per token:
//  - a lane counts only from its own snapshot on; until then the other one carries the book alone;
//  - the first snapshot after (re)subscribing describes some instant, and may arrive after the other lane has gone past
//    it: it passes only when it is newer than everything delivered, or when the book has nothing anyway;
//  - after it passed, what the other lane still brings from before it is old;
//  - everything else passes on first arrival (FirstArrival).
#pragma once

#include <cstdint>
#include <vector>

#include "core/event.hpp"
#include "venue/polymarket/feed_dedupe.hpp"

namespace underround::polymarket {

class FeedAdmission {
 public:
  // Both lanes together bring some thousand events a second at most and differ by well under a second.
  static constexpr std::size_t kKeysRemembered = std::size_t{1} << 16;

  explicit FeedAdmission(bool two_lanes, std::size_t keys_remembered = kKeysRemembered);

  void add(ConditionId condition);                             // makes room; the book has nothing
  void expect_snapshot(ConditionId condition, unsigned lane);  // (re)subscribed, or the lane went down
  void gap(ConditionId condition);                             // the book has nothing any more
  // Both tokens' snapshots have come on this lane since expect_snapshot().
  [[nodiscard]] bool synced(ConditionId condition, unsigned lane) const noexcept;
  // No snapshot has passed since gap() or add(), for at least one of the tokens.
  [[nodiscard]] bool empty(ConditionId condition) const noexcept;

  // This lane alone keeps the book whole.
  [[nodiscard]] bool carries(ConditionId condition, unsigned lane) const noexcept {
    return synced(condition, lane) && !empty(condition);
  }

  // The events of one frame, all of conditions known through add(). Removes what may not pass and returns how many that
  // were; when nothing but the kFrameEnd would be left, that goes too.
  std::size_t filter(unsigned lane, std::vector<Event>& events);

 private:
  struct Token {
    bool snapshot_seen[2] = {false, false};
    bool empty = true;
    std::uint8_t first_snapshot_lane = 0;
    Nanos newest{-1};             // of everything that passed
    Nanos first_snapshot_at{-1};  // venue time of the last first-snapshot that passed
  };
  [[nodiscard]] static bool before_first_snapshot(const Token& book, unsigned lane, Nanos at) noexcept;
  [[nodiscard]] bool pass_snapshot(unsigned lane, const Event* begin, std::size_t count);
  [[nodiscard]] bool pass_update(unsigned lane, const Event& event);
  [[nodiscard]] Token& token(std::uint32_t instrument) noexcept { return tokens_[instrument]; }

  const bool two_lanes_;
  std::vector<Token> tokens_;  // by InstrumentId
  FirstArrival first_arrival_;
};

}  // namespace underround::polymarket
