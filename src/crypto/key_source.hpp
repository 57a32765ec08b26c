// Where the signing key comes from: a variable of the environment, a file only we can read, or a keystore file with its
// password. Never the command line: others see it in the process list.
//   load_secret_key({.key = {.environment = "POLYMARKET_PRIVATE_KEY"}})
//   load_secret_key({.keystore = "wallet.json", .password = {.file = "wallet.password"}})
// Errors name the variable or file and never quote what is in it. Buffers on the way are wiped. The environment itself
// stays as it was, visible to this process and its children: prefer a file.
#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"
#include "crypto/secp256k1.hpp"
#include "crypto/secret_bytes.hpp"

namespace underround::crypto {

struct SecretPlace {          // one of the two
  std::string environment{};  // NAME: capital letters, digits and underscores
  std::string file{};         // path of a file as read_secret_file() wants it
  [[nodiscard]] bool given() const noexcept { return !environment.empty() || !file.empty(); }
};

struct KeySource {
  SecretPlace key{};       // 64 hex digits, with or without 0x; or:
  std::string keystore{};  // Web3 Secret Storage v3, mode 0600
  SecretPlace password{};  // of the keystore
};

// One line end at the end of the text is dropped, nothing else. `what` names the secret in errors: "signing key".
[[nodiscard]] Result<SecretBytes> load_secret(const SecretPlace& place, std::string_view what);

// kNotFound when the variable or file is not there, kInvalidInput when the source or its content is wrong.
[[nodiscard]] Result<SecretKey> load_secret_key(const KeySource& source);

}  // namespace underround::crypto
