// Reference symbols (BTCUSDT) -> dense SymbolId. Filled at start-up; find() does not allocate.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"

namespace underround::binance {

class SymbolTable {
 public:
  SymbolTable() = default;
  explicit SymbolTable(const std::vector<std::string>& symbols) {
    for (const std::string& symbol : symbols) add(symbol);
  }
  // Upper-cased; adding a known symbol returns its id.
  SymbolId add(std::string_view symbol);
  // Exact upper-case name, as the venue sends it. Invalid when unknown.
  [[nodiscard]] SymbolId find(std::string_view symbol) const noexcept;
  [[nodiscard]] const std::string& name(SymbolId id) const noexcept { return names_[id.value]; }
  [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }

 private:
  void rehash(std::size_t slots);
  std::vector<std::string> names_;
  std::vector<SymbolId> slots_;  // open addressing, a power of two
};

}  // namespace underround::binance
