#include "backtest/realism.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace underround::backtest {
namespace {

struct Switch {
  std::string_view name;
  bool Realism::*member;
  std::string_view what;
};
// In the order of the ladder.
constexpr std::array<Switch, 9> kSwitches{{
    {"spread", &Realism::spread, "pay the other side's best price instead of the mid price"},
    {"depth", &Realism::depth, "walk the book: only what is shown is there"},
    {"fees", &Realism::fees, "the venue's taker fees of that date"},
    {"latency", &Realism::latency, "data, orders, cancels and answers take time"},
    {"impact", &Realism::impact, "what we took stays taken until the level grows"},
    {"queue", &Realism::queue, "resting orders wait behind what was there before them"},
    {"rules", &Realism::rules, "taker delay, tick, minimum, post-only, expiry, game start"},
    {"misses", &Realism::misses, "sometimes somebody else is faster"},
    {"settlement", &Realism::settlement, "settlement and set operations take time, cost gas, and may fail"},
}};

}  // namespace

const char* to_string(QueueModel model) noexcept {
  switch (model) {
    case QueueModel::kPessimistic: return "pessimistic";
    case QueueModel::kProportional: return "proportional";
    case QueueModel::kPower: return "power";
  }
  return "?";
}

std::optional<QueueModel> queue_model_of(std::string_view name) noexcept {
  for (const QueueModel model : {QueueModel::kPessimistic, QueueModel::kProportional, QueueModel::kPower}) {
    if (name == to_string(model)) return model;
  }
  return std::nullopt;
}

void LatencySettings::scale(std::int64_t percent) {
  for (LegLatency* leg : {&order, &cancel, &user}) {
    for (Nanos* part : {&leg->base, &leg->jitter, &leg->spike}) part->ns = part->ns / 100 * percent;
    if (leg->recorded == nullptr) continue;
    auto scaled = std::make_shared<std::vector<Nanos>>(*leg->recorded);
    for (Nanos& time : *scaled) time.ns = time.ns / 100 * percent;
    leg->recorded = std::move(scaled);
  }
}

std::vector<LadderStep> ladder() {
  std::vector<LadderStep> rungs;
  Realism realism;
  for (const Switch& s : kSwitches) realism.*s.member = false;
  rungs.push_back({"naive", "mid price, instant, free, without end", realism});
  for (const Switch& s : kSwitches) {
    realism.*s.member = true;
    rungs.push_back({"+ " + std::string(s.name), std::string(s.what), realism});
  }
  return rungs;
}

bool Realism::*realism_switch(std::string_view name) noexcept {
  const auto found = std::ranges::find(kSwitches, name, &Switch::name);
  return found == kSwitches.end() ? nullptr : found->member;
}

std::vector<std::string_view> realism_switches() {
  std::vector<std::string_view> names;
  names.reserve(kSwitches.size());
  for (const Switch& s : kSwitches) names.push_back(s.name);
  return names;
}

}  // namespace underround::backtest
