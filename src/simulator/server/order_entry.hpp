// POST /order bodies -> venue orders -> the venue's answers (protocol pages 6.5 to 6.8 and 9). Checked in this order:
// the payload, owner and signer against the API key, the account's standing, the market, the amounts, the signature,
// and then everything the venue itself knows (mode, duplicates, tick, size, balance, book).
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "simulator/server/account_rules.hpp"
#include "simulator/server/api_keys.hpp"
#include "simulator/server/builder_trades.hpp"
#include "simulator/server/json_value.hpp"
#include "simulator/server/order_payload.hpp"
#include "simulator/server/order_wire.hpp"
#include "simulator/server/router.hpp"

namespace underround::simulator {

class OrderEntry {
 public:
  OrderEntry(Venue& venue, ApiKeys& keys, const OrderWire& wire, AccountRules& rules, BuilderTrades& builders)
      : venue_(venue), keys_(keys), wire_(wire), rules_(rules), builders_(builders) {}

  static constexpr std::size_t kMaxBatch = 15;
  [[nodiscard]] Reply post_order(const Credentials& by, std::string_view body);
  [[nodiscard]] Reply post_orders(const Credentials& by, std::string_view body);
  [[nodiscard]] std::uint64_t processed() const noexcept { return processed_; }
  // Whether this key may see and cancel the order: one of its wallets', and not across the wall between an owner's key
  // and a session key (protocol page 5.5).
  [[nodiscard]] bool is_of(const Credentials& by, const OrderRecord& order) const;

 private:
  struct Outcome {
    OrderResult result;
    Side side = Side::kBuy;
  };
  struct DigestHash {
    std::size_t operator()(const Digest& d) const noexcept;
  };
  [[nodiscard]] Outcome enter(const Credentials& by, const JsonValue& body);
  // Nothing when the order's signature is good and this key's.
  [[nodiscard]] std::optional<std::string_view> refuse_signature(const Credentials& by, const OrderPayload& order,
                                                                 const Digest& contents, ExchangeDomain domain);
  void append_answer(std::string& out, const Outcome& outcome) const;
  [[nodiscard]] Reply refusal(const OrderResult& result) const;

  Venue& venue_;
  ApiKeys& keys_;
  const OrderWire& wire_;
  AccountRules& rules_;
  std::unordered_map<Digest, std::string, DigestHash> session_orders_;  // -> address of the session key
  BuilderTrades& builders_;
  std::uint64_t processed_ = 0;
};

// 425 while the engine restarts, 503 while trading is disabled: what every order endpoint answers, cancels too.
[[nodiscard]] std::optional<Reply> refuse_in_mode(VenueMode mode);

}  // namespace underround::simulator
