// Two fixed slots for the reactor's pending operations of one object, so that re-arming a socket or timer does not
// allocate. Lives inside the object that the operation's handler keeps alive. Internal to net/.
#pragma once

#include <cstddef>
#include <new>

namespace underround::net {

class HandlerMemory {
 public:
  HandlerMemory() = default;
  HandlerMemory(const HandlerMemory&) = delete;
  HandlerMemory& operator=(const HandlerMemory&) = delete;

  void* allocate(std::size_t bytes) {
    for (Slot& slot : slots_) {
      if (!slot.used && bytes <= sizeof slot.bytes) {
        slot.used = true;
        return slot.bytes;
      }
    }
    return ::operator new(bytes);
  }
  void deallocate(void* pointer) noexcept {
    for (Slot& slot : slots_) {
      if (pointer == slot.bytes) {
        slot.used = false;
        return;
      }
    }
    ::operator delete(pointer);
  }

 private:
  struct Slot {
    alignas(std::max_align_t) std::byte bytes[320];
    bool used = false;
  };
  Slot slots_[2];  // one pending, one cancelled and not yet collected
};

template <class T>
struct HandlerAllocator {
  using value_type = T;
  HandlerMemory* memory;
  explicit HandlerAllocator(HandlerMemory& m) noexcept : memory(&m) {}
  template <class U>
  HandlerAllocator(const HandlerAllocator<U>& other) noexcept : memory(other.memory) {}
  T* allocate(std::size_t n) { return static_cast<T*>(memory->allocate(n * sizeof(T))); }
  void deallocate(T* pointer, std::size_t) noexcept { memory->deallocate(pointer); }
  template <class U>
  bool operator==(const HandlerAllocator<U>& other) const noexcept {
    return memory == other.memory;
  }
};

}  // namespace underround::net
