// BTC, ETH, SOL, XRP: a jump-diffusion spot price that the Binance stream shows first, and the 5 and 15 minute up/down
// windows on it (protocol 14.1).
// Assumptions: log price = Brownian motion plus Poisson jumps (annual volatility per symbol, a jump every few minutes);
// settlement uses the same spot price, Up when close >= open; fair = normal probability of the rest of the window.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "simulator/world_context.hpp"

namespace underround::simulator {

class WorldCrypto final : public Task {
 public:
  static constexpr std::array<std::string_view, 4> kSymbols{"BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT"};

  WorldCrypto(WorldContext& context, Random rng);
  void start();
  [[nodiscard]] double price(std::string_view symbol) const noexcept;
  void on_due(Nanos now, std::uint64_t payload) override;

 private:
  enum class Turn : std::uint8_t { kQuote, kOpen, kWindowStart, kWindowEnd, kResolve };
  struct Symbol {
    double price = 0;
    double volatility = 0;  // per square root of a second
    double step = 0;        // smallest price step
    Nanos last;
    std::uint64_t update_id = 0, trade_id = 0;
  };
  struct Window {
    std::size_t symbol = 0;
    std::int64_t length_s = 0;
    Nanos start, end;
    double open_price = 0;  // 0 = not started
    double close_price = 0;
    MarketId market;
  };
  void list_window(std::size_t symbol, std::int64_t length_s, std::int64_t epoch_s, bool at_once);
  void quote(std::size_t index, Nanos now);
  void move(Symbol& symbol, Nanos now);
  void publish(std::size_t index, Nanos now);
  void update_fairs(std::size_t index, Nanos now);
  void schedule(Nanos when, Turn turn, std::uint64_t value);

  WorldContext& context_;
  Random rng_;
  std::array<Symbol, kSymbols.size()> symbols_;
  std::vector<Window> windows_;
  std::array<std::vector<std::size_t>, kSymbols.size()> running_;  // windows that move with the price
};

}  // namespace underround::simulator
