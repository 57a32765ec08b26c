#include "backtest/import/table_source.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "backtest/import/table_layout.hpp"

namespace underround::backtest {
namespace {

bool holds(Row header, std::initializer_list<std::string_view> names) {
  return std::ranges::all_of(names, [&](std::string_view n) { return std::ranges::find(header, n) != header.end(); });
}

// Rows of Binance's archive without a header: numbers, and a word for "buyer is maker" in trades.
TableKind bare_kind(Row row) {
  const auto number = [&row](std::size_t i) { return quote_cell(row[i]) || whole_cell(row[i]); };
  const auto is_bool = [](std::string_view text) {
    return text == "true" || text == "false" || text == "True" || text == "False";
  };
  if (row.size() != 7 && row.size() != 8) return TableKind::kNone;
  for (std::size_t i = 0; i < 6; ++i) {
    if (!number(i)) return TableKind::kNone;
  }
  if (is_bool(row[6])) return TableKind::kAggTrades;
  return row.size() == 7 && number(6) ? TableKind::kBookTicker : TableKind::kNone;
}

std::string stem_of(std::string_view name) {
  name = name.substr(name.find_last_of("/:") + 1);
  return std::string(name.substr(0, name.find('.')));
}

}  // namespace

Columns::Columns(Row header, Row names) {
  for (const std::string_view name : names) {
    const auto found = std::ranges::find(header, name);
    complete_ = complete_ && found != header.end();
    at_.push_back(found == header.end() ? 0 : static_cast<std::size_t>(found - header.begin()));
  }
}

TableKind table_kind(Row header, bool& bare) {
  bare = false;
  if (holds(header, {"ts_ms", "condition_id", "token_id_up", "token_id_down", "bid_px_up_1"}))
    return TableKind::kSampledPair;
  if (holds(header, {"ts", "slug", "bid", "ask"})) return TableKind::kPolledQuotes;
  if (holds(header, {"timestamp", "market_ticker", "best_yes_bid", "best_no_bid"})) return TableKind::kKalshi;
  if (holds(header, {"timestamp_received", "timestamp", "market", "event_type", "asset_id", "price", "size", "side"})) {
    return TableKind::kArchive;
  }
  if (holds(header, {"agg_trade_id", "price", "quantity", "transact_time"})) return TableKind::kAggTrades;
  if (holds(header, {"update_id", "best_bid_price", "best_bid_qty", "best_ask_price", "best_ask_qty"})) {
    return TableKind::kBookTicker;
  }
  if (holds(header, {"feed_ts_ms", "full_accuracy_value", "recv_ms"})) return TableKind::kOracle;
  const TableKind kind = bare_kind(header);
  bare = kind != TableKind::kNone;
  return kind;
}

TableSource::TableSource(std::string name, std::unique_ptr<ByteStream> bytes, ImportTarget& target)
    : name_(std::move(name)), bytes_(std::move(bytes)), lines_(*bytes_), csv_(lines_), target_(target) {}
TableSource::~TableSource() = default;

Result<std::unique_ptr<TableSource>> TableSource::open(std::string name, std::unique_ptr<ByteStream> bytes,
                                                       const MarketNames& names, ImportTarget& target) {
  std::unique_ptr<TableSource> source(new TableSource(std::move(name), std::move(bytes), target));
  if (!source->csv_.next()) {
    const std::string& why = source->csv_.problem();
    return fail(ErrorCode::kInvalidInput, source->name_ + ": " + (why.empty() ? "no rows" : why));
  }
  bool bare = false;
  const Row header = source->csv_.row();
  const TableKind kind = table_kind(header, bare);
  const std::string stem = stem_of(source->name_);
  const LayoutContext context{source->name_, stem, target};
  switch (kind) {
    case TableKind::kNone: break;
    case TableKind::kSampledPair: source->layout_ = make_sampled_pair(header, context); break;
    case TableKind::kPolledQuotes: source->layout_ = make_polled_quotes(header, context, names); break;
    case TableKind::kKalshi: source->layout_ = make_kalshi_quotes(header, context); break;
    case TableKind::kArchive: source->layout_ = make_archive(header, context); break;
    case TableKind::kAggTrades:
    case TableKind::kBookTicker: source->layout_ = make_binance_rows(kind, header, bare, context); break;
    case TableKind::kOracle: source->layout_ = make_oracle(header, context); break;
  }
  if (!source->layout_) {
    return fail(ErrorCode::kUnsupported, source->name_ +
                                             ":1: a table with columns that import does not know; see "
                                             "'underround import --help' for those it does");
  }
  source->width_ = header.size();
  source->held_ = bare;
  return source;
}

bool TableSource::next(ImportFrame& frame) {
  frame.begin(Nanos{});
  while (!ended_) {
    if (!held_ && !csv_.next()) {
      ended_ = true;
      layout_->end();
      if (!csv_.problem().empty()) target_.report().bad(name_, lines_.line_number(), csv_.problem());
      if (late_ > 0) {
        target_.unknown(fmt::format("{}: the order of {} rows that are older than the row before them", name_, late_));
      }
      break;
    }
    held_ = false;
    const auto took = csv_.row().size() == width_ ? layout_->take(csv_.row(), frame) : TableLayout::Took::kBad;
    if (took == TableLayout::Took::kBad) {
      target_.report().bad(name_, csv_.line(),
                           csv_.row().size() == width_
                               ? "a cell of the row is not what its column says"
                               : fmt::format("the row has {} cells, the table {} columns", csv_.row().size(), width_));
      continue;
    }
    held_ = took == TableLayout::Took::kAnother;
    if (!frame.events.empty() && (held_ || !layout_->gathers())) break;
  }
  if (frame.events.empty()) return false;
  if (frame.time < latest_) {
    ++late_;
    frame.time = latest_;
  }
  latest_ = frame.time;
  frame.close();
  return true;
}

}  // namespace underround::backtest
