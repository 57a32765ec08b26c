#include "simulator/server/notifications.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <vector>

#include "simulator/server/json_writer.hpp"
#include "simulator/server/market_wire.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {

Notifications::Notifications(Venue& venue, const ApiKeys& keys) : venue_(venue), keys_(keys) {
  venue_.add_listener(*this);
}

Notifications::~Notifications() { venue_.remove_listener(*this); }

void Notifications::tell(AccountId account, Note note) {
  std::deque<Note>& notes = notes_[account.value];
  while (!notes.empty() && (notes.front().at + kKept < venue_.now() || notes.size() >= kMostPerAccount)) {
    notes.pop_front();
  }
  note.id = next_id_++;
  note.at = venue_.now();
  notes.push_back(std::move(note));
}

void Notifications::on_order(const OrderRecord& order, OrderEvent event, Nanos) {
  if (!venue_.watched(order.account)) return;
  if (event == OrderEvent::kPlacement) open_[order.id] = {order.tif, order.size, {}};
  const auto known = open_.find(order.id);
  // A killed FOK or FAK was refused in the answer to its POST and has never been an order.
  if (known == open_.end()) return;
  if (event == OrderEvent::kCancellation) {
    const OrderWords words{.order = order.id,
                           .market = order.market,
                           .outcome = order.outcome,
                           .side = order.side,
                           .tif = order.tif,
                           .price = order.limit,
                           .original = order.size,
                           .matched = order.matched,
                           .remaining = order.remaining()};
    tell(order.account, {.kind = Kind::kCancel, .words = words});
  }
  if (order.state != OrderState::kLive && order.state != OrderState::kDelayed) open_.erase(known);
}

void Notifications::tell_fill(AccountId account, OrderWords words, Shares size) {
  if (!venue_.watched(account)) return;
  words.matched = size;
  words.traded = true;
  if (const auto known = open_.find(words.order); known != open_.end()) {
    known->second.matched += size;
    words.tif = known->second.tif;
    words.original = known->second.size;
    words.remaining = std::max(known->second.size - known->second.matched, Shares{});
  }
  tell(account, {.kind = Kind::kFill, .words = words});
}

void Notifications::on_trade(const TradeRecord& trade) {
  tell_fill(trade.taker,
            {.order = trade.taker_order,
             .market = trade.market,
             .outcome = trade.outcome,
             .side = trade.side,
             .price = trade.price,
             .trade = trade.id},
            trade.size);
  for (const MakerFill& row : trade.makers) {
    tell_fill(row.account,
              {.order = row.order,
               .market = trade.market,
               .outcome = row.outcome,
               .side = row.side,
               .price = row.price,
               .trade = trade.id},
              row.size);
  }
}

// A fill that failed comes back in the words it was told with, dropped or not.
void Notifications::tell_failure(AccountId account, TradeId trade) {
  const auto notes = notes_.find(account.value);
  if (notes == notes_.end()) return;
  std::vector<OrderWords> failed;
  for (const Note& note : notes->second) {
    if (note.kind == Kind::kFill && note.words.trade == trade) failed.push_back(note.words);
  }
  for (const OrderWords& words : failed) tell(account, {.kind = Kind::kFillFailed, .words = words});
}

void Notifications::on_trade_status(const TradeRecord& trade) {
  if (trade.status != SettlementStatus::kFailed) return;
  std::set<std::uint32_t> involved{trade.taker.value};
  for (const MakerFill& row : trade.makers) involved.insert(row.account.value);
  for (const std::uint32_t account : involved) tell_failure(AccountId{account}, trade.id);
}

void Notifications::on_market_resolved(const Market& market, Nanos) {
  std::string payload;
  for (std::uint32_t i = 0; i < venue_.ledger().accounts(); ++i) {
    const AccountId account{i};
    if (!venue_.watched(account)) continue;
    const bool holds = venue_.ledger().position(account, market.id, 0).micros > 0 ||
                       venue_.ledger().position(account, market.id, 1).micros > 0;
    if (!holds) continue;
    if (payload.empty()) append_classic_market(payload, venue_, market);
    tell(account, {.kind = Kind::kResolved, .market_json = payload});
  }
}

void Notifications::append_order(JsonWriter& w, const Note& note) const {
  const OrderWords& words = note.words;
  const ConditionSpec& spec = venue_.market(words.market).spec;
  const TradeRecord* trade = words.traded ? venue_.find_trade(words.trade) : nullptr;
  const bool mined = trade != nullptr && trade->status != SettlementStatus::kMatched;
  w.object()
      .field("asset_id", spec.tokens[words.outcome])
      .field("eventSlug", spec.group.slug)
      .field("icon", "")
      .field("image", "")
      .field("market", spec.condition_id)
      .field("market_slug", spec.slug)
      .field("matched_size", shares_text(words.matched))
      .field("order_id", hex_text(words.order))
      .field("original_size", shares_text(words.original))
      .field("outcome", spec.outcomes[words.outcome])
      .integer("outcome_index", words.outcome)
      .field("price", price_text(words.price))
      .field("question", spec.question)
      .field("remaining_size", shares_text(words.remaining))
      .field("seriesSlug", "")
      .field("side", to_string(words.side))
      .field("trade_id", words.traded ? uuid_text(words.trade.value, venue_.salt()) : std::string{})
      .field("transaction_hash", mined ? hex_text(trade->transaction_hash) : std::string{})
      .field("type", to_string(words.tif))
      .end_object();
}

void Notifications::append(std::string& out, const Note& note, AccountId account) const {
  JsonWriter w(out);
  w.object()
      .integer("id", static_cast<std::int64_t>(note.id))
      .integer("type", static_cast<std::int64_t>(note.kind))
      .field("owner", keys_.owner_of(account))
      .integer("timestamp", note.at.millis())
      .key("payload");
  if (note.kind == Kind::kResolved) {
    w.raw(note.market_json);
  } else {
    append_order(w, note);
  }
  w.end_object();
}

Reply Notifications::list(const Credentials& by) const {
  Reply reply;
  reply.body = '[';
  for (const AccountId account : by.accounts) {
    const auto notes = notes_.find(account.value);
    if (notes == notes_.end()) continue;
    for (const Note& note : notes->second) {
      if (note.dropped || note.at + kKept < venue_.now()) continue;
      if (reply.body.size() > 1) reply.body += ',';
      append(reply.body, note, account);
    }
  }
  reply.body += ']';
  return reply;
}

// Without ids: all of them.
void Notifications::drop(const Credentials& by, const Call& call) {
  std::set<std::uint64_t> ids;
  for (const std::string_view text : call.query.list("ids")) {
    std::uint64_t id = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), id).ec == std::errc{}) ids.insert(id);
  }
  const bool all = !call.query.has("ids");
  for (const AccountId account : by.accounts) {
    const auto notes = notes_.find(account.value);
    if (notes == notes_.end()) continue;
    for (Note& note : notes->second) note.dropped = note.dropped || all || ids.contains(note.id);
  }
}

void Notifications::add_routes(Router& router, const Authorize& authorize) {
  router.add("GET", "/notifications", authorize([this](const Credentials& by, const Call&) { return list(by); }));
  router.add("DELETE", "/notifications", authorize([this](const Credentials& by, const Call& call) {
               drop(by, call);
               return Reply{.status = 200, .body = "\"OK\"", .headers = {}};
             }));
}

}  // namespace underround::simulator
