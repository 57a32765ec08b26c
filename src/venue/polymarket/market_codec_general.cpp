#include "venue/polymarket/market_codec_general.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <new>
#include <optional>
#include <string>

namespace underround::polymarket {
namespace {

namespace dom = simdjson::dom;
static_assert(simdjson::SIMDJSON_PADDING <= kFramePadding);

// Larger than the initial books of a full connection (500 assets at 4 KB); beyond it something is wrong.
constexpr std::size_t kMaxFrameBytes = 16 << 20;
constexpr std::size_t kUsualFrameBytes = 64 << 10;

// A member as text, whether it came as a string or as a number. The buffer outlives the view.
class Text {
 public:
  Text(dom::object object, std::string_view key) noexcept {
    dom::element value;
    if (object.at_key(key).get(value) != simdjson::SUCCESS) return;
    std::int64_t integer = 0;
    std::uint64_t large = 0;
    double number = 0;
    if (value.get_string().get(view_) == simdjson::SUCCESS) {
      present_ = true;
    } else if (value.get_int64().get(integer) == simdjson::SUCCESS) {
      write(std::to_chars(digits_, digits_ + sizeof digits_, integer));
    } else if (value.get_uint64().get(large) == simdjson::SUCCESS) {
      write(std::to_chars(digits_, digits_ + sizeof digits_, large));
    } else if (value.get_double().get(number) == simdjson::SUCCESS) {
      // The shortest text that reads back as this double: what the venue wrote, up to 15 digits. Longer than the
      // buffer means larger than any price or size: stays absent.
      write(std::to_chars(digits_, digits_ + sizeof digits_, number, std::chars_format::fixed));
    }
  }
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;
  [[nodiscard]] bool present() const noexcept { return present_; }
  [[nodiscard]] std::string_view view() const noexcept { return view_; }

 private:
  void write(std::to_chars_result result) noexcept {
    if (result.ec != std::errc{}) return;
    view_ = {digits_, static_cast<std::size_t>(result.ptr - digits_)};
    present_ = true;
  }
  char digits_[64];
  std::string_view view_;
  bool present_ = false;
};

bool has(dom::object object, std::string_view key) noexcept { return object.at_key(key).error() == simdjson::SUCCESS; }

std::string_view string_of(dom::object object, std::string_view key) noexcept {
  std::string_view value;
  return object.at_key(key).get_string().get(value) == simdjson::SUCCESS ? value : std::string_view{};
}

std::optional<Side> side_of(std::string_view text) noexcept {
  const auto is = [text](std::string_view name) {
    return std::ranges::equal(text, name, {}, [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
  };
  if (is("BUY")) return Side::kBuy;
  if (is("SELL")) return Side::kSell;
  return std::nullopt;
}

// One message of a frame. Returns false when a known type lacks what it must carry.
class Message {
 public:
  Message(dom::object object, const Catalogue& catalogue, const wire::Sink& sink, CodecCounters& counters)
      : object_(object), catalogue_(catalogue), sink_(sink), counters_(counters) {}

  bool read(const std::function<void(std::string_view)>& on_new_market) {
    const std::string_view type = string_of(object_, "event_type");
    if (type == "price_change" || (type.empty() && has(object_, "price_changes"))) return price_change();
    if (type == "book" || (type.empty() && has(object_, "bids") && has(object_, "asks"))) return book(type.empty());
    if (type == "last_trade_price" || (type.empty() && bare_trade())) return trade();
    if (type == "best_bid_ask") return best_bid_ask();
    if (type == "tick_size_change" || (type.empty() && has(object_, "new_tick_size"))) return tick_change();
    if (type == "market_resolved") return resolved();
    if (type == "new_market") {
      ++counters_.new_markets;
      if (on_new_market) on_new_market(simdjson::minify(object_));
      return true;
    }
    ++counters_.unknown_types;
    return true;
  }

 private:
  // A trade print without event_type (2024 shape). Orders and trades of the user channel carry `type`.
  [[nodiscard]] bool bare_trade() const noexcept {
    return has(object_, "asset_id") && has(object_, "price") && has(object_, "size") && has(object_, "side") &&
           has(object_, "timestamp") && !has(object_, "type");
  }
  [[nodiscard]] std::optional<Nanos> venue_time() const noexcept {
    return wire::venue_time(Text(object_, "timestamp").view());
  }
  // Known instrument of the token; counts and says nothing when there is none.
  std::optional<InstrumentId> instrument(std::string_view token) {
    const InstrumentId id = catalogue_.find_token(token);
    if (id.valid()) return id;
    ++counters_.unknown_tokens;
    return std::nullopt;
  }
  void refuse(InstrumentId id) {
    ++counters_.refused_entries;
    sink_.gap(id);
  }

  bool book(bool rest) {
    const auto at = venue_time();
    const std::string_view token = string_of(object_, "asset_id");
    dom::array bids, asks;
    if (!at || token.empty() || object_.at_key("bids").get_array().get(bids) != simdjson::SUCCESS ||
        object_.at_key("asks").get_array().get(asks) != simdjson::SUCCESS) {
      return false;
    }
    ++(rest ? counters_.rest_books : counters_.books);
    const auto id = instrument(token);
    if (!id) return true;

    const Text tick_text(object_, "tick_size");
    const std::size_t head = sink_.out.size();
    sink_.append(EventKind::kSnapshotBegin, id->value);
    std::uint32_t refused = 0;
    const std::uint32_t count = ladder(bids, *id, Side::kBuy, refused) + ladder(asks, *id, Side::kSell, refused);
    const Event::BookHead described{*at, wire::tick(tick_text.view()), count};
    sink_.out[head].book_head = described;
    sink_.append(EventKind::kSnapshotEnd, id->value).book_head = described;
    counters_.levels += count;
    if (sink_.observer != nullptr) observe_book(*id, *at, tick_text.view(), rest);
    // A snapshot with a hole is no snapshot.
    if (refused != 0) sink_.gap(*id);
    counters_.refused_entries += refused;
    return true;
  }
  std::uint32_t ladder(dom::array levels, InstrumentId id, Side side, std::uint32_t& refused) {
    std::uint32_t count = 0;
    for (const dom::element element : levels) {
      dom::object level;
      if (element.get_object().get(level) != simdjson::SUCCESS) {
        ++refused;
        continue;
      }
      const auto price = wire::level_price(Text(level, "price").view());
      const auto size = wire::level_size(Text(level, "size").view());
      if (!price || !size) {
        ++refused;
        continue;
      }
      sink_.level(EventKind::kSnapshotLevel, id, Nanos{}, side, *price, *size, {});
      ++count;
    }
    return count;
  }
  void observe_book(InstrumentId id, Nanos at, std::string_view tick_size, bool rest) const {
    const Text min_size(object_, "min_order_size");
    const Text last(object_, "last_trade_price");
    FrameObserver::BookText texts;
    texts.hash = string_of(object_, "hash");
    texts.tick_size = tick_size;
    texts.min_order_size = min_size.view();
    texts.last_trade_price = last.view();
    texts.has_last_trade_price = last.present();
    bool neg_risk = false;
    if (object_.at_key("neg_risk").get_bool().get(neg_risk) == simdjson::SUCCESS) texts.neg_risk = neg_risk ? 1 : 0;
    texts.rest = rest;
    sink_.observer->on_book(id, texts, at);
  }

  // Entries in `price_changes` (2025 on), in `changes` beside one asset_id (2024), or the message itself (2023).
  bool price_change() {
    const auto at = venue_time();
    if (!at) return false;
    dom::array entries;
    const bool own_tokens = object_.at_key("price_changes").get_array().get(entries) == simdjson::SUCCESS;
    if (!own_tokens && object_.at_key("changes").get_array().get(entries) != simdjson::SUCCESS) {
      if (!has(object_, "asset_id") || !has(object_, "price")) return false;
      ++counters_.price_changes;
      change(object_, object_, *at);
      return true;
    }
    if (!own_tokens && !has(object_, "asset_id")) return false;
    ++counters_.price_changes;
    for (const dom::element element : entries) {
      dom::object entry;
      if (element.get_object().get(entry) != simdjson::SUCCESS) {
        ++counters_.refused_entries;
        continue;
      }
      change(entry, own_tokens ? entry : object_, *at);
    }
    return true;
  }
  void change(dom::object entry, dom::object owner, Nanos at) {
    const auto id = instrument(string_of(owner, "asset_id"));
    if (!id) return;
    const auto price = wire::level_price(Text(entry, "price").view());
    const auto size = wire::level_size(Text(entry, "size").view());
    const auto side = side_of(string_of(entry, "side"));
    if (!price || !size || !side) {
      refuse(*id);
      return;
    }
    const Text bid(entry, "best_bid");
    const Text ask(entry, "best_ask");
    sink_.level(EventKind::kLevel, *id, at, *side, *price, *size, wire::claim(bid.view(), ask.view()));
    ++counters_.levels;
    if (sink_.observer != nullptr) sink_.observer->on_price_change(*id, string_of(owner, "hash"), at);
  }

  bool trade() {
    const auto at = venue_time();
    const std::string_view token = string_of(object_, "asset_id");
    if (!at || token.empty()) return false;
    ++counters_.trades;
    const auto id = instrument(token);
    if (!id) return true;
    const Text price_text(object_, "price");
    const auto price = wire::level_price(price_text.view());
    const auto size = wire::level_size(Text(object_, "size").view());
    const auto side = side_of(string_of(object_, "side"));
    if (!price || !size || !side) {
      ++counters_.refused_entries;  // a print moves no book: no gap
      return true;
    }
    sink_.level(EventKind::kTrade, *id, *at, *side, *price, *size, {});
    if (sink_.observer != nullptr) sink_.observer->on_last_trade(*id, price_text.view());
    return true;
  }

  bool best_bid_ask() {
    const auto at = venue_time();
    const std::string_view token = string_of(object_, "asset_id");
    if (!at || token.empty()) return false;
    ++counters_.best_bid_asks;
    const auto id = instrument(token);
    if (!id) return true;
    const Text bid(object_, "best_bid");
    const Text ask(object_, "best_ask");
    const wire::Claim best = wire::claim(bid.view(), ask.view());
    sink_.level(EventKind::kTopOfBook, *id, *at, Side::kBuy, Price{}, Shares{}, best);
    return true;
  }

  bool tick_change() {
    const auto at = venue_time();
    const std::string_view token = string_of(object_, "asset_id");
    const Text tick(object_, "new_tick_size");
    if (!at || token.empty() || !tick.present()) return false;
    ++counters_.tick_changes;
    const auto id = instrument(token);
    if (!id) return true;
    sink_.append(EventKind::kTickChange, id->value).book_head = {*at, wire::tick(tick.view()), 0};
    return true;
  }

  bool resolved() {
    const auto at = venue_time();
    if (!at) return false;
    ++counters_.resolved;
    const InstrumentId winner = catalogue_.find_token(string_of(object_, "winning_asset_id"));
    ConditionId condition = winner.valid() ? condition_of(winner) : ConditionId{};
    if (!condition.valid()) {
      if (const auto named = catalogue_.find_condition(string_of(object_, "market"))) condition = *named;
    }
    if (!condition.valid()) {
      ++counters_.unknown_tokens;
      return true;
    }
    const auto outcome = winner.valid() ? static_cast<std::uint8_t>(outcome_of(winner)) : Event::kNoWinner;
    Event& e = sink_.append(EventKind::kMarketStatus, condition.value);
    e.market.phase = MarketPhase::kResolved;
    e.market.winning_outcome = outcome;
    e.market.venue_time = *at;
    return true;
  }

  dom::object object_;
  const Catalogue& catalogue_;
  const wire::Sink& sink_;
  CodecCounters& counters_;
};

// PONG, PING, NO NEW ASSETS, INVALID OPERATION: short upper-case notices.
bool is_notice(std::string_view frame) noexcept {
  return frame.size() <= 64 && std::ranges::all_of(frame, [](char c) { return (c >= 'A' && c <= 'Z') || c == ' '; });
}

}  // namespace

struct GeneralReader::Parser {
  dom::parser json{kMaxFrameBytes};
};

GeneralReader::GeneralReader(const Catalogue& catalogue) : catalogue_(catalogue), parser_(std::make_unique<Parser>()) {
  if (parser_->json.allocate(kUsualFrameBytes) != simdjson::SUCCESS) throw std::bad_alloc();
}
GeneralReader::~GeneralReader() = default;

void GeneralReader::read(std::string_view frame, const wire::Sink& sink, CodecCounters& counters) {
  while (!frame.empty() && (frame.back() == '\n' || frame.back() == '\r')) frame.remove_suffix(1);
  if (is_notice(frame)) {
    ++counters.pongs;
    return;
  }
  dom::element root;
  if (parser_->json.parse(frame.data(), frame.size(), false).get(root) != simdjson::SUCCESS) {
    ++counters.decode_errors;
    return;
  }
  const auto message = [&](dom::element element) {
    dom::object object;
    if (element.get_object().get(object) != simdjson::SUCCESS ||
        !Message(object, catalogue_, sink, counters).read(on_new_market_)) {
      ++counters.decode_errors;
    }
  };
  dom::array messages;
  if (root.get_array().get(messages) != simdjson::SUCCESS) return message(root);
  for (const dom::element element : messages) message(element);
}

}  // namespace underround::polymarket
