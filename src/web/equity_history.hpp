// The equity curve of the whole run in bounded memory, so that a page opened late shows it from the start.
//   EquityHistory history(2048);  history.push({view.time, view.totals.equity, view.totals.pnl});
// When full, every second point goes and the spacing doubles: a long run keeps its shape, not its ticks. The newest
// point is always the latest reading. The page does the same with what it receives (dashboard/src/series.ts).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/units.hpp"

namespace underround::web {

class EquityHistory {
 public:
  struct Point {
    Nanos time;  // engine clock
    Usd equity, pnl;
  };

  // capacity >= 4.
  explicit EquityHistory(std::size_t capacity);

  // A point older than the newest one is dropped; one closer than the spacing replaces the newest.
  void push(const Point& point);
  [[nodiscard]] std::span<const Point> points() const noexcept { return points_; }

 private:
  void thin();

  std::size_t capacity_;
  Nanos spacing_{};
  std::vector<Point> points_;
};

}  // namespace underround::web
