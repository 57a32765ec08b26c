// Market channel frames and REST books, bytes -> Events (protocol pages 7 and 12).
//   MarketCodec codec(catalogue);   codec.decode(frame, received, connection, events);   for (const Event& e : events)
// Two readers give the same events: a strict single-pass scanner for the shapes the venue really sends, and simdjson
// for everything else. What the scanner does not know exactly it leaves to simdjson (their equality is a property
// test). Text that is not JSON yields nothing; a message that lacks what its type must carry is counted and skipped,
// the others of its array survive. A frame that yields anything ends with exactly one kFrameEnd. An entry that cannot
// be (size beyond int64, price off every grid) is refused, and a kGap for its condition follows: its book has lost
// continuity. Owner: one thread. No allocation after warm-up (largest frame seen).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "core/event.hpp"
#include "market/catalogue.hpp"

namespace underround::polymarket {

// Readable bytes a caller guarantees after the end of every frame.
inline constexpr std::size_t kFramePadding = 64;

struct CodecCounters {
  std::uint64_t frames = 0;
  std::uint64_t scanned = 0;        // of these, taken by the strict scanner
  std::uint64_t decode_errors = 0;  // not JSON, truncated, HTML, or a known type without what it must carry
  std::uint64_t pongs = 0;          // PONG and other plain-text notices of the venue
  // By event type; an array counts each element.
  std::uint64_t books = 0;
  std::uint64_t rest_books = 0;  // no event_type
  std::uint64_t price_changes = 0;
  std::uint64_t trades = 0;
  std::uint64_t tick_changes = 0;
  std::uint64_t best_bid_asks = 0;
  std::uint64_t new_markets = 0;
  std::uint64_t resolved = 0;
  std::uint64_t unknown_types = 0;  // well-formed, not of this channel: ignored
  // By entry.
  std::uint64_t levels = 0;
  std::uint64_t unknown_tokens = 0;   // skipped
  std::uint64_t refused_entries = 0;  // overflow, negative, off every grid
};

// What an integrity checker needs and an Event has no room for. Views are valid during the call only.
class FrameObserver {
 public:
  struct BookText {
    std::string_view hash;       // empty: not sent
    std::string_view tick_size;  // empty: not sent (the same for the three below)
    std::string_view min_order_size;
    std::string_view last_trade_price;
    bool has_last_trade_price = false;  // "" is a value of its own: no trade yet
    int neg_risk = -1;                  // -1: not sent
    bool rest = false;                  // a REST answer, not a frame
  };
  virtual ~FrameObserver() = default;
  // Called in the order of the events: one per kSnapshotEnd, kLevel, kTrade of the frame being decoded.
  virtual void on_book(InstrumentId instrument, const BookText& text, Nanos venue_time) = 0;
  virtual void on_price_change(InstrumentId instrument, std::string_view hash, Nanos venue_time) = 0;
  virtual void on_last_trade(InstrumentId instrument, std::string_view price) = 0;
  // The scanner gave the frame up and simdjson starts it anew: forget what was said since the last frame.
  virtual void on_frame_discarded() = 0;
};

class GeneralReader;

class MarketCodec {
 public:
  explicit MarketCodec(const Catalogue& catalogue);  // must outlive the codec
  ~MarketCodec();
  MarketCodec(const MarketCodec&) = delete;
  MarketCodec& operator=(const MarketCodec&) = delete;

  // Appends to `out`. `padded_frame` must be followed by kFramePadding readable bytes.
  void decode(std::string_view padded_frame, Nanos received, std::uint16_t connection, std::vector<Event>& out);
  // The same through simdjson only: the scanner's oracle, and the path of every unusual frame.
  void decode_general(std::string_view padded_frame, Nanos received, std::uint16_t connection, std::vector<Event>& out);

  // Off the hot path; nullptr (the default) costs one predictable branch.
  void set_observer(FrameObserver* observer) noexcept { observer_ = observer; }
  // Receives the JSON text of each new_market message, on the decoding thread.
  void set_new_market_handler(std::function<void(std::string_view json)> handler);

  [[nodiscard]] const CodecCounters& counters() const noexcept { return counters_; }

 private:
  const Catalogue& catalogue_;
  FrameObserver* observer_ = nullptr;
  CodecCounters counters_;
  std::unique_ptr<GeneralReader> general_;
};

}  // namespace underround::polymarket
