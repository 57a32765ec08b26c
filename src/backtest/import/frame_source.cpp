#include "backtest/import/frame_source.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "backtest/capture_catalogue.hpp"
#include "backtest/capture_recording.hpp"
#include "backtest/import/csv_reader.hpp"
#include "base/decimal.hpp"

namespace underround::backtest {
namespace {

namespace dom = simdjson::dom;

constexpr int kLookAhead = 4'096;  // frames

std::string_view text_of(dom::object o, std::string_view key) noexcept {
  std::string_view value;
  return o.at_key(key).get_string().get(value) == simdjson::SUCCESS ? value : std::string_view{};
}

bool is_binance(std::string_view text) noexcept {
  return text.starts_with("{\"stream\":") || text.starts_with("{\"e\":") || text.starts_with("{\"lastUpdateId\":");
}
bool is_relay(std::string_view text) noexcept {
  return text.starts_with("{\"connection_id\":") || text.starts_with("{\"payload\":") ||
         text.starts_with("{\"topic\":");
}
// The text of a member that is a string, without parsing: "s":"BTCUSDT" -> BTCUSDT.
std::string_view member(std::string_view text, std::string_view key) noexcept {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + key.size());
  return text.substr(0, text.find('"'));
}

// Answers of the data API, {"proxyWallet": ...} each; how many. Only the beginning decides.
std::size_t fills_of_a_wallet(std::string_view text) noexcept {
  constexpr std::string_view kKey = "\"proxyWallet\":";
  if (text.substr(0, 64).find(kKey) == std::string_view::npos) return 0;
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(kKey, at)) != std::string_view::npos; at += kKey.size()) ++count;
  return count;
}

std::string base_name(std::string_view file) { return std::string(file.substr(file.find_last_of('/') + 1)); }

}  // namespace

FileKind file_kind(std::string_view head) noexcept {
  const auto has = [head](std::string_view what) { return head.find(what) != std::string_view::npos; };
  if (has("\"run_id\"") && has("\"ingest_seq\"")) return FileKind::kBounded;
  if (has("\"collector_ts\"")) return FileKind::kSampled;
  if (has("\"local_timestamp\"") && !has("\"asset_id\"")) return FileKind::kSampled;
  if (head.starts_with("local_ts_ms,")) return FileKind::kTop;
  return FileKind::kPlain;
}

// Finds the tokens of a frame and the market they belong to.
struct FrameSource::Learner {
  dom::parser parser;

  void learn(std::string_view padded, const std::string& file, ImportTarget& target) {
    dom::element root;
    dom::array messages;
    if (parser.parse(padded.data(), padded.size(), false).get(root) != simdjson::SUCCESS) return;
    if (root.get_array().get(messages) != simdjson::SUCCESS) return message(root, file, target);
    for (const dom::element m : messages) message(m, file, target);
  }

 private:
  static void message(dom::element element, const std::string& file, ImportTarget& target) {
    dom::object o;
    dom::array changes;
    if (element.get_object().get(o) != simdjson::SUCCESS) return;
    const std::string_view market = text_of(o, "market");
    target.learn(text_of(o, "asset_id"), market, file);
    if (o.at_key("price_changes").get_array().get(changes) != simdjson::SUCCESS) return;
    for (const dom::element change : changes) {
      dom::object entry;
      if (change.get_object().get(entry) == simdjson::SUCCESS) target.learn(text_of(entry, "asset_id"), market, file);
    }
  }
};

struct FrameSource::BinanceMarket {
  explicit BinanceMarket(std::string_view market) : name(market), codec(symbols) {}
  std::string_view name;
  binance::SymbolTable symbols;
  binance::MarketCodec codec;
  std::vector<SymbolId> ids;  // of the recording, by the table's
  std::vector<Event> events;
};

FrameSource::FrameSource(CaptureReader reader, std::span<const File> files, ImportTarget& target)
    : reader_(std::move(reader)),
      target_(target),
      codec_(target.catalogue()),
      learner_(std::make_unique<Learner>()),
      spot_(std::make_unique<BinanceMarket>("spot")),
      futures_(std::make_unique<BinanceMarket>("USD-M futures")) {
  for (const File& file : files) {
    if (file.kind != FileKind::kPlain) kinds_.emplace(file.path.string(), file.kind);
  }
}
FrameSource::~FrameSource() = default;

Result<std::unique_ptr<FrameSource>> FrameSource::open(std::span<const File> files, const CaptureOptions& options,
                                                       ImportTarget& target) {
  std::vector<std::filesystem::path> paths;
  for (const File& file : files) paths.push_back(file.path);
  // The reader tells how far it is; the source passes it on when it is asked.
  auto progress = std::make_shared<std::uint64_t*>(nullptr);
  CaptureOptions own = options;
  own.progress = [progress](const CaptureProgress& p) {
    if (*progress != nullptr) **progress = p.bytes_done;
  };
  auto reader = CaptureReader::open(paths, own);
  if (!reader) return std::unexpected(reader.error());
  std::unique_ptr<FrameSource> source(new FrameSource(std::move(*reader), files, target));
  *progress = &source->bytes_done_;
  source->take_markets();
  if (auto looked = source->look_ahead(paths, own); !looked) return std::unexpected(looked.error());
  for (const File& file : files) {
    if (file.kind == FileKind::kBounded) source->find_round_ends(file.path);
  }
  return source;
}

// Recordings often begin with books that do not say their market; the frames after them do. So the first ones are
// looked at before anything gets an id.
Result<void> FrameSource::look_ahead(std::span<const std::filesystem::path> paths, const CaptureOptions& options) {
  CaptureOptions own = options;
  own.progress = {};
  auto reader = CaptureReader::open(paths, own);
  if (!reader) return std::unexpected(reader.error());
  PairLearner pairs;
  CaptureFrame frame;
  for (int i = 0; i < kLookAhead && reader->next(frame); ++i) {
    if (frame.feed.empty() && !is_binance(frame.text) && !is_relay(frame.text)) pairs.observe(frame.text);
  }
  Catalogue known;
  add_markets(reader->markets(), known);
  const std::size_t listed = known.size();
  pairs.add_to(known);
  for (std::size_t i = listed; i < known.size(); ++i) {
    ConditionSpec spec = known[ConditionId{static_cast<std::uint32_t>(i)}].spec;
    spec.tags.emplace_back(kTagLearned);
    target_.add(std::move(spec), "capture");
  }
  return {};
}

// A round of the recorder: REST books, then a subscription answered by a list of books, then frames until it has
// enough.
void FrameSource::find_round_ends(const std::filesystem::path& path) {
  CaptureOptions options;
  options.find_companions = false;
  auto reader = CaptureReader::open(std::vector{path}, options);
  if (!reader) return;
  CaptureFrame frame;
  std::uint64_t last = 0;
  while (reader->next(frame)) {
    const bool answer = frame.text.starts_with('[');
    const bool streamed = answer || frame.text.find("\"event_type\"") != std::string_view::npos;
    if (!frame.feed.empty() || !streamed) continue;
    if (answer && last != 0) round_ends_.emplace(path.string(), last);
    last = frame.line;
  }
  if (last != 0) round_ends_.emplace(path.string(), last);
}

void FrameSource::take_markets() {
  const auto& markets = reader_.markets();
  for (; markets_taken_ < markets.size(); ++markets_taken_) target_.add(markets[markets_taken_], "market list");
}

// What the files of a kind cannot say; once for each.
void FrameSource::note_file(std::string_view file) {
  file_ = file;
  const auto kind = kinds_.find(file);
  kind_ = kind == kinds_.end() ? FileKind::kPlain : kind->second;
  std::ranges::fill(marked_, std::uint8_t{0});
  const std::string name = base_name(file);
  switch (kind_) {
    case FileKind::kPlain: break;
    case FileKind::kBounded:
      target_.unknown(name + ": everything between the recorder's rounds; a gap ends each of them");
      break;
    case FileKind::kSampled:
      target_.unknown(name +
                      ": depth between two books (polled or thinned out), and trades in between where none are listed");
      break;
    case FileKind::kTop:
      target_.unknown(name + ": depth below the best level, and the other token's own stream");
      break;
  }
}

bool FrameSource::next(ImportFrame& out) {
  if (round_over_) {
    round_over_ = false;
    end_round(out);
    if (!out.events.empty()) return true;
  }
  CaptureFrame frame;
  while (reader_.next(frame)) {
    if (reader_.markets().size() != markets_taken_) take_markets();
    if (frame.file != file_) note_file(frame.file);
    last_ = frame.received;
    out.begin(frame.received);
    decode(frame, out);
    round_over_ = kind_ == FileKind::kBounded && round_ends_.contains({file_, frame.line});
    if (!out.events.empty()) return true;
    if (round_over_) return next(out);
  }
  take_markets();
  for (; bad_taken_ < reader_.bad_line_count(); ++bad_taken_) {
    const auto& kept = reader_.bad_lines();
    if (bad_taken_ < kept.size()) {
      target_.report().bad(kept[bad_taken_].file, kept[bad_taken_].line, kept[bad_taken_].reason);
    } else {
      ++target_.report().decode_errors;
    }
  }
  return false;
}

void FrameSource::decode(const CaptureFrame& frame, ImportFrame& out) {
  if (frame.feed == kGapFeed) return lose(frame, out);
  if (frame.feed == "asset_price") return mid(frame, out);
  if (frame.feed == "binance" || is_binance(frame.text)) return binance(frame, out);
  if (frame.feed.ends_with("chainlink") || (frame.feed.empty() && is_relay(frame.text))) return chainlink(frame, out);
  if (!frame.feed.empty()) return target_.report().skip(frame.feed);
  if (const std::size_t fills = fills_of_a_wallet(frame.text); fills > 0) {
    return target_.report().skip("fills of a wallet (whether it was the taker is not said)", fills);
  }
  polymarket(frame, out);
}

// The recorder's mark of lost continuity: of one market, or of everything.
void FrameSource::lose(const CaptureFrame& frame, ImportFrame& out) {
  const auto named = target_.catalogue().find_condition(frame.text);
  for (std::uint32_t i = 0; i < target_.catalogue().size(); ++i) {
    if (frame.text != kWholeFeed && named != ConditionId{i}) continue;
    out.append(EventKind::kGap, VenueId::kPolymarket, i);
    if (i < live_.size()) live_[i] = 0;
  }
  if (out.events.empty()) return;
  out.close();
  target_.gap(frame.received, VenueId::kPolymarket, base_name(file_) + ": the recorder lost continuity");
}

// --- Polymarket

void FrameSource::polymarket(const CaptureFrame& frame, ImportFrame& out) {
  ImportReport& report = target_.report();
  polymarket::CodecCounters before = codec_.counters();
  codec_.decode(frame.text, frame.received, 0, out.events);
  if (codec_.counters().unknown_tokens != before.unknown_tokens) {
    learner_->learn(frame.text, file_, target_);
    before = codec_.counters();
    out.events.clear();
    codec_.decode(frame.text, frame.received, 0, out.events);
  }
  const polymarket::CodecCounters& after = codec_.counters();
  report.messages += count_types(before, after, frame.type, report.by_type);
  if (after.decode_errors != before.decode_errors) report.bad(file_, frame.line, "the frame does not decode");
  report.unknown_tokens += after.unknown_tokens - before.unknown_tokens;
  report.refused_entries += after.refused_entries - before.refused_entries;
  if (live_.size() < target_.catalogue().size()) {
    live_.resize(target_.catalogue().size());
    marked_.resize(target_.catalogue().size());
  }
  if (after.books - before.books >= 2 && frame.text.starts_with('[')) reconnected(frame, out);
  if (kind_ != FileKind::kPlain) mark(out);
}

// An answer to a subscription. Books that were there already have missed what happened in between.
void FrameSource::reconnected(const CaptureFrame& frame, ImportFrame& out) {
  std::vector<Event> gaps;
  for (const Event& e : out.events) {
    if (e.header.kind != EventKind::kSnapshotBegin) continue;
    const ConditionId id = condition_of(e.instrument());
    const auto same = [id](const Event& gap) { return gap.condition() == id; };
    if (live_[id.value] != 0 && std::ranges::none_of(gaps, same)) {
      gaps.push_back(Event::make(EventKind::kGap, frame.received, VenueId::kPolymarket, id.value));
    }
  }
  for (const Event& e : out.events) {
    if (e.header.kind == EventKind::kSnapshotBegin) live_[condition_of(e.instrument()).value] = 1;
  }
  if (gaps.empty()) return;
  target_.gap(target_.report().last, VenueId::kPolymarket,
              fmt::format("{}:{}: subscribed anew; what happened since the frame before is not known", base_name(file_),
                          frame.line));
  out.events.insert(out.events.begin(), gaps.begin(), gaps.end());
}

void FrameSource::mark(const ImportFrame& out) {
  for (const Event& e : out.events) {
    if (e.header.kind != EventKind::kSnapshotBegin && e.header.kind != EventKind::kTrade) continue;
    const ConditionId id = condition_of(e.instrument());
    if (marked_[id.value] != 0) continue;
    marked_[id.value] = 1;
    target_.tag(id, kind_ == FileKind::kTop ? std::string(kTagDepth) + "1" : std::string(kTagSampled));
    if (kind_ == FileKind::kBounded) target_.tag(id, kTagPartialTrades);
  }
}

void FrameSource::end_round(ImportFrame& out) {
  out.begin(last_);
  for (std::uint32_t i = 0; i < live_.size(); ++i) {
    if (live_[i] == 0) continue;
    out.append(EventKind::kGap, VenueId::kPolymarket, i);
    live_[i] = 0;
  }
  out.close();
  if (!out.events.empty()) {
    target_.gap(target_.report().last, VenueId::kPolymarket, base_name(file_) + ": the recorder's round is over");
  }
}

// --- other feeds

void FrameSource::binance(const CaptureFrame& frame, ImportFrame& out) {
  ImportReport& report = target_.report();
  if (frame.text.starts_with("{\"lastUpdateId\":")) return report.skip("binance depth snapshot");
  if (frame.text.find("\"e\":\"depthUpdate\"") != std::string_view::npos) return report.skip("binance depthUpdate");
  // Spot marks its trades with "M" and sends best prices without an event type.
  const bool spot =
      frame.text.find("\"M\":") != std::string_view::npos || frame.text.find("\"e\":") == std::string_view::npos;
  BinanceMarket& market = spot ? *spot_ : *futures_;
  const BinanceMarket& other = spot ? *futures_ : *spot_;
  const binance::MarketCodec::Counters before = market.codec.counters();
  const auto decode = [&] {
    market.events.clear();
    market.codec.decode(frame.text, frame.received, 0, market.events);
  };
  decode();
  if (market.codec.counters().unknown_symbols != before.unknown_symbols) {
    const std::string_view name = member(frame.text, "\"s\":\"");
    market.symbols.add(name);
    // Whichever of the two markets comes first has the plain name.
    const bool taken = other.symbols.find(name).valid();
    const std::string own = taken ? (spot ? "spot:" : "usdm:") + std::string(name) : std::string(name);
    market.ids.push_back(target_.symbol(own));
    target_.note(fmt::format("symbol {}: Binance {}", own, market.name));
    decode();
  }
  const auto& after = market.codec.counters();
  if (after.decode_errors != before.decode_errors)
    return report.bad(file_, frame.line, "the Binance frame does not decode");
  if (after.quotes != before.quotes) report.message("binance bookTicker");
  if (after.trades != before.trades) report.message("binance trade");
  if (after.unknown != before.unknown) report.skip("binance other");
  if (after.stale != before.stale) report.skip("binance repeated");
  for (Event& e : market.events) {
    e.header.subject = market.ids[e.header.subject].value;
    out.events.push_back(e);
  }
  out.close();
}

// {"topic":"crypto_prices_chainlink","type":"update","payload":{"symbol":"btc/usd","full_accuracy_value":"7656...","timestamp":...}}
void FrameSource::chainlink(const CaptureFrame& frame, ImportFrame& out) {
  ImportReport& report = target_.report();
  dom::object o, payload;
  dom::array history;
  if (learner_->parser.parse(frame.text.data(), frame.text.size(), false).get_object().get(o) != simdjson::SUCCESS) {
    return report.bad(file_, frame.line, "not JSON");
  }
  const std::string topic(text_of(o, "topic"));
  if (o.at_key("payload").get_object().get(payload) != simdjson::SUCCESS) return report.skip("relay other");
  // What a subscription begins with: the past, known too late to act on.
  if (payload.at_key("data").get_array().get(history) == simdjson::SUCCESS) return report.skip("relay price history");
  const std::string_view symbol = text_of(payload, "symbol"), full = text_of(payload, "full_accuracy_value");
  if (topic != "crypto_prices_chainlink") return report.skip("relay " + topic);
  std::int64_t at = 0;
  Event::Quote quote{};
  const auto price = oracle_cell(full);
  if (symbol.empty() || !price || payload.at_key("timestamp").get_int64().get(at) != simdjson::SUCCESS || at <= 0 ||
      at > 9'000'000'000'000) {
    return report.bad(file_, frame.line, "a Chainlink price without symbol, value or time");
  }
  quote.bid_e8 = quote.ask_e8 = *price;
  quote.venue_time = Nanos::from_millis(at);
  out.reference(EventKind::kReferenceTrade, VenueId::kNone, target_.symbol("chainlink:" + std::string(symbol)), quote);
  out.close();
  report.message("chainlink price");
}

// "BTCUSDT 90358.395": the mid price a collector kept beside its rows.
void FrameSource::mid(const CaptureFrame& frame, ImportFrame& out) {
  const std::size_t space = frame.text.find(' ');
  const auto price = space == std::string_view::npos ? std::nullopt : quote_cell(frame.text.substr(space + 1));
  if (!price || *price <= 0) return target_.report().bad(file_, frame.line, "asset_price is no price");
  Event::Quote quote{};
  quote.bid_e8 = quote.ask_e8 = *price;
  target_.unknown(base_name(file_) + ": the spread, the size and the market (spot or futures) of the Binance mid");
  out.reference(EventKind::kReferenceQuote, VenueId::kBinance, target_.symbol(frame.text.substr(0, space)), quote);
  out.close();
  target_.report().message("binance mid");
}

}  // namespace underround::backtest
