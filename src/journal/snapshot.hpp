// Snapshots beside the segments of a journal: what a state machine was after a record, so that not all before it has to
// be read again.
//   write_snapshot(folder, layout, sequence, state);   for (const SnapshotFile& s : snapshot_files(folder)) ...
// snapshot-<sequence>.bin: 40 bytes of head (magic, layout, sequence, size, crc32c of head and state), then the state.
// Written under another name, synced, renamed; the newest two are kept: if one is damaged, the other and a longer tail
// give the same state. What `state` means is the caller's business; `layout` is how he knows it again. Cold.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/error.hpp"
#include "journal/record.hpp"

namespace underround::journal {

struct SnapshotFile {
  std::filesystem::path path;
  std::uint64_t sequence = 0;  // of the last record in it
};

// Newest first; none when there is no such folder.
[[nodiscard]] std::vector<SnapshotFile> snapshot_files(const std::filesystem::path& folder);

// kIo: it could not be written; those that were there still are.
[[nodiscard]] Result<void> write_snapshot(const std::filesystem::path& folder, std::uint64_t layout,
                                          std::uint64_t sequence, Bytes state);

// kNotFound; kRefused: of another layout; kInvalidInput: damaged.
[[nodiscard]] Result<std::vector<std::uint8_t>> read_snapshot(const SnapshotFile& file, std::uint64_t layout);

}  // namespace underround::journal
