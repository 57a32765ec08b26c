#include "crypto/nonce_pool.hpp"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include "base/check.hpp"
#include "base/spsc_ring.hpp"
#include "crypto/secp256k1_context.hpp"

namespace underround::crypto {
namespace {

using Scalar = std::array<std::uint8_t, 32>;  // big-endian

struct alignas(64) Slot {
  Scalar inverse;  // 1/k
  Scalar r;
  Scalar work;  // never outlives a call
  std::uint8_t parity, filled;
};
static_assert(sizeof(Slot) == 128);

// In front of the slots, in the same locked memory: zero in a forked child.
struct alignas(64) Head {
  std::atomic<std::uint8_t> alive;
};

constexpr auto kRefillPause = std::chrono::milliseconds(2);
constexpr int kAttempts = 16;  // a random scalar is out of range once in 2^127

const char kGroupOrder[] = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141";

bool random_scalar(Scalar& out) noexcept {
  for (int i = 0; i < kAttempts; ++i) {
    if (RAND_priv_bytes(out.data(), static_cast<int>(out.size())) != 1) return false;
    if (secp256k1_ec_seckey_verify(secp256k1_shared_context(), out.data()) == 1) return true;
  }
  return false;
}

// a *= b modulo the group order; false when either is not in 1..n-1.
bool multiply(Scalar& a, const Scalar& b) noexcept {
  return secp256k1_ec_seckey_tweak_mul(secp256k1_shared_context(), a.data(), b.data()) == 1;
}

}  // namespace

struct NoncePool::Impl {
  explicit Impl(std::size_t capacity) : count(capacity), ready(capacity), spent(capacity) {}
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] Result<void> map();
  [[nodiscard]] bool invert(Scalar& value);
  [[nodiscard]] bool fill(Slot& slot);
  std::size_t refill();
  void run(const std::stop_token& stop);

  const std::size_t count;
  const pid_t owner = getpid();
  Head* head = nullptr;
  Slot* slots = nullptr;
  std::size_t bytes = 0;
  SpscRing<std::uint32_t> ready, spent;  // indices only: the secrets stay in the locked memory
  // Refilling side.
  BIGNUM* order = nullptr;
  BIGNUM* number = nullptr;
  BN_CTX* scratch = nullptr;
  Scalar last_r{};
  std::optional<std::uint32_t> kept;  // an index whose nonce could not be made yet
  std::atomic<std::uint64_t> made{0}, used{0}, fallbacks{0};
  std::mutex mutex;
  std::condition_variable_any pause;
  std::jthread thread;
};

Result<void> NoncePool::Impl::map() {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  bytes = (sizeof(Head) + count * sizeof(Slot) + page - 1) / page * page;
  void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return fail(ErrorCode::kInternal, "nonce pool: no memory");
  head = new (memory) Head{};
  slots = reinterpret_cast<Slot*>(head + 1);
  if (mlock(memory, bytes) != 0) {
    return fail(ErrorCode::kUnsupported,
                "nonce pool: cannot lock " + std::to_string(bytes / 1024) +
                    " KiB of memory; raise RLIMIT_MEMLOCK (ulimit -l) or trade without a pool");
  }
  if (madvise(memory, bytes, MADV_DONTDUMP) != 0 || madvise(memory, bytes, MADV_WIPEONFORK) != 0) {
    return fail(ErrorCode::kUnsupported,
                "nonce pool: this kernel cannot keep the memory out of core dumps and forked children (Linux 4.14 "
                "can); trade without a pool");
  }
  scratch = BN_CTX_new();
  number = BN_new();
  if (scratch == nullptr || number == nullptr || BN_hex2bn(&order, kGroupOrder) == 0) {
    return fail(ErrorCode::kInternal, "nonce pool: no memory");
  }
  head->alive = 1;
  return {};
}

NoncePool::Impl::~Impl() {
  if (thread.joinable()) {
    thread.request_stop();
    thread.join();
  }
  if (head != nullptr) {
    OPENSSL_cleanse(head, bytes);
    munmap(head, bytes);
  }
  BN_clear_free(number);
  BN_free(order);
  BN_CTX_free(scratch);
}

bool NoncePool::Impl::invert(Scalar& value) {
  BN_set_flags(number, BN_FLG_CONSTTIME);
  const bool done = BN_bin2bn(value.data(), static_cast<int>(value.size()), number) != nullptr &&
                    BN_mod_inverse(number, number, order, scratch) != nullptr &&
                    BN_bn2binpad(number, value.data(), static_cast<int>(value.size())) == 32;
  BN_clear(number);
  return done;
}

bool NoncePool::Impl::fill(Slot& slot) {
  Scalar& k = slot.work;
  secp256k1_pubkey point;
  std::array<std::uint8_t, 33> text;
  std::size_t size = text.size();
  if (!random_scalar(k) || secp256k1_ec_pubkey_create(secp256k1_shared_context(), &point, k.data()) != 1) return false;
  secp256k1_ec_pubkey_serialize(secp256k1_shared_context(), text.data(), &size, &point, SECP256K1_EC_COMPRESSED);
  std::memcpy(slot.r.data(), text.data() + 1, slot.r.size());
  slot.parity = text[0] & 1U;
  // R.x at or above the order (once in 2^127) would need recovery ids that Ethereum does not know.
  if (secp256k1_ec_seckey_verify(secp256k1_shared_context(), slot.r.data()) != 1) return false;
  if (slot.r == last_r) {
    head->alive = 0;
    return false;
  }
  last_r = slot.r;
  // 1/k = b * 1/(k*b): only the product, which says nothing about k, leaves the locked memory.
  Scalar& blind = slot.inverse;
  if (!random_scalar(blind) || !multiply(k, blind)) return false;
  Scalar product = k;
  const bool done = invert(product) && multiply(blind, product);
  OPENSSL_cleanse(product.data(), product.size());
  OPENSSL_cleanse(k.data(), k.size());
  slot.filled = done ? 1 : 0;
  return done;
}

std::size_t NoncePool::Impl::refill() {
  std::size_t filled = 0;
  while (head->alive != 0) {
    std::uint32_t index = 0;
    if (kept) {
      index = *kept;
    } else if (!spent.pop(index)) {
      break;
    }
    kept.reset();
    if (!fill(slots[index])) {
      OPENSSL_cleanse(&slots[index], sizeof(Slot));
      kept = index;  // the generator has nothing to give: later
      break;
    }
    made.fetch_add(1, std::memory_order_relaxed);
    UR_CHECK(ready.push(index));
    ++filled;
  }
  return filled;
}

void NoncePool::Impl::run(const std::stop_token& stop) {
  // Polling, so that the signing thread never makes a system call to wake anybody.
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    refill();
    pause.wait_for(lock, stop, kRefillPause, [] { return false; });
  }
}

NoncePool::NoncePool(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
// A forked child has copies of the thread's handle, lock and condition variable, and nobody behind them: joining or
// destroying those would wait for ever. The memory is zero already; the rest is left to the end of the child.
NoncePool::~NoncePool() {
  if (impl_ != nullptr && getpid() != impl_->owner) (void)impl_.release();
}

Result<std::unique_ptr<NoncePool>> NoncePool::make(const NoncePoolSettings& settings) {
  constexpr std::size_t kMax = std::size_t{1} << 20;
  if (settings.capacity < 2 || settings.capacity > kMax) {
    return fail(ErrorCode::kInvalidInput, "nonce pool: the capacity must be 2 to 1048576");
  }
  auto impl = std::make_unique<Impl>(std::bit_ceil(settings.capacity));
  if (auto mapped = impl->map(); !mapped) return std::unexpected(mapped.error());
  for (std::uint32_t i = 0; i < impl->count; ++i) UR_CHECK(impl->spent.push(i));
  if (impl->refill() != impl->count) {
    return fail(ErrorCode::kInternal, "nonce pool: OpenSSL's random generator does not work; trade without a pool");
  }
  if (settings.background) {
    impl->thread = std::jthread([pool = impl.get()](const std::stop_token& stop) { pool->run(stop); });
  }
  return std::unique_ptr<NoncePool>(new NoncePool(std::move(impl)));
}

std::size_t NoncePool::refill() {
  UR_CHECK(!impl_->thread.joinable());
  return impl_->refill();
}

std::size_t NoncePool::ready() const noexcept { return alive() ? impl_->ready.size() : 0; }
bool NoncePool::alive() const noexcept { return impl_->head->alive != 0; }

NoncePool::Counters NoncePool::counters() const noexcept {
  return {.made = impl_->made.load(std::memory_order_relaxed),
          .used = impl_->used.load(std::memory_order_relaxed),
          .fallbacks = impl_->fallbacks.load(std::memory_order_relaxed)};
}

std::span<const std::uint8_t> NoncePool::slot_memory() const noexcept {
  return {reinterpret_cast<const std::uint8_t*>(impl_->slots), impl_->count * sizeof(Slot)};
}

std::optional<Signature> NoncePool::sign(const Digest& digest, const std::uint8_t* key) noexcept {
  const secp256k1_context* const context = secp256k1_shared_context();
  std::uint32_t index = 0;
  if (!alive() || !impl_->ready.pop(index)) {
    impl_->fallbacks.fetch_add(1, std::memory_order_relaxed);
    return std::nullopt;
  }
  // s = (z + r d) / k, computed inside the slot: neither the key nor a partial product touches other memory of ours.
  Slot& slot = impl_->slots[index];
  Scalar& s = slot.work;
  std::memcpy(s.data(), key, s.size());
  // The addition refuses a digest of zero or above the group order: such a one (once in 2^127) is RFC 6979's.
  const bool done = slot.filled == 1 && multiply(s, slot.r) &&
                    secp256k1_ec_seckey_tweak_add(context, s.data(), digest.data()) == 1 && multiply(s, slot.inverse);
  std::array<std::uint8_t, 64> compact{};
  if (done) {
    std::memcpy(compact.data(), slot.r.data(), 32);
    std::memcpy(compact.data() + 32, s.data(), 32);
  }
  std::uint8_t parity = slot.parity;
  OPENSSL_cleanse(&slot, sizeof slot);
  UR_CHECK(impl_->spent.push(index));
  secp256k1_ecdsa_signature parsed;
  if (!done || secp256k1_ecdsa_signature_parse_compact(context, &parsed, compact.data()) != 1) {
    impl_->fallbacks.fetch_add(1, std::memory_order_relaxed);
    return std::nullopt;
  }
  // n - s belongs to -R: the other parity.
  if (secp256k1_ecdsa_signature_normalize(context, &parsed, &parsed) == 1) parity ^= 1U;
  Signature signature;
  secp256k1_ecdsa_signature_serialize_compact(context, signature.data(), &parsed);
  signature[64] = static_cast<std::uint8_t>(27 + parity);
  impl_->used.fetch_add(1, std::memory_order_relaxed);
  return signature;
}

}  // namespace underround::crypto
