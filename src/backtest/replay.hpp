// Recorded files through the live path: capture reader -> codec -> mirrored books, with every check the venue's own
// fields allow. Strategies ride along through the hooks.
//   ReplayReport r = replay_files(paths, {}, hooks).value();   r.bbo_agree, r.hash_agree, r.decode_errors
// Two passes: the first learns which tokens belong together, the second replays.
// A folder with a native recording (native_recording.hpp) is replayed alone, in one pass; its frames are decoded
// already, so there are no book hashes to check, and types are kinds of events.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "backtest/capture_reader.hpp"
#include "backtest/message_types.hpp"
#include "book/book_store.hpp"
#include "core/error.hpp"
#include "core/event.hpp"
#include "market/catalogue.hpp"

namespace underround::backtest {

struct ReplayOptions {
  CaptureOptions capture;
  bool check_hashes = true;
  // Monotonic clock for messages_per_s: time is passed in (no clock lives in this room). Empty: not measured.
  std::function<Nanos()> clock;
};

// All optional. Events of one frame come in order and end with its kFrameEnd.
struct ReplayHooks {
  std::function<void(const Catalogue&)> on_start;  // before the first event; the catalogue is complete and stays put
  std::function<void(const Event&)> on_event;      // after it has been applied to the replay's own books
  std::function<void(Nanos received, const BookStore&)> on_frame_end;
};

struct ReplayReport {
  std::uint64_t frames = 0;    // texts read, all feeds
  std::uint64_t messages = 0;  // market channel messages and REST books (array elements counted)
  TypeCounts by_type;
  std::uint64_t events = 0;
  std::uint64_t decode_errors = 0;   // bad lines and frames that did not decode
  std::vector<BadLine> bad_lines;    // of these, the first 1,000 with file, line and reason
  std::uint64_t notes = 0;           // prose between frames, skipped
  std::vector<std::string> unknown;  // what a native recording says it cannot say
  std::uint64_t unknown_tokens = 0;
  std::uint64_t refused_entries = 0;
  std::uint64_t conditions = 0;          // in the catalogue
  std::uint64_t conditions_learned = 0;  // of these, from the frames themselves
  std::uint64_t books = 0;               // that got at least one snapshot
  std::uint64_t snapshots = 0;
  std::uint64_t levels = 0;
  std::uint64_t gaps = 0;  // a live book lost continuity
  std::uint64_t stale_dropped = 0;
  std::uint64_t before_snapshot = 0;
  std::uint64_t bbo_checked = 0, bbo_agree = 0;
  std::uint64_t mirror_checked = 0, mirror_agree = 0;
  std::uint64_t hash_checked = 0, hash_agree = 0;
  std::uint64_t rest_hash_checked = 0, rest_hash_agree = 0;
  std::uint64_t book_hash_checked = 0, book_hash_agree = 0;
  std::uint64_t change_hash_checked = 0, change_hash_agree = 0;
  std::int64_t crossed_ns = 0;  // summed over books
  Nanos first_received{}, last_received{};
  std::int64_t elapsed_ns = 0;  // of the second pass; 0 without a clock
  double messages_per_s = 0;
};

[[nodiscard]] Result<ReplayReport> replay_files(std::span<const std::filesystem::path> paths,
                                                const ReplayOptions& options, const ReplayHooks& hooks);

}  // namespace underround::backtest
