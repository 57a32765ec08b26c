// Wall time -> simulated time: a straight line that `control` bends. The caller passes wall time in.
#pragma once

#include "core/units.hpp"

namespace underround::simulator {

class SimClock {
 public:
  SimClock(Nanos start, double speed, bool paused, Nanos wall)
      : anchor_(start), anchor_wall_(wall), speed_(speed), paused_(paused) {}

  // Where simulated time should be.
  [[nodiscard]] Nanos target(Nanos wall) const noexcept {
    if (paused_ || wall <= anchor_wall_) return anchor_;
    return anchor_ + Nanos{static_cast<std::int64_t>(speed_ * static_cast<double>((wall - anchor_wall_).ns))};
  }
  // `reached`: where simulated time is; a backlog of a busy machine is forgiven at every change.
  void set_paused(bool paused, Nanos reached, Nanos wall) noexcept {
    anchor(reached, wall);
    paused_ = paused;
  }
  void set_speed(double speed, Nanos reached, Nanos wall) noexcept {
    anchor(reached, wall);
    speed_ = speed;
  }
  // Jumps ahead of the line. Returns the new target.
  Nanos jump(Nanos by, Nanos wall) noexcept {
    anchor(target(wall) + by, wall);
    return anchor_;
  }
  [[nodiscard]] bool paused() const noexcept { return paused_; }
  [[nodiscard]] double speed() const noexcept { return speed_; }

 private:
  void anchor(Nanos simulated, Nanos wall) noexcept {
    anchor_ = simulated;
    anchor_wall_ = wall;
  }
  Nanos anchor_, anchor_wall_;
  double speed_;
  bool paused_;
};

}  // namespace underround::simulator
