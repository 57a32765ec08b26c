#include "backtest/import/tick_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <tuple>

#include "backtest/capture_document.hpp"

namespace underround::backtest {
namespace {

enum Kind : std::uint8_t { kDepth = 1, kTrade = 2, kClear = 3, kSnapshot = 4, kBest = 5 };
constexpr std::uint64_t kLocal = 1ULL << 30, kBuy = 1ULL << 29, kSell = 1ULL << 28;
constexpr std::size_t kChunkRecords = 4'096;

// -1: not a number an Event can hold.
std::int64_t e8(double value) noexcept {
  const double scaled = std::round(value * 1e8);
  return scaled >= 0 && scaled < 9e18 ? static_cast<std::int64_t>(scaled) : -1;
}

std::string symbol_of(std::string_view name) {
  name = name.substr(name.find_last_of("/:") + 1);
  std::string symbol(name.substr(0, name.find_first_of("_-.")));
  std::ranges::transform(symbol, symbol.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return symbol;
}

}  // namespace

TickSource::TickSource(const std::string& name, std::unique_ptr<ByteStream> bytes, ImportTarget& target)
    : name_(name), bytes_(std::move(bytes)), target_(target) {}

Result<std::unique_ptr<TickSource>> TickSource::open(const std::string& name, std::unique_ptr<ByteStream> bytes,
                                                     ImportTarget& target) {
  std::unique_ptr<TickSource> source(new TickSource(name, std::move(bytes), target));
  const auto refuse = [&name](const std::string& why) { return fail(ErrorCode::kUnsupported, name + ": " + why); };
  std::string& head = source->buffer_;
  for (std::size_t want = 12; head.size() < want;) {
    const std::size_t held = head.size();
    head.resize(want);
    const auto got = source->bytes_->read(head.data() + held, want - held);
    head.resize(held + got.value_or(0));
    if (!got) return refuse(got.error().message);
    if (*got == 0) return refuse("the array ends in its head");
    if (head.size() < want) continue;
    const auto all = npy_head_bytes(head);
    if (!all) return refuse("not a numpy array");
    want = std::max(want, *all);
  }
  auto layout = parse_npy_head(head);
  if (!layout) return refuse(layout.error().message);
  for (const auto& [field, field_name] : {std::pair{&source->ev_, "ev"},
                                          {&source->exchange_, "exch_ts"},
                                          {&source->local_, "local_ts"},
                                          {&source->price_, "px"},
                                          {&source->size_, "qty"}}) {
    const auto found = layout->find(field_name);
    if (!found) return refuse(std::string("records without a field '") + field_name + "'");
    *field = *found;
  }
  source->layout_ = std::move(*layout);
  source->buffer_.clear();
  source->symbol_ = target.symbol(symbol_of(name));
  target.unknown(name + ": depth below the best bid and offer is left out; the symbol is the file's name");
  return source;
}

bool TickSource::fill() {
  const std::size_t record = layout_.record_bytes;
  if (buffer_.size() - at_ >= record) return true;
  if (done_ >= layout_.records) {
    // The checksum of a packed array is judged behind its last byte.
    char behind = 0;
    if (!drained_) {
      drained_ = true;
      if (const auto end = bytes_->read(&behind, 1); !end) target_.report().bad(name_, done_, end.error().message);
    }
    return false;
  }
  buffer_.erase(0, at_);
  at_ = 0;
  while (buffer_.size() < record) {
    const std::size_t held = buffer_.size();
    buffer_.resize(held + kChunkRecords * record);
    const auto got = bytes_->read(buffer_.data() + held, kChunkRecords * record);
    buffer_.resize(held + got.value_or(0));
    if (got && *got > 0) continue;
    target_.report().bad(name_, done_ + 1, got ? "the array ends early" : got.error().message);
    done_ = layout_.records;
    drained_ = true;
    return false;
  }
  return true;
}

void TickSource::clear(bool buy, bool sell, double price) {
  const bool all = !(price > 0);
  if (buy || !sell) bids_.erase(all ? bids_.begin() : bids_.lower_bound(e8(price)), bids_.end());
  if (sell || !buy) asks_.erase(asks_.begin(), all ? asks_.end() : asks_.upper_bound(e8(price)));
}

// Levels better than the best one are gone.
void TickSource::set_best(bool buy, std::int64_t price, std::int64_t size) {
  if (buy) {
    bids_.erase(bids_.upper_bound(price), bids_.end());
    bids_[price] = size;
  } else {
    asks_.erase(asks_.begin(), asks_.lower_bound(price));
    asks_[price] = size;
  }
}

void TickSource::take(std::string_view record, ImportFrame& frame) {
  const auto ev = static_cast<std::uint64_t>(NpyLayout::integer(record, ev_));
  const std::int64_t price = e8(NpyLayout::real(record, price_)), size = e8(NpyLayout::real(record, size_));
  const bool buy = (ev & kBuy) != 0, sell = (ev & kSell) != 0;
  const std::uint64_t kind = ev & 0xff;
  venue_time_ = epoch_time(NpyLayout::integer(record, exchange_));
  ImportReport& report = target_.report();
  if (kind == kClear) {
    clear(buy, sell, NpyLayout::real(record, price_));
    return report.message("clear record");
  }
  if (kind == 0 || kind > kBest) return report.skip("hftbacktest single orders");
  if (price <= 0 || size < 0 || (buy == sell && kind != kTrade)) {
    return report.bad(name_, done_, "a record without price, size or side");
  }
  if (kind == kTrade) {
    Event::Quote quote{};
    quote.venue_time = venue_time_;
    quote.bid_e8 = quote.ask_e8 = price;
    quote.bid_size_e8 = size;
    frame.reference(EventKind::kReferenceTrade, VenueId::kBinance, symbol_, quote);
    return report.message("trade record");
  }
  if (kind == kBest) {
    set_best(buy, price, size);
  } else if (size == 0) {
    (buy ? bids_ : asks_).erase(price);
  } else {
    (buy ? bids_ : asks_)[price] = size;
  }
  report.message("depth record");
}

void TickSource::quote_if_changed(ImportFrame& frame) {
  if (bids_.empty() || asks_.empty()) return;
  Event::Quote now{};
  now.venue_time = venue_time_;
  std::tie(now.bid_e8, now.bid_size_e8) = *bids_.rbegin();
  std::tie(now.ask_e8, now.ask_size_e8) = *asks_.begin();
  if (now.bid_e8 == quoted_.bid_e8 && now.ask_e8 == quoted_.ask_e8 && now.bid_size_e8 == quoted_.bid_size_e8 &&
      now.ask_size_e8 == quoted_.ask_size_e8) {
    return;
  }
  quoted_ = now;
  frame.reference(EventKind::kReferenceQuote, VenueId::kBinance, symbol_, now);
}

// All records of one local moment are one frame: between them the book is halfway.
bool TickSource::next(ImportFrame& frame) {
  for (;;) {
    frame.begin(Nanos{});
    std::int64_t moment = 0;
    while (fill()) {
      const std::string_view record = std::string_view(buffer_).substr(at_, layout_.record_bytes);
      const bool local = (static_cast<std::uint64_t>(NpyLayout::integer(record, ev_)) & kLocal) != 0;
      const std::int64_t at = NpyLayout::integer(record, local_);
      if (local && moment != 0 && at != moment) break;
      at_ += layout_.record_bytes;
      ++done_;
      if (!local) {
        target_.report().skip("hftbacktest exchange-side copies");
        continue;
      }
      if (moment == 0) {
        moment = at;
        frame.time = epoch_time(at);
        if (frame.time < latest_) ++late_;
        frame.time = latest_ = std::max(latest_, frame.time);
      }
      take(record, frame);
    }
    if (moment == 0) {
      if (late_ > 0)
        target_.unknown(fmt::format("{}: the order of {} moments that are older than the one before", name_, late_));
      late_ = 0;
      return false;
    }
    quote_if_changed(frame);
    if (frame.events.empty()) continue;
    frame.close();
    return true;
  }
}

}  // namespace underround::backtest
