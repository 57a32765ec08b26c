// Ethereum keystore files, "Web3 Secret Storage" version 3: scrypt or PBKDF2, AES-128-CTR, keccak-256 MAC. What geth,
// clef and most wallets write.
//   SecretKey key = open_keystore(file_text, password).value();
//   std::string text = seal_keystore(key_bytes, password).value();
// The file is not trusted: its cost parameters are bounded before any work is done (kMaxKdfMemoryBytes, kMaxKdfRounds).
// Errors say what is wrong with the file and never quote the password or the key. Start-up code: opening a usual file
// takes about a second and 256 MiB.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "crypto/secp256k1.hpp"

namespace underround::crypto {

inline constexpr std::uint64_t kMaxKdfMemoryBytes = std::uint64_t{512} << 20;  // scrypt: 128 n r
inline constexpr std::uint64_t kMaxKdfRounds = 10'000'000;                     // PBKDF2: c; scrypt: n r p up to 2^25

struct KeystoreCost {
  enum class Kdf : std::uint8_t { kScrypt, kPbkdf2 } kdf = Kdf::kScrypt;
  std::uint64_t n = 262'144, r = 8, p = 1;  // scrypt: geth's standard, 256 MiB
  std::uint64_t c = 600'000;                // PBKDF2-HMAC-SHA-256 rounds
};

// A parsed and bounded file; nothing in it is secret by itself.
struct KeystoreFile {
  KeystoreCost cost{};
  std::vector<std::uint8_t> salt;
  std::array<std::uint8_t, 16> iv{};
  std::array<std::uint8_t, 32> ciphertext{}, mac{};
  std::optional<Address> address;  // when the file says whose key it is
};
[[nodiscard]] Result<KeystoreFile> parse_keystore(std::string_view json);

// kInvalidInput: not a keystore, hostile or unsupported parameters, wrong password (or a damaged file: the MAC cannot
// tell), another address than the file says.
[[nodiscard]] Result<SecretKey> open_keystore(std::string_view json, std::string_view password);

// A new salt, IV and id each time. kInvalidInput for a cost that open_keystore() would refuse, an empty password or a
// key outside the curve's order.
[[nodiscard]] Result<std::string> seal_keystore(std::span<const std::uint8_t, 32> key, std::string_view password,
                                                const KeystoreCost& cost = {});

}  // namespace underround::crypto
