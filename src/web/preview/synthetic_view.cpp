#include "web/preview/synthetic_view.hpp"

#include <array>

namespace underround::web {
namespace {

struct Instrument {
  const char* label;
  const char* outcome;
  std::int32_t mid_pips;
};
constexpr std::array<Instrument, 12> kInstruments = {{
    {"Bitcoin Up or Down, 14:15 to 14:30 UTC", "Up", 5230},
    {"Ethereum Up or Down, 14:15 to 14:20 UTC", "Down", 4410},
    {"Solana Up or Down, 14:15 to 14:30 UTC", "Up", 6180},
    {"Will Northport win against Eastvale?", "Yes", 3640},
    {"Will Northport and Eastvale draw?", "Yes", 2810},
    {"Will Eastvale win against Northport?", "Yes", 3490},
    {"Election: A. Marchetti", "Yes", 2930},
    {"Election: J. Okonkwo-Lindström", "Yes", 1870},
    {"Election: R. Castellanos", "No", 8840},
    {"Election: any of the candidates who declare after the first televised debate", "Yes", 245},
    {"Riverside Falcons vs Harbour Kings, map 2", "Harbour Kings", 5560},
    {"XRP Up or Down, 14:00 to 14:30 UTC", "Up", 4975},
}};
constexpr std::array<const char*, 4> kStrategies = {"sum_to_100", "multi_outcome", "clipper", "spread_capture"};

const Instrument& pick(std::size_t i) { return kInstruments[i % kInstruments.size()]; }

}  // namespace

SyntheticEngine::SyntheticEngine(Scene scene, RunMode mode, Nanos start)
    : scene_(scene), mode_(mode), start_(start), now_(start) {}

void SyntheticEngine::picture(Nanos now, EngineView& view) {
  now_ = now;
  view.clear();
  view.time = now;
  view.uptime = now - start_;
  view.mode = mode_;
  view.totals.markets = 412;
  view.totals.cash = view.totals.equity = Usd::whole(10'000);
  add_health(view);
  if (scene_ == Scene::kEmpty) return;

  pnl_micros_ += random_.between(-160'000, 190'000);
  messages_ += static_cast<std::uint64_t>(random_.between(900, 1500));
  if (random_.chance(0.2)) ++seen_;
  if (random_.chance(0.05)) ++taken_, orders_ += 2, fills_ += 2, fees_micros_ += 41'300;
  if (random_.chance(0.6)) ++phantoms_;
  TotalsView& t = view.totals;
  t.messages = messages_;
  t.opportunities_seen = seen_;
  t.opportunities_taken = taken_;
  t.phantoms_refused = phantoms_;
  t.orders = orders_;
  t.fills = fills_;
  t.pnl = Usd{pnl_micros_};
  t.fees = Usd{fees_micros_ + 6'120'000};
  t.settled_exposure = Usd{412'870'000};
  t.pending_exposure = Usd{96'400'000};
  t.cash = Usd::whole(10'000) + t.pnl - t.settled_exposure - t.pending_exposure;
  t.equity = Usd::whole(10'000) + t.pnl;
  add_positions(view);
  add_orders(view);
  add_opportunities(view);
  add_books(view);
}

void SyntheticEngine::add_positions(EngineView& view) {
  for (std::size_t i = 0; i < 8; ++i) {
    PositionView* p = view.positions.add();
    p->label.assign(pick(i).label);
    p->outcome.assign(pick(i).outcome);
    p->settled = Shares::from_micros(static_cast<std::int64_t>(i * 37 % 11) * 12'340'000);
    p->pending = Shares::from_micros(i % 3 == 1 ? 25'000'000 : i % 5 == 3 ? -12'500'000 : 0);
    p->average = Price{pick(i).mid_pips - 40 + static_cast<std::int32_t>(i) * 9};
    if (i != 6) p->mark = Price{pick(i).mid_pips};
    p->pnl = Usd{(static_cast<std::int64_t>(i) * 7919 % 17 - 7) * 131'000};
  }
}

void SyntheticEngine::add_orders(EngineView& view) {
  constexpr std::array kStatus = {OrderStatus::kLive, OrderStatus::kDelayed, OrderStatus::kSent, OrderStatus::kUnknown};
  if (scene_ == Scene::kHalted) return;
  for (std::size_t i = 0; i < 5; ++i) {
    OrderView* o = view.orders.add();
    o->id = OrderId{0x5bd1e995'0000'0000ULL + i};
    o->label.assign(pick(i * 3).label);
    o->outcome.assign(pick(i * 3).outcome);
    o->strategy.assign(kStrategies[i % kStrategies.size()]);
    o->side = i % 2 == 0 ? Side::kBuy : Side::kSell;
    o->tif = i == 0 ? TimeInForce::kGtc : TimeInForce::kFak;
    o->status = kStatus[i % kStatus.size()];
    o->limit = Price{pick(i * 3).mid_pips};
    o->size = Shares::whole(25 + static_cast<std::int64_t>(i) * 15);
    o->filled = Shares::whole(i == 0 ? 10 : 0);
    o->age = Nanos::from_millis(140 + static_cast<std::int64_t>(i * i) * 4100);
  }
}

void SyntheticEngine::add_opportunities(EngineView& view) {
  constexpr std::array<const char*, 6> kFates = {"taken: 2 of 2 legs filled",   "edge below minimum after fees",
                                                 "phantom: books 412 ms apart", "gone before the order was built",
                                                 "taken: 1 of 2 legs, unwound", "risk: per-event limit reached"};
  for (std::size_t i = 0; i < 24; ++i) {
    OpportunityView* o = view.opportunities.add();
    o->id = seen_ - i;
    o->strategy.assign(kStrategies[(seen_ + i) % 3]);
    o->label.assign(pick(seen_ + i * 5).label);
    const std::size_t fate = (seen_ * 7 + i * 5) % kFates.size();
    o->edge_pips = static_cast<std::int32_t>((seen_ + i * 13) % 140) + 6;
    o->size = Shares::from_micros(static_cast<std::int64_t>((seen_ + i * 29) % 90 + 5) * 1'730'000);
    o->seen_at = now_ - Nanos::from_millis(1800 * static_cast<std::int64_t>(i) + 300);
    o->open = i == 0;
    o->duration = o->open ? Nanos::from_millis(300) : Nanos{static_cast<std::int64_t>((i * i * i + 3) * 713'000)};
    o->taken = !o->open && (fate == 0 || fate == 4);
    o->fate.assign(o->open ? "sizing" : kFates[fate]);
  }
  view.opportunities.total = static_cast<std::uint32_t>(seen_);
}

void SyntheticEngine::add_books(EngineView& view) {
  for (std::size_t i = 0; i < kInstruments.size(); ++i) {
    BookView* b = view.books.add();
    b->label.assign(pick(i).label);
    b->outcome.assign(pick(i).outcome);
    b->consistent = i != 4;
    b->age = Nanos::from_millis(i == 9 ? 42'000 : random_.between(2, 900));
    const std::int32_t tick = pick(i).mid_pips < 400 ? 10 : 100;
    const std::int32_t mid = pick(i).mid_pips / tick * tick;
    b->bid_levels = i == 9 ? 0 : 5;
    b->ask_levels = i == 9 ? 2 : 5;
    for (std::int32_t level = 0; level < 5; ++level) {
      const auto k = static_cast<std::size_t>(level);
      b->bids[k] = {Price{mid - level * tick}, Shares::from_micros(random_.between(20, 1900) * 1'000'000)};
      b->asks[k] = {Price{mid + (level + 1) * tick}, Shares::from_micros(random_.between(20, 1900) * 1'000'000)};
    }
  }
  view.books.total = 412;
}

void SyntheticEngine::add_health(EngineView& view) {
  const bool empty = scene_ == Scene::kEmpty;
  const auto feed = [&](const char* name, bool up, bool stale, std::int64_t age_ms, std::uint64_t frames,
                        std::uint32_t reconnects) {
    FeedView* f = view.feeds.add();
    f->name.assign(name);
    f->up = up;
    f->stale = stale;
    f->data_age_ns = empty ? -1 : age_ms * Nanos::kPerMilli;
    f->frames = empty ? 0 : frames;
    f->reconnects = reconnects;
  };
  feed("polymarket market 1", true, false, random_.between(1, 60), messages_ * 3 / 5, 0);
  feed("polymarket market 2", true, !empty, 14'200, messages_ / 4, 1);
  feed("polymarket user", true, false, 2100, 212, 0);
  feed("binance bookTicker", true, false, random_.between(1, 30), messages_ / 5, 0);
  feed("binance aggTrade", empty, false, 31'000, messages_ / 9, 4);

  for (std::size_t i = 0; i < kStrategies.size(); ++i) {
    StrategyView* s = view.strategies.add();
    s->name.assign(kStrategies[i]);
    s->enabled = i != 3;
    if (empty || i == 3) continue;
    s->seen = seen_ / (i + 1);
    s->taken = taken_ / (i + 1);
    s->pnl = Usd{pnl_micros_ / static_cast<std::int64_t>(i + 2) - static_cast<std::int64_t>(i) * 900'000};
  }
  const auto alert = [&](AlertLevel level, std::int64_t ago_s, const char* text) {
    AlertView* a = view.alerts.add();
    a->time = now_ - Nanos::from_seconds(ago_s);
    a->level = level;
    a->text.assign(text);
  };
  alert(AlertLevel::kInfo, 640, "engine started, seed 7, 412 markets");
  if (empty) return;
  const auto latency = [&](const char* name, std::int64_t p50) {
    LatencyView* l = view.latencies.add();
    l->name.assign(name);
    l->samples = messages_;
    l->p50_ns = p50;
    l->p90_ns = p50 * 17 / 10;
    l->p99_ns = p50 * 4;
    l->p999_ns = p50 * 11;
    l->max_ns = p50 * 60;
  };
  latency("frame to book", 138);
  latency("update to command", 1240);
  latency("order sent to ack", 21'400'000);
  alert(AlertLevel::kWarning, 402, "binance aggTrade: silent for 10 s, reconnecting (attempt 4)");
  alert(AlertLevel::kError, 51,
        "book \"Will Northport and Eastvale draw?\": best ask disagrees with the venue, resync asked");
  alert(AlertLevel::kInfo, 9, "merged 25.00 sets of Bitcoin Up or Down, 14:15 to 14:30 UTC");
  if (scene_ == Scene::kHalted) {
    HaltView* h = view.halts.add();
    h->active = true;
    h->reason.assign("kill switch");
    h->note.assign("web: stopped from the page");
    h->since = now_ - Nanos::from_seconds(12);
  }
}

}  // namespace underround::web
