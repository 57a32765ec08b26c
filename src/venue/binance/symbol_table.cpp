#include "venue/binance/symbol_table.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/stable_hash.hpp"

namespace underround::binance {

SymbolId SymbolTable::add(std::string_view symbol) {
  std::string upper(symbol);
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  if (const SymbolId known = find(upper); known.valid()) return known;
  UR_CHECK(names_.size() < SymbolId::kNoneValue);
  names_.push_back(std::move(upper));
  rehash(std::max<std::size_t>(16, slots_.size() < names_.size() * 2 ? slots_.size() * 2 : slots_.size()));
  return SymbolId{static_cast<std::uint16_t>(names_.size() - 1)};
}

SymbolId SymbolTable::find(std::string_view symbol) const noexcept {
  if (slots_.empty()) return {};
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = stable_hash(symbol) & mask;; i = (i + 1) & mask) {
    if (!slots_[i].valid()) return {};
    if (names_[slots_[i].value] == symbol) return slots_[i];
  }
}

void SymbolTable::rehash(std::size_t slots) {
  slots_.assign(slots, SymbolId{});
  for (std::size_t n = 0; n < names_.size(); ++n) {
    std::size_t i = stable_hash(names_[n]) & (slots - 1);
    while (slots_[i].valid()) i = (i + 1) & (slots - 1);
    slots_[i] = SymbolId{static_cast<std::uint16_t>(n)};
  }
}

}  // namespace underround::binance
