// Market data of other exchanges as the hftbacktest tools keep it: arrays of records ev, exch_ts, local_ts, px, qty
// (numpy .npy, .npz, or such a file packed with gzip). Trades become reference trades; depth becomes the best bid and
// offer after each local moment, because the engine has no model for deeper books of other exchanges.
// Flags of ev, from the data format page of hftbacktest 2: low byte 1 depth, 2 trade, 3 clear, 4 snapshot, 5 best
// bid or offer, 10 to 13 single orders; bit 31 seen by the exchange, 30 seen locally, 29 buy, 28 sell. Only what was
// seen locally is taken, at its local time.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "backtest/capture_input.hpp"
#include "backtest/import/import_source.hpp"
#include "backtest/import/npy_reader.hpp"

namespace underround::backtest {

class TickSource final : public ImportSource {
 public:
  // The symbol is the file's name up to the first '_' or '-' or '.': btcusdt_20240808.npz -> BTCUSDT.
  [[nodiscard]] static Result<std::unique_ptr<TickSource>> open(const std::string& name,
                                                                std::unique_ptr<ByteStream> bytes,
                                                                ImportTarget& target);
  [[nodiscard]] bool next(ImportFrame& frame) override;
  [[nodiscard]] std::uint64_t bytes_done() const noexcept override { return bytes_->bytes_done(); }

 private:
  TickSource(const std::string& name, std::unique_ptr<ByteStream> bytes, ImportTarget& target);
  [[nodiscard]] bool fill();  // at least one record in buffer_
  void take(std::string_view record, ImportFrame& frame);
  void clear(bool buy, bool sell, double price);
  void set_best(bool buy, std::int64_t price, std::int64_t size);
  void quote_if_changed(ImportFrame& frame);

  std::string name_;
  std::unique_ptr<ByteStream> bytes_;
  ImportTarget& target_;
  NpyLayout layout_;
  NpyField ev_, exchange_, local_, price_, size_;
  SymbolId symbol_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::uint64_t done_ = 0;
  std::map<std::int64_t, std::int64_t> bids_, asks_;  // price to size, both e8
  Event::Quote quoted_{};
  Nanos venue_time_, latest_;
  std::uint64_t late_ = 0;
  bool drained_ = false;
};

}  // namespace underround::backtest
