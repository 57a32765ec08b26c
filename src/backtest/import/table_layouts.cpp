// The layouts of tables with best prices or the top of a book, and of reference prices.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "backtest/import/table_layout.hpp"

namespace underround::backtest {
namespace {

constexpr Shares kStandIn = Shares::whole(1);

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

// "BTCUSDT-aggTrades-2024-08-08" -> BTCUSDT; "btcusdt_20240808" -> BTCUSDT.
std::string symbol_of(std::string_view stem) { return upper(stem.substr(0, stem.find_first_of("-_"))); }

std::optional<Price> optional_price(std::string_view cell, bool& wrong) {
  if (cell.empty()) return std::nullopt;
  const auto price = price_cell(cell);
  wrong = wrong || !price;
  return price;
}

// --- top levels of both tokens of one market, sampled (data of up/down windows)

class SampledPair final : public TableLayout {
 public:
  SampledPair(Row header, const LayoutContext& c)
      : target_(c.target),
        name_(c.name),
        columns_(header, {"ts_ms", "condition_id", "market_slug", "token_id_up", "token_id_down", "window_start_ms",
                          "window_end_ms", "chainlink_btc"}),
        trades_{Columns(header, {"last_trade_px_up", "last_trade_sz_up", "last_trade_side_up"}),
                Columns(header, {"last_trade_px_down", "last_trade_sz_down", "last_trade_side_down"})} {
    for (std::size_t outcome = 0; outcome < 2; ++outcome) {
      const std::string token = outcome == 0 ? "up" : "down";
      for (std::size_t level = 1;; ++level) {
        const std::string n = fmt::format("{}_{}", token, level);
        const std::string bid = "bid_px_" + n, bid_size = "bid_sz_" + n, ask = "ask_px_" + n, ask_size = "ask_sz_" + n;
        Columns found(header, {bid, bid_size, ask, ask_size});
        if (!found.complete()) break;
        levels_[outcome].push_back(std::move(found));
      }
    }
    target_.unknown(name_ + ": every change between two samples, depth below level " +
                    std::to_string(levels_[0].size()) +
                    ", trades but the last before each sample, the venue's own times");
  }
  [[nodiscard]] bool usable() const {
    return columns_.complete() && !levels_[0].empty() && trades_[0].complete() && trades_[1].complete();
  }

  Took take(Row row, ImportFrame& frame) override {
    const auto at = time_cell(columns_(row, 0));
    if (!at || !market(row, *at)) return Took::kBad;
    frame.begin(*at);
    books(row, frame);
    trade(row, 0, frame);
    trade(row, 1, frame);
    oracle(columns_(row, 7), frame);
    if (wrong_) {
      frame.events.clear();
      wrong_ = false;
      return Took::kBad;
    }
    target_.report().message(frame.events.empty() ? "repeated sample" : "sample");
    return Took::kRow;
  }

 private:
  bool market(Row row, Nanos) {
    const std::string_view id = columns_(row, 1);
    if (id == condition_text_) return true;
    ConditionSpec spec;
    spec.condition_id = id;
    spec.slug = columns_(row, 2);
    spec.tokens = {std::string(columns_(row, 3)), std::string(columns_(row, 4))};
    spec.outcomes = {"Up", "Down"};
    spec.phase = MarketPhase::kOpen;
    spec.accepting_orders = true;
    spec.version = MarketVersion::kV1;
    spec.start_at = time_cell(columns_(row, 5)).value_or(Nanos{});
    spec.end_at = time_cell(columns_(row, 6)).value_or(Nanos{});
    spec.tags = {std::string(kTagDepth) + std::to_string(levels_[0].size()), std::string(kTagSampled),
                 std::string(kTagPartialTrades)};
    condition_ = target_.add(std::move(spec), name_);
    condition_text_ = condition_.valid() ? std::string(id) : std::string();
    before_ = {};
    trades_before_ = {};
    return condition_.valid();
  }
  // Both tokens, when either changed: they are one book seen twice.
  void books(Row row, ImportFrame& frame) {
    std::array<std::string, 2> now;
    for (std::size_t outcome = 0; outcome < 2; ++outcome) {
      for (const Columns& level : levels_[outcome]) {
        for (std::size_t i = 0; i < 4; ++i) {
          now[outcome] += level(row, i);
          now[outcome] += ',';
        }
      }
    }
    if (now == before_) return;
    for (unsigned outcome = 0; outcome < 2; ++outcome) {
      const InstrumentId token = instrument_of(condition_, outcome);
      frame.snapshot_begin(VenueId::kPolymarket, token, frame.time);
      for (const Columns& level : levels_[outcome]) {
        side(level(row, 0), level(row, 1), Side::kBuy, token, frame);
        side(level(row, 2), level(row, 3), Side::kSell, token, frame);
      }
      frame.snapshot_end(VenueId::kPolymarket, token, frame.time);
    }
    before_ = std::move(now);
  }
  void side(std::string_view price_text, std::string_view size_text, Side side, InstrumentId token,
            ImportFrame& frame) {
    const auto price = optional_price(price_text, wrong_);
    if (!price) return;
    const auto size = shares_cell(size_text);
    if (!size) {
      wrong_ = true;
    } else if (size->micros > 0) {
      frame.snapshot_level(VenueId::kPolymarket, token, side, *price, *size);
    }
  }
  // The first one seen is older than the recording.
  void trade(Row row, std::size_t outcome, ImportFrame& frame) {
    const Columns& c = trades_[outcome];
    const std::string now = fmt::format("{},{},{}", c(row, 0), c(row, 1), c(row, 2));
    const bool first = trades_before_[outcome].empty();
    if (now == trades_before_[outcome] || c(row, 0).empty()) return;
    trades_before_[outcome] = now;
    if (first) return;
    const auto price = price_cell(c(row, 0));
    const auto size = shares_cell(c(row, 1));
    const bool buy = c(row, 2) == "BUY";
    if (!price || !size || (!buy && c(row, 2) != "SELL")) {
      wrong_ = true;
      return;
    }
    Event::Level& level = frame
                              .append(EventKind::kTrade, VenueId::kPolymarket,
                                      instrument_of(condition_, static_cast<unsigned>(outcome)).value)
                              .level;
    level.venue_time = frame.time;
    level.price = *price;
    level.size = *size;
    level.side = buy ? Side::kBuy : Side::kSell;
    level.best_bid = level.best_ask = kNoPrice;
  }
  void oracle(std::string_view cell, ImportFrame& frame) {
    if (cell.empty() || cell == oracle_before_) return;
    oracle_before_ = cell;
    const auto price = quote_cell(cell);
    if (!price || *price <= 0) {
      wrong_ = true;
      return;
    }
    Event::Quote quote{};
    quote.bid_e8 = quote.ask_e8 = *price;
    frame.reference(EventKind::kReferenceTrade, VenueId::kNone, target_.symbol("chainlink:btc/usd"), quote);
  }

  ImportTarget& target_;
  std::string name_;
  Columns columns_;
  std::array<Columns, 2> trades_;
  std::array<std::vector<Columns>, 2> levels_;
  std::string condition_text_, oracle_before_;
  ConditionId condition_;
  std::array<std::string, 2> before_, trades_before_;
  bool wrong_ = false;
};

// --- best prices without sizes: a book of one level a side

class BestPrices : public TableLayout {
 public:
  BestPrices(ImportTarget& target, std::string name) : target_(target), name_(std::move(name)) {}

 protected:
  struct Market {
    ConditionId condition;
    std::optional<Price> bid, ask;
    bool known = false;
  };
  // A new book when a price changed; else word that the prices still stand.
  void quote(Market& market, VenueId venue, std::optional<Price> bid, std::optional<Price> ask, ImportFrame& frame) {
    const InstrumentId token = instrument_of(market.condition, 0);
    if (market.known && market.bid == bid && market.ask == ask) {
      Event::Level& level = frame.append(EventKind::kTopOfBook, venue, token.value).level;
      level.venue_time = frame.time;
      level.best_bid = bid.value_or(Price{0});
      level.best_ask = ask.value_or(kOneUsd);
      return;
    }
    frame.snapshot_begin(venue, token, frame.time);
    if (bid) frame.snapshot_level(venue, token, Side::kBuy, *bid, kStandIn);
    if (ask) frame.snapshot_level(venue, token, Side::kSell, *ask, kStandIn);
    frame.snapshot_end(venue, token, frame.time);
    market = {market.condition, bid, ask, true};
  }
  static std::vector<std::string> marks() {
    return {std::string(kTagDepth) + "1", std::string(kTagSizesUnknown), std::string(kTagPartialTrades)};
  }

  ImportTarget& target_;
  std::string name_;
  std::unordered_map<std::string, Market> markets_;
};

// Prices strictly inside 0..1 can rest in a book.
std::optional<Price> inside(std::optional<Price> price) {
  return price && price->pips > 0 && *price < kOneUsd ? price : std::nullopt;
}

class PolledQuotes final : public BestPrices {
 public:
  PolledQuotes(Row header, const LayoutContext& c, const MarketNames& names)
      : BestPrices(c.target, c.name), columns_(header, {"ts", "slug", "bid", "ask"}), names_(names) {
    target_.unknown(name_ +
                    ": sizes, depth below the best level, trades, everything between two polls, fees and ticks");
  }
  bool gathers() const noexcept override { return true; }

  // All rows of one moment are one poll. Their markets were not asked at the same instant; nobody wrote down when.
  Took take(Row row, ImportFrame& frame) override {
    if (columns_(row, 0) != poll_text_) {
      const auto at = time_cell(columns_(row, 0));
      if (!at) return Took::kBad;
      if (!frame.events.empty()) return Took::kAnother;
      poll_text_ = columns_(row, 0);
      poll_ = *at;
    }
    bool wrong = false;
    const auto bid = optional_price(columns_(row, 2), wrong), ask = optional_price(columns_(row, 3), wrong);
    if (wrong || columns_(row, 1).empty()) return Took::kBad;
    Market& market = find(columns_(row, 1));
    if (!market.condition.valid()) return Took::kBad;
    if (frame.events.empty()) frame.begin(poll_);
    quote(market, VenueId::kNone, inside(bid), inside(ask), frame);
    target_.report().message("quote row");
    return Took::kRow;
  }

 private:
  Market& find(std::string_view slug) {
    key_ = slug;
    const auto [place, fresh] = markets_.try_emplace(key_);
    if (!fresh) return place->second;
    ConditionSpec spec;
    spec.venue = VenueId::kNone;  // no venue this engine trades on
    spec.condition_id = "polymarket-us:" + key_;
    spec.tokens = {spec.condition_id + ":yes", spec.condition_id + ":no"};
    spec.outcomes = {"Yes", "No"};
    spec.slug = key_;
    if (const auto words = names_.find(key_); words != names_.end()) {
      spec.question = words->second.question;
      if (!words->second.category.empty()) spec.tags.push_back(words->second.category);
    }
    spec.phase = MarketPhase::kOpen;
    for (std::string& tag : marks()) spec.tags.push_back(std::move(tag));
    spec.tags.emplace_back(kTagSampled);
    place->second.condition = target_.add(std::move(spec), name_);
    return place->second;
  }
  Columns columns_;
  const MarketNames& names_;
  std::string poll_text_, key_;
  Nanos poll_;
};

class KalshiQuotes final : public BestPrices {
 public:
  KalshiQuotes(Row header, const LayoutContext& c)
      : BestPrices(c.target, c.name), columns_(header, {"timestamp", "market_ticker", "best_yes_bid", "best_no_bid"}) {
    target_.unknown(name_ +
                    ": sizes, depth below the best level, trades, fees, quiet times against a collector that stopped, "
                    "the venue's own times; the recorder's clock says no time zone and is read as UTC");
  }
  Took take(Row row, ImportFrame& frame) override {
    const auto at = time_cell(columns_(row, 0));
    const auto yes = whole_cell(columns_(row, 2)), no = whole_cell(columns_(row, 3));
    if (!at || !yes || !no || *yes < 0 || *yes > 100 || *no < 0 || *no > 100 || columns_(row, 1).empty())
      return Took::kBad;
    Market& market = find(columns_(row, 1));
    if (!market.condition.valid()) return Took::kBad;
    frame.begin(*at);
    target_.report().message("quote row");
    // No bid for either: not quoted any more (the collector writes such rows after the close), which is no price.
    if (*yes == 0 && *no == 0) {
      if (market.known) frame.append(EventKind::kGap, VenueId::kKalshi, market.condition.value);
      market = {.condition = market.condition, .bid = {}, .ask = {}};
      return Took::kRow;
    }
    // A bid for NO at p is an offer of YES at 1 - p (law 3).
    quote(market, VenueId::kKalshi, inside(Price{static_cast<std::int32_t>(*yes) * 100}),
          inside(Price{static_cast<std::int32_t>(100 - *no) * 100}), frame);
    return Took::kRow;
  }

 private:
  Market& find(std::string_view ticker) {
    const auto [place, fresh] = markets_.try_emplace(std::string(ticker));
    if (!fresh) return place->second;
    ConditionSpec spec;
    spec.venue = VenueId::kKalshi;
    spec.condition_id = "kalshi:" + std::string(ticker);
    spec.tokens = {spec.condition_id + ":yes", spec.condition_id + ":no"};
    spec.outcomes = {"Yes", "No"};
    spec.slug = ticker;
    spec.group.slug = ticker.substr(0, ticker.rfind('-'));
    spec.group.id = spec.group.title = spec.group.slug;
    spec.tick = kTick001;
    spec.phase = MarketPhase::kOpen;
    spec.tags = marks();
    place->second.condition = target_.add(std::move(spec), name_);
    return place->second;
  }
  Columns columns_;
};

// --- reference prices

class BinanceRows final : public TableLayout {
 public:
  BinanceRows(TableKind kind, Row header, bool bare, const LayoutContext& c)
      : target_(c.target),
        trades_(kind == TableKind::kAggTrades),
        columns_(columns_of(kind, header, bare)),
        symbol_(target_.symbol(symbol_of(c.stem))) {
    target_.unknown(c.name + ": receive times, which market of Binance (the file name does not say)");
  }
  [[nodiscard]] bool usable() const { return columns_.complete(); }

  Took take(Row row, ImportFrame& frame) override {
    const auto at = time_cell(columns_(row, 0));
    std::array<std::optional<std::int64_t>, 4> n;
    for (std::size_t i = 0; i < (trades_ ? 2U : 4U); ++i) n[i] = quote_cell(columns_(row, i + 1));
    if (!at || !n[0] || !n[1] || *n[0] <= 0 || *n[1] < 0 || (!trades_ && (!n[2] || !n[3] || *n[2] <= 0 || *n[3] < 0))) {
      return Took::kBad;
    }
    Event::Quote quote{};
    quote.venue_time = *at;
    quote.bid_e8 = *n[0];
    quote.bid_size_e8 = *n[1];
    quote.ask_e8 = trades_ ? *n[0] : *n[2];
    quote.ask_size_e8 = trades_ ? 0 : *n[3];
    frame.begin(*at);
    frame.reference(trades_ ? EventKind::kReferenceTrade : EventKind::kReferenceQuote, VenueId::kBinance, symbol_,
                    quote);
    target_.report().message(trades_ ? "binance aggTrade" : "binance bookTicker");
    return Took::kRow;
  }

 private:
  // Layouts of the public archive of Binance. aggTrades: id, price, quantity, first id, last id, time, buyer is maker.
  // bookTicker: id, bid, its size, ask, its size, transaction time, event time.
  template <std::size_t N>
  using Names = std::array<std::string_view, N>;
  static constexpr Names<7> kPlaces = {"0", "1", "2", "3", "4", "5", "6"};
  static constexpr Names<3> kBareTrades = {"5", "1", "2"}, kTrades = {"transact_time", "price", "quantity"};
  static constexpr Names<5> kBareQuotes = {"5", "1", "2", "3", "4"};
  static constexpr Names<5> kQuotes = {"transaction_time", "best_bid_price", "best_bid_qty", "best_ask_price",
                                       "best_ask_qty"};
  static constexpr Names<5> kQuotesByEvent = {"event_time", "best_bid_price", "best_bid_qty", "best_ask_price",
                                              "best_ask_qty"};
  static Columns columns_of(TableKind kind, Row header, bool bare) {
    const bool trades = kind == TableKind::kAggTrades;
    if (bare) return Columns(kPlaces, trades ? Row(kBareTrades) : Row(kBareQuotes));
    if (trades) return Columns(header, Row(kTrades));
    const bool transaction = std::ranges::find(header, "transaction_time") != header.end();
    return Columns(header, transaction ? Row(kQuotes) : Row(kQuotesByEvent));
  }

  ImportTarget& target_;
  bool trades_;
  Columns columns_;
  SymbolId symbol_;
};

class Oracle final : public TableLayout {
 public:
  Oracle(Row header, const LayoutContext& c)
      : target_(c.target), columns_(header, {"feed_ts_ms", "full_accuracy_value", "recv_ms"}) {
    // "ligengxin96.BTCUSD-prices-..." or "BTCUSD-prices-...": the pair stands before "-prices".
    std::string_view name = c.name;
    name = name.substr(name.find_last_of("/:") + 1);
    const std::size_t end = name.find("-prices");
    name = name.substr(0, end);
    name = name.substr(name.find_last_of('.') + 1);
    std::string pair;
    for (const char letter : name) pair += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    if (end != std::string_view::npos && pair.size() > 3 && pair.ends_with("usd")) pair.insert(pair.size() - 3, "/");
    symbol_ = target_.symbol("chainlink:" + pair);
  }
  Took take(Row row, ImportFrame& frame) override {
    const auto feed = time_cell(columns_(row, 0)), received = time_cell(columns_(row, 2));
    const auto price = oracle_cell(columns_(row, 1));
    if (!feed || !received || !price) return Took::kBad;
    Event::Quote quote{};
    quote.venue_time = *feed;
    quote.bid_e8 = quote.ask_e8 = *price;
    frame.begin(*received);
    frame.reference(EventKind::kReferenceTrade, VenueId::kNone, symbol_, quote);
    target_.report().message("chainlink price");
    return Took::kRow;
  }

 private:
  ImportTarget& target_;
  Columns columns_;
  SymbolId symbol_;
};

}  // namespace

std::unique_ptr<TableLayout> make_sampled_pair(Row header, const LayoutContext& context) {
  auto layout = std::make_unique<SampledPair>(header, context);
  if (!layout->usable()) return nullptr;
  return layout;
}
std::unique_ptr<TableLayout> make_polled_quotes(Row header, const LayoutContext& context, const MarketNames& names) {
  return std::make_unique<PolledQuotes>(header, context, names);
}
std::unique_ptr<TableLayout> make_kalshi_quotes(Row header, const LayoutContext& context) {
  return std::make_unique<KalshiQuotes>(header, context);
}
std::unique_ptr<TableLayout> make_binance_rows(TableKind kind, Row header, bool bare, const LayoutContext& context) {
  auto layout = std::make_unique<BinanceRows>(kind, header, bare, context);
  if (!layout->usable()) return nullptr;
  return layout;
}
std::unique_ptr<TableLayout> make_oracle(Row header, const LayoutContext& context) {
  return std::make_unique<Oracle>(header, context);
}

}  // namespace underround::backtest
