// ECDSA nonces made in advance: (1/k, r, parity of R) drawn from OpenSSL's private generator, so that a signature costs
// three multiplications instead of a point multiplication. Opt-in; RFC 6979 stays the default and the fallback.
//   auto pool = NoncePool::make({}).value();   key.sign(digest, pool.get());      // or OrderSigner::Account::nonces
//
// One nonce used twice is the key. Hence: a nonce is wiped before its signature is handed out; the memory is locked,
// left out of core dumps and zero in a forked child, where the pool is dead; a repeated r (a broken generator) kills
// the pool. Dead or empty, sign() falls back to RFC 6979. What none of this survives is a copy of the whole machine: do
// not snapshot and resume, or live-migrate with rollback, a machine that runs with a pool.
//
// Side channels: libsecp256k1's scalar arithmetic is constant time. The inverse is OpenSSL's, on a blinded value: it
// sees k*b for a random b, never k. Whether s was high before it was normalised is public anyway.
//
// Threads: one signs; another, the pool's own, refills. No allocation and no system call in a signature.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "crypto/secp256k1.hpp"

namespace underround::crypto {

struct NoncePoolSettings {
  std::size_t capacity = 1024;  // 128 bytes each, locked (RLIMIT_MEMLOCK); rounded up to a power of two
  bool background = true;       // false: nothing is refilled but by refill()
};

class NoncePool {
 public:
  struct Counters {
    std::uint64_t made = 0, used = 0, fallbacks = 0;
  };

  // Full when it returns (about 40 ms for the default). kUnsupported when the memory cannot be locked or would survive
  // a fork: a pool that is not safe is none.
  [[nodiscard]] static Result<std::unique_ptr<NoncePool>> make(const NoncePoolSettings& settings);
  ~NoncePool();
  NoncePool(const NoncePool&) = delete;
  NoncePool& operator=(const NoncePool&) = delete;

  // Without a background thread only: replaces what was used; how many. On any one thread.
  std::size_t refill();
  [[nodiscard]] std::size_t ready() const noexcept;
  // False after a fork (in the child) and after the generator repeated itself.
  [[nodiscard]] bool alive() const noexcept;
  [[nodiscard]] Counters counters() const noexcept;

 private:
  friend class SecretKey;
  friend struct NoncePoolPeek;  // tests look at the memory
  struct Impl;
  explicit NoncePool(std::unique_ptr<Impl> impl);
  // Nothing: sign with RFC 6979. `key` is 32 bytes.
  [[nodiscard]] std::optional<Signature> sign(const Digest& digest, const std::uint8_t* key) noexcept;
  [[nodiscard]] std::span<const std::uint8_t> slot_memory() const noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace underround::crypto
