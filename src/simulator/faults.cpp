#include "simulator/faults.hpp"

#include <array>

namespace underround::simulator {
namespace {

struct Named {
  FaultKind kind;
  std::string_view name;
};
constexpr std::array kNames{
    Named{FaultKind::kDropFrame, "drop_frame"},
    Named{FaultKind::kDuplicateFrame, "duplicate_frame"},
    Named{FaultKind::kReorderFrame, "reorder_frame"},
    Named{FaultKind::kStallSocket, "stall_socket"},
    Named{FaultKind::kHalfOpen, "half_open"},
    Named{FaultKind::kHtmlBody, "html_body"},
    Named{FaultKind::kHttpStatus, "http_status"},
    Named{FaultKind::kLostResponse, "lost_response"},
    Named{FaultKind::kGhostFill, "ghost_fill"},
    Named{FaultKind::kTickChange, "tick_change"},
    Named{FaultKind::kResolutionFlip, "resolution_flip"},
    Named{FaultKind::kNoHeartbeat, "no_heartbeat"},
};

}  // namespace

std::optional<FaultKind> parse_fault_kind(std::string_view name) noexcept {
  for (const Named& entry : kNames) {
    if (entry.name == name) return entry.kind;
  }
  return std::nullopt;
}

const char* to_string(FaultKind kind) noexcept {
  for (const Named& entry : kNames) {
    if (entry.kind == kind) return entry.name.data();
  }
  return "?";
}

std::optional<Fault> FaultMenu::fires(FaultKind kind, Nanos now) {
  for (Fault& fault : faults_) {
    if (fault.kind != kind || fault.times == 0 || now < fault.from || now >= fault.until) continue;
    if (fault.probability < 1.0 && !rng_.chance(fault.probability)) continue;
    if (fault.times != ~0U) --fault.times;
    return fault;
  }
  return std::nullopt;
}

}  // namespace underround::simulator
