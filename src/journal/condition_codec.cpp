#include "journal/condition_codec.hpp"

#include "base/archive.hpp"

namespace underround::journal {
namespace {

constexpr std::uint16_t kVersion = 1;

template <class A>
void members(A& a, JournalledCondition& c) {
  ConditionSpec& s = c.spec;
  std::int32_t rate_ppm = s.fees.rate_ppm(), exponent = s.fees.exponent();
  a(c.id.value, c.winning_outcome, s.venue, s.condition_id, s.tokens, s.outcomes, s.question, s.slug, s.group_title);
  a(s.question_id, s.tags, s.sports_market_type, s.resolution_source, s.version, s.tick.pips, s.min_order_size.micros);
  a(rate_ppm, exponent, s.neg_risk, s.neg_risk_other, s.accepting_orders, s.taker_delay, s.seconds_delay);
  a(s.clear_book_on_start, s.phase, s.start_at.ns, s.end_at.ns, s.game_start_at.ns, s.volume_24h.micros,
    s.liquidity.micros);
  a(s.group.id, s.group.slug, s.group.title, s.group.series_slug, s.group.neg_risk_market_id, s.group.neg_risk);
  a(s.group.augmented, s.group.declared_conditions);
  s.fees = exponent == 0 ? FeeSchedule() : FeeSchedule::taker(rate_ppm, exponent);
}

}  // namespace

Bytes encode_condition(const JournalledCondition& condition, std::vector<std::uint8_t>& buffer) {
  buffer.clear();
  ArchiveWriter writer(buffer);
  writer(kVersion);
  members(writer, const_cast<JournalledCondition&>(condition));  // one list of members for both directions
  return buffer;
}

std::optional<JournalledCondition> decode_condition(Bytes payload) {
  ArchiveReader reader(payload);
  std::uint16_t version = 0;
  reader(version);
  if (!reader.good() || version != kVersion) return std::nullopt;
  JournalledCondition condition;
  members(reader, condition);
  const FeeSchedule& fees = condition.spec.fees;
  if (!reader.good() || !reader.at_end() || fees.exponent() < 0 || fees.exponent() > 4) return std::nullopt;
  return condition;
}

}  // namespace underround::journal
