#include "backtest/sample_trades.hpp"

#include <algorithm>
#include <utility>

#include "base/random.hpp"

namespace underround::backtest {
namespace {

BookPicture picture(const BookShot& shot) {
  BookPicture picture{shot.at_fill ? "fill" : "decision", shot.at, {}, {}};
  const auto copy = [](const auto& from, std::vector<BookPicture::Level>& to) {
    for (const BookShot::Level& level : from) {
      if (level.size.micros > 0) to.push_back({level.price, level.size});
    }
  };
  copy(shot.bids, picture.bids);
  copy(shot.asks, picture.asks);
  return picture;
}

SampleTrade sample(const RunLog& log, const RunIndex& index, std::size_t plan, const char* why) {
  const PlanRow& row = log.plans[plan];
  SampleTrade trade{
      why, index.strategy_name(row.strategy), index.subject_name({row.subject, row.subject_is_event}), row, {}};
  for (const std::size_t o : index.orders_of(plan)) {
    SampleOrder order{o, log.orders[o], index.market_name(condition_of(log.orders[o].terms.instrument)), {}, {}};
    for (const std::size_t f : index.fills_of(o)) order.fills.push_back(log.fills[f]);
    for (const BookShot& shot : log.shots) {
      if (shot.order == o) order.books.push_back(picture(shot));
    }
    trade.orders.push_back(std::move(order));
  }
  return trade;
}

}  // namespace

std::vector<SampleTrade> sample_trades(const RunLog& log, const RunIndex& index, std::size_t most, std::uint64_t seed) {
  std::vector<std::size_t> plans;
  for (std::size_t i = 0; i < log.plans.size(); ++i) {
    if (index.traded(i)) plans.push_back(i);
  }
  std::ranges::sort(plans, {}, [&](std::size_t p) { return std::pair{log.plans[p].result, p}; });
  const std::size_t share = most * 2 / 5;
  std::vector<SampleTrade> trades;
  const auto take = [&](std::size_t at, const char* why) {
    trades.push_back(sample(log, index, plans[at], why));
    plans.erase(plans.begin() + static_cast<std::ptrdiff_t>(at));
  };
  for (std::size_t i = 0; i < share && !plans.empty() && log.plans[plans.back()].result.micros > 0; ++i) {
    take(plans.size() - 1, "win");
  }
  for (std::size_t i = 0; i < share && !plans.empty() && log.plans[plans.front()].result.micros < 0; ++i) {
    take(0, "loss");
  }
  Random random = Random(seed).fork("sample trades");
  while (trades.size() < most && !plans.empty()) take(random.below(plans.size()), "random");
  return trades;
}

}  // namespace underround::backtest
