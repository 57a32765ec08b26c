#include "journal/salvage.hpp"

#include "journal/segment_file.hpp"

namespace underround::journal {

void salvage(const std::filesystem::path& folder, const std::function<void(const Record&)>& each) {
  const auto files = segment_files(folder);
  if (!files) return;
  for (const std::filesystem::path& file : *files) {
    const auto segment = SegmentBytes::load(file);
    if (!segment) continue;
    const Bytes bytes = segment->bytes();
    // Records begin at multiples of 8.
    for (std::uint64_t at = kSegmentHead; at + kRecordHead <= bytes.size();) {
      const auto record = read_record(bytes, at);
      if (record) each(*record);
      at += record ? size_on_disk(record->payload.size()) : 8;
    }
  }
}

}  // namespace underround::journal
