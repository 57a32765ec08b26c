#include "venue/polymarket/book_hash.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "base/decimal.hpp"

namespace underround::polymarket {
namespace {

// "price size" pairs.
using Levels = std::vector<std::pair<const char*, const char*>>;

L2Book book_of(const Levels& bids, const Levels& asks) {
  L2Book book(kTick0001);
  for (const auto& [side, levels] : {std::pair(Side::kBuy, &bids), std::pair(Side::kSell, &asks)}) {
    for (const auto& [price, size] : *levels) {
      book.set(side, Price{static_cast<std::int32_t>(parse_decimal(price, 4).value())},
               Shares{parse_decimal(size, 6).value()});
    }
  }
  return book;
}
L2Book mirrored(const L2Book& book) {
  L2Book other(book.tick());
  for (const Side side : {Side::kBuy, Side::kSell}) {
    const Ladder ladder = side == Side::kBuy ? Ladder::to_sell(book, 0) : Ladder::to_buy(book, 0);
    for (LadderCursor c(ladder); c.valid(); c.advance()) other.set(opposite(side), c.price().complement(), c.size());
  }
  return other;
}

struct Capture {
  const char* hash;
  const char* market;
  const char* asset_id;
  std::int64_t millis;
  const char* tick_size;
  const char* last_trade_price;
  Levels bids, asks;
};
// Real captures of April 2026: REST empty, after a price_change, REST, WebSocket (golden values of the protocol page).
// clang-format off
const std::array<Capture, 4> kCaptures = {{
    {"2641799594ca630c7cfbcb1eefa308abb6cd4eab", "0xf9ac0e77c3f0f1ad3c26c31d6d34e4a77c4e0236509fd82c28b7385ca5d6a08f",
     "85600252644170731211210566152921956764401066963486188642737546170874308262312", 1777366470133, "0.01", "",
     {},
     {}},
    {"f3cc31114e050a10b3d72e6f8a2233f63b19489c", "0xd2d9b87685f3522db7ba4da4eb9caa802a8419b4bc52beeac2866ec1fb5a2b62",
     "48388091485466084032258596983551595414700058539322197443810535093166937854987", 1777366994943, "0.01", "",
     {{"0.01", "2163"}, {"0.02", "370"}, {"0.03", "309"}, {"0.04", "200"}, {"0.05", "200"}, {"0.06", "100"},
     {"0.07", "50"}, {"0.08", "57.5"}, {"0.21", "240"}, {"0.22", "900"}, {"0.24", "500"}, {"0.26", "460"}, {"0.28",
     "200"}, {"0.29", "200"}, {"0.3", "270"}, {"0.32", "320"}, {"0.34", "105"}, {"0.35", "200"}, {"0.36", "140"},
     {"0.38", "264"}, {"0.39", "48"}, {"0.4", "102"}, {"0.41", "66"}, {"0.42", "189"}, {"0.43", "40"}, {"0.44",
     "115"}, {"0.45", "20"}, {"0.46", "20"}, {"0.47", "45"}, {"0.48", "10"}, {"0.49", "210"}},
     {{"0.99", "2184"}, {"0.98", "350"}, {"0.97", "310"}, {"0.95", "200"}, {"0.94", "100"}, {"0.93", "50"},
     {"0.92", "57.5"}, {"0.91", "50"}, {"0.79", "240"}, {"0.78", "900"}, {"0.76", "500"}, {"0.74", "430"}, {"0.73",
     "10"}, {"0.72", "210"}, {"0.71", "200"}, {"0.7", "270"}, {"0.68", "320"}, {"0.66", "105"}, {"0.65", "200"},
     {"0.64", "146"}, {"0.62", "280"}, {"0.61", "48"}, {"0.6", "115"}, {"0.59", "75"}, {"0.58", "201"}, {"0.57",
     "55"}, {"0.56", "130"}, {"0.55", "20"}, {"0.54", "20"}, {"0.53", "45"}, {"0.52", "10"}, {"0.51", "210"}}},
    {"1044eb22603135cf351ba54fe0f490e5d26af482", "0x5aa7eddfdb1fb9495687c78e790f0b939c4d85bca5f7fc4d0fd6db435f23837a",
     "66163783149897711832344823333476806887729264013560627264220776910165229565986", 1777381197468, "0.01", "",
     {{"0.01", "1145.64"}, {"0.02", "52.17"}, {"0.03", "5"}, {"0.19", "263"}, {"0.2", "250"}, {"0.21", "238"},
     {"0.22", "227"}, {"0.23", "217"}, {"0.24", "208"}, {"0.25", "200"}, {"0.26", "192"}, {"0.27", "185"}, {"0.28",
     "179"}, {"0.29", "172"}, {"0.3", "167"}, {"0.31", "161"}, {"0.32", "156"}, {"0.33", "152"}, {"0.34", "147"},
     {"0.35", "100"}, {"0.36", "97"}, {"0.37", "95"}, {"0.38", "92"}, {"0.39", "90"}, {"0.4", "237"}, {"0.41",
     "235"}, {"0.42", "209"}, {"0.43", "206"}, {"0.44", "180"}, {"0.45", "178"}, {"0.46", "80"}, {"0.47", "80"},
     {"0.48", "55"}, {"0.49", "50"}},
     {{"0.99", "1145.64"}, {"0.98", "14.97"}, {"0.97", "5"}, {"0.95", "1000"}, {"0.94", "12.4"}, {"0.9", "500"},
     {"0.89", "455"}, {"0.88", "417"}, {"0.87", "385"}, {"0.86", "357"}, {"0.85", "333"}, {"0.84", "312"}, {"0.83",
     "294"}, {"0.82", "278"}, {"0.81", "263"}, {"0.8", "250"}, {"0.79", "238"}, {"0.78", "227"}, {"0.77", "217"},
     {"0.76", "208"}, {"0.75", "200"}, {"0.74", "192"}, {"0.73", "185"}, {"0.72", "179"}, {"0.71", "172"}, {"0.7",
     "167"}, {"0.69", "161"}, {"0.68", "156"}, {"0.67", "152"}, {"0.66", "147"}, {"0.65", "100"}, {"0.64", "97"},
     {"0.63", "95"}, {"0.62", "92"}, {"0.61", "90"}, {"0.6", "237"}, {"0.59", "235"}, {"0.58", "209"}, {"0.57",
     "206"}, {"0.56", "180"}, {"0.55", "178"}, {"0.54", "80"}, {"0.53", "80"}, {"0.52", "55"}, {"0.51", "50"}}},
    {"053ed069a1e3eae882723666749374869aa1fc7e", "0x00f223cd27c885107268ada3a7b3948463c7ea1346af8801163059a09af9b5be",
     "96925857349357092443016241041092219964583281174410801303986447805500306356806", 1777432358600, "0.01", "0.990",
     {{"0.01", "1452.43"}, {"0.02", "159.6"}, {"0.03", "172.16"}, {"0.04", "87.8"}, {"0.05", "140.23"}, {"0.06",
     "66"}, {"0.07", "60"}, {"0.08", "60.6"}, {"0.09", "51.8"}, {"0.1", "48.8"}, {"0.11", "222.6"}, {"0.12",
     "1882.6"}, {"0.13", "223"}, {"0.14", "601.6"}, {"0.15", "600.38"}, {"0.16", "599.38"}, {"0.17", "72.78"},
     {"0.18", "37.6"}, {"0.19", "36.8"}, {"0.2", "272.27"}, {"0.21", "73.6"}, {"0.22", "35.2"}, {"0.23", "34.6"},
     {"0.24", "34.2"}, {"0.25", "41.8"}, {"0.26", "33.6"}, {"0.27", "33.2"}, {"0.28", "104.5"}, {"0.29", "32.6"},
     {"0.3", "44.4"}, {"0.31", "32.2"}, {"0.32", "32"}, {"0.33", "31.8"}, {"0.34", "31.6"}, {"0.35", "36.4"},
     {"0.36", "31.2"}, {"0.37", "31.2"}, {"0.38", "44.81"}, {"0.39", "45.54"}, {"0.4", "43.3"}, {"0.41", "30.8"},
     {"0.42", "30.6"}, {"0.43", "30.6"}, {"0.44", "30.6"}, {"0.45", "30.6"}, {"0.46", "10.4"}, {"0.47", "10.4"},
     {"0.48", "10.4"}, {"0.49", "10.4"}, {"0.5", "10.4"}, {"0.51", "10.4"}, {"0.52", "10.4"}, {"0.53", "10.4"},
     {"0.54", "10.4"}, {"0.55", "30.6"}, {"0.56", "215.6"}, {"0.57", "30.6"}, {"0.58", "30.6"}, {"0.59", "30.8"},
     {"0.6", "53.02"}, {"0.61", "31"}, {"0.62", "31"}, {"0.63", "31.2"}, {"0.64", "31.2"}, {"0.65", "36.4"},
     {"0.66", "31.6"}, {"0.67", "31.8"}, {"0.68", "62"}, {"0.69", "91.2"}, {"0.7", "80.4"}, {"0.71", "32.6"},
     {"0.72", "82.8"}, {"0.73", "33.2"}, {"0.74", "33.6"}, {"0.75", "33.8"}, {"0.76", "34.2"}, {"0.77", "39.6"},
     {"0.78", "35.2"}, {"0.79", "35.6"}, {"0.8", "42.45"}, {"0.81", "36.8"}, {"0.82", "37.6"}, {"0.83", "38.38"},
     {"0.84", "73.9"}, {"0.85", "606.26"}, {"0.86", "601.6"}, {"0.87", "603"}, {"0.88", "604.6"}, {"0.89",
     "603.78"}, {"0.9", "614.35"}, {"0.91", "627.53"}, {"0.92", "615.4"}, {"0.93", "60"}, {"0.94", "122.64"},
     {"0.95", "211.68"}, {"0.96", "194.72"}, {"0.97", "315.11"}, {"0.98", "368.6"}, {"0.99", "4303.52"}},
     {}},
}};
// clang-format on

std::string hash_of(const Capture& c, const L2Book& book, unsigned outcome) {
  BookHasher hasher;
  return std::string(hasher.hash(book, outcome, {c.market, c.asset_id, "5", c.tick_size, c.last_trade_price, false},
                                 Nanos::from_millis(c.millis)));
}

TEST(BookHash, ReproducesRealCaptures) {
  for (const Capture& c : kCaptures) EXPECT_EQ(hash_of(c, book_of(c.bids, c.asks), 0), c.hash);
}

TEST(BookHash, TheMirroredBookHashesTheSameFromTheOtherToken) {
  for (const Capture& c : kCaptures) EXPECT_EQ(hash_of(c, mirrored(book_of(c.bids, c.asks)), 1), c.hash);
}

TEST(BookHash, SerialisesInTheServersOrder) {
  BookHasher hasher;
  // py-clob-client tests/test_utilities.py: the server's key order.
  const L2Book book = book_of({{"0.3", "100"}, {"0.4", "100"}}, {{"0.6", "100"}, {"0.7", "100"}});
  static_cast<void>(
      hasher.hash(book, 0, {"0xaabbcc", "100", "100", "0.01", "0.5", false}, Nanos::from_millis(123456789)));
  EXPECT_EQ(hasher.serialized(),
            R"({"market":"0xaabbcc","asset_id":"100","timestamp":"123456789","hash":"",)"
            R"("bids":[{"price":"0.3","size":"100"},{"price":"0.4","size":"100"}],)"
            R"("asks":[{"price":"0.7","size":"100"},{"price":"0.6","size":"100"}],)"
            R"("min_order_size":"100","tick_size":"0.01","neg_risk":false,"last_trade_price":"0.5"})");
  EXPECT_EQ(hasher.hash_again({"", "", "", "", "", false, BookHashForm::kLevelsOnly}).size(), 40U);
  EXPECT_TRUE(hasher.serialized().ends_with(R"("size":"100"}]})"));
}

// --- following a stream: frames through the codec and one mirrored book, hashes made by an independent hasher

const std::string kMarket = "0x65a61f1b4b93e2b7f5c1a7f0f1c1d2e3f405162738495a6b7c8d9e0f10213243";
const std::array<std::string, 2> kTokens = {
    "92732846194710293847561029384756102938475610293847561029384756102938475618856",
    "11394857610293847561029384756102938475610293847561029384756102938475610293847"};

class Stream {
 public:
  Stream() : catalogue_(make()), codec_(catalogue_), check_(catalogue_) { codec_.set_observer(&check_); }

  void send(const std::string& frame) {
    const std::string padded = frame + std::string(kFramePadding, '\0');
    events_.clear();
    codec_.decode(std::string_view(padded).substr(0, frame.size()), Nanos{1}, 0, events_);
    for (const Event& e : events_) {
      if (e.header.kind == EventKind::kFrameEnd) continue;
      check_.before(e, book_);
      switch (e.header.kind) {
        case EventKind::kSnapshotBegin: book_.begin_snapshot(e); break;
        case EventKind::kSnapshotLevel: book_.snapshot_level(e); break;
        case EventKind::kSnapshotEnd: book_.end_snapshot(e); break;
        case EventKind::kLevel: book_.apply_level(e); break;
        default: break;
      }
      check_.after(e, book_);
    }
  }
  void finish() { check_.finish(ConditionId{0}, book_); }
  BookIntegrity& check() { return check_; }

 private:
  static Catalogue make() {
    Catalogue c;
    ConditionSpec spec;
    spec.condition_id = kMarket;
    spec.tokens = kTokens;
    EXPECT_TRUE(c.add(spec));
    return c;
  }
  Catalogue catalogue_;
  MarketCodec codec_;
  BookIntegrity check_;
  ConditionBook book_;
  std::vector<Event> events_;
};

std::string hashed(const L2Book& book, unsigned outcome, std::int64_t millis, const BookHashTerms& terms) {
  BookHasher hasher;
  BookHashTerms full = terms;
  full.market = kMarket;
  full.asset_id = kTokens[outcome];
  return std::string(hasher.hash(book, outcome, full, Nanos::from_millis(millis)));
}
constexpr BookHashTerms kUsual{"", "", "5", "0.01", "0.480", false, BookHashForm::kFull};

std::string book_frame(const std::string& hash, const std::string& extra) {
  return R"({"event_type":"book","market":")" + kMarket + R"(","asset_id":")" + kTokens[0] +
         R"(","timestamp":"1777000000000","hash":")" + hash +
         R"(","bids":[{"price":"0.4","size":"10"}],"asks":[{"price":"0.6","size":"20.5"}])" + extra + "}";
}
std::string change_frame(unsigned outcome, const char* price, const char* size, const char* side,
                         const std::string& hash, std::int64_t millis) {
  return R"({"market":")" + kMarket + R"(", "price_changes":[{"asset_id":")" + kTokens[outcome] + R"(", "price":")" +
         price + R"(", "size":")" + size + R"(", "side":")" + side + R"(", "hash":")" + hash +
         R"(", "best_bid":"", "best_ask":""}], "timestamp":")" + std::to_string(millis) +
         R"(", "event_type":"price_change"})";
}
const L2Book& first_book() {
  static const L2Book book = book_of({{"0.4", "10"}}, {{"0.6", "20.5"}});
  return book;
}
const std::string kSaid = R"(,"tick_size":"0.01","last_trade_price":"0.480")";

TEST(BookIntegrity, ChecksABookAtOnce) {
  Stream good, bad;
  good.send(book_frame(hashed(first_book(), 0, 1777000000000, kUsual), kSaid));
  EXPECT_EQ(good.check().books().checked, 1U);
  EXPECT_EQ(good.check().books().agree, 1U);
  EXPECT_TRUE(good.check().failed().empty());
  bad.send(book_frame(std::string(40, 'a'), kSaid));
  EXPECT_EQ(bad.check().books().checked, 1U);
  EXPECT_EQ(bad.check().books().agree, 0U);
  EXPECT_EQ(bad.check().failed(), std::vector{ConditionId{0}});
}

TEST(BookIntegrity, ABatchIsCheckedWhenItIsComplete) {
  Stream stream;
  stream.send(book_frame(hashed(first_book(), 0, 1777000000000, kUsual), kSaid));
  // Two frames of one timestamp; both carry the hash of the state after the second.
  const L2Book after = book_of({{"0.4", "10"}, {"0.41", "5"}}, {{"0.6", "20.5"}, {"0.59", "1"}});
  stream.send(change_frame(0, "0.41", "5", "BUY", hashed(after, 0, 1777000000100, kUsual), 1777000000100));
  EXPECT_EQ(stream.check().price_changes().checked, 0U) << "the batch may go on";
  stream.send(change_frame(1, "0.41", "1", "BUY", hashed(after, 1, 1777000000100, kUsual), 1777000000100));
  EXPECT_EQ(stream.check().price_changes().checked, 0U);
  // The time moves on: the first batch closes. The last change carries a wrong hash.
  stream.send(change_frame(0, "0.41", "0", "BUY", std::string(40, 'b'), 1777000000200));
  EXPECT_EQ(stream.check().price_changes().checked, 2U);
  EXPECT_EQ(stream.check().price_changes().agree, 2U);
  stream.finish();
  EXPECT_EQ(stream.check().price_changes().checked, 3U);
  EXPECT_EQ(stream.check().price_changes().agree, 2U);
  EXPECT_EQ(stream.check().failed().size(), 1U);
}

TEST(BookIntegrity, AMissingFrameOfTheBatchShows) {
  Stream stream;
  stream.send(book_frame(hashed(first_book(), 0, 1777000000000, kUsual), kSaid));
  const L2Book after = book_of({{"0.4", "10"}, {"0.41", "5"}}, {{"0.6", "20.5"}, {"0.59", "1"}});
  stream.send(change_frame(0, "0.41", "5", "BUY", hashed(after, 0, 1777000000100, kUsual), 1777000000100));
  stream.finish();
  EXPECT_EQ(stream.check().price_changes().checked, 1U);
  EXPECT_EQ(stream.check().price_changes().agree, 0U);
}

TEST(BookIntegrity, RecoversWhatNoFrameHasSaid) {
  for (const BookHashTerms& terms : {BookHashTerms{"", "", "5", "0.001", "0.368", true, BookHashForm::kFull},
                                     BookHashTerms{"", "", "5", "0.01", "0.37", false, BookHashForm::kFull},
                                     BookHashTerms{"", "", "5", "0.01", "", true, BookHashForm::kNoLastTrade},
                                     BookHashTerms{"", "", "", "", "", false, BookHashForm::kLevelsOnly}}) {
    Stream stream;
    stream.send(book_frame(hashed(first_book(), 0, 1777000000000, terms), ""));
    EXPECT_EQ(stream.check().books().agree, 1U);
    const L2Book after = book_of({{"0.4", "10"}, {"0.41", "5"}}, {{"0.6", "20.5"}});
    stream.send(change_frame(0, "0.41", "5", "BUY", hashed(after, 0, 1777000000100, terms), 1777000000100));
    stream.finish();
    EXPECT_EQ(stream.check().price_changes().agree, 1U);
  }
}

TEST(BookIntegrity, WhatAFrameHasSaidIsNotGuessedAway) {
  Stream stream;
  const BookHashTerms other{"", "", "5", "0.001", "0.480", false, BookHashForm::kFull};
  stream.send(book_frame(hashed(first_book(), 0, 1777000000000, other), kSaid + R"(,"neg_risk":false)"));
  EXPECT_EQ(stream.check().books().agree, 0U);
}

TEST(BookIntegrity, APrintChangesTheLastTradeOfBothTokens) {
  Stream stream;
  stream.send(book_frame(hashed(first_book(), 0, 1777000000000, kUsual), kSaid));
  stream.send(R"({"event_type":"last_trade_price","asset_id":")" + kTokens[1] +
              R"(","price":"0.52","size":"1","side":"BUY","timestamp":"1777000000050"})");
  const BookHashTerms printed{"", "", "5", "0.01", "0.520", false, BookHashForm::kFull};
  const L2Book after = book_of({{"0.4", "10"}, {"0.41", "5"}}, {{"0.6", "20.5"}});
  stream.send(change_frame(0, "0.41", "5", "BUY", hashed(after, 0, 1777000000100, printed), 1777000000100));
  stream.finish();
  EXPECT_EQ(stream.check().price_changes().agree, 1U);
}

}  // namespace
}  // namespace underround::polymarket
