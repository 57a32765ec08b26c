#include "simulator/world_binaries.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "simulator/probability.hpp"

namespace underround::simulator {
namespace {

struct Topic {
  const char* tag;
  const char* words;
  std::int32_t fee_ppm;  // protocol 11; 0 = no fee
};
constexpr std::array<Topic, 7> kTopics{
    Topic{"politics", "Will the bill pass", 40'000},      Topic{"economy", "Will the rate be cut", 50'000},
    Topic{"culture", "Will the film open first", 50'000}, Topic{"weather", "Will it rain more than 20 mm", 50'000},
    Topic{"tech", "Will the model be released", 40'000},  Topic{"finance", "Will the index close higher", 40'000},
    Topic{"geopolitics", "Will the talks resume", 0}};
constexpr std::array<const char*, 10> kTeams{"Vortex", "Nightfall", "Ember", "Halcyon", "Ironclad",
                                             "Mirage", "Outlaws",   "Pulse", "Quartz",  "Rampart"};
constexpr std::uint64_t kEveryV2 = 6;  // one question in so many trades under Protocol V2
constexpr double kEsportsShare = 0.25;
constexpr Nanos kResolveAfter = Nanos::from_seconds(25);

}  // namespace

void WorldBinaries::schedule(Nanos when, Turn turn, std::size_t slot) {
  context_.scheduler.at(when, *this, static_cast<std::uint64_t>(slot) << 1 | static_cast<std::uint64_t>(turn));
}

void WorldBinaries::start(std::uint32_t count) {
  questions_.resize(count);
  for (std::size_t slot = 0; slot < questions_.size(); ++slot) list_question(slot, true);
}

ConditionSpec WorldBinaries::describe(Question& question, std::uint64_t number, bool first) {
  const Nanos now = context_.scheduler.now();
  ConditionSpec spec = base_spec();
  question.esports = rng_.chance(kEsportsShare);
  const std::string suffix = std::to_string(number);
  if (question.esports) {
    const std::size_t a = rng_.below(kTeams.size());
    const std::size_t b = (a + 1 + rng_.below(kTeams.size() - 1)) % kTeams.size();
    spec.outcomes = {kTeams[a], kTeams[b]};
    spec.question = std::string(kTeams[a]) + " vs " + kTeams[b] + " (best of 3)";
    spec.slug = "esp-match-" + suffix;
    spec.tags = {"sports", "esports", "games"};
    spec.sports_market_type = "moneyline";
    spec.fees = FeeSchedule::taker(50'000, 1);
    spec.seconds_delay = 1;
    // The first ones are spread over their life, so that they do not all end together.
    question.end = now + seconds(first ? 900 + 7'200 * rng_.uniform() : 3'600 + 3'600 * rng_.uniform());
    question.step_mean_s = 15;
  } else {
    const Topic& topic = kTopics[rng_.below(kTopics.size())];
    spec.question = std::string(topic.words) + "? (" + suffix + ")";
    spec.slug = std::string(topic.tag) + "-question-" + suffix;
    spec.tags = {topic.tag};
    spec.fees = topic.fee_ppm == 0 ? FeeSchedule::free() : FeeSchedule::taker(topic.fee_ppm, 1);
    if (rng_.chance(0.3)) spec.tick = kTick0001;
    question.end = now + seconds(86'400 * (0.2 + 40 * rng_.uniform()));
    question.step_mean_s = 40 + 160 * rng_.uniform();
  }
  if (context_.settings.protocol_v2 && number % kEveryV2 == 0) spec.version = MarketVersion::kV2;
  spec.start_at = now;
  spec.end_at = question.end;
  return spec;
}

void WorldBinaries::list_question(std::size_t slot, bool first) {
  Question question;
  ConditionSpec spec = describe(question, ++numbered_, first);
  const Nanos now = context_.scheduler.now();
  question.last = now;
  const double probability = 0.06 + 0.88 * rng_.uniform();
  question.level = normal_quantile(probability) * std::sqrt(static_cast<double>((question.end - now).ns) * 1e-9);
  question.market = context_.venue.add_market(std::move(spec));
  questions_[slot] = question;
  context_.fairs.set(question.market, probability);
  context_.venue.open_market(question.market);
  schedule(now + seconds(rng_.exponential(question.step_mean_s)), Turn::kStep, slot);
}

double WorldBinaries::fair(const Question& question, Nanos now) const noexcept {
  const double left = std::max(1.0, static_cast<double>((question.end - now).ns) * 1e-9);
  return normal_cdf(question.level / std::sqrt(left));
}

void WorldBinaries::on_due(Nanos now, std::uint64_t payload) {
  const std::size_t slot = payload >> 1;
  if (static_cast<Turn>(payload & 1U) == Turn::kStep) {
    step(slot, now);
    return;
  }
  context_.venue.resolve_market(questions_[slot].market, questions_[slot].level > 0 ? 0 : 1);
  list_question(slot, false);
}

void WorldBinaries::step(std::size_t slot, Nanos now) {
  Question& question = questions_[slot];
  question.level += std::sqrt(static_cast<double>((now - question.last).ns) * 1e-9) * rng_.normal();
  question.last = now;
  if (now >= question.end) {
    context_.venue.close_market(question.market);
    schedule(now + kResolveAfter, Turn::kResolve, slot);
    return;
  }
  context_.fairs.set(question.market, fair(question, now));
  const Nanos next = now + seconds(rng_.exponential(question.step_mean_s));
  schedule(std::min(next, question.end), Turn::kStep, slot);
}

}  // namespace underround::simulator
