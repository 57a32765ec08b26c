// Tables of market data, one row after the other, as frames. The layout is known by its header:
//   sampled pair   ts_ms, condition_id, token_id_up, bid_px_up_1 ...: top levels of both tokens, about once a second
//   polled quotes  ts, slug, bid, ask: best prices of every market every few minutes (Polymarket US)
//   Kalshi         timestamp, market_ticker, best_yes_bid, best_no_bid: best prices in cents, on change
//   archive        timestamp_received, market, event_type, asset_id, bids ... (PMXT v2): every event of every market
//   Binance        aggTrades and bookTicker files of its public archive; the header may be missing
//   oracle         feed_ts_ms, value, full_accuracy_value, recv_ms: Chainlink stream prices
// What a layout does not say becomes a tag of the condition and a word in the report (native_recording.hpp).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "backtest/import/csv_reader.hpp"
#include "backtest/import/import_source.hpp"

namespace underround::backtest {

// A question and a category for markets that a table of quotes knows by slug only.
struct MarketWords {
  std::string question, category;
};
using MarketNames = std::unordered_map<std::string, MarketWords>;

enum class TableKind : std::uint8_t {
  kNone,
  kSampledPair,
  kPolledQuotes,
  kKalshi,
  kArchive,
  kAggTrades,
  kBookTicker,
  kOracle,
};
// `bare`: the line is no header but the first row of a file that has none.
[[nodiscard]] TableKind table_kind(std::span<const std::string_view> header, bool& bare);

class TableLayout;

class TableSource final : public ImportSource {
 public:
  // `bytes`: rows as CSV, of the file `name`. `names` must outlive it.
  [[nodiscard]] static Result<std::unique_ptr<TableSource>> open(std::string name, std::unique_ptr<ByteStream> bytes,
                                                                 const MarketNames& names, ImportTarget& target);
  ~TableSource() override;
  [[nodiscard]] bool next(ImportFrame& frame) override;
  [[nodiscard]] std::uint64_t bytes_done() const noexcept override { return bytes_->bytes_done(); }

 private:
  friend class TableLayout;
  TableSource(std::string name, std::unique_ptr<ByteStream> bytes, ImportTarget& target);
  std::string name_;
  std::unique_ptr<ByteStream> bytes_;
  LineReader lines_;
  CsvReader csv_;
  ImportTarget& target_;
  std::unique_ptr<TableLayout> layout_;
  std::size_t width_ = 0;  // columns
  Nanos latest_;
  std::uint64_t late_ = 0;
  bool held_ = false;  // csv_.row() is not used yet
  bool ended_ = false;
};

}  // namespace underround::backtest
