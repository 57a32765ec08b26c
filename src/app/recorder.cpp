#include "app/recorder.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "app/catalogue_loader.hpp"
#include "app/engine_start.hpp"
#include "app/feed_settings.hpp"
#include "app/journal_words.hpp"
#include "app/json_text.hpp"
#include "app/session_settings.hpp"
#include "app/terminal.hpp"
#include "app/version.hpp"
#include "journal/condition_codec.hpp"
#include "journal/frame_codec.hpp"
#include "journal/journal.hpp"
#include "journal/symbol_codec.hpp"
#include "venue/binance/binance_feed.hpp"
#include "venue/polymarket/market_codec.hpp"
#include "venue/polymarket/market_feed.hpp"

namespace underround {
namespace {

using journal::Frame;
using journal::RecordKind;
using journal::Stream;

constexpr Nanos kTurn = Nanos::from_millis(100);

journal::Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

class Recorder::Impl {
 public:
  Impl(net::EventLoop& loop, RecorderSettings settings, OnEnd on_end)
      : loop_(loop), settings_(std::move(settings)), on_end_(std::move(on_end)), codec_(catalogue_), timer_(loop) {
    events_.reserve(4096);
  }
  ~Impl() { stop(); }

  Result<void> start() {
    if (auto ok = open_journal(); !ok) return ok;
    loader_ = std::make_unique<CatalogueLoader>(
        CatalogueLoaderSettings{.gamma_url = settings_.urls.gamma, .proxy_url = settings_.proxy_url},
        filter_of(settings_.config), series_of(settings_.config), [this](std::vector<ConditionSpec> specs) {
          loop_.post([this, specs = std::move(specs)] { add_markets(specs); });
        });
    std::vector<std::string> notes;
    auto specs = loader_->load_all(notes);
    if (!specs) return std::unexpected(specs.error());
    for (const ConditionSpec& spec : *specs) (void)catalogue_.add(spec);
    open_feeds();
    write_catalogue();
    feed_->start();
    if (binance_) binance_->start();
    loader_->start_refreshing();
    timer_.every(kTurn, [this] { on_timer(); });
    return {};
  }

  void stop() {
    if (stopped_) return;
    last_health_ = health();
    stopped_ = true;
    timer_.cancel();
    loader_.reset();
    if (feed_) feed_->stop();
    if (binance_) binance_->stop();
    journal_.reset();
  }

  [[nodiscard]] RecorderHealth health() const {
    if (stopped_ || !journal_) return last_health_;
    RecorderHealth h = written_;
    h.decode_errors = codec_.counters().decode_errors;
    h.disk = journal_->disk();
    h.markets = catalogue_.size();
    const auto see = [&](bool up, Nanos silence) {
      ++h.connections;
      if (!up) return;
      ++h.connections_up;
      h.oldest_silence = std::max(h.oldest_silence, silence);
    };
    if (feed_) {
      const polymarket::MarketFeedHealth feed = feed_->health();
      h.resyncs = feed.resyncs;
      for (const auto& c : feed.connections) see(c.up, c.data_age);
    }
    if (binance_) {
      for (const auto& route : binance_->health()) see(route.up, route.data_age);
    }
    return h;
  }

 private:
  // --- the journal
  Result<void> open_journal() {
    auto journal = journal::Journal::open({.folder = settings_.folder,
                                           .segment_bytes = settings_.segment_bytes,
                                           .compress = settings_.compress,
                                           .keep_bytes = settings_.stop_when_full ? 0 : settings_.budget_bytes,
                                           .verify_all = false});
    if (!journal) return std::unexpected(journal.error());
    journal_ = std::move(*journal);
    const std::string words =
        fmt::format(R"({{"program":"record","version":{},"pid":{},"config":{}}})", json_string(version()), ::getpid(),
                    config::to_json(without_addresses(settings_.config)));
    append(RecordKind::kStart, bytes_of(words));
    std::string why = "a recording begins";
    if (journal_->recovered().torn_bytes > 0) {
      const std::string torn = torn_words(journal_->recovered());
      terminal::say("recording: " + torn);
      why += "; " + torn;
    }
    // Whatever was recorded here before: nobody knows what happened in between.
    gap(VenueId::kPolymarket, Stream::kMarket, 0, "", why);
    gap(VenueId::kBinance, Stream::kReference, 0, "", why);
    written_.gaps = 0;
    return {};
  }

  void append(RecordKind kind, journal::Bytes head, journal::Bytes rest = {}) {
    if (ended_) return;
    if (journal_->append(kind, head, rest)) {
      written_.bytes += journal::size_on_disk(head.size() + rest.size());
      return;
    }
    end(journal_->failure(), true);
  }

  void end(std::string why, bool failed) {
    if (std::exchange(ended_, true)) return;
    on_end_(std::move(why), failed);
  }

  void record(const Frame& frame) {
    if (journal::kFrameHead + frame.text.size() > journal_->largest_payload()) {
      ++written_.skipped;
      return gap(frame.venue, frame.stream, frame.connection, "",
                 fmt::format("a frame of {} bytes is longer than a segment", frame.text.size()));
    }
    std::array<std::uint8_t, journal::kFrameHead> head;
    append(RecordKind::kFrame, journal::encode_frame_head(frame, head), journal::text_bytes(frame));
    ++written_.frames;
    if (journal_->segment() >= catalogue_again_in_) write_catalogue();
  }

  void gap(VenueId venue, Stream stream, std::uint16_t connection, std::string_view market, std::string_view why) {
    const std::string text = fmt::format("{} {}", market, why);
    std::array<std::uint8_t, journal::kFrameHead> head;
    const Frame frame{loop_.now(), venue, stream, connection, text};
    append(RecordKind::kGap, journal::encode_frame_head(frame, head), journal::text_bytes(frame));
    ++written_.gaps;
  }

  // Everything that what follows can speak of.
  void write_catalogue() {
    for (std::uint32_t i = 0; i < catalogue_.size(); ++i) {
      const Condition& condition = catalogue_[ConditionId{i}];
      const bool over = condition.spec.phase >= MarketPhase::kClosed;
      if (!over || std::ranges::find(ended_since_, ConditionId{i}) != ended_since_.end()) write(condition);
    }
    ended_since_.clear();
    if (binance_) {
      for (std::size_t i = 0; i < binance_->symbols().size(); ++i) {
        const SymbolId id{static_cast<std::uint16_t>(i)};
        append(RecordKind::kSymbol, journal::encode_symbol({id, binance_->symbols().name(id)}, buffer_));
      }
    }
    // Often enough that what the budget leaves always holds the whole catalogue.
    if (settings_.budget_bytes == 0 || settings_.stop_when_full) return;
    const std::uint64_t segments = settings_.budget_bytes / settings_.segment_bytes;
    catalogue_again_in_ = journal_->segment() + std::max<std::uint64_t>(1, segments / 4);
  }

  void write(const Condition& condition) {
    append(RecordKind::kCondition,
           journal::encode_condition({condition.id, condition.spec, condition.winning_outcome}, buffer_));
  }

  // --- markets
  void add_markets(const std::vector<ConditionSpec>& specs) {
    if (stopped_) return;
    std::vector<polymarket::FeedMarket> fresh;
    for (const ConditionSpec& spec : specs) {
      const auto known = catalogue_.find_condition(spec.condition_id);
      if (known && catalogue_[*known].spec.phase >= MarketPhase::kClosed) continue;
      const auto id = catalogue_.add(spec);
      if (!id) continue;
      write(catalogue_[*id]);
      if (!known) fresh.push_back({*id, spec.tokens});
    }
    if (!fresh.empty()) feed_->subscribe(fresh);
  }

  void note_end(const Event& e) {
    if (e.header.kind != EventKind::kMarketStatus) return;
    catalogue_.set_phase(e.condition(), e.market.phase, e.market.winning_outcome);
    if (e.market.phase == MarketPhase::kResolved || e.market.phase == MarketPhase::kRedeemable) {
      to_unsubscribe_.push_back(e.condition());
      ended_since_.push_back(e.condition());
    }
  }

  // --- feeds
  void open_feeds() {
    polymarket::MarketFeed::Callbacks callbacks;
    callbacks.on_frame = [this](std::string_view frame, Nanos received, std::uint16_t connection) {
      on_frame(frame, received, connection);
    };
    callbacks.on_event = [this](const Event& e) { on_feed_event(e); };
    feed_ = std::make_unique<polymarket::MarketFeed>(
        loop_, market_feed_settings(settings_.config, settings_.urls, settings_.proxy_url), std::move(callbacks));
    std::vector<polymarket::FeedMarket> markets;
    markets.reserve(catalogue_.size());
    for (std::uint32_t i = 0; i < catalogue_.size(); ++i) {
      markets.push_back({ConditionId{i}, catalogue_[ConditionId{i}].spec.tokens});
    }
    feed_->subscribe(markets);

    if (settings_.config.binance.symbols.empty()) return;
    binance::BinanceFeed::Callbacks reference;
    reference.on_frame = [this](std::string_view frame, Nanos received, std::uint16_t connection) {
      if (!stopped_) record({received, VenueId::kBinance, Stream::kReference, connection, frame});
    };
    reference.on_event = [this](const Event& e) {
      if (e.header.kind == EventKind::kFeed) on_feed_event(e);
    };
    binance_ = std::make_unique<binance::BinanceFeed>(
        loop_, binance_feed_settings(settings_.config, settings_.urls, settings_.proxy_url), std::move(reference));
  }

  void on_frame(std::string_view frame, Nanos received, std::uint16_t connection) {
    if (stopped_) return;
    record({received, VenueId::kPolymarket, Stream::kMarket, connection, frame});
    events_.clear();
    codec_.decode(frame, received, connection, events_);
    feed_->admit(connection, events_);
    for (const Event& e : events_) note_end(e);
  }

  void on_feed_event(const Event& e) {
    if (stopped_) return;
    const Stream stream = e.header.venue == VenueId::kBinance ? Stream::kReference : Stream::kMarket;
    if (e.header.kind == EventKind::kGap) {
      gap(e.header.venue, stream, e.header.connection, catalogue_[e.condition()].spec.condition_id, "continuity lost");
    } else if (e.header.kind == EventKind::kFeed && e.feed.up == 0) {
      gap(e.header.venue, stream, e.header.connection, "", "the connection is down");
    }
  }

  // --- time
  void on_timer() {
    if (!to_unsubscribe_.empty()) {
      feed_->unsubscribe(to_unsubscribe_);
      to_unsubscribe_.clear();
    }
    if (ended_) return;
    if (const std::string failure = journal_->failure(); !failure.empty()) return end(failure, true);
    if (settings_.stop_when_full && settings_.budget_bytes > 0 && journal_->disk().bytes > settings_.budget_bytes) {
      end(fmt::format("{} bytes are full", settings_.budget_bytes), false);
    }
  }

  net::EventLoop& loop_;
  const RecorderSettings settings_;
  const OnEnd on_end_;
  Catalogue catalogue_;
  polymarket::MarketCodec codec_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<polymarket::MarketFeed> feed_;
  std::unique_ptr<binance::BinanceFeed> binance_;
  std::unique_ptr<CatalogueLoader> loader_;
  net::Timer timer_;
  std::vector<Event> events_;
  std::vector<std::uint8_t> buffer_;
  std::vector<ConditionId> to_unsubscribe_;
  std::vector<ConditionId> ended_since_;           // the catalogue was written
  std::uint64_t catalogue_again_in_ = UINT64_MAX;  // number of the segment
  RecorderHealth written_, last_health_;
  bool ended_ = false, stopped_ = false;
};

Result<std::unique_ptr<Recorder>> Recorder::start(net::EventLoop& loop, RecorderSettings settings, OnEnd on_end) {
  auto impl = std::make_unique<Impl>(loop, std::move(settings), std::move(on_end));
  if (auto ok = impl->start(); !ok) return std::unexpected(ok.error());
  return std::unique_ptr<Recorder>(new Recorder(std::move(impl)));
}

Recorder::Recorder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Recorder::~Recorder() = default;
RecorderHealth Recorder::health() const { return impl_->health(); }
void Recorder::stop() { impl_->stop(); }

}  // namespace underround
