// How long orders and cancels really took: out of the journal of a live session, for the legs of a backtest.
//   auto times = recorded_latencies("state/journal").value();   venue.latency.order.recorded = times.order;
// What a journal knows is the round trip, from the command to the answer that the engine saw, the venue's own work
// included; half of it is taken for each way.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <vector>

#include "core/error.hpp"
#include "core/units.hpp"

namespace underround {

struct RecordedLatencies {
  using Times = std::shared_ptr<const std::vector<Nanos>>;  // one way
  Times order, cancel;                                      // cancel: the orders' times where too few were cancelled
};
inline constexpr std::size_t kLeastLatencies = 20;  // with fewer, nothing is known of a tail

[[nodiscard]] Result<RecordedLatencies> recorded_latencies(const std::filesystem::path& journal);

}  // namespace underround
