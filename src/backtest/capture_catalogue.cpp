#include "backtest/capture_catalogue.hpp"

#include <simdjson.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/decimal.hpp"

namespace underround::backtest {
namespace {

namespace dom = simdjson::dom;

std::string_view text_of(dom::object o, std::string_view key) noexcept {
  std::string_view value;
  return o.at_key(key).get_string().get(value) == simdjson::SUCCESS ? value : std::string_view{};
}

struct Market {
  std::string id;
  std::vector<std::uint32_t> tokens;  // by first appearance
};

// The coarsest of the venue's grids that holds every price seen.
class TickGuess {
 public:
  void saw(std::string_view price) {
    const auto pips = parse_decimal(price, Price::kDecimals);
    if (pips && *pips > 0 && *pips < Price::kPipsPerUsd) divisor_ = std::gcd(divisor_, *pips);
  }
  [[nodiscard]] Tick tick() const {
    if (divisor_ == 0) return Tick{};
    for (const Tick tick : {kTick001, kTick0005, kTick00025, kTick0001, kTick00001}) {
      if (divisor_ % tick.pips == 0) return tick;
    }
    return Tick{};
  }

 private:
  std::int64_t divisor_ = 0;
};

ConditionSpec learned_spec(std::string condition_id, std::string first, std::string second, Tick tick) {
  ConditionSpec spec;
  spec.tick = tick;
  spec.condition_id = std::move(condition_id);
  spec.tokens = {std::move(first), std::move(second)};
  spec.outcomes = {"first", "second"};
  spec.phase = MarketPhase::kOpen;
  return spec;
}

}  // namespace

struct PairLearner::State {
  dom::parser parser;
  std::vector<std::string> tokens;  // by first appearance
  std::vector<TickGuess> ticks;     // per token
  std::unordered_map<std::string, std::uint32_t> token_index;
  std::vector<std::int64_t> market_of;  // per token: index into markets, -1 = not said
  std::vector<Market> markets;
  std::unordered_map<std::string, std::size_t> market_index;

  // The token's tick guess; nullptr when there is no token.
  TickGuess* saw(std::string_view token, std::string_view market_id) {
    if (token.empty()) return nullptr;
    const auto [place, fresh] = token_index.try_emplace(std::string(token), static_cast<std::uint32_t>(tokens.size()));
    if (fresh) {
      tokens.emplace_back(token);
      ticks.emplace_back();
      market_of.push_back(-1);
    }
    const std::uint32_t index = place->second;
    if (market_id.empty() || market_of[index] >= 0) return &ticks[index];
    const auto [at, new_market] = market_index.try_emplace(std::string(market_id), markets.size());
    if (new_market) markets.push_back({std::string(market_id), {}});
    market_of[index] = static_cast<std::int64_t>(at->second);
    markets[at->second].tokens.push_back(index);
    return &ticks[index];
  }
  void message(dom::element element) {
    dom::object o;
    if (element.get_object().get(o) != simdjson::SUCCESS) return;
    const std::string_view market = text_of(o, "market");
    if (TickGuess* tick = saw(text_of(o, "asset_id"), market)) {
      for (const char* side : {"bids", "asks", "changes"})
        each(o, side, [&](dom::object level) { price(level, *tick); });
    }
    each(o, "price_changes", [&](dom::object change) {
      if (TickGuess* tick = saw(text_of(change, "asset_id"), market)) price(change, *tick);
    });
  }
  static void price(dom::object level, TickGuess& tick) { tick.saw(text_of(level, "price")); }
  template <class F>
  static void each(dom::object o, std::string_view key, F&& f) {
    dom::array list;
    if (o.at_key(key).get_array().get(list) != simdjson::SUCCESS) return;
    for (const dom::element element : list) {
      dom::object member;
      if (element.get_object().get(member) == simdjson::SUCCESS) f(member);
    }
  }
};

PairLearner::PairLearner() : state_(std::make_unique<State>()) {}
PairLearner::~PairLearner() = default;

void PairLearner::observe(std::string_view padded_frame) {
  dom::element root;
  if (state_->parser.parse(padded_frame.data(), padded_frame.size(), false).get(root) != simdjson::SUCCESS) return;
  dom::array messages;
  if (root.get_array().get(messages) != simdjson::SUCCESS) return state_->message(root);
  for (const dom::element message : messages) state_->message(message);
}

std::size_t PairLearner::add_to(Catalogue& catalogue) const {
  std::size_t added = 0;
  const auto add = [&](const ConditionSpec& spec) {
    if (catalogue.find_token(spec.tokens[0]).valid() || catalogue.find_token(spec.tokens[1]).valid()) return;
    if (catalogue.add(spec)) ++added;
  };
  for (Market market : state_->markets) {
    std::ranges::sort(market.tokens);
    // More than two tokens in one "market" cannot be a condition: nothing is known about it.
    if (market.tokens.size() > 2) continue;
    std::string first = state_->tokens[market.tokens[0]];
    std::string second = market.tokens.size() == 2 ? state_->tokens[market.tokens[1]] : "capture:" + first + ":other";
    // The books mirror each other, so both tokens have the market's tick.
    Tick tick = state_->ticks[market.tokens.front()].tick();
    const Tick other = state_->ticks[market.tokens.back()].tick();
    if (other.known() && (!tick.known() || other.pips < tick.pips)) tick = other;
    add(learned_spec(market.id, std::move(first), std::move(second), tick));
  }
  for (std::size_t i = 0; i < state_->tokens.size(); ++i) {
    if (state_->market_of[i] >= 0) continue;
    const std::string& token = state_->tokens[i];
    add(learned_spec("capture:" + token, token, "capture:" + token + ":other", state_->ticks[i].tick()));
  }
  return added;
}

std::size_t add_markets(std::span<const ConditionSpec> markets, Catalogue& catalogue) {
  std::size_t refused = 0;
  for (const ConditionSpec& spec : markets) {
    if (!catalogue.add(spec)) ++refused;
  }
  return refused;
}

}  // namespace underround::backtest
