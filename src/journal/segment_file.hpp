// The files of a journal: their names, and their bytes in memory.
//   00000001.segment           as it is written
//   00000001.segment.zst       the same bytes, compressed: only closed ones (segment_keeper.hpp)
//   00000001.segment.zst.part  not finished: no part of the journal
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "core/error.hpp"
#include "journal/record.hpp"

namespace underround::journal {

[[nodiscard]] std::filesystem::path segment_path(const std::filesystem::path& folder, std::uint64_t index);
[[nodiscard]] std::filesystem::path packed_path(const std::filesystem::path& plain);
// Nothing when it is no segment.
[[nodiscard]] std::optional<std::uint64_t> segment_index(const std::filesystem::path& file);
[[nodiscard]] bool is_packed(const std::filesystem::path& file);

// The segments of a folder in their order; of one that is there both plain and packed, the plain file. kNotFound when
// there is no such folder.
[[nodiscard]] Result<std::vector<std::filesystem::path>> segment_files(const std::filesystem::path& folder);
// After a crash: removes what was not finished, and packed files whose plain ones are still there. The writer only.
void tidy_segments(const std::filesystem::path& folder);

// The sequence of a segment's first record, from its head alone. Nothing when it has none.
[[nodiscard]] std::optional<std::uint64_t> first_sequence(const std::filesystem::path& file);

// A whole segment for reading: mapped, or unpacked into memory.
class SegmentBytes {
 public:
  // A plain file that has been packed meanwhile is read where it is now. kNotFound: neither is there. kInvalidInput:
  // it cannot be unpacked. `memory` of an earlier one is used again.
  [[nodiscard]] static Result<SegmentBytes> load(const std::filesystem::path& file,
                                                 std::vector<std::uint8_t> memory = {});
  SegmentBytes(SegmentBytes&& other) noexcept;
  SegmentBytes& operator=(SegmentBytes&& other) noexcept;
  ~SegmentBytes();
  [[nodiscard]] Bytes bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::vector<std::uint8_t> take_memory() noexcept { return std::move(memory_); }

 private:
  SegmentBytes() = default;
  Bytes bytes_;
  void* mapped_ = nullptr;
  std::vector<std::uint8_t> memory_;
};

// A segment that is being written: a file with its blocks, mapped. Closing it syncs.
// One thread writes; another may sync() what has been written so far. It never touches the pages ahead: of a page that
// was synced the kernel wants to know when it is written again, and the writer would wait for that.
struct OpenSegment {
  // A new one of that size, all zeros, its pages there already.
  [[nodiscard]] static Result<std::unique_ptr<OpenSegment>> make(const std::filesystem::path& file, std::uint64_t index,
                                                                 std::size_t bytes);
  [[nodiscard]] static Result<std::unique_ptr<OpenSegment>> reopen(const std::filesystem::path& file,
                                                                   std::uint64_t index);
  OpenSegment(int file, std::uint8_t* at, std::size_t bytes, std::uint64_t which)
      : fd(file), data(at), size(bytes), index(which) {}
  ~OpenSegment();
  void sync();  // one thread at a time
  OpenSegment(const OpenSegment&) = delete;
  OpenSegment& operator=(const OpenSegment&) = delete;

  int fd;
  std::uint8_t* data;
  std::size_t size;
  std::uint64_t index;
  std::uint64_t first = 0;              // sequence of its first record, once it is used
  std::atomic<std::size_t> written{0};  // bytes, from the beginning
  OpenSegment* older = nullptr;         // in the list of those that are full

 private:
  std::size_t synced_ = 0;
};

}  // namespace underround::journal
