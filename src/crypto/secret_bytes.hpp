// Bytes that must not stay behind: passwords, keys and tokens on their way from a file to the object that keeps them.
//   SecretBytes password = SecretBytes::copy_of("...");   open_keystore(json, password.text());
// Move-only, wiped when they go, never printed. Ordinary memory: hold it for moments, not for the life of the process.
#pragma once

#include <openssl/crypto.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace underround::crypto {

class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::size_t size)
      : bytes_(std::make_unique<std::uint8_t[]>(size)), capacity_(size), size_(size) {}
  [[nodiscard]] static SecretBytes copy_of(std::string_view text) {
    SecretBytes copy(text.size());
    std::ranges::copy(text, copy.bytes_.get());
    return copy;
  }
  ~SecretBytes() { wipe(); }
  SecretBytes(SecretBytes&& other) noexcept
      : bytes_(std::move(other.bytes_)),
        capacity_(std::exchange(other.capacity_, 0)),
        size_(std::exchange(other.size_, 0)) {}
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
      wipe();
      bytes_ = std::move(other.bytes_);
      capacity_ = std::exchange(other.capacity_, 0);
      size_ = std::exchange(other.size_, 0);
    }
    return *this;
  }

  void shrink(std::size_t size) noexcept { size_ = std::min(size, size_); }
  [[nodiscard]] std::uint8_t* data() noexcept { return bytes_.get(); }
  [[nodiscard]] const std::uint8_t* data() const noexcept { return bytes_.get(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::string_view text() const noexcept { return {reinterpret_cast<const char*>(bytes_.get()), size_}; }

 private:
  void wipe() noexcept {
    if (bytes_ != nullptr) OPENSSL_cleanse(bytes_.get(), capacity_);
  }
  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t capacity_ = 0, size_ = 0;
};

}  // namespace underround::crypto
