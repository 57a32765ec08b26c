#include "app/recorded_data.hpp"

#include "app/terminal.hpp"
#include "backtest/capture_recording.hpp"
#include "backtest/import/importer.hpp"
#include "backtest/native_recording.hpp"

namespace underround {

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
  try {
    data.temporary_.emplace();
  } catch (const std::filesystem::filesystem_error& e) {
    return fail(ErrorCode::kIo, std::string(e.what()) + ": set TMPDIR, or use `underround import` first");
  }
  const std::filesystem::path& folder = data.temporary_->path();
  auto report = backtest::import_files(files, {.folder = folder, .clock = {}});
  if (!report) return std::unexpected(report.error());
  for (const std::string& unknown : report->unknown) terminal::say("not recorded: " + unknown);
  auto native = backtest::NativeReader::open(folder);
  if (!native) return std::unexpected(native.error());
  data.bytes_ += native->bytes_total();
  data.folders_.push_back(folder);
  return data;
}

}  // namespace underround
