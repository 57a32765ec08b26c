#include "net/proxy.hpp"

#include <openssl/evp.h>

#include <array>
#include <boost/asio/ip/address.hpp>

#include "base/check.hpp"
#include "net/url.hpp"

namespace underround::net {
namespace {

constexpr std::size_t kMaxHttpAnswerBytes = 8 * 1024;
constexpr std::size_t kMaxSocksText = 255;
constexpr char kSocksVersion = 5, kLoginVersion = 1;
constexpr unsigned char kNoLogin = 0, kLogin = 2, kNothingFits = 0xff;
constexpr char kIpv4 = 1, kName = 3, kIpv6 = 4;

std::string base64(std::string_view text) {
  std::string out((text.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

// A length in one byte and the text.
void append_short(std::string& out, std::string_view text) {
  UR_CHECK(text.size() <= kMaxSocksText);
  out += static_cast<char>(text.size());
  out += text;
}

const char* socks_refusal(unsigned char code) {
  static constexpr std::array kReasons{"succeeded",
                                       "general failure",
                                       "not allowed by its rules",
                                       "network unreachable",
                                       "host unreachable",
                                       "connection refused",
                                       "timed out on the way",
                                       "command not supported",
                                       "address type not supported"};
  return code < kReasons.size() ? kReasons[code] : "unknown reason";
}

const char* to_string(Proxy::Kind kind) {
  switch (kind) {
    case Proxy::Kind::kHttp: return "http";
    case Proxy::Kind::kSocks5: return "socks5";
    case Proxy::Kind::kSocks5h: return "socks5h";
  }
  return "?";
}

}  // namespace

std::string Proxy::place() const {
  return std::string(to_string(kind)) + "://" + (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" +
         std::to_string(port);
}

Result<std::optional<Proxy>> parse_proxy(std::string_view url) {
  if (url.empty()) return std::optional<Proxy>{};
  Proxy proxy;
  bool known = false;
  for (const auto kind : {Proxy::Kind::kHttp, Proxy::Kind::kSocks5, Proxy::Kind::kSocks5h}) {
    if (!url.starts_with(std::string(to_string(kind)) + "://")) continue;
    proxy.kind = kind;
    known = true;
  }
  if (!known) {
    return fail(ErrorCode::kUnsupported,
                "proxy_url: must begin with http://, socks5:// or socks5h://; other proxies are not supported");
  }
  const std::string_view rest = url.substr(url.find("://"));
  auto parsed = parse_url("http" + std::string(rest));
  if (!parsed) return fail(parsed.error().code, "proxy_url: " + parsed.error().message);
  if (parsed->target != "/") return fail(ErrorCode::kInvalidInput, "proxy_url: a proxy has no path");
  // parse_url() puts 80 where the text has no port.
  const std::string_view authority = rest.substr(3, rest.find_first_of("/?#", 3) - 3);
  const std::string_view after_host = authority.substr(authority.find_last_of("]@") + 1);
  const bool has_port = after_host.find(':') != std::string_view::npos;
  proxy.host = parsed->host;
  proxy.port = has_port || proxy.kind == Proxy::Kind::kHttp ? parsed->port : std::uint16_t{1080};
  proxy.userinfo = parsed->userinfo;
  if (proxy.kind != Proxy::Kind::kHttp && !proxy.userinfo.empty()) {
    const std::size_t user = std::min(proxy.userinfo.find(':'), proxy.userinfo.size());
    if (user == 0 || user > kMaxSocksText || proxy.userinfo.size() > user + 1 + kMaxSocksText) {
      return fail(ErrorCode::kInvalidInput, "proxy_url: SOCKS5 takes a user and a password of at most 255 bytes each");
    }
  }
  return std::optional<Proxy>(std::move(proxy));
}

ProxyHandshake::ProxyHandshake(const Proxy& proxy, std::string_view host, std::uint16_t port)
    : host_(host),
      target_((host_.find(':') == std::string::npos ? host_ : "[" + host_ + "]") + ":" + std::to_string(port)),
      port_(port),
      step_(proxy.kind == Proxy::Kind::kHttp ? Step::kHttpAnswer : Step::kSocksMethod) {
  if (step_ == Step::kHttpAnswer) {
    output_ = "CONNECT " + target_ + " HTTP/1.1\r\nHost: " + target_ + "\r\n";
    if (!proxy.userinfo.empty()) output_ += "Proxy-Authorization: Basic " + base64(proxy.userinfo) + "\r\n";
    output_ += "\r\n";
    return;
  }
  const std::size_t colon = proxy.userinfo.find(':');
  user_ = proxy.userinfo.substr(0, colon);
  if (colon != std::string::npos) password_ = proxy.userinfo.substr(colon + 1);
  output_ += kSocksVersion;
  output_ += static_cast<char>(user_.empty() ? 1 : 2);  // how many ways we know
  output_ += static_cast<char>(kNoLogin);
  if (!user_.empty()) output_ += static_cast<char>(kLogin);
}

ProxyHandshake::Progress ProxyHandshake::fail_with(std::string why) {
  error_ = std::move(why);
  return Progress::kFailed;
}

ProxyHandshake::Progress ProxyHandshake::feed(std::string_view bytes) {
  input_ += bytes;
  switch (step_) {
    case Step::kHttpAnswer: return read_http();
    case Step::kSocksMethod: return read_method();
    case Step::kSocksLogin: return read_login();
    case Step::kSocksAnswer: return read_answer();
  }
  return fail_with("");
}

ProxyHandshake::Progress ProxyHandshake::read_http() {
  const std::size_t end = input_.find("\r\n\r\n");
  if (end == std::string::npos) {
    return input_.size() > kMaxHttpAnswerBytes ? fail_with("the proxy's answer is too long") : Progress::kNeedMore;
  }
  const std::string status = input_.substr(0, input_.find('\r'));
  if (!status.starts_with("HTTP/1.") || status.size() < 12 || status[9] != '2' || end + 4 != input_.size()) {
    return fail_with("the proxy refused to connect to " + target_ + ": " + status);
  }
  return Progress::kDone;
}

ProxyHandshake::Progress ProxyHandshake::read_method() {
  if (input_.size() < 2) return Progress::kNeedMore;
  const auto method = static_cast<unsigned char>(input_[1]);
  if (input_[0] != kSocksVersion || input_.size() > 2) return fail_with("the proxy does not speak SOCKS5");
  input_.clear();
  if (method == kNoLogin) {
    ask_socks();
    return Progress::kNeedMore;
  }
  if (method == kLogin && !user_.empty()) {
    output_ += kLoginVersion;
    append_short(output_, user_);
    append_short(output_, password_);
    step_ = Step::kSocksLogin;
    return Progress::kNeedMore;
  }
  return fail_with(method == kNothingFits && user_.empty()
                       ? "the SOCKS5 proxy wants a user and password: socks5://user:password@host"
                       : "the SOCKS5 proxy wants a way of logging in that is not supported");
}

ProxyHandshake::Progress ProxyHandshake::read_login() {
  if (input_.size() < 2) return Progress::kNeedMore;
  if (input_[1] != 0) return fail_with("the SOCKS5 proxy refused the user or password");
  if (input_[0] != kLoginVersion || input_.size() > 2) return fail_with("the proxy does not speak SOCKS5");
  input_.clear();
  ask_socks();
  return Progress::kNeedMore;
}

void ProxyHandshake::ask_socks() {
  step_ = Step::kSocksAnswer;
  output_ += {kSocksVersion, 1, 0};  // CONNECT
  boost::system::error_code not_numeric;
  const auto address = boost::asio::ip::make_address(host_, not_numeric);
  if (not_numeric) {
    output_ += kName;
    append_short(output_, host_.substr(0, kMaxSocksText));
  } else if (address.is_v4()) {
    output_ += kIpv4;
    for (const unsigned char byte : address.to_v4().to_bytes()) output_ += static_cast<char>(byte);
  } else {
    output_ += kIpv6;
    for (const unsigned char byte : address.to_v6().to_bytes()) output_ += static_cast<char>(byte);
  }
  output_ += static_cast<char>(port_ >> 8U);
  output_ += static_cast<char>(port_ & 0xffU);
}

ProxyHandshake::Progress ProxyHandshake::read_answer() {
  if (input_.size() >= 2 && input_[0] != kSocksVersion) return fail_with("the proxy does not speak SOCKS5");
  if (input_.size() >= 2 && input_[1] != 0) {
    return fail_with("the SOCKS5 proxy refused to connect to " + target_ + ": " +
                     socks_refusal(static_cast<unsigned char>(input_[1])));
  }
  if (input_.size() < 5) return Progress::kNeedMore;
  // Version, reply, reserved, the kind of address, the address it connects from, its port.
  const std::size_t address = input_[3] == kIpv4   ? 4U
                              : input_[3] == kIpv6 ? 16U
                              : input_[3] == kName ? 1U + static_cast<unsigned char>(input_[4])
                                                   : 0U;
  if (address == 0) return fail_with("the proxy does not speak SOCKS5");
  const std::size_t size = 4 + address + 2;
  if (input_.size() < size) return Progress::kNeedMore;
  return input_.size() == size ? Progress::kDone : fail_with("bytes came through the SOCKS5 proxy before we asked");
}

}  // namespace underround::net
