// Through a real SOCKS5 server on a real socket: HTTP, WebSocket and TLS inside the tunnel, and its refusals.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <list>
#include <mutex>
#include <optional>
#include <thread>

#include "net/http_client.hpp"
#include "net/proxy.hpp"
#include "net/server.hpp"
#include "net/websocket_client.hpp"

namespace underround::net {
namespace {

constexpr Nanos kLong = Nanos::from_seconds(30);

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

// Blocking sockets, one thread a connection. Every name leads to this machine; what was asked for is written down.
class SocksServer {
 public:
  struct Rules {
    std::string user{}, password{};  // empty user = no login
    int reply = 0;                   // not 0 = refuse with this
  };
  explicit SocksServer(Rules rules) : rules_(std::move(rules)) {
    EXPECT_EQ(::pipe(stop_), 0);
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(0);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_, 16), 0);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::jthread([this] { accept_all(); });
  }
  ~SocksServer() {
    ::close(stop_[1]);  // every poll() sees the end of the pipe
    acceptor_.join();
    connections_.clear();
    ::close(listener_);
    ::close(stop_[0]);
  }
  SocksServer(const SocksServer&) = delete;
  SocksServer& operator=(const SocksServer&) = delete;

  [[nodiscard]] std::string at() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::vector<std::string> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  // False when told to stop.
  bool wait(int fd) const {
    pollfd waiting[] = {{fd, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    return ::poll(waiting, 2, -1) > 0 && waiting[1].revents == 0;
  }
  void accept_all() {
    while (wait(listener_)) {
      const int fd = ::accept(listener_, nullptr, nullptr);
      if (fd >= 0) connections_.emplace_back([this, fd] { serve(fd); });
    }
  }
  bool read_exactly(int fd, std::string& out, std::size_t size) const {
    out.resize(size);
    for (std::size_t have = 0; have < size;) {
      if (!wait(fd)) return false;
      const ssize_t n = ::recv(fd, out.data() + have, size - have, 0);
      if (n <= 0) return false;
      have += static_cast<std::size_t>(n);
    }
    return true;
  }
  bool read_short(int fd, std::string& out) const {  // a length and the text
    std::string size;
    return read_exactly(fd, size, 1) && read_exactly(fd, out, static_cast<unsigned char>(size[0]));
  }
  // One byte at a time: the client must put answers together.
  static void say(int fd, std::string_view bytes) {
    for (const char byte : bytes) ::send(fd, &byte, 1, MSG_NOSIGNAL);
  }
  void serve(int fd) {
    if (const int target = negotiate(fd); target >= 0) {
      relay(fd, target);
      ::close(target);
    }
    ::close(fd);
  }
  bool log_in(int fd) const {
    std::string version, user, password;
    if (!read_exactly(fd, version, 1) || !read_short(fd, user) || !read_short(fd, password)) return false;
    const bool welcome = version[0] == 1 && user == rules_.user && password == rules_.password;
    say(fd, {welcome ? "\x01\x00" : "\x01\x01", 2});
    return welcome;
  }
  int negotiate(int fd) {
    std::string head, methods, host, port;
    if (!read_exactly(fd, head, 1) || head[0] != 5 || !read_short(fd, methods)) return -1;
    const char wanted = rules_.user.empty() ? '\x00' : '\x02';
    const bool offered = methods.find(wanted) != std::string::npos;
    say(fd, std::string{'\x05', offered ? wanted : '\xff'});
    if (!offered || (wanted == 2 && !log_in(fd))) return -1;
    if (!read_exactly(fd, head, 4)) return -1;
    if (head[3] == 3 ? !read_short(fd, host) : !read_exactly(fd, host, head[3] == 1 ? 4 : 16)) return -1;
    if (!read_exactly(fd, port, 2)) return -1;
    const auto number =
        static_cast<std::uint16_t>(static_cast<unsigned char>(port[0]) << 8 | static_cast<unsigned char>(port[1]));
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back(head[3] == 3 ? host : head[3] == 1 ? "IPv4" : "IPv6");
    }
    int target = -1;
    if (rules_.reply == 0) {
      target = ::socket(AF_INET, SOCK_STREAM, 0);
      const sockaddr_in address = loopback(number);
      EXPECT_EQ(::connect(target, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    }
    say(fd, std::string{'\x05', static_cast<char>(rules_.reply), '\0', '\x01', '\0', '\0', '\0', '\0', '\0', '\0'});
    return target;
  }
  void relay(int a, int b) const {
    std::array<char, 4096> chunk;
    for (;;) {
      pollfd waiting[] = {{a, POLLIN, 0}, {b, POLLIN, 0}, {stop_[0], POLLIN, 0}};
      if (::poll(waiting, 3, -1) <= 0 || waiting[2].revents != 0) return;
      for (int i = 0; i < 2; ++i) {
        if (waiting[i].revents == 0) continue;
        const ssize_t n = ::recv(waiting[i].fd, chunk.data(), chunk.size(), 0);
        if (n <= 0) return;
        ::send(waiting[1 - i].fd, chunk.data(), static_cast<std::size_t>(n), MSG_NOSIGNAL);
      }
    }
  }

  const Rules rules_;
  int listener_ = -1;
  int stop_[2] = {-1, -1};
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::vector<std::string> asked_;
  std::list<std::jthread> connections_;
  std::jthread acceptor_;
};

class ThroughSocks : public ::testing::Test {
 protected:
  void serve(bool tls) {
    ServerSettings settings;
    if (tls) settings.certificate = make_self_signed_certificate("venue.example").value();
    if (tls) trust_ = TlsContext::client({.ca_pem = settings.certificate->chain_pem}).value();
    server_ = Server::listen(
                  loop_, settings,
                  {.on_request = [](const HttpRequest& q, const HttpResponder& r) { r.send(200, q.target + q.body); },
                   .on_upgrade =
                       [](const HttpRequest&, const WebSocketSession& s) {
                         s.on_message([s](std::string_view text) { s.send(text); });
                         return 101;
                       }})
                  .value();
  }
  [[nodiscard]] std::string place(const std::string& host) const {
    return host + ":" + std::to_string(server_->port());
  }
  HttpResult get(const std::string& url, const std::string& proxy) {
    HttpClient client(loop_, {.base_url = url, .proxy_url = proxy, .tls = trust_, .timeout = kLong});
    HttpRequest request;
    request.target = "/hello";
    return client.fetch(request);
  }

  EventLoop loop_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<TlsContext> trust_;
};

TEST_F(ThroughSocks, HttpByNameAndByAddress) {
  serve(false);
  SocksServer socks({});
  const HttpResult by_name = get("http://" + place("venue.example"), "socks5h://" + socks.at());
  ASSERT_TRUE(by_name.has_value()) << by_name.error().error.message;
  EXPECT_EQ(by_name->body, "/hello");
  ASSERT_TRUE(get("http://" + place("127.0.0.1"), "socks5h://" + socks.at()).has_value());
  ASSERT_TRUE(get("http://" + place("127.0.0.1"), "socks5://" + socks.at()).has_value());
  EXPECT_EQ(socks.asked(), (std::vector<std::string>{"venue.example", "IPv4", "IPv4"}));
}

// socks5:// resolves here: the proxy never sees the name.
TEST_F(ThroughSocks, NamesAreResolvedHereWithoutTheH) {
  serve(false);
  SocksServer socks({});
  ASSERT_TRUE(get("http://" + place("localhost"), "socks5://" + socks.at()).has_value());
  ASSERT_EQ(socks.asked().size(), 1U);
  EXPECT_TRUE(socks.asked()[0].starts_with("IPv")) << socks.asked()[0];
}

TEST_F(ThroughSocks, TlsIsVerifiedAgainstTheVenueNotTheProxy) {
  serve(true);
  SocksServer socks({.user = "me", .password = "p@ss"});
  const std::string proxy = "socks5h://me:p%40ss@" + socks.at();
  const HttpResult good = get("https://" + place("venue.example"), proxy);
  ASSERT_TRUE(good.has_value()) << good.error().error.message;
  const HttpResult other = get("https://" + place("other.example"), proxy);
  ASSERT_FALSE(other.has_value());
  EXPECT_NE(other.error().error.message.find("certificate"), std::string::npos) << other.error().error.message;
}

TEST_F(ThroughSocks, WebSocket) {
  serve(false);
  SocksServer socks({.user = "me", .password = "pass"});
  WebSocketSettings settings;
  settings.url = "ws://" + place("venue.example") + "/ws";
  settings.proxy_url = "socks5h://me:pass@" + socks.at();
  std::string received;
  WebSocketClient client(loop_, settings, {.on_frame = [&](std::string_view text, Nanos) { received = text; }});
  client.connect();
  ASSERT_TRUE(loop_.run_until([&] { return client.is_open(); }, kLong));
  client.send("through the tunnel");
  ASSERT_TRUE(loop_.run_until([&] { return !received.empty(); }, kLong));
  EXPECT_EQ(received, "through the tunnel");
}

TEST_F(ThroughSocks, RefusalsAreNeverSentAndSayWhy) {
  serve(false);
  SocksServer open({}), closed({.user = "me", .password = "pass"}), strict({.reply = 2});
  const std::string url = "http://" + place("venue.example");
  const std::pair<std::string, const char*> cases[] = {
      {"socks5h://" + closed.at(), "wants a user and password"},
      {"socks5h://me:wrong@" + closed.at(), "refused the user or password"},
      {"socks5h://" + strict.at(), "not allowed by its rules"},
      {"socks5h://" + place("127.0.0.1"), "does not speak SOCKS5"},  // an HTTP server
      {"socks4://" + open.at(), "not supported"},
  };
  for (const auto& [proxy, why] : cases) {
    const HttpResult result = get(url, proxy);
    ASSERT_FALSE(result.has_value()) << proxy;
    EXPECT_EQ(result.error().delivery, Delivery::kNeverSent) << proxy;
    EXPECT_NE(result.error().error.message.find(why), std::string::npos) << result.error().error.message;
    EXPECT_EQ(result.error().error.message.find("wrong"), std::string::npos) << result.error().error.message;
  }
  EXPECT_TRUE(get(url, "socks5h://" + open.at()).has_value());
}

TEST_F(ThroughSocks, NobodyAtTheProxysAddress) {
  serve(false);
  std::string at;
  {
    const SocksServer gone({});
    at = gone.at();
  }
  const HttpResult result = get("http://" + place("venue.example"), "socks5h://u:secret@" + at);
  ASSERT_FALSE(result.has_value());
  EXPECT_NE(result.error().error.message.find("the proxy socks5h://" + at), std::string::npos)
      << result.error().error.message;
  EXPECT_EQ(result.error().error.message.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace underround::net
