// Bytes of a recorded file, decompressed on the way: plain, gzip or zstd, told apart by their first bytes.
//   auto stream = ByteStream::open(path).value();   LineReader lines(*stream);   while (lines.next(line)) ...
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace underround::backtest {

class ByteStream {
 public:
  [[nodiscard]] static Result<std::unique_ptr<ByteStream>> open(const std::filesystem::path& path);
  virtual ~ByteStream() = default;
  // 0 at the end. An error (damaged or cut-off compression) ends the stream.
  [[nodiscard]] virtual Result<std::size_t> read(char* out, std::size_t size) = 0;
  // Compressed bytes taken from the file so far.
  [[nodiscard]] virtual std::uint64_t bytes_done() const noexcept = 0;
};

class LineReader {
 public:
  explicit LineReader(ByteStream& stream) : stream_(stream) {}

  // The first `size` bytes (fewer in a shorter file), without consuming them.
  [[nodiscard]] std::string_view peek(std::size_t size);
  // The next line without consuming it; cut at `max_bytes`. `whole` = the file ends with it.
  [[nodiscard]] std::string_view peek_line(std::size_t max_bytes, bool& whole);
  // The line without its end, valid until the next call; false at the end or after an error.
  [[nodiscard]] bool next(std::string_view& line);
  [[nodiscard]] std::uint64_t line_number() const noexcept { return line_; }  // of the line returned last, from 1
  // Everything not consumed yet. Stops with an error above `max_bytes`.
  [[nodiscard]] Result<std::string> rest(std::size_t max_bytes);
  // Set when the stream ended in an error.
  [[nodiscard]] const std::string& error() const noexcept { return error_; }

 private:
  bool fill();
  ByteStream& stream_;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::uint64_t line_ = 0;
  bool ended_ = false;
  std::string error_;
};

}  // namespace underround::backtest
