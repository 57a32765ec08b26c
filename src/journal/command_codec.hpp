// Commands as bytes: a tag, then the members in order, little-endian; the same command gives the same bytes, so that a
// replay can be compared with what was journalled.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/command.hpp"
#include "journal/record.hpp"

namespace underround::journal {

inline constexpr std::size_t kMaxCommandBytes = 96;

// Into `out`, at least kMaxCommandBytes long; returns what was written.
[[nodiscard]] Bytes encode_command(const Command& command, std::span<std::uint8_t> out) noexcept;

// A command as the journal has it. It is no Command: only the risk room makes orders.
struct JournalledCommand {
  enum class Kind : std::uint8_t { kPlace = 1, kCancel, kCancelAll, kOperation, kResync, kReadAccount };
  Kind kind = Kind::kReadAccount;
  OrderId order;  // place, cancel
  PlanId plan;    // place, as the next three
  StrategyId strategy;
  OrderTerms terms;
  Nanos created_at{};
  RunOperation operation;
  ConditionId condition;  // resync
};
[[nodiscard]] const char* to_string(JournalledCommand::Kind kind) noexcept;
[[nodiscard]] std::optional<JournalledCommand> decode_command(Bytes payload) noexcept;
// For people and tests: "place order=7 instrument=12 buy 10 @ 0.45 FAK". Nothing when it is not a command.
[[nodiscard]] std::optional<std::string> describe_command(Bytes payload);

}  // namespace underround::journal
