// Recordings made elsewhere -> a native recording (native_recording.hpp).
//   auto report = import_files(paths, {.folder = "rec"}).value();
// Each file is known by its content: frames (capture_reader.hpp), tables (table_source.hpp), tick arrays
// (tick_source.hpp), market lists and outcomes (outcomes.hpp); plain, .gz, .zst, .tar, .zip, Parquet. Files are merged
// by their times. What cannot be known is marked in the data, never guessed.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "backtest/import/import_report.hpp"
#include "core/error.hpp"

namespace underround::backtest {

enum class ExistingRecording : std::uint8_t {
  kRefuse,
  kAppend,   // go on behind it; a gap ends every book first, because nothing is known of the time between
  kReplace,  // its segments are removed, nothing else in the folder
};

struct ImportOptions {
  std::filesystem::path folder;
  ExistingRecording existing = ExistingRecording::kRefuse;
  std::vector<std::filesystem::path> outcomes{};  // outcome files by name; those among the files are found by content
  std::string python = "python3";                 // for Parquet
  bool find_companions = true;                    // market lists beside a capture
  std::function<void(std::uint64_t done, std::uint64_t total)> progress{};  // bytes of the files
  std::function<Nanos()> clock{};                                           // monotonic; empty: no figures of speed
};

// kInvalidInput, kUnsupported: a file that cannot be imported; the words name it and say what to do.
// kRefused: there is a recording already.
[[nodiscard]] Result<ImportReport> import_files(std::span<const std::filesystem::path> files,
                                                const ImportOptions& options);

}  // namespace underround::backtest
