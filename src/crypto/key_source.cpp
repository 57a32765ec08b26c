#include "crypto/key_source.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "crypto/keystore.hpp"
#include "crypto/secret_file.hpp"

namespace underround::crypto {
namespace {

constexpr std::size_t kMaxNameChars = 64;

// Whoever writes the secret where its name belongs must not find it in a log: only what looks like a name is quoted.
bool is_variable_name(std::string_view text) {
  return text.size() <= kMaxNameChars && !(text.front() >= '0' && text.front() <= '9') &&
         std::ranges::all_of(text, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
}

bool looks_like_a_key(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  return text.size() == 64 && std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

std::unexpected<Error> bad(std::string_view what, const std::string& why) {
  return fail(ErrorCode::kInvalidInput, std::string(what) + ": " + why);
}

void drop_line_end(SecretBytes& text) {
  if (text.text().ends_with('\n')) text.shrink(text.size() - 1);
  if (text.text().ends_with('\r')) text.shrink(text.size() - 1);
}

Result<SecretBytes> from_environment(const std::string& name, std::string_view what) {
  if (!is_variable_name(name)) {
    return bad(what, "the name of an environment variable is expected (A-Z, 0-9, _), not the secret itself");
  }
  const char* const value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') {
    return fail(ErrorCode::kNotFound,
                std::string(what) + ": the environment variable " + name + " is not set; export it or use a file");
  }
  return SecretBytes::copy_of(value);
}

}  // namespace

Result<SecretBytes> load_secret(const SecretPlace& place, std::string_view what) {
  if (place.environment.empty() == place.file.empty()) {
    return bad(what, "name either an environment variable or a file");
  }
  if (looks_like_a_key(place.file)) return bad(what, "a path is expected, not the key itself");
  auto text = place.file.empty() ? from_environment(place.environment, what) : read_secret_file(place.file);
  if (text) drop_line_end(*text);
  return text;
}

Result<SecretKey> load_secret_key(const KeySource& source) {
  if (source.key.given() == !source.keystore.empty()) {
    return bad("signing key", "name one source: an environment variable, a file, or a keystore with its password");
  }
  if (source.key.given()) {
    const auto text = load_secret(source.key, "signing key");
    if (!text) return std::unexpected(text.error());
    return SecretKey::from_hex(text->text());
  }
  if (looks_like_a_key(source.keystore)) return bad("keystore", "a path is expected, not the key itself");
  const auto password = load_secret(source.password, "keystore password");
  if (!password) return std::unexpected(password.error());
  const auto file = read_secret_file(source.keystore);
  if (!file) return std::unexpected(file.error());
  auto key = open_keystore(file->text(), password->text());
  if (!key) return fail(key.error().code, source.keystore + ": " + key.error().message);
  return key;
}

}  // namespace underround::crypto
