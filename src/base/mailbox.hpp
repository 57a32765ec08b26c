// Hands the newest value of a large record from one thread to another: a wait-free triple buffer. Values in between
// are lost on purpose; nobody ever waits, copies or allocates.
//   Mailbox<EngineView> box;
//   writer: fill(box.draft()); box.publish();          reader: if (const EngineView* view = box.take()) show(*view);
// Why it is right: three slots, each owned by exactly one of writer, reader and the exchange. publish() and take() swap
// their own slot with the one in the exchange in a single atomic step, so no slot ever has two owners.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace underround {

template <class T>
requires std::is_trivially_copyable_v<T>
class Mailbox {
 public:
  Mailbox() : slots_(std::make_unique<T[]>(3)) {}

  // Writer thread only. The slot to fill next; it holds an older value, or T{} at first. Invalid after publish().
  [[nodiscard]] T& draft() noexcept { return slots_[writer_slot_]; }
  // Writer thread only. Makes the draft the newest value; one the reader has not taken yet is overwritten.
  void publish() noexcept {
    writer_slot_ =
        exchange_.exchange(static_cast<std::uint8_t>(writer_slot_ | kFresh), std::memory_order_acq_rel) & kSlot;
  }

  // Reader thread only. The newest value if there is one not taken yet, else nullptr. Valid until the next take() that
  // returns a value.
  [[nodiscard]] const T* take() noexcept {
    if ((exchange_.load(std::memory_order_relaxed) & kFresh) == 0) return nullptr;
    reader_slot_ = exchange_.exchange(reader_slot_, std::memory_order_acq_rel) & kSlot;
    return &slots_[reader_slot_];
  }

 private:
  static constexpr std::uint8_t kSlot = 3;   // which of the three
  static constexpr std::uint8_t kFresh = 4;  // published and not taken
  static constexpr std::size_t kLine = 64;
  const std::unique_ptr<T[]> slots_;
  alignas(kLine) std::uint8_t writer_slot_ = 0;
  alignas(kLine) std::atomic<std::uint8_t> exchange_{1};
  alignas(kLine) std::uint8_t reader_slot_ = 2;
};

}  // namespace underround
