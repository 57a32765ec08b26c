// InProcessVenue: frames and what is published. Commands are in in_process_orders.cpp.
#include "simulator/in_process_venue.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "core/event_fields.hpp"
#include "simulator/in_process_ids.hpp"

namespace underround::simulator {
namespace {

// Here, answers to orders come with the outcome they are about.
bool is_order_answer(EventKind kind) noexcept {
  return kind == EventKind::kOrderAccepted || kind == EventKind::kOrderRejected || kind == EventKind::kOrderDone;
}

Event market_event(EventKind kind, unsigned outcome) noexcept {
  return Event::make(kind, {}, VenueId::kPolymarket, outcome);
}

Event::Level level_of(Nanos time, Side side, Price price, Shares size, Price best_bid, Price best_ask) noexcept {
  return {time, size, price, best_bid, best_ask, side};
}

Event frame_end() noexcept { return Event::make(EventKind::kFrameEnd, {}, VenueId::kPolymarket); }

}  // namespace

InProcessVenue::InProcessVenue(Simulation& simulation, Catalogue& catalogue, InProcessSettings settings, Sink sink)
    : simulation_(simulation),
      catalogue_(catalogue),
      settings_(std::move(settings)),
      sink_(std::move(sink)),
      account_(simulation.make_account(settings_.address, settings_.balance)) {}

InProcessVenue::~InProcessVenue() {
  simulation_.venue().remove_listener(*this);
  simulation_.world().remove_listener(*this);
}

void InProcessVenue::start() {
  UR_CHECK(!started_);
  started_ = true;
  simulation_.venue().add_listener(*this);
  simulation_.world().add_listener(*this);
  Event up = Event::make(EventKind::kFeed, {}, VenueId::kPolymarket);
  up.feed.up = 1;
  send_one({}, up, settings_.data_latency[0]);
  up.header.kind = EventKind::kUserStream;
  send_one({}, up, settings_.user_latency);
  for (std::uint32_t i = 0; i < simulation_.venue().market_count(); ++i) {
    const Market& market = simulation_.venue().market(MarketId{i});
    if (market.spec.phase > MarketPhase::kOpen) continue;
    list(market);
    if (market.spec.phase == MarketPhase::kOpen) send_snapshot(market.id);
  }
  simulation_.scheduler().at(simulation_.now() + settings_.timer_interval, *this,
                             static_cast<std::uint64_t>(Turn::kTimer));
}

ConditionId InProcessVenue::condition_of(MarketId market) const noexcept {
  return market.value < conditions_.size() ? conditions_[market.value] : ConditionId{};
}

// --- frames

std::uint32_t InProcessVenue::new_frame(MarketId market) {
  std::uint32_t index = 0;
  if (free_frames_.empty()) {
    index = static_cast<std::uint32_t>(frames_.size());
    frames_.emplace_back();
  } else {
    index = free_frames_.back();
    free_frames_.pop_back();
  }
  Frame& frame = frames_[index];
  frame.events.clear();
  frame.market = market;
  frame.group = {};
  frame.lists = false;
  return index;
}

void InProcessVenue::send(std::uint32_t frame, Nanos latency) {
  simulation_.scheduler().at(simulation_.now() + latency, *this,
                             static_cast<std::uint64_t>(frame) << 2 | static_cast<std::uint64_t>(Turn::kFrame));
}

void InProcessVenue::send_one(MarketId market, const Event& event, Nanos latency) {
  const std::uint32_t frame = new_frame(market);
  frames_[frame].events.push_back(event);
  send(frame, latency);
}

bool InProcessVenue::translate(const Frame& frame, Event& event) const {
  const EventKind kind = event.header.kind;
  switch (is_order_answer(kind) ? Subject::kInstrument : subject_of(kind)) {
    case Subject::kSymbol:
    case Subject::kNone: return true;
    case Subject::kInstrument: {
      const ConditionId condition = condition_of(frame.market);
      event.header.subject = instrument_of(condition, event.header.subject).value;
      return condition.valid();
    }
    case Subject::kCondition: {
      const ConditionId condition = condition_of(frame.market);
      event.header.subject = condition.value;
      return condition.valid();
    }
    case Subject::kEvent: {
      if (frame.group.value >= groups_.size() || !groups_[frame.group.value].valid()) return false;
      event.header.subject = groups_[frame.group.value].value;
      return true;
    }
  }
  return false;
}

void InProcessVenue::deliver(std::uint32_t index, Nanos now) {
  Frame& frame = frames_[index];  // deque: stays put while the sink sends new frames
  if (frame.lists) add_to_catalogue(frame.market);
  const bool foreign = frame.market.valid() && !condition_of(frame.market).valid();
  if (!foreign) {
    for (Event& event : frame.events) {
      event.header.time = now;
      if (translate(frame, event)) sink_(event);
    }
  }
  free_frames_.push_back(index);
}

void InProcessVenue::on_due(Nanos now, std::uint64_t payload) {
  const auto value = static_cast<std::uint32_t>(payload >> 2);
  switch (static_cast<Turn>(payload & 3U)) {
    case Turn::kFrame: deliver(value, now); break;
    case Turn::kTimer:
      sink_(Event::make(EventKind::kTimer, now));
      simulation_.scheduler().at(now + settings_.timer_interval, *this, payload);
      break;
    case Turn::kCommand: {
      const Command command = commands_[value];
      free_commands_.push_back(value);
      run(command);
      break;
    }
  }
}

template <class Append>
void InProcessVenue::send_streams(MarketId market, Append&& append) {
  const bool together = settings_.data_latency[0] == settings_.data_latency[1];
  for (unsigned outcome = 0; outcome < 2; ++outcome) {
    const std::uint32_t frame = new_frame(market);
    append(frames_[frame].events, outcome);
    if (together) append(frames_[frame].events, ++outcome);
    frames_[frame].events.push_back(frame_end());
    send(frame, settings_.data_latency[together ? 0 : outcome]);
  }
}

// --- markets

void InProcessVenue::list(const Market& market) {
  if (settings_.wanted && !settings_.wanted(market)) return;
  const std::uint32_t frame = new_frame(market.id);
  frames_[frame].lists = true;
  frames_[frame].events.push_back(market_event(EventKind::kConditionAdded, 0));
  send(frame, std::min(settings_.data_latency[0], settings_.data_latency[1]));
}

void InProcessVenue::add_to_catalogue(MarketId id) {
  const Market& market = simulation_.venue().market(id);
  const auto added = catalogue_.add(market.spec);
  UR_CHECK(added.has_value());
  const ConditionId condition = *added;
  if (conditions_.size() <= id.value) conditions_.resize(id.value + 1);
  if (markets_.size() <= condition.value) markets_.resize(condition.value + 1);
  conditions_[id.value] = condition;
  markets_[condition.value] = id;
  if (!market.group.valid()) return;
  if (groups_.size() <= market.group.value) groups_.resize(market.group.value + 1);
  groups_[market.group.value] = catalogue_[condition].event;
}

void InProcessVenue::on_market_created(const Market& market, Nanos /*now*/) { list(market); }

void InProcessVenue::send_phase(const Market& market, Nanos now) {
  Event event = market_event(EventKind::kMarketStatus, 0);
  event.market = {market.spec.phase, market.winner == 0xff ? Event::kNoWinner : market.winner, now};
  send_one(market.id, event, settings_.data_latency[0]);
}

void InProcessVenue::on_market_phase(const Market& market, Nanos now) {
  send_phase(market, now);
  if (market.spec.phase == MarketPhase::kOpen) send_snapshot(market.id);
}

void InProcessVenue::on_market_resolved(const Market& market, Nanos now) { send_phase(market, now); }

// --- market data

void InProcessVenue::append_snapshot(std::vector<Event>& out, const Market& market, unsigned outcome) {
  Event head = market_event(EventKind::kSnapshotBegin, outcome);
  head.book_head = {market.last_change, market.spec.tick, 0};
  const std::size_t at = out.size();
  out.push_back(head);
  for (const Side side : {Side::kBuy, Side::kSell}) {
    simulation_.venue().book_levels(market.id, outcome, side, levels_);
    for (const BookLevel& level : levels_) {
      Event event = market_event(EventKind::kSnapshotLevel, outcome);
      event.level = level_of(market.last_change, side, level.price, level.size, kNoPrice, kNoPrice);
      out.push_back(event);
    }
  }
  out[at].book_head.levels = static_cast<std::uint32_t>(out.size() - at - 1);
  Event tail = out[at];
  tail.header.kind = EventKind::kSnapshotEnd;
  out.push_back(tail);
}

void InProcessVenue::send_snapshot(MarketId id) {
  const Market& market = simulation_.venue().market(id);
  send_streams(id, [&](std::vector<Event>& out, unsigned outcome) { append_snapshot(out, market, outcome); });
}

void InProcessVenue::on_tick_change(const Market& market, Tick /*old_tick*/, Nanos now) {
  send_streams(market.id, [&](std::vector<Event>& out, unsigned outcome) {
    Event event = market_event(EventKind::kTickChange, outcome);
    event.book_head = {now, market.spec.tick, 0};
    out.push_back(event);
  });
  send_snapshot(market.id);
}

void InProcessVenue::on_book(const BookBatch& batch) {
  send_streams(batch.market, [&](std::vector<Event>& out, unsigned outcome) {
    const Price bid = outcome == 0 ? batch.best_bid : batch.best_ask.complement();
    const Price ask = outcome == 0 ? batch.best_ask : batch.best_bid.complement();
    for (const LevelChange& change : batch.changes) {
      Event event = market_event(EventKind::kLevel, outcome);
      event.level = level_of(batch.time, canonical_side(change.side, outcome), canonical_price(change.price, outcome),
                             change.size, bid, ask);
      out.push_back(event);
    }
  });
  if (batch.market.value < traded_.size() && traded_[batch.market.value]) {
    traded_[batch.market.value] = false;
    send_snapshot(batch.market);
  }
}

void InProcessVenue::on_trade(const TradeRecord& trade) {
  if (traded_.size() <= trade.market.value) traded_.resize(trade.market.value + 1, false);
  traded_[trade.market.value] = true;
  const std::uint32_t frame = new_frame(trade.market);
  Event print = market_event(EventKind::kTrade, trade.outcome);
  print.level = level_of(trade.matched_at, trade.side, trade.price, trade.size, kNoPrice, kNoPrice);
  frames_[frame].events.push_back(print);
  frames_[frame].events.push_back(frame_end());
  send(frame, settings_.data_latency[trade.outcome]);

  const auto fill = [&](const Digest& order, unsigned outcome, Side side, Price price, Shares size, Usd fee,
                        Liquidity liquidity) {
    Event event = market_event(EventKind::kFill, outcome);
    event.fill = {order_of(order), fill_id(trade.id, order),  size, fee, price, side,
                  liquidity,       SettlementStatus::kMatched};
    send_one(trade.market, event, settings_.user_latency);
  };
  if (trade.taker == account_) {
    fill(trade.taker_order, trade.outcome, trade.side, trade.price, trade.size, trade.fee, Liquidity::kTaker);
  }
  for (const MakerFill& row : trade.makers) {
    if (row.account == account_) fill(row.order, row.outcome, row.side, row.price, row.size, {}, Liquidity::kMaker);
  }
}

void InProcessVenue::on_trade_status(const TradeRecord& trade) {
  const auto tell = [&](const Digest& order) {
    Event event = Event::make(EventKind::kSettlement, {}, VenueId::kPolymarket);
    event.settlement = {fill_id(trade.id, order), trade.status};
    send_one({}, event, settings_.user_latency);
  };
  if (trade.taker == account_) tell(trade.taker_order);
  for (const MakerFill& row : trade.makers) {
    if (row.account == account_) tell(row.order);
  }
}

// --- reference

void InProcessVenue::on_reference_quote(const ReferenceQuote& quote) {
  const auto symbols = simulation_.world().symbols();
  const auto symbol =
      static_cast<std::uint32_t>(std::find(symbols.begin(), symbols.end(), quote.symbol) - symbols.begin());
  Event event = Event::make(EventKind::kReferenceQuote, {}, VenueId::kBinance, symbol, 1);
  event.quote = {quote.time, quote.bid_e8, quote.ask_e8, quote.bid_size_e8, quote.ask_size_e8};
  send_one({}, event, settings_.reference_latency);
}

void InProcessVenue::on_reference_trade(const ReferenceTrade& trade) {
  const auto symbols = simulation_.world().symbols();
  const auto symbol =
      static_cast<std::uint32_t>(std::find(symbols.begin(), symbols.end(), trade.symbol) - symbols.begin());
  Event event = Event::make(EventKind::kReferenceTrade, {}, VenueId::kBinance, symbol, 1);
  event.quote = {trade.time, trade.price_e8, trade.price_e8, trade.quantity_e8, 0};
  send_one({}, event, settings_.reference_latency);
}

void InProcessVenue::on_score(const ScoreUpdate& score) {
  Event event = Event::make(EventKind::kScore, {}, VenueId::kPolymarket);
  event.score = {score.home, score.away, score.elapsed_s, score.period, static_cast<std::uint8_t>(score.ended)};
  const std::uint32_t frame = new_frame({});
  frames_[frame].group = score.group;
  frames_[frame].events.push_back(event);
  send(frame, settings_.data_latency[0]);
}

}  // namespace underround::simulator
