#include "simulator/world_football.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "simulator/probability.hpp"

namespace underround::simulator {
namespace {

struct Club {
  const char* code;
  const char* name;
};
constexpr std::array<Club, 16> kClubs{
    Club{"ald", "Alderport"}, Club{"bex", "Bexmoor"},   Club{"cra", "Cranwick"},  Club{"dun", "Dunmere"},
    Club{"eas", "Eastley"},   Club{"fen", "Fenbridge"}, Club{"gar", "Garrowby"},  Club{"har", "Harlsford"},
    Club{"ing", "Ingleby"},   Club{"kes", "Kestrel"},   Club{"lor", "Lorne"},     Club{"mal", "Malgrave"},
    Club{"nor", "Northaven"}, Club{"ost", "Ostmere"},   Club{"pen", "Penhallow"}, Club{"ros", "Rosscastle"}};
constexpr double kHalf = 2700, kBreak = 900, kRegular = 5400;
constexpr double kIncidentsPerTick = 5.0 / 600;  // one in ten minutes of five-second ticks
constexpr Nanos kTickLive = Nanos::from_seconds(5);
constexpr Nanos kTickBefore = Nanos::from_seconds(45);
constexpr Nanos kResolveAfter = Nanos::from_seconds(60);

}  // namespace

void WorldFootball::schedule(Nanos when, Turn turn, std::size_t index) {
  context_.scheduler.at(when, *this, static_cast<std::uint64_t>(index) << 1 | static_cast<std::uint64_t>(turn));
}

void WorldFootball::start() {
  const Nanos now = context_.scheduler.now();
  // A third of them are under way, the others follow every twenty minutes.
  const auto running = static_cast<std::int64_t>(context_.settings.matches / 3);
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(context_.settings.matches); ++i) {
    list_match(now + Nanos::from_seconds((i - running) * 1200 + 300));
  }
}

void WorldFootball::list_match(Nanos kick_off) {
  const std::size_t home = rng_.below(kClubs.size());
  const std::size_t away = (home + 1 + rng_.below(kClubs.size() - 1)) % kClubs.size();
  const std::string stem =
      std::string("fl1-") + kClubs[home].code + "-" + kClubs[away].code + "-" + std::to_string(kick_off.seconds());
  ConditionSpec::Group group;
  group.slug = stem;
  group.title = std::string(kClubs[home].name) + " vs. " + kClubs[away].name;
  group.series_slug = "first-league";
  group.neg_risk = true;
  group.declared_conditions = 3;

  Match match;
  match.group = context_.venue.add_group(group);
  match.kick_off = kick_off;
  match.home_rate = std::clamp(1.5 + 0.45 * rng_.normal(), 0.4, 3.2);
  match.away_rate = std::clamp(1.15 + 0.4 * rng_.normal(), 0.3, 2.8);
  match.stoppage_s = 120 + 240 * rng_.uniform();
  const std::array<std::string, 3> titles{kClubs[home].name, "Draw (" + group.title + ")", kClubs[away].name};
  const std::array<std::string, 3> endings{kClubs[home].code, "draw", kClubs[away].code};
  for (std::size_t i = 0; i < 3; ++i) {
    ConditionSpec spec = base_spec();
    spec.slug = stem + "-" + endings[i];
    spec.question = i == 1 ? "Will " + group.title + " end in a draw?" : "Will " + titles[i] + " win?";
    spec.group_title = titles[i];
    spec.tags = {"sports", "soccer", "games"};
    spec.sports_market_type = "moneyline";
    spec.resolution_source = "https://example.org/first-league";
    spec.fees = FeeSchedule::taker(50'000, 1);
    spec.seconds_delay = 3;
    spec.clear_book_on_start = true;
    spec.game_start_at = kick_off;
    spec.end_at = kick_off + seconds(kRegular + kBreak + match.stoppage_s);
    match.markets[i] = context_.venue.add_market(std::move(spec), match.group);
  }
  matches_.push_back(match);
  Match& kept = matches_.back();
  const Nanos now = context_.scheduler.now();
  kept.started = kick_off <= now;
  const double played = played_seconds(kept, now);
  if (kept.started) play(kept, 0, played);
  update_fairs(kept, played);
  for (const MarketId market : kept.markets) context_.venue.open_market(market);
  if (kept.started) tell(kept, now);
  schedule(now + kTickLive, Turn::kTick, matches_.size() - 1);
}

double WorldFootball::full_time(const Match& match) noexcept { return kRegular + match.stoppage_s; }

double WorldFootball::played_seconds(const Match& match, Nanos now) noexcept {
  const double since = static_cast<double>((now - match.kick_off).ns) * 1e-9;
  if (since <= 0) return 0;
  if (since <= kHalf) return since;
  return std::min(full_time(match), std::max(kHalf, since - kBreak));
}

void WorldFootball::on_due(Nanos now, std::uint64_t payload) {
  const std::size_t index = payload >> 1;
  if (static_cast<Turn>(payload & 1U) == Turn::kTick) {
    tick(index, now);
    return;
  }
  const Match& match = matches_[index];
  const std::size_t winner = match.home > match.away ? 0 : match.home == match.away ? 1 : 2;
  for (std::size_t i = 0; i < 3; ++i) context_.venue.resolve_market(match.markets[i], i == winner ? 0 : 1);
}

void WorldFootball::tick(std::size_t index, Nanos now) {
  Match& match = matches_[index];
  if (now < match.kick_off) {
    match.home_rate *= 1.0 + 0.01 * rng_.normal();
    match.away_rate *= 1.0 + 0.01 * rng_.normal();
    update_fairs(match, 0);
    schedule(std::min(now + kTickBefore, match.kick_off), Turn::kTick, index);
    return;
  }
  if (!match.started) {
    match.started = true;
    for (const MarketId market : match.markets) context_.venue.start_game(market);
    tell(match, now);
  }
  const double played = played_seconds(match, now);
  const int goals = match.home + match.away;
  play(match, played_seconds(match, now - kTickLive), played);
  if (match.home + match.away != goals) tell(match, now);
  if (played < full_time(match)) {
    match.home_rate *= 1.0 + 0.004 * rng_.normal();
    match.away_rate *= 1.0 + 0.004 * rng_.normal();
    if (rng_.chance(kIncidentsPerTick)) {
      double& rate = rng_.chance(0.5) ? match.home_rate : match.away_rate;
      rate = std::clamp(rate * std::exp(0.22 * rng_.normal()), 0.3, 4.0);
    }
    update_fairs(match, played);
    schedule(now + kTickLive, Turn::kTick, index);
    return;
  }
  match.over = true;
  tell(match, now);
  for (const MarketId market : match.markets) context_.venue.close_market(market);
  schedule(now + kResolveAfter, Turn::kResolve, index);
  list_match(now + Nanos::from_seconds(3600));
}

void WorldFootball::play(Match& match, double played_before, double played_now) {
  const double share = std::max(0.0, played_now - played_before) / kRegular;
  const auto goals = [&](double rate) {
    int count = 0;
    for (double left = rng_.exponential(1.0); left < rate * share; left += rng_.exponential(1.0)) ++count;
    return count;
  };
  match.home += goals(match.home_rate);
  match.away += goals(match.away_rate);
}

void WorldFootball::tell(const Match& match, Nanos now) {
  const double played = played_seconds(match, now);
  ScoreUpdate score{match.group,
                    now,
                    static_cast<std::uint16_t>(match.home),
                    static_cast<std::uint16_t>(match.away),
                    static_cast<std::uint32_t>(played),
                    static_cast<std::uint8_t>(played < kHalf ? 1 : 2),
                    match.over};
  context_.venue.set_score(score);
}

void WorldFootball::update_fairs(const Match& match, double played) {
  const double left = std::max(0.0, full_time(match) - played) / kRegular;
  const ThreeWay p = match_result(match.home - match.away, match.home_rate * left, match.away_rate * left);
  context_.fairs.set(match.markets[0], p.home);
  context_.fairs.set(match.markets[1], p.draw);
  context_.fairs.set(match.markets[2], p.away);
}

}  // namespace underround::simulator
