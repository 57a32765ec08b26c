#include "strategy/opportunity_log.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace underround {
namespace {

// Injective, so that two subjects can never share an episode.
std::uint64_t pack(const OpportunityLog::Key& key) noexcept {
  return static_cast<std::uint64_t>(key.subject) << 32 | static_cast<std::uint64_t>(key.subject_is_event) << 16 |
         static_cast<std::uint64_t>(key.kind) << 8 | key.strategy.value;
}

OpportunityLog::Key key_of(const Opportunity& o) noexcept {
  return {o.strategy, o.kind, o.subject, o.subject_is_event};
}

}  // namespace

const char* to_string(Fate fate) noexcept {
  switch (fate) {
    case Fate::kSeen: return "seen";
    case Fate::kTaken: return "taken";
    case Fate::kTooSmall: return "too_small";
    case Fate::kPhantom: return "phantom";
    case Fate::kStale: return "stale";
    case Fate::kIncomplete: return "incomplete";
    case Fate::kNoCash: return "no_cash";
    case Fate::kCooldown: return "cooldown";
    case Fate::kRisk: return "risk";
    case Fate::kUnknownFee: return "unknown_fee";
  }
  return "?";
}

OpportunityLog::OpportunityLog(std::size_t capacity) : ring_(capacity), open_(capacity), phantoms_(capacity) {
  UR_CHECK(capacity > 0);
  by_strategy_.reserve(16);
}

Opportunity* OpportunityLog::slot_of(std::uint64_t id) noexcept {
  Opportunity& o = ring_[id % ring_.size()];
  return id != 0 && o.id == id ? &o : nullptr;
}

const Opportunity* OpportunityLog::find(std::uint64_t id) const noexcept {
  return const_cast<OpportunityLog*>(this)->slot_of(id);
}

OpportunityLog::Totals& OpportunityLog::totals_of(StrategyId strategy) {
  if (by_strategy_.size() <= strategy.value) by_strategy_.resize(std::size_t{strategy.value} + 1);
  return by_strategy_[strategy.value];
}

Opportunity& OpportunityLog::open_new(const Key& key, Nanos now) {
  // Open episodes keep their slots; when every slot is open, the oldest gives way.
  const std::uint64_t first = next_id_;
  const auto is_open = [this](std::uint64_t id) {
    const Opportunity& held = ring_[id % ring_.size()];
    return held.id != 0 && held.open;
  };
  while (is_open(next_id_) && next_id_ - first < ring_.size()) ++next_id_;
  Opportunity& o = ring_[next_id_ % ring_.size()];
  if (o.id != 0 && o.open) close(o, o.last_seen);
  o = Opportunity{};
  o.id = next_id_++;
  o.strategy = key.strategy;
  o.kind = key.kind;
  o.subject = key.subject;
  o.subject_is_event = key.subject_is_event;
  o.first_seen = o.last_seen = now;
  ++totals_.by_fate[static_cast<std::size_t>(o.fate)];
  ++totals_of(key.strategy).by_fate[static_cast<std::size_t>(o.fate)];
  return o;
}

void OpportunityLog::set_fate(Opportunity& o, Fate fate) noexcept {
  for (Totals* totals : {&totals_, &by_strategy_[o.strategy.value]}) {
    --totals->by_fate[static_cast<std::size_t>(o.fate)];
    ++totals->by_fate[static_cast<std::size_t>(fate)];
    if (fate == Fate::kTaken && o.fate != Fate::kTaken) ++totals->taken;
  }
  o.fate = fate;
}

void OpportunityLog::close(Opportunity& o, Nanos now) {
  o.open = false;
  o.last_seen = now;
  open_.erase(pack(key_of(o)));
  if (on_closed_ != nullptr) on_closed_(on_closed_context_, o);
}

std::uint64_t OpportunityLog::seen(const Key& key, Price edge, Shares size, Usd profit, Nanos now) {
  if (const std::uint64_t* id = open_.find(pack(key))) {
    Opportunity& o = *slot_of(*id);
    o.last_seen = now;
    // A walk that was not done (size 0) says nothing about size; the best edge is remembered with its own size.
    if (edge > o.edge || (edge == o.edge && profit > o.profit)) {
      o.edge = edge;
      o.size = size;
      o.profit = profit;
    }
    return o.id;
  }
  Opportunity& o = open_new(key, now);
  o.edge = edge;
  o.size = size;
  o.profit = profit;
  ++totals_.seen;
  ++totals_of(key.strategy).seen;
  open_.try_emplace(pack(key), o.id);
  return o.id;
}

void OpportunityLog::mark(std::uint64_t id, Fate fate) noexcept {
  Opportunity* const o = slot_of(id);
  if (o == nullptr || o->fate == Fate::kTaken || o->fate == Fate::kPhantom) return;
  set_fate(*o, fate);
}

void OpportunityLog::gone(const Key& key, Nanos now) {
  phantoms_.erase(pack(key));
  if (const std::uint64_t* id = open_.find(pack(key))) close(*slot_of(*id), now);
}

void OpportunityLog::phantom(const Key& key, Price edge, Nanos now) {
  if (const std::uint64_t* id = phantoms_.find(pack(key))) {
    // Its slot may have been given away meanwhile; the episode is still one.
    if (Opportunity* const o = slot_of(*id)) {
      o->last_seen = now;
      o->edge = std::max(o->edge, edge);
    }
    return;
  }
  Opportunity& o = open_new(key, now);
  o.edge = edge;
  o.open = false;
  set_fate(o, Fate::kPhantom);
  ++totals_.phantoms;
  ++totals_of(key.strategy).phantoms;
  phantoms_.try_emplace(pack(key), o.id);
  if (on_closed_ != nullptr) on_closed_(on_closed_context_, o);
}

void OpportunityLog::recent(std::size_t limit, std::vector<Opportunity>& out) const {
  out.clear();
  const std::uint64_t oldest = next_id_ > ring_.size() ? next_id_ - ring_.size() : 1;
  for (std::uint64_t id = next_id_; id-- > oldest && out.size() < limit;) {
    if (const Opportunity* const o = find(id)) out.push_back(*o);
  }
  if (out.size() >= limit) return;
  // Open episodes older than a whole turn of the ring.
  const std::size_t within = out.size();
  for (const Opportunity& o : ring_) {
    if (o.id != 0 && o.id < oldest) out.push_back(o);
  }
  std::sort(out.begin() + static_cast<std::ptrdiff_t>(within), out.end(),
            [](const Opportunity& a, const Opportunity& b) { return a.id > b.id; });
  if (out.size() > limit) out.resize(limit);
}

}  // namespace underround
