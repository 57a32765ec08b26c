// Native recordings as one stream of frames in order of time, with one numbering of markets and symbols.
//   auto data = MarketData::open(folders).value();   while (auto frame = data.next()) use(*frame);
// A market that is in several recordings is one market here. What a recording says of its markets is what was known at
// its end; how a market begins is not: every one is handed out open, its winner unknown, until an event says otherwise.
// Markets whose sizes nobody recorded are not tradable, unless a size is assumed for every level of theirs. Fees that
// nobody recorded are those the venue published for the date of the market's recording, where that can be told.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "backtest/native_recording.hpp"
#include "core/error.hpp"
#include "core/event.hpp"
#include "market/catalogue.hpp"

namespace underround::backtest {

// What a person is ready to believe although nobody recorded it. A report must say so.
struct Assumptions {
  Shares size{};               // of every level whose size nobody recorded; 0: such markets are not traded
  FeeSchedule fees{};          // where nobody recorded any and published_rules.hpp has none; unknown: not traded
  Nanos from{};                // fees are of no earlier date: trading begins there
  bool complete_sets = false;  // the markets of an event in the recording are all there are, and exactly one wins
};

class MarketData {
 public:
  [[nodiscard]] static Result<MarketData> open(std::span<const std::filesystem::path> folders,
                                               const Assumptions& assumptions = {});

  // By ConditionId.
  [[nodiscard]] const std::vector<ConditionSpec>& conditions() const noexcept { return conditions_; }
  [[nodiscard]] const std::vector<std::string>& symbols() const noexcept { return symbols_; }
  [[nodiscard]] const std::vector<std::string>& notes() const noexcept { return notes_; }  // what nobody recorded

  // Good until the next call. Nothing at the end, or when problem() says why.
  [[nodiscard]] std::optional<std::span<const Event>> next();
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  [[nodiscard]] std::uint64_t bytes_done() const noexcept;
  [[nodiscard]] std::uint64_t bytes_total() const noexcept;

 private:
  struct Source {
    NativeReader reader;
    std::vector<std::uint32_t> conditions, symbols;  // theirs -> ours
    bool same = false;                               // the numbers are ours already, and nothing is assumed
    std::optional<std::span<const Event>> frame;
    bool ended = false;
  };
  MarketData() = default;
  [[nodiscard]] Result<void> number(Source& source);
  void settle_fees();
  void fill(Source& source);
  [[nodiscard]] std::span<const Event> renumber(const Source& source, std::span<const Event> frame);

  std::vector<Source> sources_;
  std::vector<ConditionSpec> conditions_;
  std::vector<std::string> symbols_, notes_;
  std::vector<std::uint8_t> assumed_;  // by condition: sizes are
  std::vector<Nanos> dates_;           // by condition: where the last of its recordings begins
  Assumptions assumptions_;
  std::vector<Event> buffer_;
  Source* last_ = nullptr;  // whose frame was handed out
  std::string problem_;
};

}  // namespace underround::backtest
