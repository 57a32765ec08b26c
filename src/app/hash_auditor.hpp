// Verifies the venue's book hashes off the hot path: a cold thread rebuilds every book from copies of the frames and
// compares SHA-1s (protocol page 12.3). A book that disagrees is reported, and the owner resyncs it; a hash is
// evidence, not law, so nothing is ever stopped by one (venues have changed the algorithm before).
//   HashAuditor auditor([&](ConditionId c) { loop.post([&, c] { feed.resync(c); }); });
//   auditor.add(specs);                                  // as they are added to the hot catalogue, in the same order
//   auditor.frame(text, received, connection);           // hot: one copy into a ring, never waits
// When the ring is full, frames are lost to the audit only: it forgets its books and goes on with the next snapshots.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "base/byte_ring.hpp"
#include "core/ids.hpp"
#include "core/units.hpp"
#include "market/catalogue.hpp"

namespace underround {

class HashAuditor {
 public:
  using OnMismatch = std::function<void(ConditionId)>;  // on the auditor's thread

  explicit HashAuditor(OnMismatch on_mismatch, std::size_t ring_bytes = std::size_t{8} << 20);
  ~HashAuditor();
  HashAuditor(const HashAuditor&) = delete;
  HashAuditor& operator=(const HashAuditor&) = delete;

  // Hot thread.
  void add(const ConditionSpec& spec);
  void frame(std::string_view text, Nanos received, std::uint16_t connection) noexcept;
  void gap(ConditionId condition) noexcept;  // its book starts again from a snapshot

  struct Counters {
    std::uint64_t checked = 0, agree = 0, mismatches = 0, lost_frames = 0;
  };
  [[nodiscard]] Counters counters() const noexcept;

 private:
  void run(const std::stop_token& stop);

  OnMismatch on_mismatch_;
  ByteRing ring_;
  std::mutex mutex_;
  std::vector<ConditionSpec> added_;  // guarded; drained by the auditor
  std::atomic<bool> have_added_{false}, overrun_{false};
  std::atomic<std::uint64_t> checked_{0}, agree_{0}, mismatches_{0}, lost_{0};
  std::jthread thread_;  // last: stops before what it uses goes
};

}  // namespace underround
