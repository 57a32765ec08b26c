// Any bytes may be called a keystore: reading its parameters must not crash, and what is accepted stays within bounds.
#include "base/check.hpp"
#include "crypto/keystore.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace underround::crypto;
  const auto file = parse_keystore({reinterpret_cast<const char*>(data), size});
  if (!file) return 0;
  if (file->cost.kdf == KeystoreCost::Kdf::kScrypt) UR_CHECK(128 * file->cost.n * file->cost.r <= kMaxKdfMemoryBytes);
  if (file->cost.kdf == KeystoreCost::Kdf::kPbkdf2) UR_CHECK(file->cost.c <= kMaxKdfRounds);
  return 0;
}
