#include "net/proxy.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace underround::net {
namespace {

using Progress = ProxyHandshake::Progress;

Proxy proxy(std::string_view url) { return parse_proxy(url).value().value(); }
std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

TEST(Proxy, ReadsItsUrl) {
  EXPECT_FALSE(parse_proxy("").value().has_value());
  const Proxy full = proxy("socks5h://us%3Aer:p%40ss@10.0.0.1:9050");
  EXPECT_EQ(full.kind, Proxy::Kind::kSocks5h);
  EXPECT_EQ(full.host, "10.0.0.1");
  EXPECT_EQ(full.port, 9050);
  EXPECT_EQ(full.userinfo, "us:er:p@ss");
  EXPECT_EQ(full.place(), "socks5h://10.0.0.1:9050");
  EXPECT_EQ(proxy("socks5://proxy.example").port, 1080);
  EXPECT_EQ(proxy("socks5://proxy.example:80/").port, 80);
  EXPECT_EQ(proxy("socks5://u:p@[::1]").port, 1080);
  EXPECT_EQ(proxy("socks5://[::1]:81").port, 81);
  EXPECT_EQ(proxy("socks5://[::1]").place(), "socks5://[::1]:1080");
  EXPECT_EQ(proxy("http://proxy.example").port, 80);
}

TEST(Proxy, RefusesOthersWithoutThePassword) {
  for (const char* url :
       {"https://u:secret@p", "socks4://u:secret@p", "ftp://u:secret@p", "u:secret@p:1080", "socks5:p",
        "socks5://u:secret@", "socks5://u:secret@p:99999", "socks5://u:secret@p/path", "socks5://:secret@p"}) {
    const auto parsed = parse_proxy(url);
    ASSERT_FALSE(parsed.has_value()) << url;
    EXPECT_TRUE(parsed.error().message.starts_with("proxy_url: ")) << parsed.error().message;
    EXPECT_EQ(parsed.error().message.find("secret"), std::string::npos) << parsed.error().message;
  }
  EXPECT_EQ(parse_proxy("socks4://p").error().code, ErrorCode::kUnsupported);
  EXPECT_FALSE(parse_proxy("socks5://" + std::string(256, 'u') + ":p@host").has_value());
  EXPECT_FALSE(parse_proxy("socks5://u:" + std::string(256, 'p') + "@host").has_value());
}

TEST(ProxyHandshake, Socks5WithoutLogin) {
  ProxyHandshake h(proxy("socks5h://p"), "venue.example", 443);
  EXPECT_EQ(h.take_output(), bytes({5, 1, 0}));
  EXPECT_EQ(h.feed(bytes({5})), Progress::kNeedMore);
  EXPECT_EQ(h.take_output(), "");
  EXPECT_EQ(h.feed(bytes({0})), Progress::kNeedMore);
  EXPECT_EQ(h.take_output(), bytes({5, 1, 0, 3, 13}) + "venue.example" + bytes({1, 0xbb}));
  EXPECT_EQ(h.feed(bytes({5, 0, 0, 1, 0, 0, 0, 0, 0})), Progress::kNeedMore);
  EXPECT_EQ(h.feed(bytes({0})), Progress::kDone);
}

TEST(ProxyHandshake, Socks5WithUserAndPassword) {
  ProxyHandshake h(proxy("socks5://user:pa:ss@p"), "192.0.2.7", 80);
  EXPECT_EQ(h.take_output(), bytes({5, 2, 0, 2}));
  EXPECT_EQ(h.feed(bytes({5, 2})), Progress::kNeedMore);
  EXPECT_EQ(h.take_output(), bytes({1, 4}) + "user" + bytes({5}) + "pa:ss");
  EXPECT_EQ(h.feed(bytes({1, 0})), Progress::kNeedMore);
  EXPECT_EQ(h.take_output(), bytes({5, 1, 0, 1, 192, 0, 2, 7, 0, 80}));
  EXPECT_EQ(h.feed(bytes({5, 0, 0, 3, 2}) + "px" + bytes({1, 2})), Progress::kDone);
}

TEST(ProxyHandshake, Socks5ToAnIpv6Address) {
  ProxyHandshake h(proxy("socks5://p"), "2001:db8::1", 8443);
  (void)h.take_output();
  EXPECT_EQ(h.feed(bytes({5, 0})), Progress::kNeedMore);
  EXPECT_EQ(h.take_output(), bytes({5, 1, 0, 4, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x20, 0xfb}));
  EXPECT_EQ(h.feed(bytes({5, 0, 0, 4}) + std::string(17, '\0')), Progress::kNeedMore);
  EXPECT_EQ(h.feed(bytes({0})), Progress::kDone);
}

TEST(ProxyHandshake, SaysWhyItFailed) {
  struct Case {
    const char* url;
    std::string answers;
    const char* why;
  };
  const Case cases[] = {
      {"socks5://p", bytes({5, 0xff}), "wants a user and password"},
      {"socks5://p", bytes({5, 2}), "not supported"},
      {"socks5://u:secret@p", bytes({5, 1}), "not supported"},
      {"socks5://u:secret@p", bytes({5, 2, 1, 1}), "refused the user or password"},
      {"socks5://u:secret@p", bytes({5, 2, 5, 0}), "does not speak SOCKS5"},
      {"socks5://p", "HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak SOCKS5"},
      {"socks5://p", bytes({5, 0, 5, 2}), "not allowed by its rules"},
      {"socks5://p", bytes({5, 0, 5, 5, 0, 1, 0, 0, 0, 0, 0, 0}), "v.example:443: connection refused"},
      {"socks5://p", bytes({5, 0, 5, 77}), "unknown reason"},
      {"socks5://p", bytes({5, 0, 4, 0}), "does not speak SOCKS5"},
      {"socks5://p", bytes({5, 0, 5, 0, 0, 9, 0}), "does not speak SOCKS5"},
      {"socks5://p", bytes({5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0}) + "hello", "before we asked"},
      {"http://u:secret@p", "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "407"},
      {"http://p", "SSH-2.0-OpenSSH\r\n\r\n", "SSH-2.0"},
      {"http://p", "HTTP/1.1 200 OK\r\n\r\nhello", "refused"},
      {"http://p", std::string(9000, 'x'), "too long"},
  };
  for (const Case& c : cases) {
    ProxyHandshake h(proxy(c.url), "v.example", 443);
    // A SOCKS proxy answers once per question: its bytes come in the order method, login, connection.
    const bool http = std::string_view(c.url).starts_with("http") || c.answers.starts_with("HTTP");
    std::size_t at = 0;
    auto progress = Progress::kNeedMore;
    for (int turn = 0; progress == Progress::kNeedMore && at < c.answers.size(); ++turn) {
      (void)h.take_output();
      const bool login = c.answers.size() > 1 && c.answers[1] == 2;
      const std::size_t size = http ? c.answers.size() : turn == 0 || (turn == 1 && login) ? 2 : c.answers.size() - at;
      progress = h.feed(std::string_view(c.answers).substr(at, size));
      at += size;
    }
    EXPECT_EQ(progress, Progress::kFailed) << c.why;
    EXPECT_NE(h.error().find(c.why), std::string::npos) << h.error();
    EXPECT_EQ(h.error().find("secret"), std::string::npos) << h.error();
  }
}

// The answer may come in pieces of any size.
TEST(ProxyHandshake, PiecesDoNotMatter) {
  EXPECT_TRUE(rc::check([](const std::vector<std::uint8_t>& sizes, bool name) {
    ProxyHandshake h(proxy("socks5h://p"), "venue.example", 443);
    (void)h.take_output();
    RC_ASSERT(h.feed(bytes({5, 0})) == Progress::kNeedMore);
    (void)h.take_output();
    const std::string answer =
        name ? bytes({5, 0, 0, 3, 4}) + "name" + bytes({1, 1}) : bytes({5, 0, 0, 1, 127, 0, 0, 1, 1, 1});
    std::size_t at = 0;
    for (const std::uint8_t size : sizes) {
      const std::size_t piece = std::min<std::size_t>(size % 4, answer.size() - 1 - at);
      RC_ASSERT(h.feed(std::string_view(answer).substr(at, piece)) == Progress::kNeedMore);
      at += piece;
    }
    RC_ASSERT(h.feed(std::string_view(answer).substr(at)) == Progress::kDone);
  }));
}

}  // namespace
}  // namespace underround::net
