#include "market/catalogue.hpp"

#include "base/check.hpp"
#include "base/stable_hash.hpp"

namespace underround {
namespace {

void add_text(StableHasher& hasher, std::string_view text) { hasher.add_bytes(text.data(), text.size()); }

// Everything a decision may depend on; texts that are only shown stay out.
std::uint64_t hash_of(const ConditionSpec& spec) {
  StableHasher hasher;
  add_text(hasher, spec.condition_id);
  for (const std::string& token : spec.tokens) add_text(hasher, token);
  add_text(hasher, spec.slug);
  add_text(hasher, spec.group.slug);
  for (const std::string& tag : spec.tags) add_text(hasher, tag);
  hasher.add(static_cast<std::uint64_t>(spec.venue));
  hasher.add(static_cast<std::uint64_t>(spec.version));
  hasher.add_signed(spec.tick.pips);
  hasher.add_signed(spec.min_order_size.micros);
  hasher.add_signed(spec.fees.rate_ppm());
  hasher.add_signed(spec.fees.exponent());
  const bool flags[] = {spec.neg_risk,       spec.neg_risk_other,      spec.accepting_orders,
                        spec.taker_delay,    spec.clear_book_on_start, spec.group.neg_risk,
                        spec.group.augmented};
  for (const bool flag : flags) hasher.add(flag ? 1 : 0);
  hasher.add_signed(spec.seconds_delay);
  hasher.add(static_cast<std::uint64_t>(spec.phase));
  for (const Nanos at : {spec.start_at, spec.end_at, spec.game_start_at}) hasher.add_signed(at.ns);
  hasher.add_signed(spec.group.declared_conditions);
  return hasher.value();
}

bool settled(MarketPhase phase) noexcept {
  return phase == MarketPhase::kResolved || phase == MarketPhase::kRedeemable;
}

}  // namespace

const char* to_string(Completeness completeness) noexcept {
  switch (completeness) {
    case Completeness::kUnknown: return "unknown";
    case Completeness::kExactlyOne: return "exactly one";
    case Completeness::kAugmented: return "augmented";
    case Completeness::kNotExclusive: return "not exclusive";
    case Completeness::kMissingConditions: return "missing conditions";
    case Completeness::kClosedConditions: return "closed conditions";
  }
  return "?";
}

Result<ConditionId> Catalogue::add(const ConditionSpec& spec) {
  const auto refuse = [&spec](std::string_view why) {
    return fail(ErrorCode::kInvalidInput, "condition '" + spec.condition_id + "': " + std::string(why));
  };
  if (spec.condition_id.empty()) return refuse("condition_id is empty");
  for (const std::string& token : spec.tokens) {
    if (token.empty()) return refuse("a token is empty");
  }
  if (spec.tokens[0] == spec.tokens[1]) return refuse("both tokens are equal");

  const auto held = by_condition_id_.find(spec.condition_id);
  const bool known = held != by_condition_id_.end();
  const ConditionId id = known ? held->second : ConditionId{static_cast<std::uint32_t>(conditions_.size())};
  for (unsigned outcome = 0; outcome < 2; ++outcome) {
    const InstrumentId owner = tokens_.find(spec.tokens[outcome]);
    if (owner.valid() && owner != instrument_of(id, outcome)) {
      return refuse("token " + spec.tokens[outcome] + " belongs to another condition or outcome");
    }
    if (known && !owner.valid()) return refuse("an update changes the tokens");
  }

  if (known) {
    Condition& condition = conditions_[id.value];
    const ConditionSpec::Group& old_group = condition.spec.group;
    if (!spec.group.slug.empty() && !old_group.slug.empty() && spec.group.slug != old_group.slug) {
      return refuse("an update moves it from event '" + old_group.slug + "' to '" + spec.group.slug + "'");
    }
    const MarketPhase old_phase = condition.spec.phase;
    ConditionSpec::Group group = spec.group.slug.empty() ? old_group : spec.group;
    condition.spec = spec;
    condition.spec.group = std::move(group);
    // A late answer of a slow endpoint does not reopen what has been settled.
    if (settled(old_phase)) condition.spec.phase = old_phase;
  } else {
    conditions_.push_back(Condition{id, EventId{}, spec, Event::kNoWinner});
    for (unsigned outcome = 0; outcome < 2; ++outcome) tokens_.add(spec.tokens[outcome], instrument_of(id, outcome));
    by_condition_id_.emplace(spec.condition_id, id);
  }
  Condition& condition = conditions_[id.value];
  if (!condition.spec.slug.empty()) by_slug_[condition.spec.slug] = id;
  if (!condition.spec.group.slug.empty()) join_group(condition);

  content_hash_ = mix64(content_hash_ ^ hash_of(condition.spec));
  return id;
}

void Catalogue::join_group(Condition& condition) {
  const auto [place, fresh] =
      by_event_.try_emplace(condition.spec.group.slug, EventId{static_cast<std::uint32_t>(events_.size())});
  if (fresh) events_.push_back(EventGroup{place->second, condition.spec.group, {}, Completeness::kUnknown});
  EventGroup& group = events_[place->second.value];
  group.spec = condition.spec.group;
  if (!condition.event.valid()) {
    condition.event = group.id;
    group.conditions.push_back(condition.id);
  }
  refresh_completeness(group);
}

void Catalogue::refresh_completeness(EventGroup& group) {
  group.completeness = [&] {
    if (!group.spec.neg_risk) return Completeness::kNotExclusive;
    if (group.spec.augmented) return Completeness::kAugmented;
    bool all_neg_risk = true;
    bool all_open = true;
    for (const ConditionId id : group.conditions) {
      const ConditionSpec& spec = conditions_[id.value].spec;
      if (spec.neg_risk_other) return Completeness::kAugmented;
      all_neg_risk = all_neg_risk && spec.neg_risk;
      all_open = all_open && spec.phase == MarketPhase::kOpen;
    }
    const auto known = static_cast<std::int64_t>(group.conditions.size());
    const std::int64_t declared = group.spec.declared_conditions;
    if (!all_neg_risk || declared <= 0 || known > declared) return Completeness::kUnknown;
    if (known < declared) return Completeness::kMissingConditions;
    if (!all_open) return Completeness::kClosedConditions;
    return known >= 2 ? Completeness::kExactlyOne : Completeness::kUnknown;
  }();
}

// The ways in, from what an archive brought; false when that does not hang together.
bool Catalogue::index_again() {
  tokens_ = TokenIndex();
  by_condition_id_.clear();
  by_slug_.clear();
  by_event_.clear();
  for (std::size_t i = 0; i < conditions_.size(); ++i) {
    const Condition& c = conditions_[i];
    if (c.id.value != i || (c.event.valid() && c.event.value >= events_.size())) return false;
    for (unsigned outcome = 0; outcome < 2; ++outcome)
      tokens_.add(c.spec.tokens[outcome], instrument_of(c.id, outcome));
    by_condition_id_.emplace(c.spec.condition_id, c.id);
    if (!c.spec.slug.empty()) by_slug_[c.spec.slug] = c.id;
  }
  for (std::size_t i = 0; i < events_.size(); ++i) {
    if (events_[i].id.value != i) return false;
    for (const ConditionId id : events_[i].conditions) {
      if (id.value >= conditions_.size()) return false;
    }
    by_event_.emplace(events_[i].spec.slug, events_[i].id);
  }
  return true;
}

Result<void> Catalogue::name_token(InstrumentId instrument, const std::string& token) {
  UR_CHECK(condition_of(instrument).value < conditions_.size());
  Condition& condition = conditions_[condition_of(instrument).value];
  const InstrumentId owner = tokens_.find(token);
  if (token.empty() || (owner.valid() && owner != instrument)) {
    return fail(ErrorCode::kInvalidInput,
                "condition '" + condition.spec.condition_id + "': token '" + token + "' is empty or of another one");
  }
  if (!owner.valid()) tokens_.add(token, instrument);
  condition.spec.tokens[outcome_of(instrument)] = token;
  content_hash_ = mix64(content_hash_ ^ hash_of(condition.spec));
  return {};
}

void Catalogue::set_phase(ConditionId id, MarketPhase phase, std::uint8_t winning_outcome) {
  UR_CHECK(id.value < conditions_.size());
  Condition& condition = conditions_[id.value];
  condition.spec.phase = phase;
  if (winning_outcome != Event::kNoWinner) condition.winning_outcome = winning_outcome;
  if (condition.event.valid()) refresh_completeness(events_[condition.event.value]);
}

void Catalogue::set_tick(ConditionId id, Tick tick) {
  UR_CHECK(id.value < conditions_.size());
  conditions_[id.value].spec.tick = tick;
}

std::optional<ConditionId> Catalogue::find_condition(std::string_view condition_id) const {
  const auto found = by_condition_id_.find(std::string(condition_id));
  return found == by_condition_id_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<ConditionId> Catalogue::find_slug(std::string_view slug) const {
  const auto found = by_slug_.find(std::string(slug));
  return found == by_slug_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<EventId> Catalogue::find_event(std::string_view event_slug) const {
  const auto found = by_event_.find(std::string(event_slug));
  return found == by_event_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace underround
