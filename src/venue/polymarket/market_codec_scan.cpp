#include "venue/polymarket/market_codec_scan.hpp"

#include <bit>
#include <cstring>

namespace underround::polymarket {
namespace {

static_assert(std::endian::native == std::endian::little, "digit tricks below read little-endian words");

constexpr std::uint64_t kOnes = 0x0101010101010101ULL;

std::uint64_t load64(const char* p) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, p, 8);
  return word;
}

// Marks (0x80) the lowest byte equal to `c`, and possibly bytes above it.
constexpr std::uint64_t match(std::uint64_t word, char c) noexcept {
  const std::uint64_t x = word ^ (kOnes * static_cast<unsigned char>(c));
  return (x - kOnes) & ~x & (kOnes * 0x80);
}

// True when every byte of the word is a decimal digit after `word ^= '0' * ones`.
constexpr bool all_digits(std::uint64_t digits) noexcept {
  return (((digits + kOnes * 0x76) | digits) & (kOnes * 0x80)) == 0;
}

// Collects, over a whole frame, whether a character came by that a JSON string may not hold as it is (quote, backslash,
// control) or that is not ASCII; asked once at the end. As signed bytes the last two are simply "below the blank".
class PlainCheck {
 public:
  void add32(const char* p) noexcept {
    Bytes v;
    std::memcpy(&v, p, sizeof v);
    bad_ |= (v < kBlank) | (v == kQuote) | (v == kBackslash);
  }
  [[nodiscard]] bool ok() const noexcept {
    std::uint64_t words[4];
    std::memcpy(words, &bad_, sizeof words);
    return (words[0] | words[1] | words[2] | words[3]) == 0;
  }

 private:
  using Bytes = signed char __attribute__((vector_size(32)));
  static constexpr signed char kBlank = 0x20, kQuote = '"', kBackslash = '\\';
  Bytes bad_{};
};

class Scanner {
 public:
  Scanner(std::string_view frame, const Catalogue& catalogue, const wire::Sink& sink) noexcept
      : begin_(frame.data()), p_(frame.data()), end_(frame.data() + frame.size()), catalogue_(catalogue), sink_(sink) {}

  // What counters gain when the frame is accepted.
  std::uint64_t books = 0, rest_books = 0, price_changes = 0, levels = 0;

  bool frame() {
    if (lit("[")) {
      do {
        if (!message()) return false;
      } while (comma());
      if (!lit("]")) return false;
    } else if (!message()) {
      return false;
    }
    while (p_ < end_ && (*p_ == '\n' || *p_ == '\r' || *p_ == ' ')) ++p_;
    return p_ == end_ && plain_.ok();
  }

 private:
  template <std::size_t N>
  bool lit(const char (&text)[N]) noexcept {
    constexpr std::size_t kSize = N - 1;
    if (static_cast<std::size_t>(end_ - p_) < kSize || std::memcmp(p_, text, kSize) != 0) return false;
    p_ += kSize;
    return true;
  }
  // ',' and at most one blank.
  bool comma() noexcept {
    if (p_ >= end_ || *p_ != ',') return false;
    ++p_;
    // Never past the end, or every "bytes left" below would turn huge. (The padding makes the read itself safe.)
    p_ += static_cast<int>(*p_ == ' ' && p_ != end_);
    return true;
  }
  template <std::size_t N>
  bool next_key(const char (&text)[N]) noexcept {
    return comma() && lit(text);
  }

  // 64 hex characters of a market, and the closing quote.
  bool market() noexcept {
    if (end_ - p_ < 65 || p_[64] != '"') return false;
    plain_.add32(p_);
    plain_.add32(p_ + 32);
    p_ += 65;
    return true;
  }
  // 40 hex characters of a hash, read as two overlapping words, and the closing quote.
  bool hash() noexcept {
    if (end_ - p_ < 41 || p_[40] != '"') return false;
    plain_.add32(p_);
    plain_.add32(p_ + 8);
    text_ = {p_, 40};
    p_ += 41;
    return true;
  }
  // A known token and the closing quote. Nearly every uint256 has 77 or 78 digits; the catalogue compares all of them.
  bool token(InstrumentId& out) noexcept {
    const auto left = static_cast<std::size_t>(end_ - p_);
    const char* quote = p_ + 77;
    if (left >= 80 && *quote != '"') ++quote;
    // A shorter one may have the quote of the next key just there, behind a comma.
    if (left < 80 || *quote != '"' || quote[-1] == ',') {
      quote = static_cast<const char*>(std::memchr(p_, '"', left < 96 ? left : 96));
      if (quote == nullptr) return false;
    }
    out = catalogue_.find_token({p_, static_cast<std::size_t>(quote - p_)});
    p_ = quote + 1;
    return out.valid();
  }
  // "0." and one to four digits that are not all zero, and the closing quote.
  bool price(Price& out) noexcept {
    if (end_ - p_ < 4 || p_[0] != '0' || p_[1] != '.') return false;
    const std::uint64_t word = load64(p_ + 2);
    const int n = std::countr_zero(match(word, '"')) / 8;
    if (n < 1 || n > 4) return false;
    const std::uint64_t kept = (1ULL << (8 * n)) - 1;
    const std::uint64_t digits = (word ^ (kOnes * '0')) & kept;
    if (!all_digits(digits)) return false;
    const std::uint64_t pairs = digits * 10 + (digits >> 8);
    const auto pips = static_cast<std::int32_t>((pairs & 0xff) * 100 + ((pairs >> 16) & 0xff));
    if (pips == 0 || end_ - p_ < n + 3) return false;
    out = Price{pips};
    text_ = {p_, static_cast<std::size_t>(n) + 2};
    p_ += n + 3;
    return true;
  }
  // Up to 12 digits, then at most six decimals, and the closing quote.
  bool size(Shares& out) noexcept {
    const char* q = p_;
    std::int64_t value = 0;
    while (static_cast<unsigned char>(*q - '0') < 10 && q - p_ <= 12) value = value * 10 + (*q++ - '0');
    const std::ptrdiff_t whole = q - p_;
    if (whole < 1 || whole > 12) return false;
    int decimals = 0;
    if (*q == '.') {
      ++q;
      for (; static_cast<unsigned char>(*q - '0') < 10 && decimals < 6; ++decimals) value = value * 10 + (*q++ - '0');
      if (decimals == 0) return false;
    }
    static constexpr std::int64_t kScale[] = {1'000'000, 100'000, 10'000, 1'000, 100, 10, 1};
    if (*q != '"' || q >= end_) return false;
    out.micros = value * kScale[decimals];
    p_ = q + 1;
    return true;
  }
  bool side(Side& out) noexcept {
    if (lit("BUY\"")) {
      out = Side::kBuy;
      return true;
    }
    out = Side::kSell;
    return lit("SELL\"");
  }
  // A best price; empty and one-character texts are rare and go the shared way.
  bool best(Price& price_out, std::string_view& text) noexcept {
    price_out = kNoPrice;
    if (price(price_out)) {
      text = text_;
      return true;
    }
    if (p_ + 1 < end_ && *p_ == '"') {
      text = {};
      ++p_;
      return true;
    }
    if (p_ + 2 < end_ && (*p_ == '0' || *p_ == '1') && p_[1] == '"') {
      text = {p_, 1};
      p_ += 2;
      return true;
    }
    return false;
  }
  bool bests(wire::Claim& out) noexcept {
    std::string_view bid_text, ask_text;
    if (!next_key("\"best_bid\":\"") || !best(out.bid, bid_text)) return false;
    if (!next_key("\"best_ask\":\"") || !best(out.ask, ask_text)) return false;
    if (out.bid == kNoPrice || out.ask == kNoPrice) out = wire::claim(bid_text, ask_text);
    return true;
  }
  // 13 digits and the closing quote.
  bool millis(Nanos& out) noexcept {
    if (end_ - p_ < 14 || p_[13] != '"') return false;
    std::uint64_t word = load64(p_) ^ (kOnes * '0');
    if (!all_digits(word)) return false;
    // Eight digits, most significant first: pairs, then fours, then all.
    word = word * 10 + (word >> 8);
    word = (((word & 0x000000ff000000ffULL) * 0x000f424000000064ULL) +
            (((word >> 16) & 0x000000ff000000ffULL) * 0x0000271000000001ULL)) >>
           32;
    auto value = static_cast<std::int64_t>(word & 0xffffffffULL);
    for (int i = 8; i < 13; ++i) {
      if (static_cast<unsigned char>(p_[i] - '0') >= 10) return false;
      value = value * 10 + (p_[i] - '0');
    }
    if (value > 9'000'000'000'000) return false;
    out = Nanos::from_millis(value);
    p_ += 14;
    return true;
  }

  bool message() {
    if (!lit("{\"market\":\"0x") || !market() || !comma()) return false;
    if (lit("\"price_changes\":[")) return price_change();
    return lit("\"asset_id\":\"") && book();
  }

  bool price_change() {
    const std::size_t first = sink_.out.size();
    do {
      if (!change()) return false;
    } while (comma());
    Nanos at;
    if (!lit("]") || !next_key("\"timestamp\":\"") || !millis(at)) return false;
    if (!next_key("\"event_type\":\"price_change\"}")) return false;
    for (std::size_t i = first; i < sink_.out.size(); ++i) {
      Event& e = sink_.out[i];
      // Until the time is known its place holds where the entry's hash is.
      if (sink_.observer != nullptr) {
        sink_.observer->on_price_change(e.instrument(), {begin_ + e.level.venue_time.ns, 40}, at);
      }
      e.level.venue_time = at;
    }
    ++price_changes;
    return true;
  }

  bool change() {
    InstrumentId instrument;
    Price at;
    Shares amount;
    Side which = Side::kBuy;
    wire::Claim claimed;
    if (!lit("{\"asset_id\":\"") || !token(instrument)) return false;
    if (!next_key("\"price\":\"") || !price(at)) return false;
    if (!next_key("\"size\":\"") || !size(amount)) return false;
    if (!next_key("\"side\":\"") || !side(which)) return false;
    if (!next_key("\"hash\":\"") || !hash()) return false;
    const Nanos hash_place{text_.data() - begin_};
    if (!bests(claimed) || !lit("}")) return false;
    sink_.level(EventKind::kLevel, instrument, hash_place, which, at, amount, claimed);
    ++levels;
    return true;
  }

  bool ladder(InstrumentId instrument, Side which, std::uint32_t& count) {
    if (lit("]")) return true;
    do {
      Price at;
      Shares amount;
      if (!lit("{\"price\":\"") || !price(at) || !next_key("\"size\":\"") || !size(amount) || !lit("}")) return false;
      sink_.level(EventKind::kSnapshotLevel, instrument, Nanos{}, which, at, amount, {});
      ++count;
    } while (comma());
    return lit("]");
  }

  bool book() {
    InstrumentId instrument;
    Nanos at;
    if (!token(instrument)) return false;
    if (!next_key("\"timestamp\":\"") || !millis(at)) return false;
    if (!next_key("\"hash\":\"") || !hash()) return false;
    FrameObserver::BookText texts;
    texts.hash = text_;
    const std::size_t head = sink_.out.size();
    sink_.append(EventKind::kSnapshotBegin, instrument.value);
    std::uint32_t count = 0;
    if (!next_key("\"bids\":[") || !ladder(instrument, Side::kBuy, count)) return false;
    if (!next_key("\"asks\":[") || !ladder(instrument, Side::kSell, count)) return false;
    bool has_type = false;
    if (!book_tail(texts, has_type)) return false;
    const Event::BookHead described{at, wire::tick(texts.tick_size), count};
    sink_.out[head].book_head = described;
    sink_.append(EventKind::kSnapshotEnd, instrument.value).book_head = described;
    texts.rest = !has_type;
    if (sink_.observer != nullptr) sink_.observer->on_book(instrument, texts, at);
    levels += count;
    ++(has_type ? books : rest_books);
    return true;
  }

  // The scalar members after the levels: order differs between REST and WebSocket, each at most once.
  bool book_tail(FrameObserver::BookText& texts, bool& has_type) {
    bool has_min_size = false;
    for (;;) {
      if (lit("}")) return true;
      if (!comma()) return false;
      if (lit("\"tick_size\":\"")) {
        Price tick;
        if (!texts.tick_size.empty() || !price(tick)) return false;
        texts.tick_size = text_;
      } else if (lit("\"event_type\":\"book\"")) {
        if (has_type) return false;
        has_type = true;
      } else if (lit("\"last_trade_price\":\"")) {
        Price last;
        if (texts.has_last_trade_price || !best(last, texts.last_trade_price)) return false;
        texts.has_last_trade_price = true;
      } else if (lit("\"min_order_size\":\"")) {
        const char* const begin = p_;
        Shares minimum;
        if (has_min_size || !size(minimum)) return false;
        has_min_size = true;
        texts.min_order_size = {begin, static_cast<std::size_t>(p_ - begin - 1)};
      } else if (lit("\"neg_risk\":false")) {
        if (texts.neg_risk != -1) return false;
        texts.neg_risk = 0;
      } else if (lit("\"neg_risk\":true")) {
        if (texts.neg_risk != -1) return false;
        texts.neg_risk = 1;
      } else {
        return false;
      }
    }
  }

  const char* const begin_;
  const char* p_;
  const char* const end_;
  const Catalogue& catalogue_;
  const wire::Sink& sink_;
  std::string_view text_;  // of the value read last
  PlainCheck plain_;
};

}  // namespace

bool scan_frame(std::string_view frame, const Catalogue& catalogue, const wire::Sink& sink, CodecCounters& counters) {
  const std::size_t before = sink.out.size();
  Scanner scanner(frame, catalogue, sink);
  if (!scanner.frame()) {
    sink.out.resize(before);
    if (sink.observer != nullptr) sink.observer->on_frame_discarded();
    return false;
  }
  counters.books += scanner.books;
  counters.rest_books += scanner.rest_books;
  counters.price_changes += scanner.price_changes;
  counters.levels += scanner.levels;
  return true;
}

}  // namespace underround::polymarket
