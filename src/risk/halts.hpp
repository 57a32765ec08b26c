// Halts: stop trading until a person says otherwise (law 9).
//   halts.raise(HaltReason::kDailyLoss, "lost 50.12 USD today");   halts.any();   halts.lift("checked by ana");
// The composition root writes the active halt to disk when it is raised and raises it again at start-up.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace underround {

enum class HaltReason : std::uint8_t { kNone, kKillSwitch, kDailyLoss, kInvariant, kReconciliation, kJournal };
[[nodiscard]] constexpr const char* to_string(HaltReason reason) noexcept {
  switch (reason) {
    case HaltReason::kNone: return "none";
    case HaltReason::kKillSwitch: return "kill_switch";
    case HaltReason::kDailyLoss: return "daily_loss";
    case HaltReason::kInvariant: return "invariant";
    case HaltReason::kReconciliation: return "reconciliation";
    case HaltReason::kJournal: return "journal";
  }
  return "?";
}

class Halts {
 public:
  // The first reason stays: later ones do not hide it. False when already halted.
  bool raise(HaltReason reason, std::string_view note) noexcept {
    if (any()) return false;
    reason_ = reason;
    note_.fill('\0');
    std::memcpy(note_.data(), note.data(), note.size() < note_.size() - 1 ? note.size() : note_.size() - 1);
    return true;
  }
  void lift() noexcept {
    reason_ = HaltReason::kNone;
    note_.fill('\0');
  }
  [[nodiscard]] bool any() const noexcept { return reason_ != HaltReason::kNone; }
  [[nodiscard]] HaltReason reason() const noexcept { return reason_; }
  [[nodiscard]] const char* note() const noexcept { return note_.data(); }

 private:
  HaltReason reason_ = HaltReason::kNone;
  std::array<char, 96> note_{};
};

}  // namespace underround
