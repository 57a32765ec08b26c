// The name of a reference symbol (kSymbol): u16 SymbolId, then "BTCUSDT".
#pragma once

#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "journal/record.hpp"

namespace underround::journal {

struct JournalledSymbol {
  SymbolId id;
  std::string_view name;
};

// Into `buffer`, which is reused; good until its next use.
[[nodiscard]] inline Bytes encode_symbol(const JournalledSymbol& symbol, std::vector<std::uint8_t>& buffer) {
  buffer.resize(sizeof symbol.id.value + symbol.name.size());
  std::memcpy(buffer.data(), &symbol.id.value, sizeof symbol.id.value);
  std::memcpy(buffer.data() + sizeof symbol.id.value, symbol.name.data(), symbol.name.size());
  return buffer;
}

// The name points into `payload`.
[[nodiscard]] inline std::optional<JournalledSymbol> decode_symbol(Bytes payload) noexcept {
  JournalledSymbol symbol;
  if (payload.size() <= sizeof symbol.id.value) return std::nullopt;
  std::memcpy(&symbol.id.value, payload.data(), sizeof symbol.id.value);
  symbol.name = {reinterpret_cast<const char*>(payload.data()) + sizeof symbol.id.value,
                 payload.size() - sizeof symbol.id.value};
  return symbol;
}

}  // namespace underround::journal
