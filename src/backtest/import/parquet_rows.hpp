// Rows of a Parquet file as CSV, by a Python step that runs beside the import (tools/parquet_rows.py): nothing that
// reads Parquet in C++ is packaged for Debian 12.
//   auto rows = ParquetRows::open("python3", path).value();   CsvReader reads them like any file
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "backtest/capture_input.hpp"
#include "base/child_output.hpp"

namespace underround::backtest {

[[nodiscard]] bool is_parquet(std::string_view head) noexcept;

class ParquetRows final : public ByteStream {
 public:
  // kUnsupported when that Python is not there. One without pyarrow is noticed at the first read.
  [[nodiscard]] static Result<std::unique_ptr<ByteStream>> open(const std::string& python,
                                                                const std::filesystem::path& path);
  [[nodiscard]] Result<std::size_t> read(char* out, std::size_t size) override;
  [[nodiscard]] std::uint64_t bytes_done() const noexcept override { return done_; }

 private:
  ParquetRows(std::filesystem::path path, std::uint64_t size) : path_(std::move(path)), size_(size) {}
  ChildOutput child_;
  std::filesystem::path path_;
  std::uint64_t size_, done_ = 0;
  bool ended_ = false;
};

}  // namespace underround::backtest
