// The account's own stream: user-channel frames and trade pages -> core Events (protocol pages 8 and 12.5).
//   UserCodec codec(catalogue, names, api_key);   codec.decode(frame, received, connection, events);
// Pure: the same frame gives the same events, so redelivery (reconnect, second socket, REST after WebSocket) repeats
// kFill with the same fill_id and the ledger drops it.
//
// One trade can be ours on either side. As taker: one kFill per maker row at the row's price (1 - price when the row is
// the other outcome: MINT or MERGE), because the taker trades at each maker's price and a mean of them is not a number
// of pips; when the rows do not add up to the trade's size, one kFill at the trade's own price. As maker: the rows
// whose order is ours, with the row's own asset, price and side. Every status other than MATCHED adds a kSettlement.
// Fees are computed from the market's schedule for taker fills: the frame's fee_rate_bps is a dead field (page 11).
// Orders of this account that we never named (placed by hand, by another program, before a restart) are counted as
// `foreign`; their trades become kFill without an order once adopt_foreign() has said from when on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.hpp"
#include "core/ids.hpp"
#include "market/catalogue.hpp"
#include "venue/polymarket/order_names.hpp"

namespace underround::polymarket {

// "MATCHED", "TRADE_STATUS_MINED", "FAILED_reverted": by prefix. kMatched for words we do not know: a match happened.
[[nodiscard]] SettlementStatus settlement_of(std::string_view status) noexcept;

// Stable across processes and machines. `counterparty` is the maker's order for taker fills, empty for maker fills.
[[nodiscard]] std::uint64_t fill_id_of(std::string_view trade_id, const Digest& order,
                                       std::string_view counterparty) noexcept;

// First frame on the socket; no "markets" member = all markets.
[[nodiscard]] std::string user_subscription(std::string_view api_key, std::string_view secret,
                                            std::string_view passphrase);

class UserCodec {
 public:
  struct Counters {
    std::uint64_t frames = 0, orders = 0, trades = 0;
    std::uint64_t malformed = 0;      // not JSON, or neither object nor array
    std::uint64_t unknown_types = 0;  // skipped
    std::uint64_t bad_fields = 0;     // a message of ours without a usable price or size: skipped
    std::uint64_t foreign = 0;        // orders and trades of this account that we did not name
  };

  // The catalogue and the names are read on the hot thread and must outlive the codec.
  UserCodec(const Catalogue& catalogue, const OrderNames& names, std::string api_key);
  ~UserCodec();

  // Appends to `out`. An object or an array of objects; text PONG and blanks are ignored.
  void decode(std::string_view frame, Nanos received, std::uint16_t connection, std::vector<Event>& out);

  // A page of GET /data/trades, or a bare array. Same events as from the stream.
  struct TradesPage {
    bool readable = false;
    std::string next_cursor;    // empty at the end
    std::size_t unsettled = 0;  // trades neither confirmed nor failed
  };
  [[nodiscard]] TradesPage decode_trades(std::string_view body, Nanos received, std::vector<Event>& out);

  // Trades matched from this venue time on change the account and must reach the ledger; older ones are in the balances
  // that the ledger started from. Off until called.
  void adopt_foreign(std::int64_t matched_from_s) noexcept;

  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  Counters counters_;
};

}  // namespace underround::polymarket
