#include "simulator/server/book_wire.hpp"

#include <ranges>

#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "simulator/server/json_writer.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

// Worst price first.
void append_levels(JsonWriter& w, std::string_view name, const std::vector<BookLevel>& best_first) {
  w.key(name).array();
  for (const BookLevel& level : std::views::reverse(best_first)) {
    w.object().field("price", price_text(level.price)).field("size", shares_text(level.size)).end_object();
  }
  w.end_array();
}

// Also the text that is hashed, with `hash` empty: keys in exactly this order.
void append_full(JsonWriter& w, const TokenBook& book, std::string_view hash) {
  const ConditionSpec& spec = book.market->spec;
  w.field("market", spec.condition_id)
      .field("asset_id", spec.tokens[book.outcome])
      .field("timestamp", book.timestamp)
      .field("hash", hash);
  append_levels(w, "bids", book.bids);
  append_levels(w, "asks", book.asks);
  w.field("min_order_size", shares_text(spec.min_order_size))
      .field("tick_size", tick_text(spec.tick))
      .boolean("neg_risk", spec.neg_risk)
      .field("last_trade_price", BookWire::last_trade_text(*book.market));
}

}  // namespace

std::string BookWire::last_trade_text(const Market& market) {
  return market.has_traded ? price_text(market.last_trade_price) : std::string{};
}

TokenBook BookWire::snapshot(MarketId market, unsigned outcome, Nanos timestamp) const {
  TokenBook book;
  book.market = &venue_.market(market);
  book.outcome = outcome;
  venue_.book_levels(market, outcome, Side::kBuy, book.bids);
  venue_.book_levels(market, outcome, Side::kSell, book.asks);
  book.timestamp = millis_text(timestamp.ns == 0 ? book.market->last_change : timestamp);
  std::string text;
  JsonWriter w(text);
  w.object();
  append_full(w, book, "");
  w.end_object();
  book.hash = crypto::hex(crypto::sha1(text));
  return book;
}

void BookWire::append_rest(std::string& out, const TokenBook& book) {
  JsonWriter w(out);
  w.object();
  append_full(w, book, book.hash);
  if (book.market->spec.version == MarketVersion::kV2) w.field("version", "v2");
  w.end_object();
}

void BookWire::append_event(std::string& out, const TokenBook& book) {
  const ConditionSpec& spec = book.market->spec;
  JsonWriter w(out);
  w.object()
      .field("market", spec.condition_id)
      .field("asset_id", spec.tokens[book.outcome])
      .field("timestamp", book.timestamp)
      .field("hash", book.hash);
  append_levels(w, "bids", book.bids);
  append_levels(w, "asks", book.asks);
  w.field("tick_size", tick_text(spec.tick)).field("event_type", "book");
  w.field("last_trade_price", last_trade_text(*book.market));
  if (spec.version == MarketVersion::kV2) w.field("version", "v2");
  w.end_object();
}

}  // namespace underround::simulator
