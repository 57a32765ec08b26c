#include "net/url.hpp"

namespace underround::net {
namespace {

TEST(Url, SplitsEveryPart) {
  const Url url = parse_url("WSS://user:p%40ss@host.example:8443/ws/market?x=1&y=2#top").value();
  EXPECT_EQ(url.scheme, Scheme::kWss);
  EXPECT_TRUE(url.tls());
  EXPECT_EQ(url.host, "host.example");
  EXPECT_EQ(url.port, 8443);
  EXPECT_EQ(url.target, "/ws/market?x=1&y=2");
  EXPECT_EQ(url.userinfo, "user:p@ss");
  EXPECT_EQ(url.authority(), "host.example:8443");
  EXPECT_EQ(url.to_string(), "wss://host.example:8443/ws/market?x=1&y=2");
}

TEST(Url, FillsInWhatIsMissing) {
  EXPECT_EQ(parse_url("https://a").value().port, 443);
  EXPECT_EQ(parse_url("ws://a").value().port, 80);
  EXPECT_EQ(parse_url("http://a").value().target, "/");
  EXPECT_EQ(parse_url("http://a?b=c").value().target, "/?b=c");
  EXPECT_EQ(parse_url("http://a:80/").value().authority(), "a");
}

TEST(Url, Ipv6) {
  const Url url = parse_url("http://[::1]:3000/x").value();
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.port, 3000);
  EXPECT_EQ(url.authority(), "[::1]:3000");
}

TEST(Url, RefusesNonsenseWithAReason) {
  for (const char* text :
       {"", "host", "ftp://a", "http://", "http://:80", "http://a:0", "http://a:65536", "http://a:8x", "http://a b/",
        "http://a/\r\nX: y", "http://[::1", "http://[::1]x", "http://a:1:2"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url.has_value()) << text;
    EXPECT_EQ(url.error().code, ErrorCode::kInvalidInput);
  }
  EXPECT_EQ(parse_url("http://user:secret@host:99999").error().message.find("secret"), std::string::npos);
}

TEST(Url, PercentCodingIsItsOwnInverse) {
  EXPECT_EQ(percent_encode("a b/\xc3\xa9"), "a%20b%2F%C3%A9");
  EXPECT_EQ(percent_decode("%zz%4"), "%zz%4");
  EXPECT_TRUE(rc::check([](const std::string& text) { return percent_decode(percent_encode(text)) == text; }));
}

}  // namespace
}  // namespace underround::net
