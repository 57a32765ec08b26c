#include "app/recorded_data.hpp"

#include <cstdlib>
#include <utility>

#include "app/terminal.hpp"
#include "backtest/capture_recording.hpp"
#include "backtest/import/importer.hpp"
#include "backtest/native_recording.hpp"

namespace underround {

RecordedData::RecordedData(RecordedData&& other) noexcept
    : folders_(std::move(other.folders_)), temporary_(std::exchange(other.temporary_, {})), bytes_(other.bytes_) {}

RecordedData::~RecordedData() {
  std::error_code ignored;
  if (!temporary_.empty()) std::filesystem::remove_all(temporary_, ignored);
}

Result<RecordedData> RecordedData::open(std::span<const std::filesystem::path> paths) {
  RecordedData data;
  std::vector<std::filesystem::path> files;
  for (const auto& path : paths) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) return fail(ErrorCode::kNotFound, path.string() + ": no such file");
    auto native = backtest::NativeReader::open(path);
    if (!native) {
      if (backtest::is_recording(path) && !backtest::holds_frames(path)) return std::unexpected(native.error());
      files.push_back(path);
      continue;
    }
    data.bytes_ += native->bytes_total();
    data.folders_.push_back(path);
  }
  if (files.empty()) return data;
  std::string pattern = (std::filesystem::temp_directory_path() / "underround-import-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    return fail(ErrorCode::kIo, "no temporary folder can be made: set TMPDIR, or use `underround import` first");
  }
  data.temporary_ = pattern;
  auto report = backtest::import_files(files, {.folder = data.temporary_, .clock = {}});
  if (!report) return std::unexpected(report.error());
  for (const std::string& unknown : report->unknown) terminal::say("not recorded: " + unknown);
  auto native = backtest::NativeReader::open(data.temporary_);
  if (!native) return std::unexpected(native.error());
  data.bytes_ += native->bytes_total();
  data.folders_.push_back(data.temporary_);
  return data;
}

}  // namespace underround
