#include "net/http_codec.hpp"

namespace underround::net {
namespace {

using Kind = HttpParser::Kind;
using Progress = HttpParser::Progress;

// Feeds `wire` in pieces of `piece` bytes, keeping what was not used, as a socket owner does.
Progress feed_in_pieces(HttpParser& parser, std::string_view wire, std::size_t piece) {
  std::string kept;
  Progress progress = Progress::kNeedMore;
  for (std::size_t at = 0; at < wire.size() && progress == Progress::kNeedMore; at += piece) {
    kept += wire.substr(at, piece);
    const auto step = parser.feed(kept);
    kept.erase(0, step.used);
    progress = step.progress;
  }
  return progress;
}

TEST(HttpCodec, RequestRoundTripInAnyPieces) {
  HttpRequest request;
  request.method = "POST";
  request.target = "/order?x=1";
  request.headers = {{"POLY_ADDRESS", "0xabc"}};
  request.body = R"({"side":"BUY"})";
  std::string wire;
  append_request(wire, request, "/v1", constant_head("host:81", {{"User-Agent", "underround"}}));
  for (std::size_t piece = 1; piece <= wire.size(); ++piece) {
    HttpParser parser(Kind::kRequest, 4096, 4096);
    ASSERT_EQ(feed_in_pieces(parser, wire, piece), Progress::kDone) << piece;
    EXPECT_EQ(parser.request().method, "POST");
    EXPECT_EQ(parser.request().target, "/v1/order?x=1");
    EXPECT_EQ(parser.request().headers.get("host"), "host:81");
    EXPECT_EQ(parser.request().headers.get("user-agent"), "underround");
    EXPECT_EQ(parser.request().headers.get("poly_address"), "0xabc");
    EXPECT_EQ(parser.request().body, request.body);
    EXPECT_TRUE(parser.keep_alive());
  }
}

TEST(HttpCodec, ChunkedResponse) {
  HttpParser parser(Kind::kResponse, 4096, 4096);
  const std::string wire = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\n";
  for (std::size_t piece = 1; piece <= wire.size(); ++piece) {
    parser.reset();
    ASSERT_EQ(feed_in_pieces(parser, wire, piece), Progress::kDone) << piece;
    EXPECT_EQ(parser.response().body, "Wikipedia");
  }
}

TEST(HttpCodec, BodyThatEndsWithTheConnection) {
  HttpParser parser(Kind::kResponse, 4096, 4096);
  EXPECT_EQ(parser.feed("HTTP/1.1 200 OK\r\n\r\npartial").progress, Progress::kNeedMore);
  EXPECT_FALSE(parser.keep_alive());
  EXPECT_EQ(parser.finish(), Progress::kDone);
  EXPECT_EQ(parser.response().body, "partial");
}

TEST(HttpCodec, TruncatedBodyIsAnError) {
  HttpParser parser(Kind::kResponse, 4096, 4096);
  EXPECT_EQ(parser.feed("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc").progress, Progress::kNeedMore);
  EXPECT_EQ(parser.finish(), Progress::kError);
}

TEST(HttpCodec, LimitsAndNonsenseHaveTheirStatus) {
  HttpParser big_header(Kind::kRequest, 100, 100);
  EXPECT_EQ(big_header.feed("GET / HTTP/1.1\r\nX: " + std::string(200, 'a')).progress, Progress::kError);
  EXPECT_EQ(big_header.error_status(), 431);
  HttpParser big_body(Kind::kRequest, 4096, 100);
  EXPECT_EQ(big_body.feed("POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n").progress, Progress::kError);
  EXPECT_EQ(big_body.error_status(), 413);
  HttpParser nonsense(Kind::kRequest, 4096, 100);
  EXPECT_EQ(nonsense.feed("<html>\r\n\r\n").progress, Progress::kError);
  EXPECT_EQ(nonsense.error_status(), 400);
}

TEST(HttpCodec, ResponseWithoutABodyWhereTheStatusForbidsIt) {
  HttpResponse response;
  response.status = 204;
  response.body = "never sent";
  std::string wire;
  append_response(wire, response, true, false);
  EXPECT_EQ(wire, "HTTP/1.1 204 No Content\r\n\r\n");
  response.status = 200;
  wire.clear();
  append_response(wire, response, false, true);  // HEAD: the length, not the body
  EXPECT_EQ(wire, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\n");
}

TEST(HttpMessage, QueryParameters) {
  HttpRequest request;
  request.target = "/markets?limit=5&slug=a%20b+c&empty=&flag";
  EXPECT_EQ(request.path(), "/markets");
  EXPECT_EQ(request.query("limit"), "5");
  EXPECT_EQ(request.query("slug"), "a b c");
  EXPECT_TRUE(request.has_query("empty"));
  EXPECT_TRUE(request.has_query("flag"));
  EXPECT_FALSE(request.has_query("lim"));
  EXPECT_EQ(request.query("nothing"), "");
}

}  // namespace
}  // namespace underround::net
