#include "backtest/opportunity_funnel.hpp"

#include <algorithm>
#include <map>

namespace underround::backtest {
namespace {

std::uint64_t fates(const RunLog& log, std::initializer_list<Fate> which) {
  std::uint64_t sum = 0;
  for (const Fate fate : which) sum += log.opportunity_totals.by_fate[static_cast<std::size_t>(fate)];
  return sum;
}

std::vector<Count> fate_counts(const RunLog& log, std::initializer_list<Fate> which) {
  std::vector<Count> counts;
  for (const Fate fate : which) {
    const std::uint64_t count = fates(log, {fate});
    if (count > 0) counts.push_back({fate == Fate::kSeen ? "only watched" : to_string(fate), count});
  }
  most_first(counts);
  return counts;
}

// How far the orders for one opportunity came.
struct Journey {
  bool sent = false, filled = false, pending = false, reversed = false;
  std::string last_end;  // of its last order, when nothing filled
};

std::map<std::uint64_t, Journey> journeys_of(const RunLog& log, const RunIndex& index) {
  std::map<std::uint64_t, Journey> journeys;
  for (std::size_t o = 0; o < log.orders.size(); ++o) {
    const OrderRow& order = log.orders[o];
    if (order.opportunity == 0 || !was_sent(order)) continue;
    Journey& journey = journeys[order.opportunity];
    journey.sent = true;
    journey.last_end = to_string(end_of(order));
    if (order.reject != RejectReason::kNone) journey.last_end += std::string(": ") + to_string(order.reject);
    for (const std::size_t f : index.fills_of(o)) {
      journey.filled = true;
      journey.reversed = journey.reversed || !stands(log.fills[f]);
      journey.pending = journey.pending || log.fills[f].settlement != SettlementStatus::kConfirmed;
    }
  }
  return journeys;
}

constexpr std::initializer_list<Fate> kLostToFees = {Fate::kTooSmall, Fate::kUnknownFee};
constexpr std::initializer_list<Fate> kLostToRisk = {Fate::kSeen,   Fate::kStale,    Fate::kIncomplete,
                                                     Fate::kNoCash, Fate::kCooldown, Fate::kRisk};

// Best profit on the screen of the episodes that reached each of the six stages.
void add_profits(const RunLog& log, const std::map<std::uint64_t, Journey>& journeys,
                 std::vector<FunnelStage>& stages) {
  if (log.opportunities.size() >= RunLog::kMostOpportunities) return;
  for (FunnelStage& stage : stages) stage.profit = Usd{};
  const auto is_in = [](Fate fate, std::initializer_list<Fate> list) {
    return std::ranges::find(list, fate) != list.end();
  };
  for (const Opportunity& o : log.opportunities) {
    if (o.fate == Fate::kPhantom) continue;
    std::size_t reached = is_in(o.fate, kLostToFees) ? 1 : is_in(o.fate, kLostToRisk) ? 2 : 3;
    const auto found = journeys.find(o.id);
    if (reached == 3 && found != journeys.end()) {
      const Journey& j = found->second;
      reached = !j.sent ? 3 : !j.filled ? 4 : j.pending || j.reversed ? 5 : 6;
    }
    for (std::size_t i = 0; i < reached; ++i) *stages[i].profit += o.profit;
  }
}

}  // namespace

void add_count(std::vector<Count>& counts, const std::string& name, std::uint64_t by) {
  const auto found = std::ranges::find(counts, name, &Count::name);
  if (found == counts.end()) {
    counts.push_back({name, by});
  } else {
    found->count += by;
  }
}

void most_first(std::vector<Count>& counts) {
  std::ranges::sort(
      counts, [](const Count& a, const Count& b) { return a.count != b.count ? a.count > b.count : a.name < b.name; });
}

Funnel funnel_of(const RunLog& log, const RunIndex& index) {
  Funnel funnel;
  funnel.phantoms = log.opportunity_totals.phantoms;
  funnel.intents = log.funnel.intents;
  funnel.refused_by_risk = log.funnel.refused_by_risk;
  funnel.plans = log.funnel.plans;
  for (std::size_t i = 0; i < log.funnel.refusals.size(); ++i) {
    if (log.funnel.refusals[i] == 0) continue;
    funnel.refusals.push_back({to_string(static_cast<RiskRefusal>(i)), log.funnel.refusals[i]});
  }
  most_first(funnel.refusals);

  const auto journeys = journeys_of(log, index);
  std::uint64_t sent = 0, filled = 0, settled = 0;
  std::vector<Count> lost_to_fill, lost_to_settlement;
  for (const auto& [id, j] : journeys) {
    sent += j.sent ? 1 : 0;
    filled += j.filled ? 1 : 0;
    if (j.sent && !j.filled) add_count(lost_to_fill, j.last_end);
    if (j.filled && j.reversed) add_count(lost_to_settlement, "settlement failed");
    if (j.filled && !j.reversed && j.pending) add_count(lost_to_settlement, "not settled when the run ended");
    settled += j.filled && !j.reversed && !j.pending ? 1 : 0;
  }
  const std::uint64_t seen = log.opportunity_totals.seen;
  const std::uint64_t past_fees = seen - std::min(seen, fates(log, kLostToFees));
  const std::uint64_t past_risk = past_fees - std::min(past_fees, fates(log, kLostToRisk));
  sent = std::min(sent, past_risk);
  filled = std::min(filled, sent);
  settled = std::min(settled, filled);
  most_first(lost_to_fill);
  most_first(lost_to_settlement);
  std::vector<Count> lost_to_sending;
  if (past_risk > sent) lost_to_sending.push_back({"no order left the house", past_risk - sent});
  funnel.stages = {{"seen", seen, {}, {}},
                   {"past fees", past_fees, {}, fate_counts(log, kLostToFees)},
                   {"past risk", past_risk, {}, fate_counts(log, kLostToRisk)},
                   {"sent", sent, {}, std::move(lost_to_sending)},
                   {"filled", filled, {}, std::move(lost_to_fill)},
                   {"settled", settled, {}, std::move(lost_to_settlement)}};
  add_profits(log, journeys, funnel.stages);
  return funnel;
}

}  // namespace underround::backtest
