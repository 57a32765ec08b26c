// secp256k1 for Ethereum: deterministic signatures (RFC 6979, low s, v 27/28), recovery, addresses.
//   SecretKey key = SecretKey::from_hex("0xac09...").value();   Signature s = key.sign(digest);   recover(digest, s)
// sign() does not allocate. A SecretKey may be used by one thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "crypto/address.hpp"

namespace underround::crypto {

using Signature = std::array<std::uint8_t, 65>;  // r, s, v
class NoncePool;

// Lives in its own page: locked in memory, left out of core dumps and forked children, wiped at destruction. There is
// no way to read the bytes back, to print or to copy it.
class SecretKey {
 public:
  [[nodiscard]] static Result<SecretKey> from_hex(std::string_view hex);  // errors never quote the input
  [[nodiscard]] static Result<SecretKey> from_bytes(std::span<const std::uint8_t, 32> bytes);  // the caller wipes them
  ~SecretKey();
  SecretKey(SecretKey&& other) noexcept;
  SecretKey& operator=(SecretKey&& other) noexcept;

  [[nodiscard]] Signature sign(const Digest& digest) const noexcept;
  // With a ready-made nonce when `nonces` has one, else (or null) with RFC 6979 (nonce_pool.hpp).
  [[nodiscard]] Signature sign(const Digest& digest, NoncePool* nonces) const noexcept;
  [[nodiscard]] const Address& address() const noexcept { return address_; }
  // False when the kernel refused mlock (RLIMIT_MEMLOCK): worth a warning at start-up.
  [[nodiscard]] bool locked() const noexcept { return locked_; }

 private:
  SecretKey() = default;
  static Result<SecretKey> in_own_page();
  static Result<SecretKey> checked(SecretKey key);
  void wipe() noexcept;
  std::uint8_t* page_ = nullptr;  // the first 32 bytes are the key
  Address address_{};
  bool locked_ = false;
};

// Who signed; nothing for a malformed signature, one with a high s, or a point not on the curve. v 0/1 or 27/28.
[[nodiscard]] std::optional<Address> recover(const Digest& digest, const Signature& signature) noexcept;

}  // namespace underround::crypto
