#include "backtest/capture_input.hpp"

#include <zlib.h>
#include <zstd.h>

#include <cstring>
#include <fstream>
#include <vector>

namespace underround::backtest {
namespace {

constexpr std::size_t kChunk = 256 << 10;

// The file itself, in chunks; the decompressors sit on it.
class FileBytes {
 public:
  explicit FileBytes(std::ifstream file) : file_(std::move(file)), chunk_(kChunk) {}
  std::size_t read(char* out, std::size_t size) {
    file_.read(out, static_cast<std::streamsize>(size));
    const auto got = static_cast<std::size_t>(file_.gcount());
    done_ += got;
    return got;
  }
  // The next chunk; empty at the end.
  std::string_view next_chunk() { return {chunk_.data(), read(chunk_.data(), chunk_.size())}; }
  [[nodiscard]] std::uint64_t done() const noexcept { return done_; }

 private:
  std::ifstream file_;
  std::vector<char> chunk_;
  std::uint64_t done_ = 0;
};

class PlainStream final : public ByteStream {
 public:
  explicit PlainStream(std::ifstream file) : file_(std::move(file)) {}
  Result<std::size_t> read(char* out, std::size_t size) override { return file_.read(out, size); }
  std::uint64_t bytes_done() const noexcept override { return file_.done(); }

 private:
  FileBytes file_;
};

class GzipStream final : public ByteStream {
 public:
  explicit GzipStream(std::ifstream file) : file_(std::move(file)) {
    started_ = inflateInit2(&z_, 16 + MAX_WBITS) == Z_OK;  // 16: gzip header and trailer
  }
  ~GzipStream() override {
    if (started_) inflateEnd(&z_);
  }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  Result<std::size_t> read(char* out, std::size_t size) override {
    if (!started_) return fail(ErrorCode::kInternal, "zlib did not start");
    z_.next_out = reinterpret_cast<Bytef*>(out);
    z_.avail_out = static_cast<uInt>(size);
    while (z_.avail_out == size) {
      if (z_.avail_in == 0) {
        const std::string_view chunk = file_.next_chunk();
        if (chunk.empty()) {
          if (member_open_) return fail(ErrorCode::kInvalidInput, "gzip data ends early");
          return std::size_t{0};
        }
        z_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(chunk.data()));
        z_.avail_in = static_cast<uInt>(chunk.size());
      }
      member_open_ = true;
      const int code = inflate(&z_, Z_NO_FLUSH);
      if (code == Z_STREAM_END) {
        member_open_ = false;
        inflateReset(&z_);  // a file may hold several members end to end
      } else if (code != Z_OK) {
        return fail(ErrorCode::kInvalidInput, "gzip data is damaged");
      }
    }
    return size - z_.avail_out;
  }
  std::uint64_t bytes_done() const noexcept override { return file_.done(); }

 private:
  FileBytes file_;
  z_stream z_{};
  bool started_ = false;
  bool member_open_ = false;
};

class ZstdStream final : public ByteStream {
 public:
  explicit ZstdStream(std::ifstream file) : file_(std::move(file)), context_(ZSTD_createDCtx(), &ZSTD_freeDCtx) {}

  Result<std::size_t> read(char* out, std::size_t size) override {
    ZSTD_outBuffer target{out, size, 0};
    while (target.pos == 0) {
      if (source_.pos == source_.size) {
        const std::string_view chunk = file_.next_chunk();
        if (chunk.empty()) {
          if (frame_open_) return fail(ErrorCode::kInvalidInput, "zstd data ends early");
          return std::size_t{0};
        }
        source_ = {chunk.data(), chunk.size(), 0};
      }
      const std::size_t code = ZSTD_decompressStream(context_.get(), &target, &source_);
      if (ZSTD_isError(code) != 0) {
        return fail(ErrorCode::kInvalidInput, std::string("zstd data is damaged: ") + ZSTD_getErrorName(code));
      }
      frame_open_ = code != 0;
    }
    return target.pos;
  }
  std::uint64_t bytes_done() const noexcept override { return file_.done(); }

 private:
  FileBytes file_;
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context_;
  ZSTD_inBuffer source_{nullptr, 0, 0};
  bool frame_open_ = false;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> ByteStream::open(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return fail(ErrorCode::kInvalidInput, path.string() + ": is a directory; name the files in it");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::kIo, path.string() + ": cannot be opened");
  unsigned char magic[4] = {};
  file.read(reinterpret_cast<char*>(magic), sizeof magic);
  file.clear();
  file.seekg(0);
  if (magic[0] == 0x1f && magic[1] == 0x8b) return std::make_unique<GzipStream>(std::move(file));
  if (magic[0] == 0x28 && magic[1] == 0xb5 && magic[2] == 0x2f && magic[3] == 0xfd) {
    return std::make_unique<ZstdStream>(std::move(file));
  }
  return std::make_unique<PlainStream>(std::move(file));
}

bool LineReader::fill() {
  if (ended_) return false;
  if (begin_ > 0) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  const std::size_t held = buffer_.size();
  buffer_.resize(held + kChunk);
  const auto got = stream_.read(buffer_.data() + held, kChunk);
  buffer_.resize(held + got.value_or(0));
  if (!got) error_ = got.error().message;
  ended_ = !got || *got == 0;
  return !ended_;
}

std::string_view LineReader::peek(std::size_t size) {
  while (buffer_.size() - begin_ < size && fill()) {
  }
  return std::string_view(buffer_).substr(begin_, size);
}

std::string_view LineReader::peek_line(std::size_t max_bytes, bool& whole) {
  std::size_t searched = 0;
  for (;;) {
    const std::size_t end = buffer_.find('\n', begin_ + searched);
    whole = end == std::string::npos;
    if (!whole) return std::string_view(buffer_).substr(begin_, end - begin_);
    searched = buffer_.size() - begin_;
    if (searched >= max_bytes || !fill()) return std::string_view(buffer_).substr(begin_);
  }
}

bool LineReader::next(std::string_view& line) {
  std::size_t searched = 0;
  for (;;) {
    const std::size_t end = buffer_.find('\n', begin_ + searched);
    if (end != std::string::npos) {
      line = std::string_view(buffer_).substr(begin_, end - begin_);
      begin_ = end + 1;
      break;
    }
    searched = buffer_.size() - begin_;
    if (fill()) continue;
    if (begin_ == buffer_.size()) return false;
    line = std::string_view(buffer_).substr(begin_);
    begin_ = buffer_.size();
    break;
  }
  ++line_;
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return true;
}

Result<std::string> LineReader::rest(std::size_t max_bytes) {
  while (buffer_.size() - begin_ <= max_bytes && fill()) {
  }
  if (!error_.empty()) return fail(ErrorCode::kInvalidInput, error_);
  if (buffer_.size() - begin_ > max_bytes) {
    return fail(ErrorCode::kUnsupported, "larger than " + std::to_string(max_bytes >> 20) + " MB in one document");
  }
  std::string all = buffer_.substr(begin_);
  begin_ = buffer_.size();
  return all;
}

}  // namespace underround::backtest
