// CLOB REST, the part that needs no key (protocol page 7).
#pragma once

#include <functional>
#include <string>

#include "simulator/server/book_wire.hpp"
#include "simulator/server/json_value.hpp"
#include "simulator/server/router.hpp"

namespace underround::simulator {

class ClobPublic {
 public:
  explicit ClobPublic(const Venue& venue) : venue_(venue), books_(venue) {}
  void add_routes(Router& router);

  static constexpr std::size_t kMaxBatch = 500;
  static constexpr std::size_t kPageMarkets = 500;

 private:
  using Token = Venue::Token;
  using Append = void (*)(std::string&, const Venue&, const Market&);
  void add_token_routes(Router& router);
  void add_batch_routes(Router& router);
  void add_market_routes(Router& router);
  // Runs `answer` on the token_id of the query, or says why not.
  [[nodiscard]] Reply with_token(const Call& call, const std::function<Reply(Token)>& answer) const;
  // Runs `answer` on every token of a POST body that is known; what it leaves empty is left out.
  [[nodiscard]] Reply batch(const Call& call, char open, char close,
                            const std::function<void(std::string&, Token, const JsonValue&)>& answer) const;
  [[nodiscard]] Reply market_page(const Call& call, bool open_only, Append append) const;
  [[nodiscard]] Reply history(const Call& call) const;
  [[nodiscard]] std::string price_of(Token token, Side side) const;
  [[nodiscard]] std::string mid_of(Token token) const;
  [[nodiscard]] std::string spread_of(Token token) const;

  const Venue& venue_;
  BookWire books_;
};

}  // namespace underround::simulator
