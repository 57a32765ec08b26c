#include "venue/polymarket/feed_admission.hpp"

#include <algorithm>

#include "base/stable_hash.hpp"

namespace underround::polymarket {
namespace {

// Everything the venue said, nothing about how it reached us.
void add_content(StableHasher& hasher, const Event& event) {
  hasher.add((static_cast<std::uint64_t>(event.header.kind) << 32) | event.header.subject);
  hasher.add_bytes(event.raw, sizeof event.raw);
}

// One past the kSnapshotEnd that belongs to the kSnapshotBegin at `begin`.
std::size_t snapshot_end(const std::vector<Event>& events, std::size_t begin) {
  std::size_t i = begin + 1;
  while (i < events.size() && events[i].header.kind == EventKind::kSnapshotLevel) ++i;
  return i < events.size() && events[i].header.kind == EventKind::kSnapshotEnd ? i + 1 : i;
}

}  // namespace

FeedAdmission::FeedAdmission(bool two_lanes, std::size_t keys_remembered)
    : two_lanes_(two_lanes), first_arrival_(two_lanes ? keys_remembered : 2) {}

void FeedAdmission::add(ConditionId condition) {
  const std::size_t needed = (static_cast<std::size_t>(condition.value) + 1) * 2;
  if (tokens_.size() < needed) tokens_.resize(needed);
  for (unsigned outcome = 0; outcome < 2; ++outcome) token(instrument_of(condition, outcome).value) = Token{};
}

void FeedAdmission::expect_snapshot(ConditionId condition, unsigned lane) {
  for (unsigned outcome = 0; outcome < 2; ++outcome) {
    token(instrument_of(condition, outcome).value).snapshot_seen[lane] = false;
  }
}

void FeedAdmission::gap(ConditionId condition) {
  for (unsigned outcome = 0; outcome < 2; ++outcome) {
    Token& book = token(instrument_of(condition, outcome).value);
    book.empty = true;
    book.snapshot_seen[0] = book.snapshot_seen[1] = false;
  }
}

bool FeedAdmission::synced(ConditionId condition, unsigned lane) const noexcept {
  return tokens_[instrument_of(condition, 0).value].snapshot_seen[lane] &&
         tokens_[instrument_of(condition, 1).value].snapshot_seen[lane];
}

bool FeedAdmission::empty(ConditionId condition) const noexcept {
  return tokens_[instrument_of(condition, 0).value].empty || tokens_[instrument_of(condition, 1).value].empty;
}

std::size_t FeedAdmission::filter(unsigned lane, std::vector<Event>& events) {
  std::size_t kept = 0, removed = 0;
  bool content = false;
  for (std::size_t i = 0; i < events.size();) {
    const EventKind kind = events[i].header.kind;
    const bool snapshot = kind == EventKind::kSnapshotBegin;
    const std::size_t end = snapshot ? snapshot_end(events, i) : i + 1;
    if (snapshot ? pass_snapshot(lane, &events[i], end - i) : pass_update(lane, events[i])) {
      content = content || kind != EventKind::kFrameEnd;
      for (; i < end; ++i) events[kept++] = events[i];
    } else {
      removed += end - i;
      i = end;
    }
  }
  if (removed == 0) return 0;
  events.resize(content ? kept : 0);
  return removed;
}

// The first snapshot that passed came on the other lane and already contains what this lane brings only now.
bool FeedAdmission::before_first_snapshot(const Token& book, unsigned lane, Nanos at) noexcept {
  return lane != book.first_snapshot_lane && at <= book.first_snapshot_at;
}

bool FeedAdmission::pass_snapshot(unsigned lane, const Event* begin, std::size_t count) {
  Token& book = token(begin->header.subject);
  const bool first_on_lane = !book.snapshot_seen[lane];
  book.snapshot_seen[lane] = true;
  const Nanos at = begin->book_head.venue_time;
  bool pass = true;
  if (two_lanes_) {
    StableHasher hasher;
    for (std::size_t i = 0; i < count; ++i) add_content(hasher, begin[i]);
    const bool first_arrival = first_arrival_.accept(hasher.value(), at, lane);
    // A later one may be the answer to a second subscribing and then is no newer than it says.
    pass = first_on_lane ? book.empty || (first_arrival && at > book.newest)
                         : first_arrival && at >= book.newest && !before_first_snapshot(book, lane, at);
    if (pass && first_on_lane) {
      book.first_snapshot_at = at;
      book.first_snapshot_lane = static_cast<std::uint8_t>(lane);
    }
  }
  if (!pass) return false;
  book.newest = book.empty ? at : std::max(book.newest, at);
  book.empty = false;
  return true;
}

bool FeedAdmission::pass_update(unsigned lane, const Event& event) {
  if (!two_lanes_ || event.header.kind == EventKind::kFrameEnd) return true;
  StableHasher hasher;
  add_content(hasher, event);
  switch (event.header.kind) {
    case EventKind::kLevel:
    case EventKind::kTopOfBook: {
      Token& book = token(event.header.subject);
      // Also not counted as delivered: the other lane's copy of it may yet be needed.
      if (!book.snapshot_seen[lane]) return false;
      const Nanos at = event.level.venue_time;
      if (before_first_snapshot(book, lane, at)) return false;
      if (!first_arrival_.accept(hasher.value(), at, lane)) return false;
      book.newest = std::max(book.newest, at);
      return true;
    }
    case EventKind::kTrade: return first_arrival_.accept(hasher.value(), event.level.venue_time, lane);
    case EventKind::kTickChange: return first_arrival_.accept(hasher.value(), event.book_head.venue_time, lane);
    case EventKind::kMarketStatus: return first_arrival_.accept(hasher.value(), event.market.venue_time, lane);
    default: return true;
  }
}

}  // namespace underround::polymarket
