#include "simulator/world_crypto.hpp"

#include <algorithm>
#include <cmath>

#include "simulator/probability.hpp"

namespace underround::simulator {
namespace {

struct Coin {
  std::string_view asset, name;
  double price, annual_volatility, step;
};
constexpr std::array<Coin, 4> kCoins{Coin{"btc", "Bitcoin", 96'850.0, 0.55, 0.1},
                                     Coin{"eth", "Ethereum", 3'412.0, 0.70, 0.01},
                                     Coin{"sol", "Solana", 187.5, 0.90, 0.01}, Coin{"xrp", "XRP", 2.31, 0.95, 0.0001}};
constexpr std::array<std::int64_t, 2> kLengths{300, 900};
constexpr double kSecondsPerYear = 365.0 * 86'400.0;
constexpr double kJumpsPerSecond = 1.0 / 240.0;
constexpr double kJumpInRootSeconds = 12.0;  // a jump moves like this many seconds' worth of volatility, squared
constexpr Nanos kResolveAfter = Nanos::from_seconds(8);
constexpr Nanos kOpenAfter = Nanos::from_seconds(2);

std::int64_t e8(double value) noexcept { return std::llround(value * 1e8); }

}  // namespace

WorldCrypto::WorldCrypto(WorldContext& context, Random rng) : context_(context), rng_(rng) {
  for (std::size_t i = 0; i < symbols_.size(); ++i) {
    symbols_[i].price = kCoins[i].price * (1.0 + 0.02 * rng_.normal());
    symbols_[i].volatility = kCoins[i].annual_volatility / std::sqrt(kSecondsPerYear);
    symbols_[i].step = kCoins[i].step;
    symbols_[i].update_id = 9'000'000'000ULL + rng_.below(1'000'000'000);
    symbols_[i].trade_id = 3'000'000'000ULL + rng_.below(100'000'000);
  }
}

void WorldCrypto::schedule(Nanos when, Turn turn, std::uint64_t value) {
  context_.scheduler.at(when, *this, value << 3 | static_cast<std::uint64_t>(turn));
}

void WorldCrypto::start() {
  const Nanos now = context_.scheduler.now();
  for (std::size_t i = 0; i < symbols_.size(); ++i) {
    symbols_[i].last = now;
    for (const std::int64_t length : kLengths) {
      const std::int64_t epoch = now.seconds() / length * length;
      for (std::int64_t ahead = 0; ahead <= context_.settings.windows_ahead; ++ahead) {
        list_window(i, length, epoch + ahead * length, true);
      }
    }
    schedule(now + Nanos::from_millis(static_cast<std::int64_t>(i) * 7 + 1), Turn::kQuote, i);
  }
}

void WorldCrypto::list_window(std::size_t symbol, std::int64_t length_s, std::int64_t epoch_s, bool at_once) {
  const Coin& coin = kCoins[symbol];
  const std::string tag = std::to_string(length_s / 60) + "m";
  ConditionSpec spec = base_spec();
  spec.slug = std::string(coin.asset) + "-updown-" + tag + "-" + std::to_string(epoch_s);
  spec.question = std::string(coin.name) + " Up or Down, " + tag + " from " + std::to_string(epoch_s);
  spec.outcomes = {"Up", "Down"};
  spec.tags = {"crypto", "up-or-down", tag};
  spec.resolution_source = "https://data.chain.link/streams/" + std::string(coin.asset) + "-usd";
  spec.fees = FeeSchedule::taker(70'000, 1);
  spec.taker_delay = true;
  spec.start_at = Nanos::from_seconds(epoch_s);
  spec.end_at = Nanos::from_seconds(epoch_s + length_s);
  ConditionSpec::Group group;
  group.slug = spec.slug;
  group.title = spec.question;
  group.series_slug = std::string(coin.asset) + "-up-or-down-" + tag;
  group.declared_conditions = 1;

  Window window;
  window.symbol = symbol;
  window.length_s = length_s;
  window.start = spec.start_at;
  window.end = spec.end_at;
  window.market = context_.venue.add_market(std::move(spec), context_.venue.add_group(group));
  context_.fairs.set(window.market, 0.5);
  const std::uint64_t index = windows_.size();
  windows_.push_back(window);
  const Nanos now = context_.scheduler.now();
  schedule(at_once ? now : now + kOpenAfter, Turn::kOpen, index);
  schedule(window.start, Turn::kWindowStart, index);
  schedule(window.end, Turn::kWindowEnd, index);
}

double WorldCrypto::price(std::string_view symbol) const noexcept {
  for (std::size_t i = 0; i < kSymbols.size(); ++i) {
    if (kSymbols[i] == symbol) return symbols_[i].price;
  }
  return 0;
}

void WorldCrypto::on_due(Nanos now, std::uint64_t payload) {
  const std::uint64_t value = payload >> 3;
  switch (static_cast<Turn>(payload & 7U)) {
    case Turn::kQuote: quote(value, now); break;
    case Turn::kOpen: context_.venue.open_market(windows_[value].market); break;
    case Turn::kWindowStart: {
      Window& window = windows_[value];
      move(symbols_[window.symbol], now);
      window.open_price = symbols_[window.symbol].price;
      running_[window.symbol].push_back(value);
      const auto ahead = static_cast<std::int64_t>(context_.settings.windows_ahead) + 1;
      const std::int64_t next = window.start.seconds() + window.length_s * ahead;
      list_window(window.symbol, window.length_s, next, false);
      break;
    }
    case Turn::kWindowEnd: {
      Window& window = windows_[value];
      move(symbols_[window.symbol], now);
      window.close_price = symbols_[window.symbol].price;
      std::erase(running_[window.symbol], value);
      context_.venue.close_market(window.market);
      schedule(now + kResolveAfter, Turn::kResolve, value);
      break;
    }
    case Turn::kResolve: {
      const Window& window = windows_[value];
      context_.venue.resolve_market(window.market, window.close_price >= window.open_price ? 0 : 1);
      break;
    }
  }
}

void WorldCrypto::move(Symbol& symbol, Nanos now) {
  const double dt = static_cast<double>((now - symbol.last).ns) * 1e-9;
  if (dt <= 0) return;
  double log_return = symbol.volatility * std::sqrt(dt) * rng_.normal();
  if (rng_.chance(kJumpsPerSecond * dt)) log_return += symbol.volatility * kJumpInRootSeconds * rng_.normal();
  symbol.price *= std::exp(log_return);
  symbol.last = now;
}

void WorldCrypto::quote(std::size_t index, Nanos now) {
  move(symbols_[index], now);
  publish(index, now);
  update_fairs(index, now);
  const double mean_s = static_cast<double>(context_.settings.reference_interval.ns) * 1e-9;
  schedule(now + Nanos::from_millis(2) + seconds(rng_.exponential(mean_s)), Turn::kQuote, index);
}

void WorldCrypto::publish(std::size_t index, Nanos now) {
  Symbol& symbol = symbols_[index];
  const double bid = std::floor(symbol.price / symbol.step) * symbol.step;
  ReferenceQuote quote{kSymbols[index], now, ++symbol.update_id, e8(bid), e8(bid + symbol.step), 0, 0};
  quote.bid_size_e8 = rng_.between(10'000'000, 900'000'000);
  quote.ask_size_e8 = rng_.between(10'000'000, 900'000'000);
  for (Listener* listener : context_.listeners) listener->on_reference_quote(quote);
  if (!rng_.chance(0.6)) return;
  const bool seller = rng_.chance(0.5);
  const ReferenceTrade trade{
      kSymbols[index], now, ++symbol.trade_id, seller ? quote.bid_e8 : quote.ask_e8, rng_.between(100'000, 50'000'000),
      seller};
  for (Listener* listener : context_.listeners) listener->on_reference_trade(trade);
}

void WorldCrypto::update_fairs(std::size_t index, Nanos now) {
  const Symbol& symbol = symbols_[index];
  for (const std::size_t w : running_[index]) {
    const Window& window = windows_[w];
    const double left = std::max(0.2, static_cast<double>((window.end - now).ns) * 1e-9);
    // Jumps add their variance to the diffusion's.
    const double variance = left * (1.0 + kJumpsPerSecond * kJumpInRootSeconds * kJumpInRootSeconds);
    const double z = std::log(symbol.price / window.open_price) / (symbol.volatility * std::sqrt(variance));
    context_.fairs.set(window.market, normal_cdf(z));
  }
}

}  // namespace underround::simulator
