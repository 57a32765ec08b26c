// Single-producer single-consumer ring of trivially copyable records; lock-free, no allocation after construction.
//   SpscRing<Event> ring(1 << 16);   producer: if (!ring.push(e)) ++dropped;   consumer: while (ring.pop(e)) use(e);
// Each side keeps a cached copy of the other's index, so the shared cache line is read only when the cache runs out
// (the idea of rigtorp::SPSCQueue). push/pop never block; the caller decides what a full ring means.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <type_traits>

#include "base/check.hpp"

namespace underround {

template <class T>
requires std::is_trivially_copyable_v<T>
class SpscRing {
 public:
  // `capacity` is rounded up to a power of two.
  explicit SpscRing(std::size_t capacity)
      : mask_(std::bit_ceil(capacity) - 1), slots_(std::make_unique<T[]>(mask_ + 1)) {
    UR_CHECK(capacity >= 2);
  }

  // Producer thread only. False when full.
  [[nodiscard]] bool push(const T& value) noexcept {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - cached_head_ > mask_) {
      cached_head_ = head_.load(std::memory_order_acquire);
      if (tail - cached_head_ > mask_) return false;
    }
    slots_[tail & mask_] = value;
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  // Consumer thread only. False when empty.
  [[nodiscard]] bool pop(T& out) noexcept {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (head == cached_tail_) {
      cached_tail_ = tail_.load(std::memory_order_acquire);
      if (head == cached_tail_) return false;
    }
    out = slots_[head & mask_];
    head_.store(head + 1, std::memory_order_release);
    return true;
  }

  [[nodiscard]] std::size_t capacity() const noexcept { return mask_ + 1; }
  // Either thread; exact only when the other side is quiet.
  [[nodiscard]] std::size_t size() const noexcept {
    return tail_.load(std::memory_order_acquire) - head_.load(std::memory_order_acquire);
  }

 private:
  static constexpr std::size_t kLine = 64;
  const std::size_t mask_;
  const std::unique_ptr<T[]> slots_;
  alignas(kLine) std::atomic<std::size_t> head_{0};
  alignas(kLine) std::size_t cached_tail_{0};
  alignas(kLine) std::atomic<std::size_t> tail_{0};
  alignas(kLine) std::size_t cached_head_{0};
};

}  // namespace underround
