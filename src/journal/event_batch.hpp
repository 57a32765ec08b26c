// The events of a kEvents record: one, or what arrived together.
//   for_each_event(record, [&](const Event& e) { engine.step(e); });
#pragma once

#include <cstring>

#include "core/event.hpp"
#include "journal/record.hpp"

namespace underround::journal {

// 0 when it is another kind of record, or not whole events.
[[nodiscard]] inline std::size_t event_count(const Record& record) noexcept {
  if (record.kind != RecordKind::kEvents || record.payload.size() % sizeof(Event) != 0) return 0;
  return record.payload.size() / sizeof(Event);
}

// False, and nothing is called, when there are none. Each event is a copy: the payload is only as aligned as its
// record.
template <class F>
bool for_each_event(const Record& record, F&& use) {
  const std::size_t count = event_count(record);
  for (std::size_t i = 0; i < count; ++i) {
    Event e;
    std::memcpy(static_cast<void*>(&e), record.payload.data() + i * sizeof e, sizeof e);
    use(static_cast<const Event&>(e));
  }
  return count > 0;
}

}  // namespace underround::journal
