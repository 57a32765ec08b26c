// Binance USD-M stream frames -> events (venue page 2.3): raw payloads or the combined {"stream","data"} envelope.
//   bookTicker -> kReferenceQuote      aggTrade, trade -> kReferenceTrade      subject = SymbolId
// Pure: no clock, no socket. Reads each frame once, front to back, and does not allocate after warm-up.
// Two connections may race (redundancy, roll-over): per symbol and stream only increasing update ids pass.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/event.hpp"
#include "venue/binance/symbol_table.hpp"

namespace underround::binance {

class MarketCodec {
 public:
  struct Counters {
    std::uint64_t messages = 0;  // frames given to decode()
    std::uint64_t quotes = 0, trades = 0;
    std::uint64_t decode_errors = 0;  // not JSON, a field missing, not a decimal, out of range
    std::uint64_t unknown = 0;        // other event types, subscription replies
    std::uint64_t unknown_symbols = 0;
    std::uint64_t stale = 0;  // update id not above the last one of the symbol
  };
  static constexpr std::size_t kPadding = 64;

  explicit MarketCodec(const SymbolTable& symbols);  // the table must outlive the codec; it may still grow
  ~MarketCodec();
  MarketCodec(MarketCodec&&) noexcept;
  MarketCodec& operator=(MarketCodec&&) noexcept;

  // Appends to `out`. kPadding bytes after the frame must be readable. Numbers may be strings or numbers.
  // Returns the symbol whose stream spoke, also when the update was stale; invalid for everything else.
  SymbolId decode(std::string_view padded_frame, Nanos received, std::uint16_t connection, std::vector<Event>& out);
  // Continuity is lost anyway (no connection was up): ids may start again from anywhere.
  void forget_sequences();
  [[nodiscard]] const Counters& counters() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace underround::binance
