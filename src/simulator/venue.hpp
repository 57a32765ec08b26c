// The venue in a box: markets, matching, ledger, settlement, life cycle. Time comes from the Scheduler, chance from the
// seed, and everything that happens is told to the Listeners.
//   Scheduler scheduler(start);  Venue venue(scheduler, VenueSettings{}, seed);
//   const MarketId m = venue.add_market(spec, group);  venue.open_market(m);
//   const OrderResult r = venue.submit({.account = a, .market = m, .side = Side::kBuy, ...});
// Owner: one thread (the simulation's). References to markets and groups are stable; to orders only until the next
// submit, cancel or advance.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "market/catalogue.hpp"
#include "simulator/ledger.hpp"
#include "simulator/listener.hpp"
#include "simulator/matching.hpp"
#include "simulator/scheduler.hpp"
#include "simulator/settlement.hpp"
#include "simulator/types.hpp"

namespace underround::simulator {

struct VenueSettings {
  Nanos taker_delay = Nanos::from_millis(250);    // `itode`: the length is not published, only the flag (protocol 16)
  Nanos gtd_early = Nanos::from_seconds(60);      // GTD ends this long before its stated time (protocol 6.7)
  Nanos gtd_min_life = Nanos::from_seconds(180);  // and must be stated at least this far ahead
  Usd min_marketable_buy = Usd::whole(1);         // protocol 6.6
  Nanos post_only_after_restart = Nanos::from_seconds(120);  // protocol 9
  Nanos resolved_to_redeemable = Nanos::from_seconds(30);
  std::size_t trades_kept = 200'000;  // older settled trades are forgotten
  SettlementSettings settlement{};
};

struct Market {
  MarketId id;
  GroupId group;  // invalid when it stands alone
  unsigned group_index = 0;
  ConditionSpec spec;  // phase, tick and accepting_orders follow the life cycle
  std::uint64_t gamma_id = 0;
  Nanos created_at;
  std::uint8_t winner = 0xff;  // announced, from kResolved on; final from kRedeemable on
  bool has_traded = false;
  Price last_trade_price;  // as printed: in the token traded last (both tokens show the same, data/ANALYSIS.md 1)
  std::uint8_t last_trade_outcome = 0;
  Side last_trade_side = Side::kBuy;
  Nanos last_change;  // of the book, whole milliseconds
  Usd volume;
  std::unique_ptr<MatchingBook> book;
};

struct Group {
  GroupId id;
  ConditionSpec::Group spec;
  std::uint64_t gamma_id = 0;
  std::vector<MarketId> markets;
  PotId pot;  // shared by its markets when neg-risk
  // Sports, else 0: last score told.
  bool is_match = false;
  ScoreUpdate score{};
};

class Venue final : private SettlementSink, private Task {
 public:
  Venue(Scheduler& scheduler, const VenueSettings& settings, std::uint64_t seed);
  ~Venue();
  Venue(const Venue&) = delete;
  Venue& operator=(const Venue&) = delete;

  void add_listener(Listener& listener) { listeners_.push_back(&listener); }
  void remove_listener(Listener& listener) { std::erase(listeners_, &listener); }
  [[nodiscard]] Nanos now() const noexcept { return scheduler_.now(); }

  // --- markets
  GroupId add_group(const ConditionSpec::Group& spec);
  // Fills in what is empty: condition id, token ids (77 or 78 digits), question id, all seeded. Starts as kPending.
  MarketId add_market(ConditionSpec spec, GroupId group = {});
  void open_market(MarketId market);
  void start_game(MarketId market);  // cancels resting orders when the market says so (`cbos`)
  void close_market(MarketId market);
  // Announces a winner; redeemable after a while. Again with another winner before that: a flip.
  void resolve_market(MarketId market, unsigned winner);
  void change_tick(MarketId market, Tick finer);
  void set_score(const ScoreUpdate& score);

  [[nodiscard]] const Market& market(MarketId id) const noexcept { return markets_[id.value]; }
  [[nodiscard]] std::size_t market_count() const noexcept { return markets_.size(); }
  [[nodiscard]] const Group& group(GroupId id) const noexcept { return groups_[id.value]; }
  [[nodiscard]] std::size_t group_count() const noexcept { return groups_.size(); }
  struct Token {
    MarketId market;
    unsigned outcome = 0;
  };
  [[nodiscard]] std::optional<Token> find_token(std::string_view token) const;
  [[nodiscard]] std::optional<MarketId> find_condition(std::string_view condition_id) const;
  [[nodiscard]] std::optional<MarketId> find_slug(std::string_view slug) const;
  [[nodiscard]] std::optional<GroupId> find_group(std::string_view slug) const;

  // Levels of one side as a trader of `outcome` sees them, best first.
  void book_levels(MarketId market, unsigned outcome, Side side, std::vector<BookLevel>& out) const;
  [[nodiscard]] Price best_bid(MarketId market, unsigned outcome = 0) const noexcept;  // 0 when empty
  [[nodiscard]] Price best_ask(MarketId market, unsigned outcome = 0) const noexcept;  // 1 USD when empty

  // --- orders
  OrderResult submit(const NewOrder& order);
  CancelResult cancel(AccountId account, const Digest& id);
  CancelResult cancel(OrderKey key);
  // What a venue-wide, market or token cancel answers: the ids gone.
  std::vector<Digest> cancel_all(AccountId account);
  std::vector<Digest> cancel_market(AccountId account, std::optional<MarketId> market, std::optional<unsigned> outcome);
  // 425, 503 and so on for order entry; books and streams go on.
  void set_mode(VenueMode mode) noexcept;
  // The matching engine goes down for `down_for`, comes back post-only for a while, then normal (protocol 9).
  void restart(Nanos down_for);
  // When `mode` ends by itself; 0 when it does not.
  [[nodiscard]] Nanos mode_until() const noexcept { return mode_until_; }
  [[nodiscard]] VenueMode mode() const noexcept { return mode_; }

  // Everything until end_batch() is one venue transaction: one BookBatch per market touched. Nests.
  void begin_batch() noexcept { ++batch_depth_; }
  void end_batch();

  // nullptr once the order is done.
  [[nodiscard]] const OrderRecord* find_order(const Digest& id) const;
  [[nodiscard]] const OrderRecord* find_order(OrderKey key) const noexcept;
  // Open orders of one account, oldest first.
  [[nodiscard]] std::vector<const OrderRecord*> open_orders(AccountId account) const;
  // nullptr when forgotten or not yet.
  [[nodiscard]] const TradeRecord* find_trade(TradeId id) const noexcept;
  // Trades the account took part in, newest first, at most `limit`.
  [[nodiscard]] std::vector<const TradeRecord*> trades(AccountId account, std::size_t limit) const;
  // Newest trades of a market, newest first.
  [[nodiscard]] std::vector<const TradeRecord*> market_trades(MarketId market, std::size_t limit) const;

  // --- accounts and sets
  // `watched`: somebody outside looks at this account: its ids are remembered for duplicates and lookups.
  AccountId open_account(std::string_view address, bool watched = true);
  void deposit(AccountId account, Usd amount) { ledger_.deposit(account, amount); }
  // Money leaves the wallet; orders it no longer covers are cancelled.
  [[nodiscard]] Result<void> withdraw(AccountId account, Usd amount);
  [[nodiscard]] bool watched(AccountId account) const noexcept { return watched_[account.value]; }
  [[nodiscard]] Result<void> split(AccountId account, MarketId market, Shares amount);
  [[nodiscard]] Result<void> merge(AccountId account, MarketId market, Shares amount);
  // Bit i of `mask`: give NO of the i-th market of the group.
  [[nodiscard]] Result<void> convert(AccountId account, GroupId group, std::uint64_t mask, Shares amount);
  [[nodiscard]] Result<Usd> redeem(AccountId account, MarketId market);
  [[nodiscard]] Result<Usd> redeem(AccountId account, MarketId market, unsigned outcome, Shares amount) {
    return ledger_.redeem(account, market, outcome, amount);
  }
  [[nodiscard]] const Ledger& ledger() const noexcept { return ledger_; }
  [[nodiscard]] Settlement& settlement() noexcept { return settlement_; }
  [[nodiscard]] std::uint64_t salt() const noexcept { return salt_; }  // for uuid_text of trades
  [[nodiscard]] std::uint64_t orders_seen() const noexcept { return orders_seen_; }
  [[nodiscard]] std::uint64_t trades_made() const noexcept { return next_trade_; }

 private:
  struct DigestHash {
    std::size_t operator()(const Digest& d) const noexcept;
  };
  struct PendingLevels {
    MarketId market;
    std::vector<LevelChange> changes;  // until the batch ends: the size before it
  };

  void on_due(Nanos now, std::uint64_t payload) override;
  SettlementStatus on_settlement(TradeId trade, SettlementStatus status) override;

  OrderRecord& create_record(const NewOrder& order, const Digest& id);
  [[nodiscard]] std::optional<OrderResult> refuse(const NewOrder& order, const Digest& id);
  [[nodiscard]] std::optional<OrderResult> refuse_against_book(const NewOrder& order, const Digest& id,
                                                               const Plan& plan);
  [[nodiscard]] bool affordable_by(const NewOrder& order, const std::vector<PlannedFill>& fills) const;
  [[nodiscard]] Nanos delay_of(const Market& market) const noexcept;
  void tell_kill(const NewOrder& order, const Digest& id, std::string_view text);
  // Trades `fills` (planned against the book as it is), rests or ends what is left of `order`.
  void match_and_rest(OrderRecord& order, const std::vector<PlannedFill>& fills);
  void execute(OrderRecord& order, const std::vector<PlannedFill>& fills);
  void execute_one(OrderRecord& taker, const PlannedFill& fill, TradeRecord& trade);
  void publish_trade(TradeRecord& trade);
  [[nodiscard]] TradeRecord* mutable_trade(TradeId id) noexcept;
  [[nodiscard]] bool revert(const TradeRecord& trade);
  void run_delayed(OrderKey key);
  void remove_open(OrderRecord& order, OrderState state, std::string_view note);
  void finish(OrderRecord& order);  // forgets a done order
  void set_reserved(OrderRecord& order, Usd usd, Shares shares);
  void reserve_remaining(OrderRecord& order);
  void cancel_everything(MarketId market, OrderState state, std::string_view note);
  // Cancels the newest orders of `account` that its balances no longer cover (protocol 16, balance discipline).
  void enforce_coverage(AccountId account, std::span<const MarketId> touched);
  // Notes a level about to change. Call before changing it.
  void touch(MarketId market, Side side, Price price);
  void flush_batch();
  void refine_at_edge(MarketId market);
  void announce(const OrderRecord& order, OrderEvent event);
  void announce_phase(Market& market, MarketPhase phase);
  void enter_mode(VenueMode mode, Nanos until);
  void forget_old_trades();
  [[nodiscard]] OrderRecord& record(std::uint32_t slot) noexcept { return records_[slot]; }

  Scheduler& scheduler_;
  VenueSettings settings_;
  Random rng_;
  std::uint64_t salt_;
  Ledger ledger_;
  Settlement settlement_;
  RestingPool pool_;
  std::deque<Market> markets_;
  std::deque<Group> groups_;
  std::vector<Listener*> listeners_;
  VenueMode mode_ = VenueMode::kNormal;
  Nanos mode_until_{};
  std::uint64_t mode_changes_ = 0;  // tells an end that was overtaken

  std::deque<OrderRecord> records_;                                // by slot of the pool
  std::unordered_map<Digest, OrderKey, DigestHash> open_by_id_;    // watched accounts
  std::unordered_map<Digest, OrderState, DigestHash> done_by_id_;  // watched accounts: duplicates, "already ..."
  std::vector<std::vector<std::uint32_t>> open_by_account_;        // slots, in no order
  std::vector<std::uint32_t> open_index_;                          // by slot: where in its account's list
  std::vector<bool> watched_;

  std::deque<TradeRecord> trades_;
  std::uint64_t first_trade_ = 0;  // id of trades_.front()
  std::uint64_t next_trade_ = 0;
  std::uint64_t orders_seen_ = 0;
  std::uint64_t next_gamma_id_ = 2'500'000;

  int batch_depth_ = 0;
  std::vector<PendingLevels> pending_;
  std::size_t pending_count_ = 0;
  std::vector<PlannedFill> fills_;  // reused

  std::unordered_map<std::string, Token> by_token_;
  std::unordered_map<std::string, MarketId> by_condition_;
  std::unordered_map<std::string, MarketId> by_slug_;
  std::unordered_map<std::string, GroupId> by_group_slug_;
};

}  // namespace underround::simulator
