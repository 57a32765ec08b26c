// Hex and base64 text. Encoders write into the caller's buffer; the std::string forms are for cold paths and tests.
//   decode_hex("0xdead", bytes)   hex_0x(digest) == "0x..."   decode_base64("-_8=") accepts both alphabets
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace underround::crypto {

// Two lower-case characters a byte, no prefix; `out` must have room for 2 * bytes.size(). Returns the end.
char* encode_hex(std::span<const std::uint8_t> bytes, char* out) noexcept;
[[nodiscard]] std::string hex(std::span<const std::uint8_t> bytes);
[[nodiscard]] std::string hex_0x(std::span<const std::uint8_t> bytes);

// Exactly out.size() bytes, with or without "0x", either case. False (out unspecified) on anything else.
[[nodiscard]] bool decode_hex(std::string_view text, std::span<std::uint8_t> out) noexcept;

enum class Base64Alphabet : std::uint8_t { kStandard, kUrlSafe };  // '+' '/'  or  '-' '_'

[[nodiscard]] constexpr std::size_t base64_size(std::size_t bytes) noexcept { return (bytes + 2) / 3 * 4; }
// With '=' padding; `out` must have room for base64_size(bytes.size()). Returns the end.
char* encode_base64(std::span<const std::uint8_t> bytes, Base64Alphabet alphabet, char* out) noexcept;
[[nodiscard]] std::string base64(std::span<const std::uint8_t> bytes,
                                 Base64Alphabet alphabet = Base64Alphabet::kStandard);

// Accepts both alphabets and missing padding, as the venue's clients do (protocol page 5.2).
[[nodiscard]] std::optional<std::vector<std::uint8_t>> decode_base64(std::string_view text);

}  // namespace underround::crypto
