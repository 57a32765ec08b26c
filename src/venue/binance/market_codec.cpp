#include "venue/binance/market_codec.hpp"

#include <simdjson.h>

#include <charconv>
#include <utility>

#include "base/check.hpp"
#include "base/decimal.hpp"

namespace underround::binance {
namespace {

namespace json = simdjson::ondemand;
static_assert(MarketCodec::kPadding >= simdjson::SIMDJSON_PADDING);

constexpr int kScaleDecimals = 8;  // Event::Quote is in units of 1e-8
// Grows on demand; this covers every frame of the streams we ask for, combined envelope included.
constexpr std::size_t kUsualFrameBytes = 4096;

enum class Stream : std::uint8_t { kUnknown, kBookTicker, kAggTrade, kTrade };
constexpr std::size_t kStreams = 3;  // with update ids of their own

// The raw text of the fields we may need; the same letter means different things in different streams.
struct Fields {
  std::string_view type, symbol, E, T, u, a, A, b, B, p, q, t, X;
};

// A scalar's text without quotes and trailing blanks; "[" or "{" for a container, which no field accepts.
std::string_view scalar_text(std::string_view token) {
  while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') token.remove_suffix(1);
  if (token.size() >= 2 && token.front() == '"' && token.back() == '"') return token.substr(1, token.size() - 2);
  return token;
}

std::string_view* slot_of(Fields& fields, std::string_view key) {
  if (key.size() != 1) return nullptr;
  switch (key.front()) {
    case 'e': return &fields.type;
    case 's': return &fields.symbol;
    case 'E': return &fields.E;
    case 'T': return &fields.T;
    case 'u': return &fields.u;
    case 'a': return &fields.a;
    case 'A': return &fields.A;
    case 'b': return &fields.b;
    case 'B': return &fields.B;
    case 'p': return &fields.p;
    case 'q': return &fields.q;
    case 't': return &fields.t;
    case 'X': return &fields.X;
    default: return nullptr;
  }
}

bool parse_id(std::string_view text, std::int64_t& out) {
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  return ec == std::errc{} && end == text.data() + text.size() && out >= 0;
}

bool parse_scaled(std::string_view text, std::int64_t& out) {
  const auto value = parse_decimal_truncating(text, kScaleDecimals);
  if (!value || *value < 0) return false;
  out = *value;
  return true;
}

// T (matching engine) where there is one, else E (push); spot's bookTicker has neither.
bool parse_time(const Fields& fields, Nanos& out) {
  const std::string_view text = fields.T.empty() ? fields.E : fields.T;
  std::int64_t ms = 0;
  if (text.empty()) return true;
  if (!parse_id(text, ms) || ms > INT64_MAX / Nanos::kPerMilli) return false;
  out = Nanos::from_millis(ms);
  return true;
}

Stream stream_of(const Fields& fields) {
  if (fields.type == "bookTicker") return Stream::kBookTicker;
  if (fields.type == "aggTrade") return Stream::kAggTrade;
  if (fields.type == "trade") return Stream::kTrade;
  // Spot sends bookTicker without an event type.
  if (fields.type.empty() && !fields.u.empty() && !fields.b.empty() && !fields.A.empty()) return Stream::kBookTicker;
  return Stream::kUnknown;
}

}  // namespace

struct MarketCodec::Impl {
  explicit Impl(const SymbolTable& table) : symbols(table) {
    UR_CHECK(parser.allocate(kUsualFrameBytes) == simdjson::SUCCESS);
  }

  bool read(json::object object, Fields& fields, int depth);
  bool parse(std::string_view frame, Fields& fields);
  bool emit(Stream stream, const Fields& fields, Event event, std::vector<Event>& out);
  bool advance(Stream stream, SymbolId symbol, std::int64_t id);

  const SymbolTable& symbols;
  json::parser parser;
  std::vector<std::int64_t> last_ids;  // [symbol][stream], -1 = none yet
  Counters counters;
};

// Members of the payload, looking through the combined-stream envelope.
bool MarketCodec::Impl::read(json::object object, Fields& fields, int depth) {
  for (auto entry : object) {
    json::field field;
    if (std::move(entry).get(field) != simdjson::SUCCESS) return false;
    const json::raw_json_string raw_key = field.key();
    const char* const key = raw_key.raw();
    if (depth == 0 && raw_key == "data") {
      json::object data;
      if (field.value().get_object().get(data) != simdjson::SUCCESS || !read(data, fields, 1)) return false;
      continue;
    }
    if (key[0] == '"' || key[1] != '"') continue;  // every member we want has a name of one letter
    if (std::string_view* const slot = slot_of(fields, std::string_view(key, 1))) {
      *slot = scalar_text(field.value().raw_json_token());
    }
  }
  return true;
}

bool MarketCodec::Impl::parse(std::string_view frame, Fields& fields) {
  json::document document;
  json::object root;
  const simdjson::padded_string_view padded(frame.data(), frame.size(), frame.size() + kPadding);
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return false;
  if (document.get_object().get(root) != simdjson::SUCCESS) return false;
  // Nothing may follow the object: two frames glued together, or half of one, are a broken frame.
  return read(root, fields, 0) && document.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

bool MarketCodec::Impl::advance(Stream stream, SymbolId symbol, std::int64_t id) {
  if (last_ids.size() < symbols.size() * kStreams) last_ids.resize(symbols.size() * kStreams, -1);
  std::int64_t& last = last_ids[symbol.value * kStreams + static_cast<std::size_t>(stream) - 1];
  if (id <= last) {
    ++counters.stale;
    return false;
  }
  last = id;
  return true;
}

// False when a field is missing or wrong.
bool MarketCodec::Impl::emit(Stream stream, const Fields& fields, Event event, std::vector<Event>& out) {
  const SymbolId symbol{static_cast<std::uint16_t>(event.header.subject)};
  Event::Quote quote{};
  std::int64_t id = 0;
  if (!parse_time(fields, quote.venue_time)) return false;
  if (stream == Stream::kBookTicker) {
    event.header.kind = EventKind::kReferenceQuote;
    if (!parse_id(fields.u, id) || !parse_scaled(fields.b, quote.bid_e8) || !parse_scaled(fields.a, quote.ask_e8) ||
        !parse_scaled(fields.B, quote.bid_size_e8) || !parse_scaled(fields.A, quote.ask_size_e8)) {
      return false;
    }
  } else {
    event.header.kind = EventKind::kReferenceTrade;
    if (!parse_id(stream == Stream::kAggTrade ? fields.a : fields.t, id) || !parse_scaled(fields.p, quote.bid_e8) ||
        !parse_scaled(fields.q, quote.bid_size_e8) || quote.bid_e8 == 0) {
      return false;
    }
    quote.ask_e8 = quote.bid_e8;
  }
  if (!advance(stream, symbol, id)) return true;
  ++(stream == Stream::kBookTicker ? counters.quotes : counters.trades);
  event.quote = quote;
  out.push_back(event);
  return true;
}

MarketCodec::MarketCodec(const SymbolTable& symbols) : impl_(std::make_unique<Impl>(symbols)) {}
MarketCodec::~MarketCodec() = default;
MarketCodec::MarketCodec(MarketCodec&&) noexcept = default;
MarketCodec& MarketCodec::operator=(MarketCodec&&) noexcept = default;

SymbolId MarketCodec::decode(std::string_view padded_frame, Nanos received, std::uint16_t connection,
                             std::vector<Event>& out) {
  Counters& counters = impl_->counters;
  ++counters.messages;
  Fields fields;
  if (!impl_->parse(padded_frame, fields)) {
    ++counters.decode_errors;
    return {};
  }
  const Stream stream = stream_of(fields);
  // The raw trade stream also prints fills that are no market trades (insurance fund, "NA"): not a price.
  if (stream == Stream::kUnknown || (stream == Stream::kTrade && !fields.X.empty() && fields.X != "MARKET")) {
    ++counters.unknown;
    return {};
  }
  const SymbolId symbol = impl_->symbols.find(fields.symbol);
  if (!symbol.valid()) {
    ++counters.unknown_symbols;
    return {};
  }
  const Event event = Event::make(EventKind::kNone, received, VenueId::kBinance, symbol.value, connection);
  if (impl_->emit(stream, fields, event, out)) return symbol;
  ++counters.decode_errors;
  return {};
}

void MarketCodec::forget_sequences() { impl_->last_ids.assign(impl_->last_ids.size(), -1); }
const MarketCodec::Counters& MarketCodec::counters() const noexcept { return impl_->counters; }

}  // namespace underround::binance
