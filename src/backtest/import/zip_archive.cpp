#include "backtest/import/zip_archive.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <fstream>

namespace underround::backtest {
namespace {

// APPNOTE.TXT 6.3.10: 4.3.7 local header, 4.3.12 central directory, 4.3.14 and 4.3.16 its end, 4.5.3 zip64.
constexpr std::uint32_t kLocal = 0x04034b50, kCentral = 0x02014b50, kEnd = 0x06054b50, kEnd64 = 0x06064b50,
                        kLocator64 = 0x07064b50;
constexpr std::size_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22, kEnd64Bytes = 56, kLocatorBytes = 20;
constexpr std::size_t kMostComment = 65'535, kMostDirectory = std::size_t{64} << 20;
constexpr std::size_t kChunk = 256 << 10;

template <class T>
T at(std::string_view bytes, std::size_t offset) noexcept {
  T value{};
  if (offset + sizeof value <= bytes.size()) std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

// The zip64 extra field: eight bytes for each number that did not fit its place, in this order.
void widen(std::string_view extra, ZipMember& member) {
  constexpr std::uint32_t kElsewhere = 0xffffffff;
  while (extra.size() >= 4) {
    const auto id = at<std::uint16_t>(extra, 0);
    const std::string_view body = extra.substr(4, at<std::uint16_t>(extra, 2));
    if (id == 1) {
      std::size_t next = 0;
      for (std::uint64_t* number : {&member.size, &member.packed, &member.offset}) {
        if (*number != kElsewhere || next + 8 > body.size()) continue;
        *number = at<std::uint64_t>(body, next);
        next += 8;
      }
    }
    extra.remove_prefix(std::min(extra.size(), 4 + body.size()));
  }
}

std::string bytes_at(std::ifstream& file, std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  file.clear();
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
  return bytes;
}

class ZipStream final : public ByteStream {
 public:
  ZipStream(std::ifstream file, ZipMember member) : file_(std::move(file)), member_(std::move(member)), chunk_(kChunk) {
    started_ = inflateInit2(&z_, -MAX_WBITS) == Z_OK;  // raw: the zip file has its own heads
  }
  ~ZipStream() override {
    if (started_) inflateEnd(&z_);
  }
  ZipStream(const ZipStream&) = delete;
  ZipStream& operator=(const ZipStream&) = delete;

  Result<std::size_t> read(char* out, std::size_t size) override {
    const auto got = member_.method == 0 ? stored(out, size) : inflated(out, size);
    if (!got) return got;
    crc_ = crc32(crc_, reinterpret_cast<const Bytef*>(out), static_cast<uInt>(*got));
    given_ += *got;
    if (*got == 0 && (given_ != member_.size || crc_ != member_.crc)) {
      return fail(ErrorCode::kInvalidInput, "zip member " + member_.name + " is damaged: its checksum differs");
    }
    return got;
  }
  std::uint64_t bytes_done() const noexcept override { return taken_; }

 private:
  std::size_t more(char* out, std::size_t size) {
    const std::uint64_t left = member_.packed - taken_;
    file_.read(out, static_cast<std::streamsize>(std::min<std::uint64_t>(size, left)));
    const auto got = static_cast<std::size_t>(file_.gcount());
    taken_ += got;
    return got;
  }
  Result<std::size_t> stored(char* out, std::size_t size) { return more(out, size); }
  Result<std::size_t> inflated(char* out, std::size_t size) {
    if (!started_) return fail(ErrorCode::kInternal, "zlib did not start");
    z_.next_out = reinterpret_cast<Bytef*>(out);
    z_.avail_out = static_cast<uInt>(size);
    while (z_.avail_out == size && !ended_) {
      if (z_.avail_in == 0) {
        z_.avail_in = static_cast<uInt>(more(chunk_.data(), chunk_.size()));
        z_.next_in = reinterpret_cast<Bytef*>(chunk_.data());
        if (z_.avail_in == 0) return fail(ErrorCode::kInvalidInput, "zip member " + member_.name + " ends early");
      }
      const int code = inflate(&z_, Z_NO_FLUSH);
      ended_ = code == Z_STREAM_END;
      if (code != Z_OK && !ended_) return fail(ErrorCode::kInvalidInput, "zip member " + member_.name + " is damaged");
    }
    return size - z_.avail_out;
  }

  std::ifstream file_;
  ZipMember member_;
  std::vector<char> chunk_;
  z_stream z_{};
  bool started_ = false, ended_ = false;
  uLong crc_ = crc32(0, nullptr, 0);
  std::uint64_t given_ = 0, taken_ = 0;
};

}  // namespace

bool is_zip(std::string_view head) noexcept { return at<std::uint32_t>(head, 0) == kLocal; }

Result<std::vector<ZipMember>> parse_zip_directory(std::string_view directory) {
  std::vector<ZipMember> members;
  while (!directory.empty()) {
    const std::size_t name = at<std::uint16_t>(directory, 28), extra = at<std::uint16_t>(directory, 30),
                      comment = at<std::uint16_t>(directory, 32);
    if (directory.size() < kCentralBytes || at<std::uint32_t>(directory, 0) != kCentral ||
        directory.size() < kCentralBytes + name + extra + comment) {
      return fail(ErrorCode::kInvalidInput,
                  "zip directory is damaged after " + std::to_string(members.size()) + " members");
    }
    ZipMember member;
    member.name = directory.substr(kCentralBytes, name);
    member.method = at<std::uint16_t>(directory, 10);
    member.crc = at<std::uint32_t>(directory, 16);
    member.packed = at<std::uint32_t>(directory, 20);
    member.size = at<std::uint32_t>(directory, 24);
    member.offset = at<std::uint32_t>(directory, 42);
    widen(directory.substr(kCentralBytes + name, extra), member);
    if (!member.name.ends_with('/')) members.push_back(std::move(member));
    directory.remove_prefix(kCentralBytes + name + extra + comment);
  }
  return members;
}

Result<std::vector<ZipMember>> read_zip(const std::filesystem::path& path) {
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (!file || error) return fail(ErrorCode::kIo, path.string() + ": cannot be opened");
  const auto tail_size =
      static_cast<std::size_t>(std::min<std::uint64_t>(size, kEndBytes + kMostComment + kLocatorBytes));
  const std::string tail = bytes_at(file, size - tail_size, tail_size);
  const std::size_t end = tail.rfind("PK\x05\x06");
  if (end == std::string::npos || at<std::uint32_t>(tail, end) != kEnd || end + kEndBytes > tail.size()) {
    return fail(ErrorCode::kInvalidInput, path.string() + ": the zip file has no directory; it is cut off");
  }
  std::uint64_t directory_size = at<std::uint32_t>(tail, end + 12), offset = at<std::uint32_t>(tail, end + 16);
  if (end >= kLocatorBytes && at<std::uint32_t>(tail, end - kLocatorBytes) == kLocator64) {
    const std::string end64 = bytes_at(file, at<std::uint64_t>(tail, end - kLocatorBytes + 8), kEnd64Bytes);
    if (at<std::uint32_t>(end64, 0) == kEnd64) {
      directory_size = at<std::uint64_t>(end64, 40);
      offset = at<std::uint64_t>(end64, 48);
    }
  }
  if (directory_size > kMostDirectory || offset > size || directory_size > size - offset) {
    return fail(ErrorCode::kInvalidInput, path.string() + ": the zip file's directory is damaged");
  }
  auto members = parse_zip_directory(bytes_at(file, offset, static_cast<std::size_t>(directory_size)));
  if (!members) return fail(members.error().code, path.string() + ": " + members.error().message);
  return members;
}

Result<std::unique_ptr<ByteStream>> open_zip_member(const std::filesystem::path& path, const ZipMember& member) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::kIo, path.string() + ": cannot be opened");
  if (member.method != 0 && member.method != 8) {
    return fail(ErrorCode::kUnsupported,
                path.string() + ": " + member.name + ": packed in a way this program cannot undo");
  }
  const std::string head = bytes_at(file, member.offset, kLocalBytes);
  if (head.size() < kLocalBytes || at<std::uint32_t>(head, 0) != kLocal) {
    return fail(ErrorCode::kInvalidInput, path.string() + ": " + member.name + ": not where the directory says");
  }
  file.clear();
  file.seekg(static_cast<std::streamoff>(member.offset + kLocalBytes + at<std::uint16_t>(head, 26) +
                                         at<std::uint16_t>(head, 28)));
  return std::make_unique<ZipStream>(std::move(file), member);
}

}  // namespace underround::backtest
