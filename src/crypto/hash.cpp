#include "crypto/hash.hpp"

#include <cryptopp/sha.h>

#include <algorithm>

// Crypto++ and not OpenSSL's EVP: its hash states are plain values, so that a keyed HMAC state is copied without the
// allocation EVP_MD_CTX_copy_ex makes in OpenSSL 3 (law 8). Both use the CPU's SHA instructions.
namespace underround::crypto {
namespace {

const std::uint8_t* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

template <class Hash, std::size_t N>
std::array<std::uint8_t, N> hash_of(std::string_view text) noexcept {
  std::array<std::uint8_t, N> digest;
  Hash hash;
  hash.Update(bytes_of(text), text.size());
  hash.TruncatedFinal(digest.data(), digest.size());
  return digest;
}

}  // namespace

Sha1Digest sha1(std::string_view text) noexcept { return hash_of<CryptoPP::SHA1, 20>(text); }
Sha256Digest sha256(std::string_view text) noexcept { return hash_of<CryptoPP::SHA256, 32>(text); }

struct HmacSha256::KeyedState {
  CryptoPP::SHA256 inner, outer;  // FixedSizeSecBlock inside: wiped by their destructors
};

HmacSha256::HmacSha256(std::span<const std::uint8_t> key) : state_(std::make_unique<KeyedState>()) {
  constexpr std::size_t kBlock = CryptoPP::SHA256::BLOCKSIZE;
  CryptoPP::FixedSizeSecBlock<std::uint8_t, kBlock> pad;
  std::fill_n(pad.begin(), kBlock, std::uint8_t{0});
  if (key.size() > kBlock) {
    CryptoPP::SHA256().CalculateDigest(pad, key.data(), key.size());
  } else {
    std::copy(key.begin(), key.end(), pad.begin());
  }
  for (auto& byte : pad) byte ^= 0x36;
  state_->inner.Update(pad, kBlock);
  for (auto& byte : pad) byte ^= 0x36 ^ 0x5c;
  state_->outer.Update(pad, kBlock);
}

HmacSha256::~HmacSha256() = default;
HmacSha256::HmacSha256(HmacSha256&&) noexcept = default;
HmacSha256& HmacSha256::operator=(HmacSha256&&) noexcept = default;

Sha256Digest HmacSha256::sign(std::initializer_list<std::string_view> parts) const noexcept {
  Sha256Digest digest;
  CryptoPP::SHA256 inner(state_->inner);
  for (const std::string_view part : parts) inner.Update(bytes_of(part), part.size());
  inner.TruncatedFinal(digest.data(), digest.size());
  CryptoPP::SHA256 outer(state_->outer);
  outer.Update(digest.data(), digest.size());
  outer.TruncatedFinal(digest.data(), digest.size());
  return digest;
}

}  // namespace underround::crypto
