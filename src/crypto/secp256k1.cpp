#include "crypto/secp256k1.hpp"

#include <secp256k1_recovery.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include <cstring>
#include <span>
#include <utility>

#include "base/check.hpp"
#include "crypto/encoding.hpp"
#include "crypto/keccak.hpp"
#include "crypto/nonce_pool.hpp"
#include "crypto/secp256k1_context.hpp"

namespace underround::crypto {
namespace {

constexpr std::size_t kKeyBytes = 32;

std::size_t page_size() noexcept { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

Address address_of(const secp256k1_pubkey& point) noexcept {
  std::array<std::uint8_t, 65> bytes;
  std::size_t size = bytes.size();
  // NOLINTNEXTLINE(misc-redundant-expression): the library's own macro
  secp256k1_ec_pubkey_serialize(secp256k1_shared_context(), bytes.data(), &size, &point, SECP256K1_EC_UNCOMPRESSED);
  const Digest hash = keccak256(std::span<const std::uint8_t>(bytes).subspan(1));
  Address address;
  std::memcpy(address.data(), hash.data() + 12, address.size());
  return address;
}

}  // namespace

const secp256k1_context* secp256k1_shared_context() noexcept {
  static secp256k1_context* const instance = [] {
    // NOLINTNEXTLINE(misc-redundant-expression): the library's own macros
    secp256k1_context* ctx = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
    UR_CHECK(ctx != nullptr);
    std::uint8_t seed[32];
    UR_CHECK(getrandom(seed, sizeof seed, 0) == sizeof seed);
    UR_CHECK(secp256k1_context_randomize(ctx, seed) == 1);
    explicit_bzero(seed, sizeof seed);
    return ctx;
  }();
  return instance;
}

Result<SecretKey> SecretKey::in_own_page() {
  SecretKey key;
  void* page = mmap(nullptr, page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return fail(ErrorCode::kInternal, "no memory for the signing key");
  key.page_ = static_cast<std::uint8_t*>(page);
  key.locked_ = mlock(page, page_size()) == 0;
  madvise(page, page_size(), MADV_DONTDUMP);
  madvise(page, page_size(), MADV_WIPEONFORK);
  return key;
}

Result<SecretKey> SecretKey::checked(SecretKey key) {
  secp256k1_pubkey point;
  if (secp256k1_ec_pubkey_create(secp256k1_shared_context(), &point, key.page_) != 1) {
    return fail(ErrorCode::kInvalidInput, "signing key: zero or not below the order of secp256k1");
  }
  key.address_ = address_of(point);
  return key;
}

Result<SecretKey> SecretKey::from_hex(std::string_view hex) {
  auto key = in_own_page();
  if (!key) return key;
  if (!decode_hex(hex, {key->page_, kKeyBytes})) {
    return fail(ErrorCode::kInvalidInput, "signing key: expected 64 hex digits, with or without 0x");
  }
  return checked(std::move(*key));
}

Result<SecretKey> SecretKey::from_bytes(std::span<const std::uint8_t, 32> bytes) {
  auto key = in_own_page();
  if (!key) return key;
  std::memcpy(key->page_, bytes.data(), bytes.size());
  return checked(std::move(*key));
}

void SecretKey::wipe() noexcept {
  if (page_ == nullptr) return;
  explicit_bzero(page_, kKeyBytes);
  munmap(page_, page_size());
  page_ = nullptr;
}

SecretKey::~SecretKey() { wipe(); }

SecretKey::SecretKey(SecretKey&& other) noexcept
    : page_(std::exchange(other.page_, nullptr)), address_(other.address_), locked_(other.locked_) {}

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
  if (this != &other) {
    wipe();
    page_ = std::exchange(other.page_, nullptr);
    address_ = other.address_;
    locked_ = other.locked_;
  }
  return *this;
}

Signature SecretKey::sign(const Digest& digest) const noexcept {
  UR_CHECK(page_ != nullptr);
  secp256k1_ecdsa_recoverable_signature raw;
  // A null nonce function is RFC 6979; libsecp256k1 always returns low s.
  UR_CHECK(secp256k1_ecdsa_sign_recoverable(secp256k1_shared_context(), &raw, digest.data(), page_, nullptr, nullptr) ==
           1);
  Signature signature;
  int recovery_id = 0;
  secp256k1_ecdsa_recoverable_signature_serialize_compact(secp256k1_shared_context(), signature.data(), &recovery_id,
                                                          &raw);
  signature[64] = static_cast<std::uint8_t>(27 + recovery_id);
  return signature;
}

Signature SecretKey::sign(const Digest& digest, NoncePool* nonces) const noexcept {
  UR_CHECK(page_ != nullptr);
  if (nonces != nullptr) {
    if (const auto signature = nonces->sign(digest, page_)) return *signature;
  }
  return sign(digest);
}

std::optional<Address> recover(const Digest& digest, const Signature& signature) noexcept {
  const int v = signature[64] >= 27 ? signature[64] - 27 : signature[64];
  if (v > 1) return std::nullopt;
  secp256k1_ecdsa_recoverable_signature raw;
  if (secp256k1_ecdsa_recoverable_signature_parse_compact(secp256k1_shared_context(), &raw, signature.data(), v) != 1) {
    return std::nullopt;
  }
  secp256k1_ecdsa_signature plain;
  secp256k1_ecdsa_recoverable_signature_convert(secp256k1_shared_context(), &plain, &raw);
  // The exchange refuses the second, "high s" form of a signature; so do we.
  if (secp256k1_ecdsa_signature_normalize(secp256k1_shared_context(), nullptr, &plain) == 1) return std::nullopt;
  secp256k1_pubkey point;
  if (secp256k1_ecdsa_recover(secp256k1_shared_context(), &point, &raw, digest.data()) != 1) return std::nullopt;
  return address_of(point);
}

}  // namespace underround::crypto
