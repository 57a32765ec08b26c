// Plain two-way questions and esports matches, to fill a venue of thousands of markets. A question that ends is
// replaced by a new one. Assumption: belief is a Gaussian martingale: a Brownian motion is asked whether it ends above
// zero, so that prices are fair at every moment and go to 0 or 1 at the end.
#pragma once

#include <string>
#include <vector>

#include "base/random.hpp"
#include "simulator/world_context.hpp"

namespace underround::simulator {

class WorldBinaries final : public Task {
 public:
  WorldBinaries(WorldContext& context, Random rng) : context_(context), rng_(rng) {}
  void start(std::uint32_t count);
  void on_due(Nanos now, std::uint64_t payload) override;

 private:
  enum class Turn : std::uint8_t { kStep, kResolve };
  struct Question {
    MarketId market;
    Nanos last, end;
    double level = 0;  // of the Brownian motion, in root seconds
    double step_mean_s = 0;
    bool esports = false;
  };
  void list_question(std::size_t slot, bool first);
  [[nodiscard]] ConditionSpec describe(Question& question, std::uint64_t number, bool first);
  void step(std::size_t slot, Nanos now);
  [[nodiscard]] double fair(const Question& question, Nanos now) const noexcept;
  void schedule(Nanos when, Turn turn, std::size_t slot);

  WorldContext& context_;
  Random rng_;
  std::vector<Question> questions_;
  std::uint64_t numbered_ = 0;
};

}  // namespace underround::simulator
