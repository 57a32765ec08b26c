#include "simulator/world_election.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace underround::simulator {
namespace {

constexpr std::array<const char*, 12> kNames{"Amara Lindqvist", "Benoit Castellan", "Clara Whitcombe", "Dario Mendel",
                                             "Elena Brandt",    "Farid Osei",       "Greta Nordahl",   "Hugo Laurent",
                                             "Ines Calloway",   "Jonas Petrov",     "Katya Moreau",    "Leo Abernathy"};
constexpr std::array<const char*, 12> kSlugs{"amara-lindqvist", "benoit-castellan", "clara-whitcombe", "dario-mendel",
                                             "elena-brandt",    "farid-osei",       "greta-nordahl",   "hugo-laurent",
                                             "ines-calloway",   "jonas-petrov",     "katya-moreau",    "leo-abernathy"};
// What further races are about.
constexpr std::array<const char*, 8> kOffices{"court-president",    "development-bank-head", "observer-mission-lead",
                                              "treaty-depositary",  "council-chair",         "commission-president",
                                              "human-rights-envoy", "trade-body-director"};
constexpr double kStepMeanSeconds = 12, kNewsMeanSeconds = 75;
constexpr double kStepSize = 0.012, kNewsSize = 0.22;

}  // namespace

void WorldElection::schedule(Nanos when, Turn turn, std::size_t race) {
  context_.scheduler.at(when, *this, static_cast<std::uint64_t>(race) << 2 | static_cast<std::uint64_t>(turn));
}

void WorldElection::start() {
  const Nanos now = context_.scheduler.now();
  ConditionSpec::Group group;
  group.neg_risk = true;
  group.slug = "presidential-election-winner-2027";
  group.title = "Presidential Election Winner 2027";
  group.declared_conditions = 12;
  list_race(group, "win the presidential election", 12, 0.20, now + Nanos::from_seconds(86'400 * 150));
  group.slug = "alliance-secretary-general-2027";
  group.title = "Next secretary general of the alliance";
  group.declared_conditions = 8;
  list_race(group, "become secretary general of the alliance", 8, 0.10, now + Nanos::from_seconds(86'400 * 60));
  group.slug = "peace-summit-chair-2027";
  group.title = "Who will chair the peace summit?";
  group.declared_conditions = 5;
  list_race(group, "chair the peace summit", 5, 0.15, now + Nanos::from_seconds(86'400 * 40));
  for (unsigned i = 0; i < context_.settings.more_races; ++i) {
    const std::size_t names = 5 + i % 4;
    const std::string office = kOffices[i % kOffices.size()];
    std::string title = office;
    std::replace(title.begin(), title.end(), '-', ' ');
    group.slug = office + "-" + std::to_string(2027 + i / kOffices.size());
    group.title = "Who will be the next " + title + "?";
    group.declared_conditions = static_cast<std::int32_t>(names);
    list_race(group, "become " + title, names, 0.12, now + Nanos::from_seconds(86'400 * (30 + 7 * (i % 10))));
  }
  group.slug = "next-prime-minister";
  group.title = "Who will be the next prime minister?";
  group.augmented = true;
  group.declared_conditions = 7;
  list_race(group, "become prime minister", 6, 0.30, now + Nanos::from_seconds(86'400 * 90));
}

void WorldElection::list_race(const ConditionSpec::Group& group, const std::string& deed, std::size_t names,
                              double steepness, Nanos end) {
  const std::size_t index = races_.size();
  Race& race = races_.emplace_back();
  race.group = context_.venue.add_group(group);
  const std::size_t legs = group.augmented ? names + 1 : names;
  for (std::size_t i = 0; i < legs; ++i) {
    const bool other = i == names;
    ConditionSpec spec = base_spec();
    spec.group_title = other ? "Other" : kNames[i];
    spec.question = other ? "Will somebody else " + deed + "?" : "Will " + spec.group_title + " " + deed + "?";
    spec.slug = group.slug + "-" + (other ? "other" : kSlugs[i]);
    spec.tags = {group.augmented ? "politics" : "geopolitics", "elections"};
    spec.fees = group.augmented ? FeeSchedule::taker(40'000, 1) : FeeSchedule::free();
    spec.tick = kTick0001;
    spec.neg_risk_other = other;
    spec.end_at = end;
    race.markets.push_back(context_.venue.add_market(std::move(spec), race.group));
    // Front runners first, a long tail behind; "Other" is worth a few percent.
    race.strengths.push_back(other ? -2.2 : -steepness * static_cast<double>(i) + 0.1 * rng_.normal());
  }
  update_fairs(race);
  for (const MarketId market : race.markets) context_.venue.open_market(market);
  schedule(context_.scheduler.now() + seconds(rng_.exponential(kStepMeanSeconds)), Turn::kStep, index);
  schedule(context_.scheduler.now() + seconds(rng_.exponential(kNewsMeanSeconds)), Turn::kNews, index);
  schedule(end, Turn::kEnd, index);
}

std::vector<double> WorldElection::shares(const Race& race) const {
  std::vector<double> out;
  double total = 0;
  for (const double s : race.strengths) {
    out.push_back(std::exp(s));
    total += out.back();
  }
  for (double& share : out) share /= total;
  return out;
}

void WorldElection::update_fairs(const Race& race) {
  const std::vector<double> p = shares(race);
  for (std::size_t i = 0; i < race.markets.size(); ++i) context_.fairs.set(race.markets[i], p[i]);
}

// Drawn by share.
std::size_t WorldElection::in_the_news(const Race& race) {
  const std::vector<double> p = shares(race);
  double dice = rng_.uniform();
  std::size_t name = 0;
  while (name + 1 < p.size() && dice >= p[name]) dice -= p[name++];
  return name;
}

void WorldElection::on_due(Nanos now, std::uint64_t payload) {
  const std::size_t index = payload >> 2;
  Race& race = races_[index];
  const auto turn = static_cast<Turn>(payload & 3U);
  if (turn == Turn::kResolve) {
    for (std::size_t i = 0; i < race.markets.size(); ++i) {
      context_.venue.resolve_market(race.markets[i], i == race.winner ? 0 : 1);
    }
    return;
  }
  if (race.over) return;
  if (turn == Turn::kEnd) {
    race.over = true;
    race.winner = in_the_news(race);
    for (const MarketId market : race.markets) context_.venue.close_market(market);
    schedule(now + Nanos::from_seconds(120), Turn::kResolve, index);
    return;
  }
  const bool news = turn == Turn::kNews;
  const std::size_t name = news ? in_the_news(race) : rng_.below(race.strengths.size());
  race.strengths[name] += (news ? kNewsSize : kStepSize) * rng_.normal();
  // Nobody runs away for ever: strengths are pulled back towards the field.
  race.strengths[name] *= 0.995;
  update_fairs(race);
  schedule(now + seconds(rng_.exponential(news ? kNewsMeanSeconds : kStepMeanSeconds)), turn, index);
}

}  // namespace underround::simulator
