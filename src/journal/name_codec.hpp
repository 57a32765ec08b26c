// An order's name as it is journalled before its bytes go out (law 5): 8 bytes of our id, 32 of the venue's digest.
//   journal.append(RecordKind::kName, encode_name({id, digest}));
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "core/ids.hpp"
#include "journal/record.hpp"

namespace underround::journal {

struct OrderName {
  OrderId id;
  Digest digest{};
};
inline constexpr std::size_t kNameBytes = 8 + sizeof(Digest);

[[nodiscard]] std::array<std::uint8_t, kNameBytes> encode_name(const OrderName& name) noexcept;
[[nodiscard]] std::optional<OrderName> decode_name(Bytes payload) noexcept;
[[nodiscard]] std::string digest_text(const Digest& digest);            // "0x12ab..."
[[nodiscard]] std::optional<std::string> describe_name(Bytes payload);  // "order=7 0x12ab..."

}  // namespace underround::journal
