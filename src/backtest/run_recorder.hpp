// Writes a RunLog while an engine runs.
//   RunRecorder recorder(engine, "everything on");   driver: engine.step(e, c); recorder.after(e, c);
//   RunLog log = recorder.finish();
// Owner: the engine's thread. Market data that leads to nothing costs it one comparison.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "backtest/run_log.hpp"
#include "base/flat_map.hpp"
#include "engine/engine.hpp"

namespace underround::backtest {

struct RunRecorderSettings {
  Nanos equity_every = Nanos::from_seconds(1);  // doubles whenever the points become too many
  std::size_t most_equity_points = 8'192;
};

class RunRecorder {
 public:
  // Takes the engine's callbacks for itself.
  RunRecorder(Engine& engine, std::string name, const RunRecorderSettings& settings = {});
  RunRecorder(const RunRecorder&) = delete;
  RunRecorder& operator=(const RunRecorder&) = delete;

  // Behind the step that `commands` came from.
  void after(const Event& e, std::span<const Command> commands) {
    // Not in the middle of a frame: half a batch is no book.
    if (e.header.time >= next_look_ && e.header.kind >= EventKind::kFrameEnd) look(e.header.time);
    if (e.header.kind >= EventKind::kOrderAccepted || !commands.empty()) note(e, commands);
  }
  // Ends the run; the engine is looked at for the last time.
  [[nodiscard]] RunLog finish();

 private:
  struct OpenPlan {
    Nanos opened;
    Usd least;  // cash flow at its lowest
  };
  struct Later {  // a fill to look at again
    Nanos at;
    std::size_t fill;
  };
  void look(Nanos now);
  void note(const Event& e, std::span<const Command> commands);
  void on_order(const PlaceOrder& command);
  void on_fill(const Event& e);
  void on_plan(const Plan& plan, Usd result);
  [[nodiscard]] Usd left_by(const Plan& plan) const;
  void point(Nanos at);
  void shoot(std::size_t order, bool at_fill, Nanos at);
  [[nodiscard]] Price mid(InstrumentId instrument) const;
  void market(ConditionId condition);
  void account(const Event& e);
  void money_of_markets();

  Engine& engine_;
  RunRecorderSettings settings_;
  RunLog log_;
  FlatMap<std::uint32_t> orders_{1024}, fills_{1024};  // ours by id -> row
  FlatMap<OpenPlan> plans_{256};
  using BySubject = std::map<std::pair<std::uint32_t, bool>, Usd>;  // condition, or event when true
  [[nodiscard]] BySubject worth() const;
  BySubject cash_of_, worth_before_, worth_at_picture_;
  FlatMap<std::uint32_t> market_of_fill_{1024};
  Usd cash_, deposits_;  // behind the last event
  std::array<std::deque<Later>, kMarkoutSeconds.size()> later_;
  std::vector<std::uint8_t> listed_;  // markets, by condition
  Nanos next_look_{INT64_MIN}, next_point_{INT64_MIN};
};

}  // namespace underround::backtest
