#include "backtest/capture_recording.hpp"

#include <fmt/format.h>

#include "journal/condition_codec.hpp"
#include "journal/frame_codec.hpp"

namespace underround::backtest {
namespace {

using journal::RecordKind;
using journal::Stream;

std::string feed_of(const journal::Frame& frame) {
  if (frame.venue == VenueId::kPolymarket) {
    const bool books = frame.stream == Stream::kMarket || frame.stream == Stream::kRest;
    return books ? std::string() : std::string("polymarket ") + to_string(frame.stream);
  }
  return to_string(frame.venue);
}

// "0xabc continuity lost": which market. Of a connection that went down the feed has named every market that it took
// along, so only the recorder's own start (connection 0) means all of them.
std::string gap_text(const journal::Frame& gap) {
  if (gap.venue != VenueId::kPolymarket) return {};
  const std::string_view market = gap.text.substr(0, gap.text.find(' '));
  if (!market.empty()) return std::string(market);
  return gap.connection == 0 ? std::string(kWholeFeed) : std::string();
}

}  // namespace

bool holds_frames(const std::filesystem::path& folder) {
  auto reader = journal::JournalReader::open(folder);
  if (!reader) return false;
  while (const auto record = reader->next()) {
    if (record->kind == journal::RecordKind::kEvents) return false;
    if (record->kind == journal::RecordKind::kFrame || record->kind == journal::RecordKind::kGap) return true;
  }
  return reader->problem().empty();
}

Result<RecordingReader> RecordingReader::open(const std::filesystem::path& folder) {
  auto reader = journal::JournalReader::open(folder);
  if (!reader) return std::unexpected(reader.error());
  const auto files = journal::segment_files(folder);
  RecordingReader recording(std::move(*reader));
  for (const auto& file : files.value_or(std::vector<std::filesystem::path>())) {
    std::error_code ignored;
    const auto size = std::filesystem::file_size(file, ignored);
    if (!ignored) recording.bytes_total_ += size;
  }
  return recording;
}

bool RecordingReader::next(RecordedFrame& frame, std::vector<ConditionSpec>& markets) {
  while (const auto record = reader_.next()) {
    sequence_ = record->sequence;
    bytes_done_ += journal::size_on_disk(record->payload.size());
    if (record->kind == RecordKind::kCondition) {
      if (const auto condition = journal::decode_condition(record->payload)) markets.push_back(condition->spec);
      continue;
    }
    if (record->kind != RecordKind::kFrame && record->kind != RecordKind::kGap) continue;
    const auto recorded = journal::decode_frame(record->payload);
    if (!recorded) continue;
    frame.received = recorded->received;
    frame.type.clear();
    if (record->kind == RecordKind::kGap) {
      frame.text = gap_text(*recorded);
      frame.feed = kGapFeed;
    } else {
      frame.text.assign(recorded->text);
      frame.feed = feed_of(*recorded);
    }
    return true;
  }
  return false;
}

}  // namespace underround::backtest
