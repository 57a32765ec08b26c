// Recorded frames (capture_reader.hpp) as events: Polymarket's market channel and REST books through the live codec,
// Binance trades and best prices, Chainlink prices relayed by Polymarket. Other feeds are counted and left out.
//   FrameSource source(paths, kinds, options, target);
//
// Tokens that no market list names are learned from the frames, the first few thousand ahead and the rest as they come:
// conditions tagged pair:learned.
// Continuity. A list of two or more books is the venue's answer to a subscription: where one comes for tokens that had
// a book already, the recorder had been away, and a gap is written before it. A recorder that works in bounded rounds
// (FileKind::kBounded) is read twice: the first pass finds where each round ends, and the gap is written there.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "backtest/capture_reader.hpp"
#include "backtest/import/import_source.hpp"
#include "venue/binance/market_codec.hpp"
#include "venue/polymarket/market_codec.hpp"

namespace underround::backtest {

enum class FileKind : std::uint8_t {
  kPlain,    // frames as they came
  kBounded,  // {run_id, source, ingest_seq, payload}: rounds of a bounded number of frames, then nothing for a while
  kSampled,  // whole books polled or thinned out: changes between them are not there
  kTop,      // best bid and ask after every message, no depth
};
// From the first bytes of a file, uncompressed.
[[nodiscard]] FileKind file_kind(std::string_view head) noexcept;

class FrameSource final : public ImportSource {
 public:
  struct File {
    std::filesystem::path path;
    FileKind kind = FileKind::kPlain;
  };
  [[nodiscard]] static Result<std::unique_ptr<FrameSource>> open(std::span<const File> files,
                                                                 const CaptureOptions& options, ImportTarget& target);
  ~FrameSource() override;
  [[nodiscard]] bool next(ImportFrame& frame) override;
  [[nodiscard]] std::uint64_t bytes_done() const noexcept override { return bytes_done_; }

 private:
  struct Learner;
  struct BinanceMarket;  // spot and USD-M futures name their symbols alike and count their updates apart
  FrameSource(CaptureReader reader, std::span<const File> files, ImportTarget& target);
  [[nodiscard]] Result<void> look_ahead(std::span<const std::filesystem::path> paths, const CaptureOptions& options);
  void find_round_ends(const std::filesystem::path& path);
  void take_markets();
  void note_file(std::string_view file);
  void decode(const CaptureFrame& frame, ImportFrame& out);
  void polymarket(const CaptureFrame& frame, ImportFrame& out);
  void reconnected(const CaptureFrame& frame, ImportFrame& out);
  void binance(const CaptureFrame& frame, ImportFrame& out);
  void chainlink(const CaptureFrame& frame, ImportFrame& out);
  void mid(const CaptureFrame& frame, ImportFrame& out);
  void mark(const ImportFrame& out);
  void lose(const CaptureFrame& frame, ImportFrame& out);
  void end_round(ImportFrame& out);

  CaptureReader reader_;
  ImportTarget& target_;
  polymarket::MarketCodec codec_;
  std::unique_ptr<Learner> learner_;
  std::unique_ptr<BinanceMarket> spot_, futures_;
  std::map<std::string, FileKind, std::less<>> kinds_;          // by file name, where not kPlain
  std::set<std::pair<std::string, std::uint64_t>> round_ends_;  // file and line after which a round is over
  std::size_t markets_taken_ = 0;
  std::string file_;  // of the frame before
  FileKind kind_ = FileKind::kPlain;
  std::vector<std::uint8_t> live_;    // conditions that had a book from the stream since the last gap
  std::vector<std::uint8_t> marked_;  // conditions that carry the marks of kind_'s files
  bool round_over_ = false;
  Nanos last_;
  std::uint64_t bytes_done_ = 0, bad_taken_ = 0;
};

}  // namespace underround::backtest
