// The simulator as one end of the engine, in virtual time: core Events out, core Commands in, no sockets and no codec.
//   InProcessVenue venue(simulation, catalogue, {}, [&](const Event& e) { engine.step(e, commands); ... });
//   venue.start();   simulation.advance_to(t);   // events arrive inside, in order of their header.time
//   venue.execute(commands);                     // from inside the callback or between advances
// Adds a Condition to the catalogue for every market (kConditionAdded follows), and speaks for both token streams as
// the venue does: kLevel entries with the venue's best prices, snapshots on subscription, resync and after trades.
// Different latencies for the two streams make books of different age, and so phantoms. Owner: the simulation's thread.
// Outlived by the simulation and the catalogue.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/command.hpp"
#include "core/event.hpp"
#include "market/catalogue.hpp"
#include "simulator/simulation.hpp"

namespace underround::simulator {

struct InProcessSettings {
  std::string address = "0x00000000000000000000000000000000000a11ce";
  Usd balance = Usd::whole(10'000);
  std::array<Nanos, 2> data_latency{Nanos::from_millis(12), Nanos::from_millis(12)};  // venue to us, per token stream
  Nanos reference_latency = Nanos::from_millis(5);                                    // Binance to us
  Nanos order_latency = Nanos::from_millis(15);                                       // us to the matching engine
  Nanos user_latency = Nanos::from_millis(15);         // the venue's answers and the user stream to us
  Nanos operation_latency = Nanos::from_millis(2500);  // a split, merge, convert or redeem until confirmed
  Nanos timer_interval = Nanos::from_millis(100);
  // FOK/FAK BUY as the wire has it: the target is the collateral (limit * size), so price improvement buys more shares
  // than asked for. Off: the target is the shares.
  bool market_buy_in_usd = false;
  // Which markets to list for the engine; empty = all.
  std::function<bool(const Market&)> wanted;
};

class InProcessVenue final : private Listener, private Task {
 public:
  using Sink = std::function<void(const Event&)>;

  InProcessVenue(Simulation& simulation, Catalogue& catalogue, InProcessSettings settings, Sink sink);
  ~InProcessVenue() override;
  InProcessVenue(const InProcessVenue&) = delete;
  InProcessVenue& operator=(const InProcessVenue&) = delete;

  // Lists what exists, sends the first snapshots, starts the timer. Once.
  void start();
  void execute(std::span<const Command> commands);

  [[nodiscard]] AccountId account() const noexcept { return account_; }
  [[nodiscard]] ConditionId condition_of(MarketId market) const noexcept;  // invalid when not listed
  [[nodiscard]] MarketId market_of(ConditionId condition) const noexcept { return markets_[condition.value]; }
  // Reference symbols in SymbolId order.
  [[nodiscard]] std::span<const std::string_view> symbols() const noexcept { return simulation_.world().symbols(); }

 private:
  enum class Turn : std::uint8_t { kFrame, kTimer, kCommand };
  // What arrives together. Subjects are the venue's until delivery: an outcome where an instrument belongs (see
  // translate()), because the market may not be listed yet when the frame is sent.
  struct Frame {
    std::vector<Event> events;
    MarketId market;
    GroupId group;
    bool lists = false;  // adds the market to the catalogue first
  };

  void on_due(Nanos now, std::uint64_t payload) override;
  void on_market_created(const Market& market, Nanos now) override;
  void on_market_phase(const Market& market, Nanos now) override;
  void on_market_resolved(const Market& market, Nanos now) override;
  void on_tick_change(const Market& market, Tick old_tick, Nanos now) override;
  void on_book(const BookBatch& batch) override;
  void on_trade(const TradeRecord& trade) override;
  void on_trade_status(const TradeRecord& trade) override;
  void on_order(const OrderRecord& order, OrderEvent event, Nanos now) override;
  void on_reference_quote(const ReferenceQuote& quote) override;
  void on_reference_trade(const ReferenceTrade& trade) override;
  void on_score(const ScoreUpdate& score) override;

  [[nodiscard]] std::uint32_t new_frame(MarketId market);
  void send(std::uint32_t frame, Nanos latency);
  void deliver(std::uint32_t frame, Nanos now);
  [[nodiscard]] bool translate(const Frame& frame, Event& event) const;
  void list(const Market& market);
  void add_to_catalogue(MarketId market);
  void send_one(MarketId market, const Event& event, Nanos latency);
  void send_phase(const Market& market, Nanos now);
  // Appends to one frame for both tokens, or to one frame each when the streams have different latencies.
  template <class Append>
  void send_streams(MarketId market, Append&& append);
  void send_snapshot(MarketId market);
  void append_snapshot(std::vector<Event>& out, const Market& market, unsigned outcome);

  void run(const Command& command);
  void place(const ApprovedOrder& approved);
  void cancel(OrderId id);
  void operate(const RunOperation& command);
  [[nodiscard]] Result<void> try_operation(const RunOperation& command);
  void send_order(const OrderRecord& order, EventKind kind, OrderStatus status, RejectReason reason);
  [[nodiscard]] Digest digest_of(OrderId id) const noexcept;
  [[nodiscard]] OrderId order_of(const Digest& digest) const noexcept;  // invalid when not ours

  Simulation& simulation_;
  Catalogue& catalogue_;
  InProcessSettings settings_;
  Sink sink_;
  AccountId account_;
  bool started_ = false;

  std::vector<ConditionId> conditions_;  // by MarketId; invalid = not listed
  std::vector<MarketId> markets_;        // by ConditionId
  std::vector<EventId> groups_;          // by GroupId; invalid = not listed
  std::vector<bool> traded_;             // by MarketId: a trade in this transaction, a snapshot is due
  std::deque<Frame> frames_;
  std::vector<std::uint32_t> free_frames_;
  std::deque<Command> commands_;
  std::vector<std::uint32_t> free_commands_;
  std::vector<BookLevel> levels_;  // reused
};

}  // namespace underround::simulator
