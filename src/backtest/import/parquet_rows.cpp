#include "backtest/import/parquet_rows.hpp"

#include <parquet_script.hpp>  // made from tools/parquet_rows.py

namespace underround::backtest {
namespace {

constexpr int kNoPyarrow = 3;  // exit status of the script
constexpr const char* kInstall =
    "Parquet files are read by Python 3 with pyarrow: python3 -m venv pq && pq/bin/pip install pyarrow, then "
    "'underround import --python pq/bin/python3 ...'";

}  // namespace

bool is_parquet(std::string_view head) noexcept { return head.starts_with("PAR1"); }

Result<std::unique_ptr<ByteStream>> ParquetRows::open(const std::string& python, const std::filesystem::path& path) {
  std::error_code error;
  std::unique_ptr<ParquetRows> rows(new ParquetRows(path, std::filesystem::file_size(path, error)));
  if (!rows->child_.start({python, "-c", kParquetScript, path.string()})) {
    return fail(ErrorCode::kUnsupported, path.string() + ": no program '" + python + "' to start. " + kInstall);
  }
  return rows;
}

Result<std::size_t> ParquetRows::read(char* out, std::size_t size) {
  if (ended_) return std::size_t{0};
  const std::size_t got = child_.read(out, size);
  if (got > 0) return got;
  ended_ = true;
  done_ = size_;  // how far it is inside the file it does not say
  const int status = child_.finish();
  if (status == kNoPyarrow) return fail(ErrorCode::kUnsupported, kInstall);
  if (status != 0) return fail(ErrorCode::kInvalidInput, "the Parquet file could not be read to its end");
  return std::size_t{0};
}

}  // namespace underround::backtest
