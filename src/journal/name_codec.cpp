#include "journal/name_codec.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstring>

namespace underround::journal {

std::array<std::uint8_t, kNameBytes> encode_name(const OrderName& name) noexcept {
  std::array<std::uint8_t, kNameBytes> bytes;
  std::memcpy(bytes.data(), &name.id.value, 8);
  std::memcpy(bytes.data() + 8, name.digest.data(), name.digest.size());
  return bytes;
}

std::optional<OrderName> decode_name(Bytes payload) noexcept {
  if (payload.size() != kNameBytes) return std::nullopt;
  OrderName name;
  std::memcpy(&name.id.value, payload.data(), 8);
  std::memcpy(name.digest.data(), payload.data() + 8, name.digest.size());
  return name;
}

std::string digest_text(const Digest& digest) { return fmt::format("0x{:02x}", fmt::join(digest, "")); }

std::optional<std::string> describe_name(Bytes payload) {
  const auto name = decode_name(payload);
  if (!name) return std::nullopt;
  return fmt::format("order={} {}", name->id.value, digest_text(name->digest));
}

}  // namespace underround::journal
