// What the outside may see of a running engine: one fixed-size, trivially copyable picture. The hot thread fills it at
// most ten times a second, in place, and hands it over through a Mailbox; nothing in it points anywhere.
//   EngineView& view = box.draft();  view.clear();  view.mode = RunMode::kPaper;
//   if (PositionView* row = view.positions.add()) { row->label.assign("France wins"); row->settled = Shares::whole(5);
//   } box.publish();
// Ages and durations are relative to `EngineView::time`, which is the engine's own clock (wall, recorded or virtual).
// Money in strong types of core/units.hpp. A price that is not known is kNoPrice, never 0 (law 4).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "core/event.hpp"
#include "core/ids.hpp"
#include "core/order_types.hpp"
#include "core/units.hpp"

namespace underround {

enum class RunMode : std::uint8_t { kSimulate, kDryRun, kPaper, kLive };
[[nodiscard]] constexpr const char* to_string(RunMode mode) noexcept {
  switch (mode) {
    case RunMode::kSimulate: return "simulate";
    case RunMode::kDryRun: return "dry-run";
    case RunMode::kPaper: return "paper";
    case RunMode::kLive: return "live";
  }
  return "?";
}

// Bounded text, always zero-terminated. Longer text is cut at a whole UTF-8 character.
template <std::size_t N>
struct ViewText {
  std::array<char, N> bytes{};
  void assign(std::string_view text) noexcept {
    std::size_t length = std::min(text.size(), N - 1);
    if (length < text.size()) {
      while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xc0U) == 0x80U) --length;
    }
    if (length > 0) std::memcpy(bytes.data(), text.data(), length);
    bytes[length] = '\0';
  }
  [[nodiscard]] std::string_view view() const noexcept { return {bytes.data(), ::strnlen(bytes.data(), N)}; }
};

// Bounded rows. `total` also counts the rows that found no room, so that a page can say "64 of 312".
template <class T, std::size_t N>
struct ViewList {
  std::uint32_t count = 0;
  std::uint32_t total = 0;
  std::array<T, N> rows{};
  // The next row, reset; nullptr when full.
  [[nodiscard]] T* add() noexcept {
    ++total;
    if (count == N) return nullptr;
    rows[count] = T{};
    return &rows[count++];
  }
  void clear() noexcept { count = total = 0; }
  [[nodiscard]] const T* begin() const noexcept { return rows.data(); }
  [[nodiscard]] const T* end() const noexcept { return rows.data() + count; }
};

using ViewLabel = ViewText<72>;  // what a person calls the instrument: question or group title
using ViewName = ViewText<32>;   // strategy, outcome, feed

struct TotalsView {  // since start, except the balances
  std::uint64_t markets = 0;
  std::uint64_t messages = 0;
  std::uint64_t opportunities_seen = 0;
  std::uint64_t opportunities_taken = 0;
  std::uint64_t phantoms_refused = 0;  // signals from books of different age
  std::uint64_t orders = 0;
  std::uint64_t fills = 0;
  std::uint64_t invariant_violations = 0;  // anything but 0 is a bug
  Usd pnl;                                 // realised and unrealised, after fees
  Usd fees;
  Usd cash;
  Usd equity;            // cash + positions at their marks
  Usd pending_exposure;  // matched, not yet settled (law 7)
  Usd settled_exposure;
};

struct LatencyView {  // nanoseconds; all 0 while samples == 0
  ViewName name;      // the path measured, "update to command"
  std::uint64_t samples = 0;
  std::int64_t p50_ns = 0, p90_ns = 0, p99_ns = 0, p999_ns = 0, max_ns = 0;
};

struct PositionView {
  ViewLabel label;
  ViewName outcome;
  Shares settled;     // confirmed on chain
  Shares pending;     // matched, not yet settled; may be negative (a sale in flight)
  Price average{-1};  // paid per share, fees excluded
  Price mark{-1};     // what the position is valued at
  Usd pnl;            // of this position, at its mark
};

struct OrderView {
  OrderId id;
  ViewLabel label;
  ViewName outcome;
  ViewName strategy;
  Side side = Side::kBuy;
  TimeInForce tif = TimeInForce::kFak;
  OrderStatus status = OrderStatus::kNamed;
  Price limit{-1};
  Shares size, filled;
  Nanos age;  // since it was named
};

struct OpportunityView {
  std::uint64_t id = 0;
  ViewName strategy;
  ViewLabel label;
  std::int32_t edge_pips = 0;  // 1e-4 USD per set, after fees
  Shares size;                 // sets
  Nanos seen_at;               // first seen, engine clock
  Nanos duration;              // how long it lived; so far, while open
  bool open = false;           // still there
  bool taken = false;
  ViewText<56> fate;  // "taken", or the reason why not
};

struct BookLevelView {
  Price price{-1};
  Shares size;
};

struct BookView {
  static constexpr std::size_t kDepth = 5;
  ViewLabel label;
  ViewName outcome;
  std::array<BookLevelView, kDepth> bids{}, asks{};  // best first
  std::uint8_t bid_levels = 0, ask_levels = 0;       // how many are there; 0 = empty side
  bool consistent = false;                           // fit for a decision (ConditionBook::consistent)
  Nanos age;                                         // since the last change was received
};

struct FeedView {
  ViewText<48> name;
  bool up = false;
  bool stale = false;             // up, and silent for longer than its watchdog allows
  std::int64_t data_age_ns = -1;  // since the last data frame (a PONG is not data); -1 = none yet
  std::uint64_t frames = 0;
  std::uint32_t reconnects = 0;
};

struct HaltView {  // rows stay after they were lifted, active = false
  bool active = false;
  ViewName reason;
  ViewText<96> note;  // who and why
  Nanos since;
};

enum class AlertLevel : std::uint8_t { kInfo, kWarning, kError };

struct AlertView {  // newest last
  Nanos time;
  AlertLevel level = AlertLevel::kInfo;
  ViewText<160> text;
};

struct StrategyView {
  ViewName name;
  bool enabled = true;
  std::uint64_t seen = 0, taken = 0;
  Usd pnl;
};

struct EngineView {
  Nanos time;    // engine clock
  Nanos uptime;  // engine clock since start
  RunMode mode = RunMode::kSimulate;
  TotalsView totals;
  ViewList<LatencyView, 8> latencies;
  ViewList<PositionView, 64> positions;
  ViewList<OrderView, 64> orders;
  ViewList<OpportunityView, 64> opportunities;  // newest first
  ViewList<BookView, 32> books;
  ViewList<FeedView, 16> feeds;
  ViewList<HaltView, 8> halts;
  ViewList<AlertView, 32> alerts;
  ViewList<StrategyView, 16> strategies;

  // Empties the lists and zeroes the rest, without touching the row storage (add() resets a row).
  void clear() noexcept {
    time = uptime = Nanos{};
    totals = TotalsView{};
    latencies.clear();
    positions.clear();
    orders.clear();
    opportunities.clear();
    books.clear();
    feeds.clear();
    halts.clear();
    alerts.clear();
    strategies.clear();
  }
};
static_assert(std::is_trivially_copyable_v<EngineView>);
static_assert(sizeof(EngineView) <= 96 * 1024, "a picture is filled in place on the hot thread: keep it small");

}  // namespace underround
