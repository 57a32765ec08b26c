// The members of the Population and what they remember. Internal to population.cpp and crowd_*.cpp.
// A "unit" is what a desk quotes together: all legs of a neg-risk event, or one market that stands alone.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "simulator/population.hpp"

namespace underround::simulator {

class Crowd final : public Listener, public FairSink, public Task {
 public:
  Crowd(Scheduler& scheduler, Venue& venue, FairBoard& fairs, const PopulationSettings& settings, Random rng);
  ~Crowd() override;

  void on_fair(MarketId market, double probability) override;
  void on_due(Nanos now, std::uint64_t payload) override;
  void on_market_phase(const Market& market, Nanos now) override;
  void on_book(const BookBatch& batch) override;
  void on_trade(const TradeRecord& trade) override;

  PopulationCounters counters;

 private:
  static constexpr std::size_t kDesks = 2;
  static constexpr std::size_t kRetail = 4;
  static constexpr std::size_t kNoise = 6;
  enum class Turn : std::uint8_t { kDesk, kRetail, kNoise, kRival, kConvert, kRedeem, kPull };

  struct Quote {
    OrderKey key;
    Side side;    // canonical
    Price price;  // canonical
  };
  struct Target {
    Side side;
    Price price;
    Shares size;
  };
  struct MakerLeg {            // one maker in one market
    double belief = 0.5;       // acted on
    double next_belief = 0.5;  // seen, acted on after the latency
    std::vector<Quote> quotes;
  };
  struct Leg {
    MarketId market;
    std::uint32_t unit = 0;
    double half_spread = 0.01;
    double base_shares = 60;
    double noise_mean_s = 60;
    std::array<MakerLeg, kDesks> desks;
    bool has_retail = false;
    bool retail_pending = false;
    std::size_t retail_account = 0;
    MakerLeg retail;
  };
  struct DeskUnit {
    bool pending = false;
    Nanos seen_at;
  };
  struct Unit {
    std::vector<MarketId> legs;
    GroupId group;
    bool complete = false;  // a set rivals may trust
    bool rival_pending = false;
    bool pull_pending = false;
    std::array<DeskUnit, kDesks> desks;
  };

  void schedule(Nanos delay, Turn turn, std::uint64_t index, std::uint64_t who = 0);
  [[nodiscard]] Nanos latency(Nanos median, double sigma);
  [[nodiscard]] Leg* leg(MarketId market) noexcept;
  [[nodiscard]] double threshold(const Leg& leg) const noexcept;

  void join(const Market& market);
  void leave(MarketId market);
  [[nodiscard]] std::uint32_t unit_for(const Market& market);
  void characterise(Leg& leg, const Market& market);

  // makers
  void desk_sees(std::uint32_t unit, std::size_t desk);
  void refresh_unit(std::uint32_t unit, std::size_t desk);
  void refresh_desk_leg(Leg& leg, std::size_t desk);
  void refresh_retail(Leg& leg);
  void pull_unit(Unit& unit);
  void ladder(const Leg& leg, std::size_t desk, double belief);
  void apply_targets(AccountId account, const Leg& leg, std::vector<Quote>& quotes);
  void snipe(AccountId account, const Leg& leg, double belief);
  void place(AccountId account, MarketId market, const Target& target, std::vector<Quote>& quotes);
  void merge_inventory(AccountId account, MarketId market);

  // takers
  void noise(Leg& leg);
  [[nodiscard]] double set_edge(const Unit& unit, bool buying) const;
  [[nodiscard]] Shares set_size(const Unit& unit, bool buying) const;
  void watch_set(std::uint32_t unit);
  void strike(Unit& unit, std::uint32_t index);
  void convert(const Unit& unit);

  Scheduler& scheduler_;
  Venue& venue_;
  FairBoard& fairs_;
  PopulationSettings settings_;
  Random rng_;
  std::array<AccountId, kDesks> desks_;
  std::array<AccountId, kRetail> retail_;
  std::array<AccountId, kNoise> noise_;
  AccountId rival_;
  std::vector<std::unique_ptr<Leg>> legs_;  // by MarketId; empty when closed
  std::vector<Unit> units_;
  std::vector<std::uint32_t> unit_of_group_;  // by GroupId; ~0 = none
  std::vector<Target> targets_;               // reused
};

}  // namespace underround::simulator
