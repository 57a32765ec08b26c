#include "web/access.hpp"

namespace underround::web {
namespace {

const std::string kToken = "correct horse battery+staple&";

net::HttpRequest request(std::string_view host, std::string_view origin = {}) {
  net::HttpRequest q;
  if (!host.empty()) q.headers.add("Host", host);
  if (!origin.empty()) q.headers.add("Origin", origin);
  return q;
}

TEST(Access, LoopbackNames) {
  for (const char* host : {"127.0.0.1", "127.1.2.3", "::1", "localhost"}) EXPECT_TRUE(is_loopback(host)) << host;
  for (const char* host :
       {"0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example.com", "127.example", "", "localhost.example"}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

TEST(Access, WithoutTokenOnlyLoopbackNamesAreServed) {
  const Access access("");
  EXPECT_TRUE(access.same_site(request("127.0.0.1:3000")));
  EXPECT_TRUE(access.same_site(request("localhost:3000")));
  EXPECT_TRUE(access.same_site(request("[::1]:3000")));
  EXPECT_FALSE(access.same_site(request("rebound.example:3000")));  // resolves to 127.0.0.1, sent by a browser
  EXPECT_FALSE(access.same_site(request("")));
  EXPECT_TRUE(access.logged_in(request("127.0.0.1:3000")));
}

TEST(Access, OriginMustBeTheSamePlace) {
  const Access access("");
  EXPECT_TRUE(access.same_site(request("127.0.0.1:3000", "http://127.0.0.1:3000")));
  for (const char* origin : {"http://evil.example", "null", "http://127.0.0.1:3001", "http://127.0.0.1"}) {
    EXPECT_FALSE(access.same_site(request("127.0.0.1:3000", origin))) << origin;
  }
}

TEST(Access, TokenOpensAnyName) {
  const Access access(kToken);
  EXPECT_TRUE(access.same_site(request("trading.lan:3000", "https://trading.lan:3000")));
  EXPECT_FALSE(access.same_site(request("trading.lan:3000", "https://evil.example")));
  EXPECT_FALSE(access.logged_in(request("trading.lan:3000")));
}

TEST(Access, LogsInByBearerOrCookie) {
  const Access access(kToken);
  net::HttpRequest bearer = request("h");
  bearer.headers.add("Authorization", "Bearer " + kToken);
  EXPECT_TRUE(access.logged_in(bearer));
  net::HttpRequest wrong = request("h");
  wrong.headers.add("Authorization", "Bearer correct horse battery+staplf&");
  EXPECT_FALSE(access.logged_in(wrong));

  const std::string cookie = access.session_cookie();
  EXPECT_THAT(cookie, testing::HasSubstr("HttpOnly"));
  EXPECT_THAT(cookie, testing::HasSubstr("SameSite=Strict"));
  EXPECT_THAT(cookie, testing::Not(testing::HasSubstr("horse")));
  const std::string pair = cookie.substr(0, cookie.find(';'));
  net::HttpRequest with_cookie = request("h");
  with_cookie.headers.add("Cookie", "other=1; " + pair + "; more=2");
  EXPECT_TRUE(access.logged_in(with_cookie));
  net::HttpRequest forged = request("h");
  forged.headers.add("Cookie", pair + "0");
  EXPECT_FALSE(access.logged_in(forged));
  EXPECT_FALSE(Access("another token, long enough").logged_in(with_cookie));
}

TEST(Access, ReadsTheLoginForm) {
  const Access access(kToken);
  EXPECT_TRUE(access.token_matches("token=correct+horse%20battery%2Bstaple%26"));
  EXPECT_TRUE(access.token_matches("x=1&token=correct+horse+battery%2Bstaple%26&y="));
  EXPECT_FALSE(access.token_matches("token=correct"));
  EXPECT_FALSE(access.token_matches("token="));
  EXPECT_FALSE(access.token_matches(""));
  EXPECT_FALSE(Access("").token_matches("token="));
}

}  // namespace
}  // namespace underround::web
