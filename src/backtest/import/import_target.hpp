// Where every source of an import puts what it reads: the catalogue that grows, the symbols, the recording, the report.
//   target.add(spec)   target.symbol("BTCUSDT")   target.write(frame)   target.unknown("a.csv: no sizes")
//   target.finish()
// Conditions and symbols get their ids, and their records, at first sight; what is learned of them later (the second
// token, a finer tick, a tag) becomes a second record at the end. Outcomes become events when their time has come.
#pragma once

#include <map>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "backtest/import/import_report.hpp"
#include "backtest/import/outcomes.hpp"
#include "backtest/native_recording.hpp"
#include "market/catalogue.hpp"

namespace underround::backtest {

// Events of one venue frame, kFrameEnd last, all of one time.
struct ImportFrame {
  Nanos time;
  std::vector<Event> events;

  void begin(Nanos at) {
    time = at;
    events.clear();
  }
  Event& append(EventKind kind, VenueId venue, std::uint32_t subject) {
    events.push_back(Event::make(kind, time, venue, subject));
    return events.back();
  }
  // A whole book of one token: begin(), level()s, end().
  void snapshot_begin(VenueId venue, InstrumentId instrument, Nanos venue_time);
  void snapshot_level(VenueId venue, InstrumentId instrument, Side side, Price price, Shares size);
  void snapshot_end(VenueId venue, InstrumentId instrument, Nanos venue_time);
  void reference(EventKind kind, VenueId venue, SymbolId symbol, const Event::Quote& quote);
  void close() {
    if (!events.empty()) append(EventKind::kFrameEnd, VenueId::kNone, Event::kNoSubject);
  }
};

class ImportTarget {
 public:
  // All must outlive it. When the writer appends, what its recording knows is known here.
  ImportTarget(NativeWriter& writer, Outcomes& outcomes, ImportReport& report);

  [[nodiscard]] const Catalogue& catalogue() const noexcept { return catalogue_; }
  [[nodiscard]] ImportReport& report() noexcept { return report_; }

  // The id of the condition; a known one keeps what was known. Invalid when the spec is refused (counted as an error of
  // `file`).
  ConditionId add(ConditionSpec spec, const std::string& file);
  // The instrument of a token of this market, learned when it is new: the first token of a market seen is outcome 0,
  // the second outcome 1. Invalid for a third: nothing can be known about that. An empty market: the token stands
  // alone.
  InstrumentId learn(std::string_view token, std::string_view market, const std::string& file);
  void tag(ConditionId condition, std::string_view tag);
  SymbolId symbol(std::string_view name);

  void write(ImportFrame& frame);
  // Says once, in the report and in a note, what cannot be known.
  void unknown(const std::string& words);
  void note(std::string_view words);
  // Words beside kGap events, which the caller writes.
  void gap(Nanos at, VenueId venue, const std::string& why);
  void finish();
  // Why the recording could not be written; everything after it is lost.
  [[nodiscard]] const std::optional<Error>& failure() const noexcept { return failure_; }

 private:
  struct Known {                  // beside the catalogue
    std::int64_t price_step = 0;  // greatest common divisor of all prices; 0 = not watched
    bool watched = false;         // the tick is not known: learned from prices
    bool changed = false;         // since its record
  };
  struct Due {
    Nanos at;
    ConditionId condition;
    std::uint8_t winner;
    bool operator>(const Due& other) const noexcept {
      return at != other.at ? at > other.at : condition > other.condition;
    }
  };
  void record(ConditionId condition);
  void schedule(ConditionId condition, bool fresh);
  void resolve(const Due& due, Nanos at);
  void resolve_until(Nanos now);
  void learn_ticks(const std::vector<Event>& events);
  void see(const Event& e);
  void check(Result<void> done);

  NativeWriter& writer_;
  Outcomes& outcomes_;
  ImportReport& report_;
  Catalogue catalogue_;
  std::vector<Known> known_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::vector<Due> undated_;
  std::set<std::string> said_;
  std::set<std::string, std::less<>> third_tokens_;
  ImportFrame resolution_;
  std::optional<Error> failure_;
  std::int64_t least_delay_ns_ = INT64_MAX;  // receive time less venue time
  bool any_delay_ = false;
};

}  // namespace underround::backtest
