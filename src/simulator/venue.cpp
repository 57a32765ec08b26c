// Venue: markets, life cycle, lookups, accounts. Order entry is in venue_orders.cpp, matching in venue_match.cpp.
#include "simulator/venue.hpp"

#include <algorithm>
#include <cctype>

#include "base/check.hpp"
#include "simulator/market_ids.hpp"
#include "simulator/venue_tasks.hpp"

namespace underround::simulator {
namespace {

constexpr Tick kParkedTick = kTick01;  // the smallest grid, for books of markets that are over

Nanos whole_millis(Nanos t) noexcept { return Nanos::from_millis(t.millis()); }

}  // namespace

Venue::Venue(Scheduler& scheduler, const VenueSettings& settings, std::uint64_t seed)
    : scheduler_(scheduler),
      settings_(settings),
      rng_(Random(seed).fork("venue")),
      salt_(stable_hash("venue salt") ^ mix64(seed)),
      settlement_(scheduler, *this, settings.settlement, Random(seed).fork("settlement")),
      open_by_account_(1),
      watched_(1, false) {}

Venue::~Venue() = default;

// --- markets

GroupId Venue::add_group(const ConditionSpec::Group& spec) {
  const GroupId id{static_cast<std::uint32_t>(groups_.size())};
  Group& group = groups_.emplace_back();
  group.id = id;
  group.spec = spec;
  group.gamma_id = next_gamma_id_++;
  if (group.spec.id.empty()) group.spec.id = std::to_string(group.gamma_id);
  if (spec.neg_risk) {
    group.pot = ledger_.add_pot();
    if (group.spec.neg_risk_market_id.empty()) group.spec.neg_risk_market_id = random_neg_risk_market_text(rng_);
  }
  by_group_slug_.emplace(spec.slug, id);
  return id;
}

MarketId Venue::add_market(ConditionSpec spec, GroupId group) {
  const MarketId id{static_cast<std::uint32_t>(markets_.size())};
  Market& market = markets_.emplace_back();
  market.id = id;
  market.gamma_id = next_gamma_id_++;
  market.created_at = now();
  market.last_change = whole_millis(now());
  market.group = group;
  PotId pot;
  if (group.valid()) {
    Group& g = groups_[group.value];
    market.group_index = static_cast<unsigned>(g.markets.size());
    g.markets.push_back(id);
    spec.group = g.spec;
    spec.neg_risk = g.spec.neg_risk;
    pot = g.pot;
  }
  if (!pot.valid()) pot = ledger_.add_pot();
  name_market(spec, spec.group.neg_risk_market_id, market.group_index, rng_);
  ledger_.add_market(id, pot);
  spec.phase = MarketPhase::kPending;
  spec.accepting_orders = false;
  market.book = std::make_unique<MatchingBook>(pool_, spec.tick);
  market.spec = std::move(spec);
  by_token_.emplace(market.spec.tokens[0], Token{id, 0});
  by_token_.emplace(market.spec.tokens[1], Token{id, 1});
  by_condition_.emplace(market.spec.condition_id, id);
  by_slug_.emplace(market.spec.slug, id);
  for (Listener* listener : listeners_) listener->on_market_created(market, now());
  return id;
}

void Venue::announce_phase(Market& market, MarketPhase phase) {
  market.spec.phase = phase;
  market.spec.accepting_orders = phase == MarketPhase::kOpen;
  for (Listener* listener : listeners_) listener->on_market_phase(market, now());
}

void Venue::open_market(MarketId id) {
  UR_CHECK(markets_[id.value].spec.phase == MarketPhase::kPending);
  announce_phase(markets_[id.value], MarketPhase::kOpen);
}

void Venue::start_game(MarketId id) {
  if (!markets_[id.value].spec.clear_book_on_start) return;
  cancel_everything(id, OrderState::kInvalid, "");
}

void Venue::close_market(MarketId id) {
  Market& market = markets_[id.value];
  if (market.spec.phase != MarketPhase::kOpen && market.spec.phase != MarketPhase::kPending) return;
  market.spec.accepting_orders = false;
  cancel_everything(id, OrderState::kInvalid, "market closed");
  announce_phase(market, MarketPhase::kClosed);
  market.book = std::make_unique<MatchingBook>(pool_, kParkedTick);
}

void Venue::resolve_market(MarketId id, unsigned winner) {
  Market& market = markets_[id.value];
  UR_CHECK(winner < 2);
  close_market(id);
  if (market.spec.phase == MarketPhase::kRedeemable) return;
  const bool first = market.spec.phase != MarketPhase::kResolved;
  market.winner = static_cast<std::uint8_t>(winner);
  market.spec.phase = MarketPhase::kResolved;
  for (Listener* listener : listeners_) listener->on_market_resolved(market, now());
  if (first)
    scheduler_.at(now() + settings_.resolved_to_redeemable, *this, pack_task(VenueTask::kRedeemable, id.value));
}

void Venue::change_tick(MarketId id, Tick finer) {
  Market& market = markets_[id.value];
  const Tick old_tick = market.spec.tick;
  if (market.spec.phase != MarketPhase::kOpen || finer.pips >= old_tick.pips) return;
  market.book->refine(finer);
  market.spec.tick = finer;
  for (Listener* listener : listeners_) listener->on_tick_change(market, old_tick, now());
}

void Venue::set_score(const ScoreUpdate& score) {
  Group& group = groups_[score.group.value];
  group.is_match = true;
  group.score = score;
  for (Listener* listener : listeners_) listener->on_score(score);
}

std::optional<Venue::Token> Venue::find_token(std::string_view token) const {
  const auto it = by_token_.find(std::string(token));
  if (it == by_token_.end()) return std::nullopt;
  return it->second;
}

std::optional<MarketId> Venue::find_condition(std::string_view condition_id) const {
  std::string key(condition_id);
  std::transform(key.begin(), key.end(), key.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto it = by_condition_.find(key);
  if (it == by_condition_.end()) return std::nullopt;
  return it->second;
}

std::optional<MarketId> Venue::find_slug(std::string_view slug) const {
  const auto it = by_slug_.find(std::string(slug));
  if (it == by_slug_.end()) return std::nullopt;
  return it->second;
}

std::optional<GroupId> Venue::find_group(std::string_view slug) const {
  const auto it = by_group_slug_.find(std::string(slug));
  if (it == by_group_slug_.end()) return std::nullopt;
  return it->second;
}

void Venue::book_levels(MarketId id, unsigned outcome, Side side, std::vector<BookLevel>& out) const {
  markets_[id.value].book->levels(canonical_side(side, outcome), out);
  if (outcome == 0) return;
  for (BookLevel& level : out) level.price = level.price.complement();
}

Price Venue::best_bid(MarketId id, unsigned outcome) const noexcept {
  const MatchingBook& book = *markets_[id.value].book;
  return outcome == 0 ? book.best_bid() : book.best_ask().complement();
}

Price Venue::best_ask(MarketId id, unsigned outcome) const noexcept {
  const MatchingBook& book = *markets_[id.value].book;
  return outcome == 0 ? book.best_ask() : book.best_bid().complement();
}

// --- time

void Venue::on_due(Nanos /*now*/, std::uint64_t payload) {
  const std::uint64_t value = task_value(payload);
  switch (task_kind(payload)) {
    case VenueTask::kRedeemable: {
      Market& market = markets_[value];
      ledger_.set_winner(market.id, market.winner);
      announce_phase(market, MarketPhase::kRedeemable);
      break;
    }
    case VenueTask::kModeOver:
      if (value != mode_changes_) break;
      if (mode_ == VenueMode::kRestarting) {
        enter_mode(VenueMode::kPostOnly, now() + settings_.post_only_after_restart);
      } else {
        set_mode(VenueMode::kNormal);
      }
      break;
    case VenueTask::kDelayOver: run_delayed(task_order(value)); break;
    case VenueTask::kExpiry: {
      const OrderKey key = task_order(value);
      if (find_order(key) == nullptr || record(key.slot).state == OrderState::kDelayed) break;
      begin_batch();
      remove_open(record(key.slot), OrderState::kCancelled, "expired");
      end_batch();
      break;
    }
  }
}

void Venue::set_mode(VenueMode mode) noexcept {
  mode_ = mode;
  mode_until_ = {};
  ++mode_changes_;
}

void Venue::enter_mode(VenueMode mode, Nanos until) {
  set_mode(mode);
  mode_until_ = until;
  scheduler_.at(until, *this, pack_task(VenueTask::kModeOver, mode_changes_));
}

void Venue::restart(Nanos down_for) { enter_mode(VenueMode::kRestarting, now() + down_for); }

// --- accounts and sets

AccountId Venue::open_account(std::string_view address, bool watched) {
  const AccountId id = ledger_.open(address);
  if (watched_.size() <= id.value) {
    watched_.resize(id.value + 1, false);
    open_by_account_.resize(id.value + 1);
  }
  if (watched) watched_[id.value] = true;
  return id;
}

Result<void> Venue::withdraw(AccountId account, Usd amount) {
  auto done = ledger_.withdraw(account, amount);
  if (done) enforce_coverage(account, {});
  return done;
}

Result<void> Venue::split(AccountId account, MarketId market, Shares amount) {
  if (const MarketPhase phase = markets_[market.value].spec.phase; phase >= MarketPhase::kResolved) {
    return fail(ErrorCode::kRefused, "condition is resolved");
  }
  auto done = ledger_.split(account, market, amount);
  if (done) enforce_coverage(account, {});
  return done;
}

Result<void> Venue::merge(AccountId account, MarketId market, Shares amount) {
  auto done = ledger_.merge(account, market, amount);
  if (done) enforce_coverage(account, {&market, 1});
  return done;
}

Result<void> Venue::convert(AccountId account, GroupId group, std::uint64_t mask, Shares amount) {
  const Group& g = groups_[group.value];
  if (!g.spec.neg_risk) return fail(ErrorCode::kUnsupported, "not a neg-risk event");
  std::vector<MarketId> give;
  for (std::size_t i = 0; i < g.markets.size() && i < 64; ++i) {
    if ((mask >> i & 1U) != 0) give.push_back(g.markets[i]);
  }
  auto done = ledger_.convert(account, give, amount);
  if (done) enforce_coverage(account, give);
  return done;
}

Result<Usd> Venue::redeem(AccountId account, MarketId market) { return ledger_.redeem(account, market); }

}  // namespace underround::simulator
