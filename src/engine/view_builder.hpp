// Fills an EngineView from an engine: what the dashboard, `scan` and the demo's summary show.
//   build_view(engine, view);   // then the owner adds what the engine does not know: mode, feeds, latency, messages
// Runs on the engine's thread, at most ten times a second; bounded by the view's capacity, a few tens of microseconds.
#pragma once

#include <string>

#include "engine/engine.hpp"
#include "engine/engine_view.hpp"

namespace underround {

// Reusable memory, so that building does not allocate once warm.
class ViewBuilder {
 public:
  // Everything but mode, uptime, messages, latencies, feeds, alerts and past halts. `view` must be clear()ed.
  void build(const Engine& engine, EngineView& view);

 private:
  void positions(const Engine& engine, EngineView& view);
  void orders(const Engine& engine, EngineView& view);
  void opportunities(const Engine& engine, EngineView& view);
  void books(const Engine& engine, EngineView& view);

  std::vector<Opportunity> recent_;
  std::vector<ConditionId> shown_;
};

// What a person calls a condition: its title inside the event, else its question.
[[nodiscard]] const std::string& label_of(const Condition& condition) noexcept;
[[nodiscard]] const std::string& label_of(const Catalogue& catalogue, const Opportunity& opportunity) noexcept;

}  // namespace underround
