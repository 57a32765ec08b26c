// A folder of journal segments (`underround record`) as recorded frames.
//   auto recording = RecordingReader::open("var/underround/recording").value();
//   RecordedFrame frame;   while (recording.next(frame, markets)) ...   recording.problem()
// Frames of the Polymarket market channel have feed "", of other venues "binance" and the like; a mark where continuity
// was lost is a frame of feed kGapFeed: its text is the venue's name of the market, or kWholeFeed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "backtest/capture_document.hpp"
#include "core/error.hpp"
#include "journal/journal_reader.hpp"
#include "market/catalogue.hpp"

namespace underround::backtest {

inline constexpr std::string_view kGapFeed = "gap";
inline constexpr std::string_view kWholeFeed = "*";

// The segments of such a folder (is_recording) hold frames, or nothing yet: not events, which are for NativeReader.
[[nodiscard]] bool holds_frames(const std::filesystem::path& folder);

class RecordingReader {
 public:
  [[nodiscard]] static Result<RecordingReader> open(const std::filesystem::path& folder);

  // Market descriptions on the way are appended to `markets`. False at the end.
  [[nodiscard]] bool next(RecordedFrame& frame, std::vector<ConditionSpec>& markets);
  [[nodiscard]] std::uint64_t sequence() const noexcept { return sequence_; }  // of the record of the last frame
  // After the end: why it came early, or "".
  [[nodiscard]] const std::string& problem() const noexcept { return reader_.problem(); }
  [[nodiscard]] std::uint64_t bytes_total() const noexcept { return bytes_total_; }  // unpacked, nearly
  [[nodiscard]] std::uint64_t bytes_done() const noexcept { return bytes_done_; }

 private:
  explicit RecordingReader(journal::JournalReader reader) : reader_(std::move(reader)) {}
  journal::JournalReader reader_;
  std::uint64_t sequence_ = 0, bytes_done_ = 0, bytes_total_ = 0;
};

}  // namespace underround::backtest
