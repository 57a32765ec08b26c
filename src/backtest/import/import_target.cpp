#include "backtest/import/import_target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/event_fields.hpp"

namespace underround::backtest {
namespace {

constexpr Nanos kClockTolerance = Nanos::from_millis(5);

bool priced(EventKind kind) noexcept {
  return kind == EventKind::kSnapshotLevel || kind == EventKind::kLevel || kind == EventKind::kTrade;
}

// The coarsest of the venue's grids that holds every price seen.
Tick tick_of(std::int64_t step) noexcept {
  for (const Tick tick : {kTick001, kTick0005, kTick00025, kTick0001, kTick00001}) {
    if (step > 0 && step % tick.pips == 0) return tick;
  }
  return Tick{};
}

}  // namespace

void ImportFrame::snapshot_begin(VenueId venue, InstrumentId instrument, Nanos venue_time) {
  append(EventKind::kSnapshotBegin, venue, instrument.value).book_head.venue_time = venue_time;
}
void ImportFrame::snapshot_level(VenueId venue, InstrumentId instrument, Side side, Price price, Shares size) {
  Event::Level& level = append(EventKind::kSnapshotLevel, venue, instrument.value).level;
  level.side = side;
  level.price = price;
  level.size = size;
  level.best_bid = level.best_ask = kNoPrice;
}
void ImportFrame::snapshot_end(VenueId venue, InstrumentId instrument, Nanos venue_time) {
  append(EventKind::kSnapshotEnd, venue, instrument.value).book_head.venue_time = venue_time;
}
void ImportFrame::reference(EventKind kind, VenueId venue, SymbolId symbol, const Event::Quote& quote) {
  append(kind, venue, symbol.value).quote = quote;
}

ImportTarget::ImportTarget(NativeWriter& writer, Outcomes& outcomes, ImportReport& report)
    : writer_(writer), outcomes_(outcomes), report_(report) {
  for (const journal::JournalledCondition& c : writer.existing().conditions) {
    const auto id = catalogue_.add(c.spec);
    if (!id || *id != c.id) {
      failure_ = Error{ErrorCode::kInvalidInput, "the recording to append to describes a condition twice"};
      return;
    }
    known_.push_back({c.spec.tick.pips, !c.spec.tick.known() || has_tag(c.spec, kTagLearned), false});
    schedule(*id, false);
  }
}

void ImportTarget::check(Result<void> done) {
  if (!done && !failure_) failure_ = std::move(done.error());
}

void ImportTarget::record(ConditionId id) { check(writer_.condition({id, catalogue_[id].spec, Event::kNoWinner})); }

ConditionId ImportTarget::add(ConditionSpec spec, const std::string& file) {
  if (const auto known = catalogue_.find_condition(spec.condition_id)) {
    const ConditionSpec& held = catalogue_[*known].spec;
    // A list beats what was learned from frames, where both mean the same tokens in the same order.
    if (!has_tag(held, kTagLearned) || has_tag(spec, kTagLearned) || spec.tokens != held.tokens) return *known;
  } else {
    for (const std::string& token : spec.tokens) {
      if (const InstrumentId owner = catalogue_.find_token(token); owner.valid()) return condition_of(owner);
    }
  }
  if (!spec.fees.known() && !has_tag(spec, kTagFeesUnknown)) spec.tags.emplace_back(kTagFeesUnknown);
  const bool watch = !spec.tick.known() || has_tag(spec, kTagLearned);
  const std::int64_t step = watch ? spec.tick.pips : 0;
  const auto id = catalogue_.add(spec);
  if (!id) {
    report_.bad(file, 0, id.error().message);
    return {};
  }
  const bool fresh = id->value == known_.size();
  if (fresh) known_.push_back({step, watch, false});
  schedule(*id, fresh);
  record(*id);
  return *id;
}

InstrumentId ImportTarget::learn(std::string_view token, std::string_view market, const std::string& file) {
  if (const InstrumentId known = catalogue_.find_token(token); known.valid()) return known;
  if (token.empty() || third_tokens_.contains(token)) return {};
  const auto stand_in = [](std::string_view first) { return "capture:" + std::string(first) + ":other"; };
  const std::string id = market.empty() ? "capture:" + std::string(token) : std::string(market);
  if (const auto condition = catalogue_.find_condition(id)) {
    const InstrumentId second = instrument_of(*condition, 1);
    const ConditionSpec& spec = catalogue_[*condition].spec;
    if (spec.tokens[1] == stand_in(spec.tokens[0]) && catalogue_.name_token(second, std::string(token))) {
      known_[condition->value].changed = true;
      return second;
    }
    third_tokens_.emplace(token);
    return {};
  }
  ConditionSpec spec;
  spec.condition_id = id;
  spec.tokens = {std::string(token), stand_in(token)};
  spec.outcomes = {"first", "second"};
  spec.phase = MarketPhase::kOpen;
  spec.tags = {std::string(kTagLearned)};
  const ConditionId added = add(std::move(spec), file);
  return added.valid() ? instrument_of(added, 0) : InstrumentId{};
}

void ImportTarget::tag(ConditionId id, std::string_view tag) {
  if (has_tag(catalogue_[id].spec, tag)) return;
  ConditionSpec spec = catalogue_[id].spec;
  spec.tags.emplace_back(tag);
  if (catalogue_.add(spec)) known_[id.value].changed = true;
}

SymbolId ImportTarget::symbol(std::string_view name) {
  auto id = writer_.symbol(name);
  if (id) return *id;
  check(std::unexpected(id.error()));
  return SymbolId{0};
}

// The description of a market that has ended says "resolved"; in the time that was recorded it was open.
void ImportTarget::schedule(ConditionId id, bool fresh) {
  const auto end = outcomes_.find(catalogue_[id].spec);
  if (!end) return;
  if (fresh) {
    catalogue_.set_phase(id, MarketPhase::kOpen);
    ConditionSpec spec = catalogue_[id].spec;
    spec.accepting_orders = true;
    static_cast<void>(catalogue_.add(spec));
  }
  const Due due{end->at, id, end->winner};
  if (end->at == Nanos{}) {
    undated_.push_back(due);
  } else {
    due_.push(due);
  }
}

void ImportTarget::resolve(const Due& due, Nanos at) {
  resolution_.begin(std::max(at, writer_.last_time()));
  Event::Market& market =
      resolution_.append(EventKind::kMarketStatus, catalogue_[due.condition].spec.venue, due.condition.value).market;
  market.phase = MarketPhase::kResolved;
  market.winning_outcome = due.winner;
  market.venue_time = due.at;
  resolution_.close();
  check(writer_.frame(resolution_.events));
  see(resolution_.events.front());
  ++report_.resolutions;
  ++report_.frames;
  report_.events += resolution_.events.size();
}

void ImportTarget::resolve_until(Nanos now) {
  while (!due_.empty() && due_.top().at <= now) {
    const Due due = due_.top();
    due_.pop();
    resolve(due, due.at);
  }
}

void ImportTarget::see(const Event& e) {
  if (report_.first == Nanos{}) report_.first = e.header.time;
  report_.last = e.header.time;
}

void ImportTarget::learn_ticks(const std::vector<Event>& events) {
  for (const Event& e : events) {
    if (!priced(e.header.kind)) continue;
    Known& known = known_[condition_of(e.instrument()).value];
    const std::int64_t pips = e.level.price.pips;
    if (!known.watched || pips <= 0 || pips >= Price::kPipsPerUsd) continue;
    if (known.price_step != 0 && pips % known.price_step == 0) continue;
    known.price_step = std::gcd(known.price_step, pips);
    const ConditionId id = condition_of(e.instrument());
    const Tick tick = tick_of(known.price_step);
    if (tick == catalogue_[id].spec.tick) continue;
    catalogue_.set_tick(id, tick);
    known.changed = true;
  }
}

void ImportTarget::write(ImportFrame& frame) {
  if (frame.events.empty() || failure_) return;
  if (!due_.empty()) resolve_until(frame.time);
  const Nanos at = std::max(frame.time, writer_.last_time());
  std::uint64_t gaps = 0;
  for (Event& e : frame.events) {
    e.header.time = at;
    if (e.header.kind == EventKind::kGap) ++gaps;
  }
  report_.gaps += gaps > 0 ? 1 : 0;
  learn_ticks(frame.events);
  // One event a frame is enough to know how far the clocks are apart.
  if (const Nanos venue = venue_time_of(frame.events.front()); venue > Nanos{}) {
    const std::int64_t delay = (frame.time - venue).ns;
    least_delay_ns_ = std::min(least_delay_ns_, delay);
    any_delay_ = any_delay_ || delay != 0;
  }
  check(writer_.frame(frame.events));
  see(frame.events.front());
  ++report_.frames;
  report_.events += frame.events.size();
}

void ImportTarget::unknown(const std::string& words) {
  if (!said_.insert(words).second) return;
  report_.unknown.push_back(words);
  note("unknown: " + words);
}

void ImportTarget::note(std::string_view words) {
  if (!failure_) check(writer_.note(words));
}

void ImportTarget::gap(Nanos at, VenueId venue, const std::string& why) {
  if (!failure_) check(writer_.gap(at, venue, why));
}

void ImportTarget::finish() {
  while (!due_.empty() && !failure_) {
    const Due due = due_.top();
    due_.pop();
    resolve(due, due.at);
  }
  if (!undated_.empty()) {
    unknown(fmt::format("when {} of the markets were resolved; their outcomes stand at the end", undated_.size()));
    for (const Due& due : undated_) resolve(due, writer_.last_time());
  }
  if (least_delay_ns_ < -kClockTolerance.ns) {
    unknown(fmt::format("latency: the recorder's clock was at least {:.3f} s behind the venue's",
                        static_cast<double>(-least_delay_ns_) / 1e9));
  } else if (least_delay_ns_ != INT64_MAX && !any_delay_) {
    unknown("latency: a source has one clock only, so that venue times and receive times are the same");
  }
  for (std::uint32_t i = 0; i < known_.size() && !failure_; ++i) {
    if (known_[i].changed) record(ConditionId{i});
    known_[i].changed = false;
  }
  report_.conditions = catalogue_.size();
  report_.unmatched_outcomes = outcomes_.unused();
}

}  // namespace underround::backtest
