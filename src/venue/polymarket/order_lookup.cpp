#include "venue/polymarket/order_lookup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "crypto/encoding.hpp"
#include "net/http_client.hpp"
#include "net/url.hpp"
#include "venue/polymarket/clob_session.hpp"
#include "venue/polymarket/order_codec.hpp"
#include "venue/polymarket/user_codec.hpp"

namespace underround::polymarket {
namespace {

constexpr int kMaxTradePages = 50;
constexpr std::int64_t kClockSlack_s = 5;  // the venue's match_time against our clock

}  // namespace

// One walk over GET /data/trades.
struct OrderLookups::TradeQuery {
  std::string filter;  // "market=0x..&after=..", no cursor
  std::string cursor;
  OrderId order;  // whose fills to add up; none = nobody's
  Shares matched;
  std::vector<std::uint64_t> counted;  // fill ids: a page may repeat a row
  int pages = 0;
  std::function<void(bool readable, Shares matched)> done;
};

OrderLookups::OrderLookups(net::EventLoop& loop, net::HttpClient& http, ClobSession& session, OrderDecoder& decoder,
                           UserCodec& codec, const OrderNames& names, const Catalogue& catalogue,
                           LookupSettings settings, Emit emit)
    : loop_(loop),
      http_(http),
      session_(session),
      decoder_(decoder),
      codec_(codec),
      names_(names),
      catalogue_(catalogue),
      settings_(settings),
      emit_(std::move(emit)) {
  watches_.reserve(64);
  scratch_.reserve(256);
}

OrderLookups::Watch* OrderLookups::find(OrderId order) noexcept {
  const auto it = std::ranges::find(watches_, order, &Watch::order);
  return it == watches_.end() ? nullptr : &*it;
}

std::size_t OrderLookups::lost() const noexcept {
  return static_cast<std::size_t>(std::ranges::count(watches_, WatchReason::kLost, &Watch::reason));
}

void OrderLookups::watch(OrderId order, WatchReason reason, Nanos now) {
  const Nanos delay = reason == WatchReason::kDelayed ? settings_.delayed_first
                      : reason == WatchReason::kLost  ? settings_.first
                                                      : Nanos{};
  if (Watch* const known = find(order)) {
    if (reason == WatchReason::kCancelled) known->reason = reason;
    known->next = std::min(known->next, now + delay);
    return;
  }
  watches_.push_back({.order = order, .reason = reason, .since = now, .next = now + delay});
}

void OrderLookups::settled(OrderId order) noexcept {
  std::erase_if(watches_, [order](const Watch& watch) { return watch.order == order; });
}

void OrderLookups::tick(Nanos now) {
  // round() only sends; answers come later from the loop, so the vector does not change under us.
  for (Watch& watch : watches_) {
    if (!watch.busy && watch.next <= now) round(watch);
  }
}

void OrderLookups::round(Watch& watch) {
  const NamedOrder* const named = names_.find(watch.order);
  if (named == nullptr) {  // forgotten by the name table: hours have passed
    watch.next = Nanos{INT64_MAX};
    return;
  }
  watch.busy = true;
  ++watch.rounds;
  ++rounds_;
  const OrderId order = watch.order;
  session_.send(http_, "GET", "/data/order/" + crypto::hex_0x(named->digest), "", settings_.timeout,
                [this, order](const net::HttpResult& result) {
                  on_order(order, result ? decoder_.lookup(result->status, result->body) : OrderLookup{});
                });
}

void OrderLookups::later(OrderId order) {
  Watch* const watch = find(order);
  if (watch == nullptr) return;
  const std::int64_t delay = settings_.retry.ns << std::min(watch->rounds - 1, 20);
  watch->busy = false;
  watch->next = loop_.now() + Nanos{std::min(delay, settings_.retry_cap.ns)};
}

void OrderLookups::on_order(OrderId order, const OrderLookup& found) {
  using State = OrderLookup::State;
  const NamedOrder* const named = names_.find(order);
  Watch* const watch = find(order);
  if (watch == nullptr || named == nullptr) return;  // settled meanwhile
  if (found.state == State::kUnreadable) return later(order);
  if (found.state == State::kCancelled && found.matched.micros == 0) return finish(*named, Shares{}, false);
  if (found.state == State::kOpen || found.state == State::kDelayed) {
    Event e = Event::make(EventKind::kOrderAccepted, loop_.now(), VenueId::kPolymarket, named->instrument.value);
    const bool delayed = found.state == State::kDelayed;
    e.order = {.id = order,
               .status = delayed ? OrderStatus::kDelayed : OrderStatus::kLive,
               .reason = RejectReason::kNone,
               .matched = found.matched};
    const bool watch_on = delayed || takes_only(named->tif) || watch->reason == WatchReason::kCancelled;
    if (watch->reason == WatchReason::kLost) watch->reason = WatchReason::kDelayed;  // found: no longer lost
    if (!watch_on) settled(order);
    emit_(e);
    if (watch_on) return later(order);
    if (found.matched.micros <= 0) return;
  }
  // Something may have matched while nobody was listening: its fills are in the account's trades.
  const auto query = std::make_shared<TradeQuery>();
  query->order = order;
  query->filter = fmt::format("market={}&after={}", catalogue_[condition_of(named->instrument)].spec.condition_id,
                              named->created_at.seconds() - kClockSlack_s);
  query->done = [this, order, found](bool readable, Shares matched) { on_trades(order, found, readable, matched); };
  fetch_page(query);
}

void OrderLookups::on_trades(OrderId order, const OrderLookup& found, bool readable, Shares matched) {
  const NamedOrder* const named = names_.find(order);
  Watch* const watch = find(order);
  if (watch == nullptr || named == nullptr) return;
  if (!readable) return later(order);
  if (found.state != OrderLookup::State::kAbsent) {
    // The order's own word is final; its trades may be indexed a moment later.
    if (matched < found.matched && ++watch->missing < settings_.missing_trade_rounds) return later(order);
    const Shares total = std::max(matched, found.matched);
    return finish(*named, total, total >= named->size);
  }
  if (matched.micros > 0) return finish(*named, matched, matched >= named->size);
  if (watch->reason == WatchReason::kCancelled) return finish(*named, Shares{}, false);
  ++watch->absent;
  const bool proven = watch->absent >= settings_.absent_rounds && loop_.now() - watch->since >= settings_.absent_after;
  if (!proven) return later(order);
  finish(*named, Shares{}, false);
}

void OrderLookups::finish(const NamedOrder& order, Shares matched, bool filled) {
  Event e = Event::make(EventKind::kOrderDone, loop_.now(), VenueId::kPolymarket, order.instrument.value);
  e.order = {.id = order.id,
             .status = filled ? OrderStatus::kFilled : OrderStatus::kCancelled,
             .reason = RejectReason::kNone,
             .matched = matched};
  settled(order.id);
  emit_(e);
}

void OrderLookups::replay_trades(Nanos after, std::function<void(bool complete)> done) {
  const auto query = std::make_shared<TradeQuery>();
  query->filter = fmt::format("after={}", after.seconds() - kClockSlack_s);
  query->done = [done = std::move(done)](bool readable, Shares) { done(readable); };
  fetch_page(query);
}

void OrderLookups::fetch_page(std::shared_ptr<TradeQuery> query) {
  std::string target = "/data/trades?" + query->filter;
  if (!query->cursor.empty()) target += "&next_cursor=" + net::percent_encode(query->cursor);
  session_.send(http_, "GET", target, "", settings_.timeout, [this, query](const net::HttpResult& result) {
    scratch_.clear();
    UserCodec::TradesPage page;
    if (result && result->status == 200) page = codec_.decode_trades(result->body, loop_.now(), scratch_);
    if (!page.readable) return query->done(false, query->matched);
    for (const Event& e : scratch_) {
      const bool new_fill = e.header.kind == EventKind::kFill && e.fill.order == query->order &&
                            std::ranges::find(query->counted, e.fill.fill_id) == query->counted.end();
      if (!new_fill) continue;
      query->counted.push_back(e.fill.fill_id);
      query->matched += e.fill.size;
    }
    // Every event of the page goes out: those of other orders are repeats, or fills the stream has lost.
    const std::vector<Event> events = scratch_;
    for (const Event& e : events) emit_(e);
    query->cursor = page.next_cursor;
    if (query->cursor.empty()) return query->done(true, query->matched);
    if (++query->pages >= kMaxTradePages) return query->done(false, query->matched);
    fetch_page(query);
  });
}

}  // namespace underround::polymarket
