#include "web/equity_history.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace underround::web {

EquityHistory::EquityHistory(std::size_t capacity) : capacity_(capacity) {
  UR_CHECK(capacity >= 4);
  points_.reserve(capacity + 1);
}

void EquityHistory::push(const Point& point) {
  if (!points_.empty()) {
    const Nanos newest = points_.back().time;
    if (point.time < newest) return;
    const bool crowded = points_.size() >= 2 && newest - points_[points_.size() - 2].time < spacing_;
    if (point.time == newest || crowded) {
      points_.back() = point;
      return;
    }
  }
  points_.push_back(point);
  if (points_.size() > capacity_) thin();
}

void EquityHistory::thin() {
  const Point newest = points_.back();
  std::size_t kept = 0;
  for (std::size_t i = 0; i < points_.size(); i += 2) points_[kept++] = points_[i];
  points_.resize(kept);
  if (points_.back().time != newest.time) points_.push_back(newest);
  const Nanos span = newest.time - points_.front().time;
  spacing_ = std::max(Nanos{spacing_.ns * 2}, Nanos{span.ns / static_cast<std::int64_t>(points_.size())});
}

}  // namespace underround::web
