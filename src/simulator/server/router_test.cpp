#include "simulator/server/router.hpp"

#include <gtest/gtest.h>

#include "simulator/server/json_value.hpp"
#include "simulator/server/json_writer.hpp"

namespace underround::simulator {
namespace {

Router sample() {
  Router router;
  router.add("GET", "/markets/keyset",
             [](const Call&) { return Reply{.status = 200, .body = "keyset", .headers = {}}; });
  router.add("GET", "/markets/{}",
             [](const Call& c) { return Reply{.status = 200, .body = c.parts[0], .headers = {}}; });
  return router;
}

TEST(Router, FixedSegmentsBeforeParameters) {
  const Router router = sample();
  EXPECT_EQ(router.dispatch({.method = "GET", .target = "/markets/keyset?limit=1", .headers = {}, .body = {}}).body,
            "keyset");
  EXPECT_EQ(router.dispatch({.method = "GET", .target = "/markets/12/", .headers = {}, .body = {}}).body, "12");
}

TEST(Router, UnknownPathIs404AndOtherMethodIs405) {
  const Router router = sample();
  EXPECT_EQ(router.dispatch({.method = "GET", .target = "/nothing", .headers = {}, .body = {}}).status, 404);
  EXPECT_EQ(router.dispatch({.method = "DELETE", .target = "/markets/1", .headers = {}, .body = {}}).status, 405);
}

TEST(Query, ListsInEveryForm) {
  const Query query("/m?slug=a&slug=b&ids[]=1&ids[]=2&tags=x,y&text=a%20b+c&limit=7&bad=1x");
  EXPECT_EQ(query.list("slug"), (std::vector<std::string_view>{"a", "b"}));
  EXPECT_EQ(query.list("ids"), (std::vector<std::string_view>{"1", "2"}));
  EXPECT_EQ(query.list("tags"), (std::vector<std::string_view>{"x", "y"}));
  EXPECT_EQ(query.get("text"), "a b c");
  EXPECT_EQ(query.size("limit", 0), 7U);
  EXPECT_EQ(query.size("bad", 3), 3U);
  EXPECT_FALSE(query.has("none"));
}

TEST(Json, WriterEscapesAndParserReadsBack) {
  std::string text;
  JsonWriter(text, ", ")
      .object()
      .field("a", "q\"\\\n\x01")
      .integer("n", -5)
      .number("p", 1, 2)
      .boolean("b", true)
      .end_object();
  EXPECT_EQ(text, R"({"a":"q\"\\\n\u0001", "n":-5, "p":0.01, "b":true})");
  const auto value = parse_json(text);
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(value->text("a"), "q\"\\\n\x01");
  EXPECT_EQ(value->integer("n"), -5);
  EXPECT_EQ(value->text("p"), "0.01");
  EXPECT_TRUE(value->boolean("b"));
  EXPECT_FALSE(parse_json("{\"a\":").has_value());
  EXPECT_FALSE(parse_json("").has_value());
}

}  // namespace
}  // namespace underround::simulator
