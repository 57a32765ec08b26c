// The book as the venue writes it: best price last in each array (protocol page 7), hashed as on page 12.3.
#pragma once

#include <string>
#include <vector>

#include "simulator/venue.hpp"

namespace underround::simulator {

// One token's side of a market, with its texts made once.
struct TokenBook {
  const Market* market = nullptr;
  unsigned outcome = 0;
  std::vector<BookLevel> bids, asks;  // best first
  std::string timestamp;              // ms of the book's last change, or of the frame it is sent with
  std::string hash;
};

class BookWire {
 public:
  explicit BookWire(const Venue& venue) : venue_(venue) {}

  // `timestamp` 0: of the book's last change.
  [[nodiscard]] TokenBook snapshot(MarketId market, unsigned outcome, Nanos timestamp = {}) const;
  // REST /book: min_order_size, tick_size and neg_risk included.
  static void append_rest(std::string& out, const TokenBook& book);
  // WebSocket `book` event: compact, without min_order_size and neg_risk (captures of 2026).
  static void append_event(std::string& out, const TokenBook& book);

  // "" when nothing traded yet; one value for both tokens.
  [[nodiscard]] static std::string last_trade_text(const Market& market);
  [[nodiscard]] std::string hash_of(MarketId market, unsigned outcome, Nanos timestamp) const {
    return snapshot(market, outcome, timestamp).hash;
  }

 private:
  const Venue& venue_;
};

}  // namespace underround::simulator
