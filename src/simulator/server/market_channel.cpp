#include "simulator/server/market_channel.hpp"

#include <algorithm>

#include "simulator/server/json_writer.hpp"
#include "simulator/server/market_wire.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

constexpr std::string_view kSpaced = ", ";

void append_texts(JsonWriter& w, std::string_view name, const std::array<std::string, 2>& texts) {
  w.key(name).array().string(texts[0]).string(texts[1]).end_array();
}

void append_tags(JsonWriter& w, const ConditionSpec& spec) {
  w.key("tags").array();
  for (const std::string& tag : spec.tags) w.string(tag);
  w.end_array();
}

}  // namespace

std::string new_market_frame(const Venue& venue, const Market& market, Nanos now) {
  const ConditionSpec& spec = market.spec;
  const bool grouped = market.group.valid();
  const std::uint64_t event_id = grouped ? venue.group(market.group).gamma_id : market.gamma_id;
  const std::string& slug = grouped ? spec.group.slug : spec.slug;
  const std::string& title = grouped ? spec.group.title : spec.question;
  std::string frame;
  JsonWriter w(frame, kSpaced);
  w.object()
      .field("id", std::to_string(market.gamma_id))
      .field("question", spec.question)
      .field("market", spec.condition_id)
      .field("slug", spec.slug)
      .field("description", spec.question);
  append_texts(w, "assets_ids", spec.tokens);
  append_texts(w, "outcomes", spec.outcomes);
  w.key("event_message").object().field("id", std::to_string(event_id)).field("ticker", slug).field("slug", slug);
  w.field("title", title).field("description", title).end_object();
  w.field("timestamp", millis_text(now)).field("event_type", "new_market");
  append_tags(w, spec);
  w.field("condition_id", spec.condition_id).boolean("active", spec.accepting_orders);
  append_texts(w, "clob_token_ids", spec.tokens);
  const bool fees = spec.fees.known() && spec.fees.rate_ppm() > 0;
  w.field("sports_market_type", spec.sports_market_type)
      .field("line", "")
      .field("game_start_time", iso_time(spec.game_start_at))
      .field("order_price_min_tick_size", tick_text(spec.tick))
      .field("group_item_title", spec.group_title)
      .field("taker_base_fee", fees ? "1000" : "0")
      .boolean("fees_enabled", fees);
  if (fees) {
    w.key("fee_schedule").object().integer("exponent", spec.fees.exponent()).number("rate", spec.fees.rate_ppm(), 6);
    w.boolean("taker_only", true).end_object();
  } else {
    w.null("fee_schedule");
  }
  w.end_object();
  return frame;
}

std::string market_resolved_frame(const Market& market, Nanos now) {
  const ConditionSpec& spec = market.spec;
  std::string frame;
  JsonWriter w(frame, kSpaced);
  w.object().field("id", std::to_string(market.gamma_id)).field("market", spec.condition_id);
  append_texts(w, "assets_ids", spec.tokens);
  w.field("winning_asset_id", spec.tokens[market.winner])
      .field("winning_outcome", spec.outcomes[market.winner])
      .key("event_message")
      .object()
      .field("id", std::to_string(market.gamma_id))
      .field("slug", spec.slug)
      .end_object()
      .field("timestamp", millis_text(now))
      .field("event_type", "market_resolved");
  append_tags(w, spec);
  w.end_object();
  return frame;
}

MarketChannel::MarketChannel(Venue& venue, FaultGate& gate) : venue_(venue), books_(venue), peers_(gate) {
  venue_.add_listener(*this);
}

MarketChannel::~MarketChannel() { venue_.remove_listener(*this); }

int MarketChannel::accept(const net::HttpRequest& request, net::WebSocketSession session) {
  if (request.path() != "/ws/market") return 404;
  peers_.accept(std::move(session), [this](Connection& c, std::string_view text) { on_text(c, text); });
  return 101;
}

void MarketChannel::sweep() {
  peers_.sweep([this](Connection& connection) {
    const std::vector<std::uint32_t> tokens(connection.tokens.begin(), connection.tokens.end());
    for (const std::uint32_t token : tokens) forget(connection, token);
  });
}

// --- subscriptions

void MarketChannel::on_text(Connection& connection, std::string_view text) {
  if (text == "PING") return connection.outlet.send_pong("PONG");
  const auto message = parse_json(text);
  if (!message || !message->is(JsonValue::Kind::kObject)) return connection.outlet.send_control("INVALID MESSAGE");
  if (message->text("operation") == "unsubscribe") return unsubscribe(connection, *message);
  subscribe(connection, *message);
}

// The first snapshots come as one array (protocol page 12.1).
void MarketChannel::subscribe(Connection& connection, const JsonValue& message) {
  connection.custom = message.boolean("custom_feature_enabled", connection.custom);
  const auto assets = message.texts("assets_ids");
  std::string dump;
  std::size_t added = 0;
  for (const std::string_view asset : assets) {
    const auto token = venue_.find_token(asset);
    if (!token || is_closed(venue_.market(token->market))) continue;
    const std::uint32_t index = token->market.value * 2 + token->outcome;
    if (connection.tokens.contains(index)) continue;
    watch(connection, index);
    ++added;
    if (connection.tokens.size() > kSnapshotAssets) continue;
    dump += dump.empty() ? '[' : ',';
    BookWire::append_event(dump, books_.snapshot(token->market, token->outcome));
  }
  if (added == 0 && !assets.empty()) return connection.outlet.send_control("NO NEW ASSETS");
  if (dump.empty() || !message.boolean("initial_dump", true)) return;
  dump += ']';
  connection.outlet.send(dump);
}

void MarketChannel::unsubscribe(Connection& connection, const JsonValue& message) {
  for (const std::string_view asset : message.texts("assets_ids")) {
    if (const auto token = venue_.find_token(asset)) forget(connection, token->market.value * 2 + token->outcome);
  }
}

void MarketChannel::watch(Connection& connection, std::uint32_t token) {
  connection.tokens.insert(token);
  const std::uint32_t market = token / 2;
  const auto bit = static_cast<std::uint8_t>(1U << (token & 1U));
  Subscribers& list = by_market_[market];
  const auto it = std::ranges::find(list, &connection, &Subscriber::connection);
  if (it != list.end()) {
    it->outcomes |= bit;
    return;
  }
  list.push_back({&connection, bit});
  last_best_.try_emplace(market, Best{venue_.best_bid(MarketId{market}), venue_.best_ask(MarketId{market})});
}

void MarketChannel::forget(Connection& connection, std::uint32_t token) {
  if (connection.tokens.erase(token) == 0) return;
  const auto entry = by_market_.find(token / 2);
  const auto it = std::ranges::find(entry->second, &connection, &Subscriber::connection);
  it->outcomes &= static_cast<std::uint8_t>(~(1U << (token & 1U)));
  if (it->outcomes == 0) entry->second.erase(it);
  if (!entry->second.empty()) return;
  last_best_.erase(entry->first);
  by_market_.erase(entry);
}

// --- frames

const MarketChannel::Subscribers* MarketChannel::subscribers(MarketId market) const {
  const auto it = by_market_.find(market.value);
  return it == by_market_.end() ? nullptr : &it->second;
}

// `outcome` 2: a frame about both tokens.
void MarketChannel::send(MarketId market, unsigned outcome, std::string_view frame, bool custom_only) {
  const Subscribers* list = subscribers(market);
  if (list == nullptr) return;
  for (const Subscriber& s : *list) {
    if (s.connection->closed || (custom_only && !s.connection->custom)) continue;
    if (outcome < 2 && (s.outcomes >> outcome & 1U) == 0) continue;
    s.connection->outlet.send(frame, market);
  }
}

void MarketChannel::send_books(MarketId market, Nanos now) {
  for (unsigned outcome = 0; outcome < 2; ++outcome) {
    frame_.clear();
    BookWire::append_event(frame_, books_.snapshot(market, outcome, now));
    send(market, outcome, frame_, false);
  }
}

// Before the price changes of the same batch (data/ANALYSIS.md section 1).
void MarketChannel::send_best(const BookBatch& batch) {
  Best& last = last_best_[batch.market.value];
  if (last.bid == batch.best_bid && last.ask == batch.best_ask) return;
  last = {batch.best_bid, batch.best_ask};
  const ConditionSpec& spec = venue_.market(batch.market).spec;
  for (unsigned outcome = 0; outcome < 2; ++outcome) {
    const Price bid = outcome == 0 ? batch.best_bid : batch.best_ask.complement();
    const Price ask = outcome == 0 ? batch.best_ask : batch.best_bid.complement();
    frame_.clear();
    JsonWriter(frame_, kSpaced)
        .object()
        .field("market", spec.condition_id)
        .field("asset_id", spec.tokens[outcome])
        .field("best_bid", price_text(bid))
        .field("best_ask", price_text(ask))
        .field("spread", price_text(ask - bid))
        .field("timestamp", millis_text(batch.time))
        .field("event_type", "best_bid_ask")
        .end_object();
    send(batch.market, outcome, frame_, true);
  }
}

// One frame a level, both tokens in each, all with what holds after the whole batch.
void MarketChannel::send_changes(const BookBatch& batch) {
  const ConditionSpec& spec = venue_.market(batch.market).spec;
  const std::string hashes[] = {books_.hash_of(batch.market, 0, batch.time),
                                books_.hash_of(batch.market, 1, batch.time)};
  for (const LevelChange& change : batch.changes) {
    frame_.clear();
    JsonWriter w(frame_, kSpaced);
    w.object().field("market", spec.condition_id).key("price_changes").array();
    for (unsigned outcome = 0; outcome < 2; ++outcome) {
      const bool yes = outcome == 0;
      w.object()
          .field("asset_id", spec.tokens[outcome])
          .field("price", price_text(canonical_price(change.price, outcome)))
          .field("size", shares_text(change.size))
          .field("side", to_string(canonical_side(change.side, outcome)))
          .field("hash", hashes[outcome])
          .field("best_bid", price_text(yes ? batch.best_bid : batch.best_ask.complement()))
          .field("best_ask", price_text(yes ? batch.best_ask : batch.best_bid.complement()))
          .end_object();
    }
    w.end_array().field("timestamp", millis_text(batch.time)).field("event_type", "price_change").end_object();
    send(batch.market, 2, frame_, false);
  }
}

void MarketChannel::on_book(const BookBatch& batch) {
  const bool traded = traded_.erase(batch.market.value) > 0;
  if (subscribers(batch.market) == nullptr) return;
  send_best(batch);
  send_changes(batch);
  if (traded) send_books(batch.market, batch.time);
}

void MarketChannel::on_trade(const TradeRecord& trade) {
  if (subscribers(trade.market) == nullptr) return;
  traded_.insert(trade.market.value);
  const ConditionSpec& spec = venue_.market(trade.market).spec;
  frame_.clear();
  JsonWriter(frame_, kSpaced)
      .object()
      .field("market", spec.condition_id)
      .field("asset_id", spec.tokens[trade.outcome])
      .field("price", price_text(trade.price))
      .field("size", shares_text(trade.size))
      .field("fee_rate_bps", "0")
      .field("side", to_string(trade.side))
      .field("timestamp", millis_text(trade.matched_at))
      .field("event_type", "last_trade_price")
      .field("transaction_hash", hex_text(trade.transaction_hash))
      .end_object();
  send(trade.market, trade.outcome, frame_, false);
}

// The book on the new grid follows at once.
void MarketChannel::on_tick_change(const Market& market, Tick old_tick, Nanos now) {
  for (unsigned outcome = 0; outcome < 2; ++outcome) {
    frame_.clear();
    JsonWriter(frame_, kSpaced)
        .object()
        .field("market", market.spec.condition_id)
        .field("asset_id", market.spec.tokens[outcome])
        .field("old_tick_size", tick_text(old_tick))
        .field("new_tick_size", tick_text(market.spec.tick))
        .field("timestamp", millis_text(now))
        .field("event_type", "tick_size_change")
        .end_object();
    send(market.id, outcome, frame_, false);
  }
  send_books(market.id, {});
}

void MarketChannel::announce(MarketId market, std::string_view frame) {
  for (const auto& connection : peers_.all()) {
    if (connection->custom && !connection->closed) connection->outlet.send(frame, market);
  }
}

// Every connection with custom features hears of every new market, as on the venue.
void MarketChannel::on_market_created(const Market& market, Nanos now) {
  const bool heard = std::ranges::any_of(peers_.all(), [](const auto& c) { return c->custom; });
  if (heard) announce(market.id, new_market_frame(venue_, market, now));
}

void MarketChannel::on_market_resolved(const Market& market, Nanos now) {
  if (subscribers(market.id) != nullptr) send(market.id, 2, market_resolved_frame(market, now), true);
}

}  // namespace underround::simulator
