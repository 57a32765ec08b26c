// Bytes received and not yet consumed, contiguous, with kPadding readable bytes after the last one (simdjson reads past
// the end of its input). Memory is reused; it grows only when one message is larger than everything before.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace underround::net {

class RecvBuffer {
 public:
  static constexpr std::size_t kPadding = 64;

  // Pages are not touched before they are used: a large buffer of a quiet socket costs address space only.
  explicit RecvBuffer(std::size_t initial_bytes)
      : capacity_(initial_bytes), bytes_(std::make_unique_for_overwrite<char[]>(initial_bytes + kPadding)) {}

  // Room for at least `min_bytes` more. Moves or reallocates what is there: earlier views die.
  [[nodiscard]] std::span<char> space(std::size_t min_bytes) {
    if (begin_ == end_) begin_ = end_ = 0;
    if (capacity_ - end_ < min_bytes) make_room(min_bytes);
    return {bytes_.get() + end_, capacity_ - end_};
  }
  void commit(std::size_t bytes) noexcept { end_ += bytes; }
  void consume(std::size_t bytes) noexcept { begin_ += bytes; }

  [[nodiscard]] char* data() noexcept { return bytes_.get() + begin_; }
  [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.get() + begin_, end_ - begin_}; }

 private:
  void make_room(std::size_t min_bytes) {
    const std::size_t kept = size();
    if (capacity_ - kept >= min_bytes) {
      std::memmove(bytes_.get(), data(), kept);
    } else {
      capacity_ = std::max(capacity_ * 2, kept + min_bytes);
      auto larger = std::make_unique_for_overwrite<char[]>(capacity_ + kPadding);
      std::memcpy(larger.get(), data(), kept);
      bytes_ = std::move(larger);
    }
    begin_ = 0;
    end_ = kept;
  }
  std::size_t capacity_;
  std::unique_ptr<char[]> bytes_;
  std::size_t begin_ = 0, end_ = 0;
};

}  // namespace underround::net
