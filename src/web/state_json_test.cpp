#include "web/state_json.hpp"

#include <simdjson.h>

#include <fstream>
#include <iterator>
#include <limits>
#include <set>

#include "base/json_writer.hpp"
#include "base/test_paths.hpp"

namespace underround::web {
namespace {

using simdjson::dom::element;

// One row of everything.
std::unique_ptr<EngineView> full_view() {
  auto view = std::make_unique<EngineView>();
  view->time = Nanos::from_millis(1'700'000'000'123);
  view->uptime = Nanos::from_seconds(61);
  view->mode = RunMode::kPaper;
  view->totals.messages = 9'000'000'000;
  view->totals.pnl = Usd{-1'234'567};
  view->totals.equity = Usd{9'998'765'433};
  LatencyView* latency = view->latencies.add();
  latency->name.assign("frame to book");
  latency->p999_ns = 77;
  PositionView* position = view->positions.add();
  position->label.assign("A \"quoted\" \\ label\n\x01 \xc3\xa9 \xff end");
  position->outcome.assign("Yes");
  position->settled = Shares{12'340'000};
  position->pending = Shares{-5};
  position->average = Price{5200};
  OrderView* order = view->orders.add();
  order->id = OrderId{std::numeric_limits<std::uint64_t>::max() - 1};
  order->side = Side::kSell;
  order->tif = TimeInForce::kGtc;
  order->status = OrderStatus::kUnknown;
  order->limit = Price{0};
  order->age = Nanos::from_millis(1500);
  OpportunityView* opportunity = view->opportunities.add();
  opportunity->edge_pips = -3;
  opportunity->duration = Nanos{4'321'000};
  opportunity->taken = true;
  opportunity->fate.assign("taken");
  BookView* book = view->books.add();
  book->bids[0] = {Price{5100}, Shares{7}};
  book->bids[1] = {Price{5000}, Shares{8}};
  book->bid_levels = 2;
  book->consistent = true;
  view->feeds.add()->name.assign("feed");
  view->halts.add()->active = true;
  view->alerts.add()->level = AlertLevel::kWarning;
  view->strategies.add()->name.assign("sum_to_100");
  return view;
}

class StateJson : public testing::Test {
 protected:
  element parse(const EngineView* view, EngineCondition condition = EngineCondition::kRunning) {
    buffer_.clear();
    append_state(buffer_, view, condition, Nanos::from_millis(42));
    element root;
    EXPECT_EQ(parser_.parse(buffer_.data(), buffer_.size()).get(root), simdjson::SUCCESS) << fmt::to_string(buffer_);
    return root;
  }
  element row(element root, const char* list) { return root[list]["rows"].at(0).value(); }

  fmt::memory_buffer buffer_;
  simdjson::dom::parser parser_;
};

TEST_F(StateJson, BeforeTheFirstPictureItSaysStarting) {
  const element root = parse(nullptr);
  EXPECT_EQ(std::string_view(root["engine"]), "starting");
  EXPECT_EQ(root["totals"].error(), simdjson::NO_SUCH_FIELD);
}

TEST_F(StateJson, HeadlineFiguresKeepTheirUnits) {
  const auto view = full_view();
  const element root = parse(view.get(), EngineCondition::kSilent);
  EXPECT_EQ(std::string_view(root["engine"]), "silent");
  EXPECT_EQ(std::string_view(root["mode"]), "paper");
  EXPECT_EQ(std::int64_t(root["view_age_ms"]), 42);
  EXPECT_EQ(std::int64_t(root["time_ms"]), 1'700'000'000'123);
  EXPECT_EQ(std::int64_t(root["uptime_ms"]), 61'000);
  EXPECT_EQ(std::int64_t(root["totals"]["messages"]), 9'000'000'000);
  EXPECT_EQ(std::int64_t(root["totals"]["pnl_usd_micros"]), -1'234'567);
}

TEST_F(StateJson, TextIsEscapedAndMadeValidUtf8) {
  const auto view = full_view();
  const element position = row(parse(view.get()), "positions");
  EXPECT_EQ(std::string_view(position["label"]), "A \"quoted\" \\ label\n\x01 \xc3\xa9 \xef\xbf\xbd end");
}

TEST_F(StateJson, UnknownPricesAreNullAndZeroIsZero) {
  const auto view = full_view();
  const element root = parse(view.get());
  EXPECT_TRUE(row(root, "positions")["mark_pips"].is_null());
  EXPECT_EQ(std::int64_t(row(root, "positions")["average_pips"]), 5200);
  EXPECT_EQ(std::int64_t(row(root, "positions")["pending_micros"]), -5);
  EXPECT_EQ(std::int64_t(row(root, "orders")["limit_pips"]), 0);
  EXPECT_TRUE(row(root, "feeds")["data_age_ms"].is_null());
}

TEST_F(StateJson, IdsAreTextBecauseJavaScriptNumbersEndAt53Bits) {
  const auto view = full_view();
  const element order = row(parse(view.get()), "orders");
  EXPECT_EQ(std::string_view(order["id"]), "18446744073709551614");
  EXPECT_EQ(std::string_view(order["side"]), "SELL");
  EXPECT_EQ(std::string_view(order["tif"]), "GTC");
}

TEST_F(StateJson, BooksListOnlyTheLevelsThatAreThere) {
  const auto view = full_view();
  const element book = row(parse(view.get()), "books");
  EXPECT_EQ(simdjson::dom::array(book["bids"]).size(), 2U);
  EXPECT_EQ(std::int64_t(book["bids"].at(1).at(0)), 5000);
  EXPECT_EQ(std::int64_t(book["bids"].at(1).at(1)), 8);
  EXPECT_EQ(simdjson::dom::array(book["asks"]).size(), 0U);
}

TEST_F(StateJson, FullListsSayHowManyThereAre) {
  auto view = std::make_unique<EngineView>();
  for (int i = 0; i < 70; ++i) {
    if (PositionView* p = view->positions.add()) p->settled = Shares{i};
  }
  const element root = parse(view.get());
  EXPECT_EQ(std::int64_t(root["positions"]["total"]), 70);
  EXPECT_EQ(simdjson::dom::array(root["positions"]["rows"]).size(), 64U);
}

TEST_F(StateJson, ClearedViewShowsNothingOfThePicturesBefore) {
  const auto view = full_view();
  view->clear();
  ASSERT_NE(view->positions.add(), nullptr);
  const element root = parse(view.get());
  EXPECT_EQ(std::int64_t(row(root, "positions")["settled_micros"]), 0);
  EXPECT_EQ(std::string_view(row(root, "positions")["label"]), "");
  EXPECT_EQ(simdjson::dom::array(root["orders"]["rows"]).size(), 0U);
  EXPECT_EQ(std::int64_t(root["totals"]["pnl_usd_micros"]), 0);
}

TEST_F(StateJson, History) {
  EquityHistory history(8);
  history.push({Nanos::from_millis(1000), Usd{5}, Usd{-6}});
  history.push({Nanos::from_millis(2000), Usd{7}, Usd{8}});
  append_history(buffer_, history.points());
  EXPECT_EQ(fmt::to_string(buffer_), R"({"type":"history","points":[[1000,5,-6],[2000,7,8]]})");
}

// The page's declarations and this writer must not drift apart: every field of every row, both ways.
void collect_keys(element node, std::set<std::string>& keys) {
  if (node.is_object()) {
    for (const auto field : simdjson::dom::object(node)) {
      keys.emplace(field.key);
      collect_keys(field.value, keys);
    }
  } else if (node.is_array()) {
    for (const element item : simdjson::dom::array(node)) collect_keys(item, keys);
  }
}

TEST_F(StateJson, HasExactlyTheFieldsThePageDeclares) {
  // A member is a line of two blanks, its name, a colon.
  std::ifstream file(source_folder() + "/dashboard/src/state.ts");
  std::set<std::string> declared;
  for (std::string line; std::getline(file, line);) {
    const std::size_t end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_", 2);
    const bool member = line.starts_with("  ") && end != std::string::npos && end > 2 && line.substr(end, 2) == ": ";
    if (member) declared.insert(line.substr(2, end - 2));
  }
  declared.erase("points");  // the history message
  ASSERT_GT(declared.size(), 40U);

  const auto view = full_view();
  std::set<std::string> written;
  collect_keys(parse(view.get()), written);
  EXPECT_EQ(written, declared);
}

TEST(ViewText, CutsAtWholeCharacters) {
  ViewText<4> text;
  text.assign("ab\xc3\xa9");  // four bytes and the zero do not fit
  EXPECT_EQ(text.view(), "ab");
  text.assign("abc");
  EXPECT_EQ(text.view(), "abc");
  text.assign("");
  EXPECT_EQ(text.view(), "");
}

}  // namespace
}  // namespace underround::web
