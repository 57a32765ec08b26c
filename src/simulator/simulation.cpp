#include "simulator/simulation.hpp"

#include <algorithm>
#include <vector>

namespace underround::simulator {

// Faults that are the venue's own doing.
class Simulation::VenueFaults final : public Listener, public Task {
 public:
  explicit VenueFaults(Simulation& simulation) : simulation_(simulation) {}

  void inject(const Fault& fault) {
    pending_.push_back(fault);
    simulation_.scheduler_.at(fault.from, *this, pending_.size() - 1);
  }
  void on_due(Nanos /*now*/, std::uint64_t payload) override {
    if (payload >= kFlip) return flip(MarketId{static_cast<std::uint32_t>(payload - kFlip)});
    const Fault& fault = pending_[payload];
    Venue& venue = *simulation_.venue_;
    if (fault.kind == FaultKind::kGhostFill) venue.settlement().fail_next(fault.times == ~0U ? 1 : fault.times);
    if (fault.kind == FaultKind::kTickChange && fault.market.valid()) venue.change_tick(fault.market, kTick0001);
  }
  void on_market_resolved(const Market& market, Nanos now) override {
    // One market alone: flipping a leg of an event would leave it with two winners or none.
    if (market.spec.neg_risk || flipped(market.id)) return;
    const auto fault = simulation_.faults_.fires(FaultKind::kResolutionFlip, now);
    if (!fault || (fault->market.valid() && fault->market != market.id)) return;
    flipped_.push_back(market.id);
    simulation_.scheduler_.at(now + kFlipAfter, *this, kFlip + market.id.value);
  }

 private:
  static constexpr std::uint64_t kFlip = 1ULL << 40;
  static constexpr Nanos kFlipAfter = Nanos::from_seconds(10);
  [[nodiscard]] bool flipped(MarketId market) const noexcept {
    return std::find(flipped_.begin(), flipped_.end(), market) != flipped_.end();
  }
  void flip(MarketId id) {
    const Market& market = simulation_.venue_->market(id);
    if (market.spec.phase == MarketPhase::kResolved) simulation_.venue_->resolve_market(id, 1U - market.winner);
  }
  Simulation& simulation_;
  std::vector<Fault> pending_;
  std::vector<MarketId> flipped_;
};

Simulation::Simulation(const Settings& settings)
    : settings_(settings), scheduler_(settings.start), faults_(Random(settings.seed).fork("faults")) {
  const Random rng(settings.seed);
  venue_ = std::make_unique<Venue>(scheduler_, settings.venue, settings.seed);
  world_ = std::make_unique<World>(scheduler_, *venue_, settings.world, settings.markets, rng.fork("world"));
  if (settings.with_population) {
    population_ =
        std::make_unique<Population>(scheduler_, *venue_, world_->fairs(), settings.population, rng.fork("population"));
  }
  venue_faults_ = std::make_unique<VenueFaults>(*this);
  venue_->add_listener(*venue_faults_);
  world_->start();
}

Simulation::~Simulation() = default;

void Simulation::advance_to(Nanos time) {
  if (time >= scheduler_.now()) scheduler_.run_until(time);
}

AccountId Simulation::make_account(std::string_view address, Usd amount) {
  const AccountId account = venue_->open_account(address);
  venue_->deposit(account, amount);
  return account;
}

void Simulation::inject(const Fault& fault) {
  if (fault.kind == FaultKind::kGhostFill || fault.kind == FaultKind::kTickChange) {
    venue_faults_->inject(fault);
  } else {
    faults_.add(fault);
  }
}

}  // namespace underround::simulator
