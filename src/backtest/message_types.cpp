#include "backtest/message_types.hpp"

namespace underround::backtest {

std::uint64_t count_types(const polymarket::CodecCounters& before, const polymarket::CodecCounters& after,
                          std::string_view rebuilt, TypeCounts& counts) {
  std::uint64_t messages = 0;
  const auto add = [&](std::string_view name, std::uint64_t n) {
    if (n == 0) return;
    if (!rebuilt.empty()) name = rebuilt;
    const auto place = counts.find(name);
    (place == counts.end() ? counts.emplace(name, 0).first : place)->second += n;
    messages += n;
  };
  add("book", after.books - before.books);
  add("rest_book", after.rest_books - before.rest_books);
  add("price_change", after.price_changes - before.price_changes);
  add("last_trade_price", after.trades - before.trades);
  add("tick_size_change", after.tick_changes - before.tick_changes);
  add("best_bid_ask", after.best_bid_asks - before.best_bid_asks);
  add("new_market", after.new_markets - before.new_markets);
  add("market_resolved", after.resolved - before.resolved);
  add("unknown", after.unknown_types - before.unknown_types);
  add("notice", after.pongs - before.pongs);
  return messages;
}

}  // namespace underround::backtest
