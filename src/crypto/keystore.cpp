#include "crypto/keystore.hpp"

#include <cryptopp/scrypt.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <exception>
#include <memory>

#include "crypto/encoding.hpp"
#include "crypto/keccak.hpp"
#include "crypto/secret_bytes.hpp"

namespace underround::crypto {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxFileBytes = 64 * 1024;
constexpr std::size_t kDerived = 32;  // 16 bytes of AES key, 16 bytes of MAC key
constexpr std::uint64_t kMaxScryptWork = std::uint64_t{1} << 25;
constexpr std::size_t kMaxSaltBytes = 1024;

std::unexpected<Error> bad(const std::string& why) { return fail(ErrorCode::kInvalidInput, "keystore: " + why); }

std::string_view text_of(dom::element object, const char* key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

std::uint64_t number_of(dom::element object, const char* key) {
  std::uint64_t number = 0;
  return object[key].get(number) == simdjson::SUCCESS ? number : 0;  // no parameter may be zero
}

Result<void> check_cost(const KeystoreCost& cost) {
  if (cost.kdf == KeystoreCost::Kdf::kPbkdf2) {
    if (cost.c == 0 || cost.c > kMaxKdfRounds) {
      return bad(fmt::format("pbkdf2 rounds c must be 1 to {}", kMaxKdfRounds));
    }
    return {};
  }
  constexpr std::uint64_t kSane = std::uint64_t{1} << 31;  // so that the products below cannot overflow
  if (cost.n < 2 || cost.n > kSane || !std::has_single_bit(cost.n) || cost.r == 0 || cost.r > 1024 || cost.p == 0 ||
      cost.p > 1024) {
    return bad("scrypt parameters out of range: n must be a power of two, r and p at least 1");
  }
  if (128 * cost.n * cost.r > kMaxKdfMemoryBytes || cost.n * cost.r * cost.p > kMaxScryptWork) {
    return bad(fmt::format("scrypt n={} r={} p={} asks for more than {} MiB or more work than is allowed: refused",
                           cost.n, cost.r, cost.p, kMaxKdfMemoryBytes >> 20));
  }
  return {};
}

// Crypto++ and not OpenSSL for scrypt: the format's own vector has r = 1 with n = 2^18, which OpenSSL refuses.
Result<SecretBytes> derive(const KeystoreCost& cost, std::span<const std::uint8_t> salt, std::string_view password) {
  SecretBytes derived(kDerived);
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(password.data());
  try {
    if (cost.kdf == KeystoreCost::Kdf::kScrypt) {
      CryptoPP::Scrypt().DeriveKey(derived.data(), derived.size(), bytes, password.size(), salt.data(), salt.size(),
                                   cost.n, cost.r, cost.p);
      return derived;
    }
  } catch (const std::exception&) {  // out of memory
    return fail(ErrorCode::kInternal, "keystore: scrypt failed, is there enough memory?");
  }
  if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt.data(), static_cast<int>(salt.size()),
                        static_cast<int>(cost.c), EVP_sha256(), static_cast<int>(derived.size()),
                        derived.data()) != 1) {
    return fail(ErrorCode::kInternal, "keystore: PBKDF2 failed");
  }
  return derived;
}

Digest mac_of(const SecretBytes& derived, std::span<const std::uint8_t, 32> ciphertext) {
  SecretBytes input(16 + ciphertext.size());
  std::copy_n(derived.data() + 16, 16, input.data());
  std::ranges::copy(ciphertext, input.data() + 16);
  return keccak256({input.data(), input.size()});
}

// Counter mode: the same call encrypts and decrypts.
bool aes_128_ctr(const std::uint8_t* key, std::span<const std::uint8_t, 16> iv, std::span<const std::uint8_t, 32> in,
                 std::uint8_t* out) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> cipher(EVP_CIPHER_CTX_new(),
                                                                               &EVP_CIPHER_CTX_free);
  int size = 0;
  return cipher != nullptr && EVP_EncryptInit_ex(cipher.get(), EVP_aes_128_ctr(), nullptr, key, iv.data()) == 1 &&
         EVP_EncryptUpdate(cipher.get(), out, &size, in.data(), static_cast<int>(in.size())) == 1 && size == 32;
}

std::string random_uuid() {
  std::array<std::uint8_t, 16> id{};
  RAND_bytes(id.data(), static_cast<int>(id.size()));
  id[6] = static_cast<std::uint8_t>((id[6] & 0x0fU) | 0x40U);
  id[8] = static_cast<std::uint8_t>((id[8] & 0x3fU) | 0x80U);
  const std::string text = hex(id);
  return text.substr(0, 8) + "-" + text.substr(8, 4) + "-" + text.substr(12, 4) + "-" + text.substr(16, 4) + "-" +
         text.substr(20);
}

}  // namespace

Result<KeystoreFile> parse_keystore(std::string_view json) {
  if (json.size() > kMaxFileBytes) return bad("the file is too large to be one");
  dom::parser parser;
  dom::element root, crypto, parameters, cipher;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) {
    return bad("not JSON; is the file cut short?");
  }
  if (number_of(root, "version") != 3) return bad("only version 3 is supported");
  // Very old files write "Crypto".
  if (root["crypto"].get(crypto) != simdjson::SUCCESS && root["Crypto"].get(crypto) != simdjson::SUCCESS) {
    return bad("no \"crypto\" member");
  }
  if (text_of(crypto, "cipher") != "aes-128-ctr") return bad("only the cipher aes-128-ctr is supported");
  if (crypto["kdfparams"].get(parameters) != simdjson::SUCCESS) return bad("no \"kdfparams\" member");
  if (crypto["cipherparams"].get(cipher) != simdjson::SUCCESS) return bad("no \"cipherparams\" member");

  KeystoreFile file;
  const std::string_view kdf = text_of(crypto, "kdf");
  if (kdf == "scrypt") {
    file.cost = {.kdf = KeystoreCost::Kdf::kScrypt,
                 .n = number_of(parameters, "n"),
                 .r = number_of(parameters, "r"),
                 .p = number_of(parameters, "p")};
  } else if (kdf == "pbkdf2") {
    file.cost = {.kdf = KeystoreCost::Kdf::kPbkdf2, .c = number_of(parameters, "c")};
    if (text_of(parameters, "prf") != "hmac-sha256") return bad("only the prf hmac-sha256 is supported");
  } else {
    return bad("the kdf must be scrypt or pbkdf2");
  }
  if (number_of(parameters, "dklen") != kDerived) return bad("dklen must be 32");
  if (auto checked = check_cost(file.cost); !checked) return std::unexpected(checked.error());

  const std::string_view salt = text_of(parameters, "salt");
  file.salt.resize(std::min(salt.size() / 2, kMaxSaltBytes));
  if (salt.empty() || !decode_hex(salt, file.salt)) return bad("the salt must be hex of at most 1024 bytes");
  if (!decode_hex(text_of(cipher, "iv"), file.iv)) return bad("the iv must be 16 bytes of hex");
  if (!decode_hex(text_of(crypto, "ciphertext"), file.ciphertext)) return bad("the ciphertext must be 32 bytes of hex");
  if (!decode_hex(text_of(crypto, "mac"), file.mac)) return bad("the mac must be 32 bytes of hex");
  if (const std::string_view address = text_of(root, "address"); !address.empty()) {
    Address bytes;
    if (!decode_hex(address, bytes)) return bad("the address must be 20 bytes of hex");
    file.address = bytes;
  }
  return file;
}

Result<SecretKey> open_keystore(std::string_view json, std::string_view password) {
  const auto file = parse_keystore(json);
  if (!file) return std::unexpected(file.error());
  const auto derived = derive(file->cost, file->salt, password);
  if (!derived) return std::unexpected(derived.error());
  const Digest mac = mac_of(*derived, file->ciphertext);
  if (CRYPTO_memcmp(mac.data(), file->mac.data(), mac.size()) != 0) {
    return bad("wrong password, or a damaged file (the MAC does not fit)");
  }
  SecretBytes plain(32);
  if (!aes_128_ctr(derived->data(), file->iv, file->ciphertext, plain.data())) {
    return fail(ErrorCode::kInternal, "keystore: AES-128-CTR is not available in this OpenSSL");
  }
  auto key = SecretKey::from_bytes(std::span<const std::uint8_t, 32>(plain.data(), 32));
  if (key && file->address && key->address() != *file->address) {
    return bad("the file says " + checksum(*file->address) + ", its key belongs to " + checksum(key->address()));
  }
  return key;
}

Result<std::string> seal_keystore(std::span<const std::uint8_t, 32> key, std::string_view password,
                                  const KeystoreCost& cost) {
  if (password.empty()) return bad("an empty password protects nothing");
  if (auto checked = check_cost(cost); !checked) return std::unexpected(checked.error());
  const auto owner = SecretKey::from_bytes(key);
  if (!owner) return std::unexpected(owner.error());

  std::array<std::uint8_t, 32> salt, ciphertext;
  std::array<std::uint8_t, 16> iv;
  if (RAND_bytes(salt.data(), static_cast<int>(salt.size())) != 1 ||
      RAND_bytes(iv.data(), static_cast<int>(iv.size())) != 1) {
    return fail(ErrorCode::kInternal, "keystore: OpenSSL's random generator does not work");
  }
  const auto derived = derive(cost, salt, password);
  if (!derived) return std::unexpected(derived.error());
  if (!aes_128_ctr(derived->data(), iv, key, ciphertext.data())) {
    return fail(ErrorCode::kInternal, "keystore: AES-128-CTR is not available in this OpenSSL");
  }
  const bool scrypt = cost.kdf == KeystoreCost::Kdf::kScrypt;
  const std::string parameters = scrypt ? fmt::format(R"("n":{},"r":{},"p":{})", cost.n, cost.r, cost.p)
                                        : fmt::format(R"("c":{},"prf":"hmac-sha256")", cost.c);
  return fmt::format(
      R"({{"version":3,"id":"{}","address":"{}","crypto":{{"cipher":"aes-128-ctr","cipherparams":{{"iv":"{}"}},)"
      R"("ciphertext":"{}","kdf":"{}","kdfparams":{{"dklen":32,{},"salt":"{}"}},"mac":"{}"}}}})"
      "\n",
      random_uuid(), hex(owner->address()), hex(iv), hex(ciphertext), scrypt ? "scrypt" : "pbkdf2", parameters,
      hex(salt), hex(mac_of(*derived, ciphertext)));
}

}  // namespace underround::crypto
