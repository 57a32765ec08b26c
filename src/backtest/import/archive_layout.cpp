// The public archive of Polymarket's order books (PMXT, second version): one row for each event of each token, an hour
// a file, in the order of market, token, time; tools/parquet_rows.py gives them in the order of time. Its columns:
// https://archive.pmxt.dev/docs/v2-data-overview
#include <fmt/format.h>

#include <algorithm>

#include "backtest/import/table_layout.hpp"

namespace underround::backtest {
namespace {

// Thousands of events come every second. Where none come for so long the exporter was away, whatever it says.
constexpr Nanos kSilence = Nanos::from_seconds(60);

// [["0.41","120"],["0.40","33.5"]]: calls f(price, size) for each level; false when the text is something else.
template <class F>
bool each_level(std::string_view text, F&& f) {
  const auto skip = [&text](char c) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '"')) text.remove_prefix(1);
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
  };
  const auto value = [&text] {
    while (!text.empty() && (text.front() == ' ' || text.front() == '"')) text.remove_prefix(1);
    const std::size_t end = std::min(text.find_first_of("\",]"), text.size());
    const std::string_view number = text.substr(0, end);
    text.remove_prefix(end);
    return number;
  };
  if (!skip('[')) return false;
  if (skip(']')) return true;
  do {
    if (!skip('[')) return false;
    const std::string_view price = value();
    if (!skip(',')) return false;
    const std::string_view size = value();
    if (!skip(']') || !f(price, size)) return false;
  } while (skip(','));
  return skip(']');
}

class Archive final : public TableLayout {
 public:
  Archive(Row header, const LayoutContext& c)
      : target_(c.target),
        name_(c.name),
        columns_(header, {"timestamp_received", "timestamp", "market", "event_type", "asset_id", "bids", "asks",
                          "price", "size", "side", "best_bid", "best_ask", "new_tick_size"}) {
    target_.unknown(name_ +
                    ": the order of events of one market within a millisecond of receipt, the venue's book hashes");
  }
  [[nodiscard]] bool usable() const { return columns_.complete(); }
  bool gathers() const noexcept override { return true; }

  Took take(Row row, ImportFrame& frame) override {
    const auto received = time_cell(columns_(row, 0)), venue = time_cell(columns_(row, 1));
    const std::string_view type = columns_(row, 3);
    if (!received || !venue) return Took::kBad;
    // Rows of one message: the same market, moment and kind.
    const bool same = *received == frame.time && *venue == venue_ && columns_(row, 2) == market_ && type == type_;
    if (!frame.events.empty() && !same) return Took::kAnother;
    const InstrumentId token = target_.learn(columns_(row, 4), columns_(row, 2), name_);
    if (!token.valid()) {
      ++target_.report().unknown_tokens;
      return Took::kRow;
    }
    const bool fresh = frame.events.empty();
    if (fresh) {
      frame.begin(*received);
      silence(frame);
      venue_ = *venue;
      market_ = columns_(row, 2);
      type_ = type;
    }
    const std::size_t before = frame.events.size();
    if (!add(row, token, frame)) {
      frame.events.resize(fresh ? 0 : before);
      return Took::kBad;
    }
    target_.report().message(type);
    return Took::kRow;
  }
  void end() override {
    const auto bookless = std::ranges::count(began_, kWithoutBook);
    if (bookless > 0)
      target_.unknown(fmt::format("{}: the book of {} markets before their first one in the file", name_, bookless));
  }

 private:
  enum Began : std::uint8_t { kNot, kWithoutBook, kWithBook };

  void silence(ImportFrame& frame) {
    if (latest_ != Nanos{} && frame.time - latest_ > kSilence) {
      for (std::uint32_t i = 0; i < began_.size(); ++i) {
        if (began_[i] != kNot) frame.append(EventKind::kGap, VenueId::kPolymarket, i);
      }
      target_.gap(latest_, VenueId::kPolymarket,
                  fmt::format("{}: nothing from any market for {} s", name_, (frame.time - latest_).seconds()));
    }
    latest_ = std::max(latest_, frame.time);
  }
  bool add(Row row, InstrumentId token, ImportFrame& frame) {
    const ConditionId id = condition_of(token);
    if (began_.size() <= id.value) began_.resize(id.value + 1, kNot);
    if (type_ == "book") {
      if (began_[id.value] == kNot) began_[id.value] = kWithBook;
      return book(row, token, frame);
    }
    if (type_ == "tick_size_change") {
      const auto tick = price_cell(columns_(row, 12));
      if (!tick || !Tick{tick->pips}.known()) return false;
      Event::BookHead& head = frame.append(EventKind::kTickChange, VenueId::kPolymarket, token.value).book_head;
      head.venue_time = venue_;
      head.tick = Tick{tick->pips};
      return true;
    }
    const bool change = type_ == "price_change";
    if (!change && type_ != "last_trade_price") return false;
    const auto price = price_cell(columns_(row, 7));
    const auto size = shares_cell(columns_(row, 8));
    const bool buy = columns_(row, 9) == "BUY";
    if (!price || !size || (!buy && columns_(row, 9) != "SELL")) return false;
    if (change && began_[id.value] == kNot) began_[id.value] = kWithoutBook;
    Event::Level& level =
        frame.append(change ? EventKind::kLevel : EventKind::kTrade, VenueId::kPolymarket, token.value).level;
    level.venue_time = venue_;
    level.price = *price;
    level.size = *size;
    level.side = buy ? Side::kBuy : Side::kSell;
    level.best_bid = change ? price_cell(columns_(row, 10)).value_or(kNoPrice) : kNoPrice;
    level.best_ask = change ? price_cell(columns_(row, 11)).value_or(kNoPrice) : kNoPrice;
    return true;
  }
  bool book(Row row, InstrumentId token, ImportFrame& frame) {
    frame.snapshot_begin(VenueId::kPolymarket, token, venue_);
    for (const Side side : {Side::kBuy, Side::kSell}) {
      const bool good =
          each_level(columns_(row, side == Side::kBuy ? 5 : 6), [&](std::string_view p, std::string_view s) {
            const auto price = price_cell(p);
            const auto size = shares_cell(s);
            if (!price || !size) return false;
            frame.snapshot_level(VenueId::kPolymarket, token, side, *price, *size);
            return true;
          });
      if (!good) return false;
    }
    frame.snapshot_end(VenueId::kPolymarket, token, venue_);
    return true;
  }

  ImportTarget& target_;
  std::string name_;
  Columns columns_;
  Nanos venue_, latest_;
  std::string market_, type_;
  std::vector<Began> began_;  // by condition
};

}  // namespace

std::unique_ptr<TableLayout> make_archive(Row header, const LayoutContext& context) {
  auto layout = std::make_unique<Archive>(header, context);
  if (!layout->usable()) return nullptr;
  return layout;
}

}  // namespace underround::backtest
