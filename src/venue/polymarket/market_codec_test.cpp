#include "venue/polymarket/market_codec.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "venue/polymarket/allocation_count.hpp"

// Counts heap allocations of this program, so that a test can show the hot path makes none.
namespace {
thread_local std::uint64_t g_allocations = 0;
}
std::uint64_t underround::polymarket::allocation_count() noexcept { return g_allocations; }
#ifndef UNDERROUND_SANITIZED
// Not inlined: the compiler would see malloc and free meet new and delete and warn of a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++g_allocations;
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }
#endif

namespace underround::polymarket {
namespace {

const std::string kMarket = "0xd2d9b87685f3522db7ba4da4eb9caa802a8419b4bc52beeac2866ec1fb5a2b62";
const std::string kYes = "48388091485466084032258596983551595414700058539322197443810535093166937854987";
const std::string kNo = "61239446184203211563422085561184571209417212120958140611201238091384029874461";
const std::string kHash = "f3cc31114e050a10b3d72e6f8a2233f63b19489c";
constexpr Nanos kAt = Nanos::from_millis(1777366994943);
constexpr Nanos kReceived{1777366995000000001};

const Catalogue& catalogue() {
  static const Catalogue one = [] {
    Catalogue c;
    ConditionSpec spec;
    spec.condition_id = kMarket;
    spec.tokens = {kYes, kNo};
    spec.outcomes = {"Yes", "No"};
    EXPECT_TRUE(c.add(spec));
    return c;
  }();
  return one;
}

// A frame in a buffer of its own, with the promised padding; what the padding holds must not matter.
struct Frame {
  explicit Frame(std::string_view text, char padding = '\0') : bytes(text), size(text.size()) {
    bytes.append(kFramePadding, padding);
  }
  [[nodiscard]] std::string_view view() const { return std::string_view(bytes).substr(0, size); }
  std::string bytes;
  std::size_t size;
};

struct Decoded {
  std::vector<Event> events;
  CodecCounters counters;
};
Decoded decode(std::string_view text, char padding = '\0') {
  MarketCodec codec(catalogue());
  Decoded d;
  const Frame frame(text, padding);
  codec.decode(frame.view(), kReceived, 3, d.events);
  d.counters = codec.counters();
  return d;
}
Decoded decode_general(std::string_view text) {
  MarketCodec codec(catalogue());
  Decoded d;
  const Frame frame(text);
  codec.decode_general(frame.view(), kReceived, 3, d.events);
  d.counters = codec.counters();
  return d;
}

bool same(const Decoded& a, const Decoded& b) {
  CodecCounters scanned = a.counters;
  scanned.scanned = b.counters.scanned;  // which reader it was is the one allowed difference
  const auto same_bytes = [](const Event& x, const Event& y) {
    return std::memcmp(static_cast<const void*>(&x), &y, sizeof(Event)) == 0;
  };
  return std::ranges::equal(a.events, b.events, same_bytes) && std::memcmp(&scanned, &b.counters, sizeof scanned) == 0;
}

std::vector<EventKind> kinds(const Decoded& d) {
  std::vector<EventKind> out;
  for (const Event& e : d.events) out.push_back(e.header.kind);
  return out;
}
using Kinds = std::vector<EventKind>;

std::string entry(const std::string& token, const std::string& price, const std::string& size, const std::string& side,
                  const std::string& bid = "0.49", const std::string& ask = "0.51") {
  return R"({"asset_id":")" + token + R"(", "price":")" + price + R"(", "size":")" + size + R"(", "side":")" + side +
         R"(", "hash":")" + kHash + R"(", "best_bid":")" + bid + R"(", "best_ask":")" + ask + R"("})";
}
std::string change(const std::string& entries, const std::string& time = "\"1777366994943\"") {
  return R"({"market":")" + kMarket + R"(", "price_changes":[)" + entries + R"(], "timestamp":)" + time +
         R"(, "event_type":"price_change"})";
}
std::string book(const std::string& bids, const std::string& asks,
                 const std::string& tail = R"("tick_size":"0.01","event_type":"book","last_trade_price":"0.500")") {
  return R"({"market":")" + kMarket + R"(","asset_id":")" + kYes + R"(","timestamp":"1777366994943","hash":")" + kHash +
         R"(","bids":[)" + bids + R"(],"asks":[)" + asks + "]," + tail + "}";
}
const std::string kBids = R"({"price":"0.48","size":"30"},{"price":"0.49","size":"120.5"})";
const std::string kAsks = R"({"price":"0.99","size":"10"},{"price":"0.51","size":"44"})";

TEST(MarketCodec, PriceChangeOfBothTokens) {
  const Decoded d = decode(change(entry(kYes, "0.27", "0", "BUY") + ", " + entry(kNo, "0.73", "12.345678", "SELL")));
  ASSERT_EQ(kinds(d), (Kinds{EventKind::kLevel, EventKind::kLevel, EventKind::kFrameEnd}));
  EXPECT_EQ(d.counters.scanned, 1U) << "the venue's usual shape takes the scanner";
  const Event& yes = d.events[0];
  EXPECT_EQ(yes.instrument(), InstrumentId{0});
  EXPECT_EQ(yes.header.time, kReceived);
  EXPECT_EQ(yes.header.venue, VenueId::kPolymarket);
  EXPECT_EQ(yes.header.connection, 3);
  EXPECT_EQ(yes.level.venue_time, kAt);
  EXPECT_EQ(yes.level.price, Price{2700});
  EXPECT_EQ(yes.level.size, Shares{0});
  EXPECT_EQ(yes.level.side, Side::kBuy);
  EXPECT_EQ(yes.level.best_bid, Price{4900});
  EXPECT_EQ(yes.level.best_ask, Price{5100});
  const Event& no = d.events[1];
  EXPECT_EQ(no.instrument(), InstrumentId{1});
  EXPECT_EQ(no.level.price, Price{7300});
  EXPECT_EQ(no.level.size, Shares{12'345'678});
  EXPECT_EQ(no.level.side, Side::kSell);
}

// One token in twelve has fewer than 77 digits; without blanks the next key's quote stands where a longer one's would.
TEST(MarketCodec, ShorterTokensTakeTheScannerToo) {
  for (const std::size_t digits : {75UL, 76UL, 77UL, 78UL}) {
    Catalogue short_tokens;
    ConditionSpec spec;
    spec.condition_id = kMarket;
    spec.tokens = {std::string(digits, '4'), kNo};
    ASSERT_TRUE(short_tokens.add(spec));
    MarketCodec codec(short_tokens);
    std::string text = change(entry(spec.tokens[0], "0.27", "0", "BUY"));
    std::erase(text, ' ');
    const Frame frame(text);
    std::vector<Event> events;
    codec.decode(frame.view(), kReceived, 0, events);
    EXPECT_EQ(codec.counters().scanned, 1U) << digits;
    EXPECT_EQ(events.size(), 2U) << digits;
  }
}

TEST(MarketCodec, BookIsASnapshot) {
  const Decoded d = decode(book(kBids, kAsks));
  ASSERT_EQ(kinds(d), (Kinds{EventKind::kSnapshotBegin, EventKind::kSnapshotLevel, EventKind::kSnapshotLevel,
                             EventKind::kSnapshotLevel, EventKind::kSnapshotLevel, EventKind::kSnapshotEnd,
                             EventKind::kFrameEnd}));
  EXPECT_EQ(d.counters.scanned, 1U);
  EXPECT_EQ(d.counters.books, 1U);
  for (const std::size_t i : {0UL, 5UL}) {
    EXPECT_EQ(d.events[i].book_head.venue_time, kAt);
    EXPECT_EQ(d.events[i].book_head.tick, kTick001);
    EXPECT_EQ(d.events[i].book_head.levels, 4U);
  }
  EXPECT_EQ(d.events[2].level.price, Price{4900});
  EXPECT_EQ(d.events[2].level.size, Shares{120'500'000});
  EXPECT_EQ(d.events[2].level.side, Side::kBuy);
  EXPECT_EQ(d.events[3].level.price, Price{9900});
  EXPECT_EQ(d.events[3].level.side, Side::kSell);
}

TEST(MarketCodec, RestBookAndArraysOfBooks) {
  const std::string rest = R"("min_order_size":"5","tick_size":"0.001","neg_risk":false,"last_trade_price":"")";
  const Decoded one = decode(book(kBids, kAsks, rest) + "\n");
  EXPECT_EQ(one.counters.rest_books, 1U);
  EXPECT_EQ(one.counters.scanned, 1U);
  EXPECT_EQ(one.events[0].book_head.tick, kTick0001);
  const Decoded many = decode("[" + book(kBids, "") + "," + book("", kAsks) + "]");
  EXPECT_EQ(many.counters.books, 2U);
  EXPECT_EQ(many.counters.scanned, 1U);
  EXPECT_EQ(std::ranges::count(kinds(many), EventKind::kFrameEnd), 1);
}

TEST(MarketCodec, EmptyBookIsASnapshotToo) {
  EXPECT_EQ(kinds(decode(book("", ""))),
            (Kinds{EventKind::kSnapshotBegin, EventKind::kSnapshotEnd, EventKind::kFrameEnd}));
}

TEST(MarketCodec, EmptySidesInClaims) {
  const auto claim = [](const char* bid, const char* ask) {
    const std::string text = change(entry(kYes, "0.27", "1", "BUY", bid, ask));
    const Decoded d = decode(text);
    EXPECT_TRUE(same(d, decode_general(text)));
    return std::pair(d.events.at(0).level.best_bid, d.events.at(0).level.best_ask);
  };
  EXPECT_EQ(claim("", ""), std::pair(kNoPrice, kNoPrice));
  EXPECT_EQ(claim("0", "0.51"), std::pair(Price{0}, Price{5100}));
  EXPECT_EQ(claim("0.49", "1"), std::pair(Price{4900}, kOneUsd));
  EXPECT_EQ(claim("0.49", "0"), std::pair(Price{4900}, kNoPrice));
  EXPECT_EQ(claim("0", "1"), std::pair(Price{0}, kOneUsd));
  EXPECT_EQ(claim("0", "0"), std::pair(kNoPrice, kNoPrice)) << "filler, not a claim";
  EXPECT_EQ(claim("0.495", "0.5"), std::pair(Price{4950}, Price{5000}));
  EXPECT_EQ(claim("x", "1.5"), std::pair(kNoPrice, kNoPrice));
}

TEST(MarketCodec, OtherEvents) {
  const std::string head = R"("market":")" + kMarket + R"(","asset_id":")" + kNo + R"(","timestamp":"1777366994943")";
  Decoded d = decode(R"({"event_type":"last_trade_price","price":"0.51","size":"12.34","side":"buy",)" + head + "}");
  ASSERT_EQ(kinds(d), (Kinds{EventKind::kTrade, EventKind::kFrameEnd}));
  EXPECT_EQ(d.events[0].level.price, Price{5100});
  EXPECT_EQ(d.events[0].level.side, Side::kBuy);
  EXPECT_EQ(d.events[0].instrument(), InstrumentId{1});

  d = decode(R"({"event_type":"best_bid_ask","best_bid":"0.73","best_ask":"","spread":"0.04",)" + head + "}");
  ASSERT_EQ(kinds(d), (Kinds{EventKind::kTopOfBook, EventKind::kFrameEnd}));
  EXPECT_EQ(d.events[0].level.best_bid, Price{7300});
  EXPECT_EQ(d.events[0].level.best_ask, kNoPrice);

  d = decode(R"({"event_type":"tick_size_change","old_tick_size":"0.01","new_tick_size":"0.0025",)" + head + "}");
  ASSERT_EQ(kinds(d), (Kinds{EventKind::kTickChange, EventKind::kFrameEnd}));
  EXPECT_EQ(d.events[0].book_head.tick, kTick00025);
  d = decode(R"({"event_type":"tick_size_change","old_tick_size":"0.01","new_tick_size":"0.003",)" + head + "}");
  EXPECT_EQ(d.events.at(0).book_head.tick, Tick{}) << "a tick the venue never had is unknown";

  d = decode(R"({"event_type":"market_resolved","winning_asset_id":")" + kNo + R"(","winning_outcome":"No",)" + head +
             "}");
  ASSERT_EQ(kinds(d), (Kinds{EventKind::kMarketStatus, EventKind::kFrameEnd}));
  EXPECT_EQ(d.events[0].condition(), ConditionId{0});
  EXPECT_EQ(d.events[0].market.phase, MarketPhase::kResolved);
  EXPECT_EQ(d.events[0].market.winning_outcome, 1);
  d = decode(R"({"event_type":"market_resolved","winning_asset_id":"5",)" + head + "}");
  EXPECT_EQ(d.events.at(0).market.winning_outcome, Event::kNoWinner);
}

TEST(MarketCodec, NewMarketGoesToTheColdHandler) {
  MarketCodec codec(catalogue());
  std::string seen;
  codec.set_new_market_handler([&](std::string_view json) { seen = json; });
  std::vector<Event> events;
  const Frame frame(R"([{"event_type":"new_market","id":"1", "question":"q \"x\"?"}])");
  codec.decode(frame.view(), kReceived, 0, events);
  EXPECT_EQ(seen, R"({"event_type":"new_market","id":"1","question":"q \"x\"?"})");
  EXPECT_TRUE(events.empty());
  EXPECT_EQ(codec.counters().new_markets, 1U);
}

TEST(MarketCodec, OldPriceChangeShapes) {
  const std::string head = R"("event_type":"price_change","market":")" + kMarket + R"(","asset_id":")" + kYes +
                           R"(","hash":")" + kHash + R"(","timestamp":"1777366994943",)";
  Decoded d = decode(
      "{" + head + R"("changes":[{"price":"0.4","side":"SELL","size":"3"},{"price":".41","side":"BUY","size":"0"}]})");
  ASSERT_EQ(kinds(d), (Kinds{EventKind::kLevel, EventKind::kLevel, EventKind::kFrameEnd}));
  EXPECT_EQ(d.events[1].level.price, Price{4100});
  EXPECT_EQ(d.events[0].level.best_bid, kNoPrice);
  d = decode("{" + head + R"("price":"0.4","side":"SELL","size":"3"})");
  ASSERT_EQ(kinds(d), (Kinds{EventKind::kLevel, EventKind::kFrameEnd}));
  d = decode(R"({"market":")" + kMarket + R"(","price_changes":[)" + entry(kYes, "0.5", "1", "BUY") +
             R"(],"timestamp":"1777366994943"})");
  EXPECT_EQ(kinds(d), (Kinds{EventKind::kLevel, EventKind::kFrameEnd})) << "no event_type";
}

TEST(MarketCodec, NumbersAndStringsAreInterchangeable) {
  const std::string text = R"({"event_type":"price_change","market":")" + kMarket +
                           R"(","timestamp":1777366994943,"price_changes":[{"asset_id":")" + kYes +
                           R"(","price":0.27,"size":1234567.25,"side":"BUY","best_bid":0,"best_ask":1}]})";
  const Decoded d = decode(text);
  ASSERT_EQ(kinds(d), (Kinds{EventKind::kLevel, EventKind::kFrameEnd}));
  EXPECT_EQ(d.events[0].level.price, Price{2700});
  EXPECT_EQ(d.events[0].level.size, Shares{1'234'567'250'000});
  EXPECT_EQ(d.events[0].level.best_bid, Price{0});
  EXPECT_EQ(d.events[0].level.best_ask, kOneUsd);
  EXPECT_EQ(d.events[0].level.venue_time, kAt);
}

TEST(MarketCodec, RefusedEntriesLeaveAGapAndTheOthersSurvive) {
  const auto refused = [](const char* price, const char* size, const char* side = "BUY") {
    const Decoded d = decode(change(entry(kYes, price, size, side) + "," + entry(kNo, "0.5", "1", "SELL")));
    EXPECT_EQ(kinds(d), (Kinds{EventKind::kGap, EventKind::kLevel, EventKind::kFrameEnd})) << price << " " << size;
    EXPECT_EQ(d.counters.refused_entries, 1U);
    EXPECT_EQ(d.counters.decode_errors, 0U);
    return d.events.at(0).condition();
  };
  EXPECT_EQ(refused("0.27", "9223372036854775808"), ConditionId{0});
  refused("0.27", "99999999999999999999999999999999999999");
  refused("0.27", "9223372036854.775808");  // one micro beyond int64
  refused("0.27", "-1");
  refused("0.27", "");
  refused("0.27", "ten");
  refused("0.27", "1e3");
  refused("0.00001", "1");
  refused("0.27005", "1");
  refused("0", "1");
  refused("1", "1");
  refused("1.5", "1");
  refused("-0.5", "1");
  refused("", "1");
  refused("0.27", "1", "HOLD");
  // The largest size that fits is not refused.
  EXPECT_EQ(decode(change(entry(kYes, "0.27", "9223372036854.775807", "BUY"))).events.at(0).level.size.micros,
            INT64_MAX);
}

TEST(MarketCodec, ASnapshotWithAHoleIsFollowedByAGap) {
  const Decoded d = decode(book(R"({"price":"0.48","size":"30"},{"price":"2","size":"1"},7)", kAsks));
  ASSERT_EQ(d.events.size(), 7U);
  EXPECT_EQ(d.events[4].header.kind, EventKind::kSnapshotEnd);
  EXPECT_EQ(d.events[5].header.kind, EventKind::kGap);
  EXPECT_EQ(d.counters.refused_entries, 2U);
}

TEST(MarketCodec, UnknownTokensAreCountedAndSkipped) {
  std::string stranger = kYes;
  stranger[5] = '9';
  const Decoded d = decode(change(entry(stranger, "0.27", "1", "BUY") + ", " + entry(kNo, "0.5", "1", "SELL")));
  EXPECT_EQ(kinds(d), (Kinds{EventKind::kLevel, EventKind::kFrameEnd}));
  EXPECT_EQ(d.counters.unknown_tokens, 1U);
  const Decoded none = decode(change(entry(stranger, "0.27", "1", "BUY")));
  EXPECT_TRUE(none.events.empty()) << "no kFrameEnd for a frame that says nothing";
}

TEST(MarketCodec, NoticesUnknownTypesAndGarbage) {
  EXPECT_EQ(decode("PONG").counters.pongs, 1U);
  EXPECT_EQ(decode("NO NEW ASSETS").counters.pongs, 1U);
  EXPECT_EQ(decode(R"({"event_type":"whatever","x":1})").counters.unknown_types, 1U);
  EXPECT_EQ(decode(R"({"topic":"crypto_prices"})").counters.unknown_types, 1U);
  EXPECT_EQ(decode("[]").counters.decode_errors, 0U);
  for (const char* text : {"<html><body>502 Bad Gateway</body></html>", "{", "[", "{}x", "null", "3", "\"text\"", "[1]",
                           "Internal error", R"({"event_type":"book"})", R"({"event_type":"price_change"})",
                           R"({"event_type":"last_trade_price","timestamp":"1"})", "\xff\xfe"}) {
    const Decoded d = decode(text);
    EXPECT_EQ(d.counters.decode_errors, 1U) << text;
    EXPECT_TRUE(d.events.empty()) << text;
  }
  const Decoded mixed = decode(R"([{"event_type":"book"},)" + book(kBids, kAsks) + "]");
  EXPECT_EQ(mixed.counters.decode_errors, 1U);
  EXPECT_EQ(mixed.counters.books, 1U) << "the others of the array survive";
}

TEST(MarketCodec, EveryTruncationIsAnErrorAndYieldsNothing) {
  for (const std::string& whole : {change(entry(kYes, "0.27", "0", "BUY") + ", " + entry(kNo, "0.73", "1", "SELL")),
                                   "[" + book(kBids, kAsks) + "]"}) {
    for (std::size_t size = 1; size < whole.size(); ++size) {
      // The padding continues the frame, as it would in a receive buffer that still holds an earlier one.
      Frame frame(whole.substr(0, size));
      const std::string_view rest = std::string_view(whole).substr(size, kFramePadding);
      std::ranges::copy(rest, frame.bytes.begin() + static_cast<std::ptrdiff_t>(size));
      MarketCodec codec(catalogue());
      std::vector<Event> events;
      codec.decode(frame.view(), kReceived, 0, events);
      ASSERT_TRUE(events.empty()) << size;
      ASSERT_EQ(codec.counters().decode_errors, 1U) << size;
    }
  }
}

// --- the scanner against simdjson

std::string random_price() {
  return *rc::gen::weightedOneOf<std::string>({
      {8, rc::gen::map(rc::gen::inRange(1, 100), [](int p) { return "0." + std::to_string(p); })},
      {4, rc::gen::map(rc::gen::inRange(1, 10'000), [](int p) { return "0." + std::to_string(p); })},
      {1, rc::gen::elementOf(std::vector<std::string>{"0", "1", "", "0.0", "00.5", ".5", "0.12345", "1.0", "0.50000"})},
  });
}
std::string random_size() {
  return *rc::gen::weightedOneOf<std::string>({
      {8, rc::gen::map(rc::gen::inRange(0, 100'000), [](int s) { return std::to_string(s); })},
      {4, rc::gen::map(rc::gen::pair(rc::gen::inRange(0, 9'999), rc::gen::inRange(0, 9'999'999)),
                       [](const auto& p) { return std::to_string(p.first) + "." + std::to_string(p.second); })},
      {1, rc::gen::elementOf(std::vector<std::string>{"", "007", "5.", ".5", "1234567890123", "123456789012.123456",
                                                      "9999999999999", "1.0000000", "1.0000001", "-1",
                                                      "99999999999999999999"})},
  });
}
std::string blank() { return *rc::gen::elementOf(std::vector<std::string>{"", " ", " ", "  "}); }

std::string random_entry() {
  const auto sep = "," + *rc::gen::elementOf(std::vector<std::string>{"", " "});
  const auto token = *rc::gen::elementOf(std::vector<std::string>{kYes, kNo, kNo, "123", kYes + "1"});
  const auto side = *rc::gen::elementOf(std::vector<std::string>{"BUY", "SELL", "SELL", "buy", "X"});
  return R"({"asset_id":")" + token + "\"" + sep + R"("price":")" + random_price() + "\"" + sep + R"("size":")" +
         random_size() + "\"" + sep + R"("side":")" + side + "\"" + sep + R"("hash":")" + kHash + "\"" + sep +
         R"("best_bid":")" + random_price() + "\"" + sep + R"("best_ask":")" + random_price() + "\"}";
}
std::string random_change() {
  std::string entries = random_entry();
  for (int n = *rc::gen::inRange(0, 3); n > 0; --n) entries += "," + blank() + random_entry();
  return change(entries);
}
std::string random_side() {
  std::string levels;
  for (int n = *rc::gen::inRange(0, 5); n > 0; --n) {
    if (!levels.empty()) levels += "," + blank();
    levels += R"({"price":")" + random_price() + R"(","size":")" + random_size() + "\"}";
  }
  return levels;
}
std::string random_book() {
  const std::vector<std::string> members = {
      R"("tick_size":"0.01")",    R"("event_type":"book")",        R"("event_type":"book")",
      R"("last_trade_price":"")", R"("last_trade_price":"0.990")", R"("min_order_size":"5")",
      R"("neg_risk":true)",       R"("neg_risk":false)",           R"("version":"v2")"};
  // A member may repeat: simdjson takes the first, and the scanner leaves such a book to it.
  std::string tail;
  for (int n = *rc::gen::inRange(0, 6); n > 0; --n) {
    tail += (tail.empty() ? "" : "," + blank()) + *rc::gen::elementOf(members);
  }
  return tail.empty() ? book(random_side(), random_side(), R"("tick_size":"0.01")")
                      : book(random_side(), random_side(), tail);
}
std::string random_frame() {
  const auto message = [] { return *rc::gen::arbitrary<bool>() ? random_change() : random_book(); };
  if (*rc::gen::inRange(0, 3) != 0) return message();
  std::string frame = "[" + message();
  for (int n = *rc::gen::inRange(0, 3); n > 0; --n) frame += "," + blank() + message();
  return frame + "]" + *rc::gen::elementOf(std::vector<std::string>{"", "\n", " "});
}

TEST(MarketCodecProperty, ScannerEqualsSimdjsonOnRandomFrames) {
  EXPECT_TRUE(rc::check([] {
    for (int n = 0; n < 20; ++n) {
      const std::string frame = random_frame();
      const Decoded fast = decode(frame, *rc::gen::elementOf(std::string("\0\"0 ,}]", 7)));
      RC_ASSERT(same(fast, decode_general(frame)));
    }
  }));
}

std::string mutated(std::string frame) {
  for (int n = *rc::gen::inRange(1, 4); n > 0; --n) {
    const auto at = static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(frame.size())));
    switch (*rc::gen::inRange(0, 3)) {
      case 0: frame[at] = static_cast<char>(*rc::gen::inRange(0, 256)); break;
      case 1: frame.erase(at, 1); break;
      default: frame.insert(at, 1, *rc::gen::elementOf(std::string("\"\\{}[],:0.9 \x01\x7f\x80")));
    }
  }
  return frame;
}

TEST(MarketCodecProperty, ScannerEqualsSimdjsonOnMutatedFrames) {
  EXPECT_TRUE(rc::check([] {
    for (int n = 0; n < 20; ++n) {
      const std::string frame =
          mutated(*rc::gen::arbitrary<bool>()
                      ? change(entry(kYes, "0.27", "2525", "BUY") + ", " + entry(kNo, "0.73", "2525", "SELL"))
                      : book(kBids, kAsks));
      RC_ASSERT(same(decode(frame), decode_general(frame)));
    }
  }));
}

// --- observer

struct Recorder final : FrameObserver {
  std::vector<std::string> said;
  void on_book(InstrumentId i, const BookText& t, Nanos at) override {
    said.push_back("book " + std::to_string(i.value) + " " + std::string(t.hash) + " " + std::string(t.tick_size) +
                   " " + std::string(t.min_order_size) + " " +
                   (t.has_last_trade_price ? "'" + std::string(t.last_trade_price) + "'" : "-") + " " +
                   std::to_string(t.neg_risk) + (t.rest ? " rest " : " ") + std::to_string(at.millis()));
  }
  void on_price_change(InstrumentId i, std::string_view hash, Nanos at) override {
    said.push_back("change " + std::to_string(i.value) + " " + std::string(hash) + " " + std::to_string(at.millis()));
  }
  void on_last_trade(InstrumentId i, std::string_view price) override {
    said.push_back("trade " + std::to_string(i.value) + " " + std::string(price));
  }
  void on_frame_discarded() override { said.clear(); }
};

TEST(MarketCodecProperty, TheObserverHearsTheSameFromBothReaders) {
  EXPECT_TRUE(rc::check([] {
    const Frame frame(random_frame());
    std::vector<std::string> heard[2];
    for (const bool general : {false, true}) {
      MarketCodec codec(catalogue());
      Recorder recorder;
      codec.set_observer(&recorder);
      std::vector<Event> events;
      general ? codec.decode_general(frame.view(), kReceived, 0, events)
              : codec.decode(frame.view(), kReceived, 0, events);
      heard[general ? 1 : 0] = recorder.said;
      const auto notes = std::ranges::count_if(events, [](const Event& e) {
        return e.header.kind == EventKind::kSnapshotEnd || e.header.kind == EventKind::kLevel;
      });
      RC_ASSERT(static_cast<std::size_t>(notes) == recorder.said.size());
    }
    RC_ASSERT(heard[0] == heard[1]);
  }));
}

TEST(MarketCodec, NoAllocationAfterWarmUp) {
#ifdef UNDERROUND_SANITIZED
  GTEST_SKIP() << "the sanitizer owns the allocator";
#endif
  MarketCodec codec(catalogue());
  std::vector<Event> events;
  const std::string unusual = R"({"event_type":"last_trade_price","asset_id":")" + kYes +
                              R"(","price":0.5,"size":"1","side":"BUY","timestamp":1777366994943})";
  const Frame frames[] = {Frame(change(entry(kYes, "0.27", "0", "BUY") + ", " + entry(kNo, "0.73", "1", "SELL"))),
                          Frame("[" + book(kBids, kAsks) + "," + book(kBids, kAsks) + "]"), Frame(unusual),
                          Frame("PONG"), Frame("<html>")};
  const auto round = [&] {
    for (const Frame& frame : frames) {
      events.clear();
      codec.decode(frame.view(), kReceived, 0, events);
    }
  };
  round();
  const std::uint64_t before = allocation_count();
  for (int i = 0; i < 1'000; ++i) round();
  EXPECT_EQ(allocation_count(), before);
}

}  // namespace
}  // namespace underround::polymarket
