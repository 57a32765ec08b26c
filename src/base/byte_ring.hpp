// Single-producer single-consumer ring of variable-length messages, each stored contiguously; lock-free, no allocation
// after construction.
//   ByteRing ring(1 << 20);   producer: if (!ring.push(tag, stamp, bytes)) ++dropped;
//   consumer: while (auto m = ring.front()) { use(m->bytes); ring.pop(); }
// A message that does not fit before the end of the buffer starts again at its beginning; the gap is skipped by a
// marker. `padding` readable bytes follow every message (what a JSON parser may look at).
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

#include "base/check.hpp"

namespace underround {

class ByteRing {
 public:
  struct Message {
    std::uint32_t tag = 0;
    std::int64_t stamp = 0;
    std::string_view bytes;
  };
  static constexpr std::size_t kPadding = 64;

  // `capacity` is rounded up to a power of two.
  explicit ByteRing(std::size_t capacity)
      : mask_(std::bit_ceil(capacity) - 1), buffer_(std::make_unique<char[]>(mask_ + 1 + kPadding)) {}

  // Producer only. False when there is no room.
  [[nodiscard]] bool push(std::uint32_t tag, std::int64_t stamp, std::string_view bytes) noexcept {
    const std::size_t need = size_on_ring(bytes.size());
    std::size_t tail = tail_.load(std::memory_order_relaxed);
    const std::size_t to_end = mask_ + 1 - (tail & mask_);
    const std::size_t skip = to_end < need ? to_end : 0;
    if (need > mask_ + 1 || tail + skip + need - head_.load(std::memory_order_acquire) > mask_ + 1) return false;
    if (skip != 0) {
      write_header(tail, Header{kSkip, 0, 0});
      tail += skip;
    }
    write_header(tail, Header{static_cast<std::uint32_t>(bytes.size()), tag, stamp});
    if (!bytes.empty()) std::memcpy(&buffer_[(tail & mask_) + sizeof(Header)], bytes.data(), bytes.size());
    tail_.store(tail + need, std::memory_order_release);
    return true;
  }

  // Consumer only. The oldest message, valid until pop().
  [[nodiscard]] std::optional<Message> front() noexcept {
    std::size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_.load(std::memory_order_acquire)) return std::nullopt;
    Header header = read_header(head);
    if (header.size == kSkip) {
      head += mask_ + 1 - (head & mask_);
      head_.store(head, std::memory_order_release);
      header = read_header(head);
    }
    return Message{header.tag, header.stamp, {&buffer_[(head & mask_) + sizeof(Header)], header.size}};
  }
  void pop() noexcept {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    head_.store(head + size_on_ring(read_header(head).size), std::memory_order_release);
  }

 private:
  struct Header {
    std::uint32_t size, tag;
    std::int64_t stamp;
  };
  static constexpr std::uint32_t kSkip = 0xffffffff;
  static_assert(sizeof(Header) == 16);

  // Whole headers only, so that a skip marker always fits before the end.
  [[nodiscard]] static std::size_t size_on_ring(std::size_t bytes) noexcept {
    return (sizeof(Header) + bytes + kPadding + sizeof(Header) - 1) / sizeof(Header) * sizeof(Header);
  }
  void write_header(std::size_t at, const Header& header) noexcept {
    std::memcpy(&buffer_[at & mask_], &header, sizeof header);
  }
  [[nodiscard]] Header read_header(std::size_t at) const noexcept {
    Header header;
    std::memcpy(&header, &buffer_[at & mask_], sizeof header);
    return header;
  }

  static constexpr std::size_t kLine = 64;
  const std::size_t mask_;
  const std::unique_ptr<char[]> buffer_;
  alignas(kLine) std::atomic<std::size_t> head_{0};
  alignas(kLine) std::atomic<std::size_t> tail_{0};
};

}  // namespace underround
