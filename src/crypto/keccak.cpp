#include "crypto/keccak.hpp"

#include <cryptopp/keccak.h>

namespace underround::crypto {

Digest keccak256(std::span<const std::uint8_t> bytes) noexcept {
  Digest digest;
  CryptoPP::Keccak_256 hasher;
  hasher.Update(bytes.data(), bytes.size());
  hasher.TruncatedFinal(digest.data(), digest.size());
  return digest;
}

}  // namespace underround::crypto
