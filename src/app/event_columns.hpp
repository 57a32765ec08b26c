// An event as columns: what each kind of event has, by the name and unit that an export and a dump print.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "app/table_writer.hpp"
#include "core/event.hpp"

namespace underround {

struct EventColumn {
  Column column;
  std::optional<std::int64_t> (*get)(const Event& e);  // nothing: this kind of event does not have it
};

[[nodiscard]] std::span<const EventColumn> event_columns();

// Instrument events: their condition; condition events: themselves.
[[nodiscard]] std::optional<ConditionId> condition_of(const Event& e) noexcept;
// Of a halt; else "".
[[nodiscard]] std::string note_of(const Event& e);
// "level time_ns=17 condition=3 outcome=0 side=BUY price=0.4500 size=12.000000"
[[nodiscard]] std::string describe_event(const Event& e);

}  // namespace underround
