#include "net/url.hpp"

#include <charconv>
#include <optional>

namespace underround::net {
namespace {

std::optional<Scheme> scheme_of(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  if (lower == "http") return Scheme::kHttp;
  if (lower == "https") return Scheme::kHttps;
  if (lower == "ws") return Scheme::kWs;
  if (lower == "wss") return Scheme::kWss;
  return std::nullopt;
}

std::uint16_t default_port(Scheme scheme) {
  return scheme == Scheme::kHttps || scheme == Scheme::kWss ? std::uint16_t{443} : std::uint16_t{80};
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Control characters and blanks would let a URL smuggle header lines into a request.
bool printable(std::string_view text) {
  for (const char c : text) {
    if (c <= ' ' || c == 0x7f) return false;
  }
  return true;
}

std::unexpected<Error> bad(std::string_view text, const char* why) {
  // The part before '@' may be a password.
  const std::size_t at = text.rfind('@');
  const std::string shown = at == std::string_view::npos ? std::string(text) : "..." + std::string(text.substr(at));
  return fail(ErrorCode::kInvalidInput, "URL \"" + shown + "\": " + why);
}

// Splits "host:port" or "[v6]:port"; false when malformed.
bool split_host_port(std::string_view text, std::string_view& host, std::string_view& port) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    host = text.substr(1, end - 1);
    const std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && rest.front() != ':') return false;
    port = rest.empty() ? rest : rest.substr(1);
    return true;
  }
  const std::size_t colon = text.find(':');
  host = text.substr(0, colon);
  port = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  return port.find(':') == std::string_view::npos;
}

}  // namespace

const char* to_string(Scheme scheme) noexcept {
  switch (scheme) {
    case Scheme::kHttp: return "http";
    case Scheme::kHttps: return "https";
    case Scheme::kWs: return "ws";
    case Scheme::kWss: return "wss";
  }
  return "?";
}

Result<Url> parse_url(std::string_view text) {
  if (!printable(text)) return bad(text, "contains blanks or control characters");
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return bad(text, "expected scheme://host");
  const auto scheme = scheme_of(text.substr(0, colon));
  if (!scheme) return bad(text, "the scheme must be http, https, ws or wss");

  std::string_view rest = text.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  const std::size_t end = rest.find_first_of("/?");
  std::string_view authority = rest.substr(0, end);
  Url url;
  url.scheme = *scheme;
  if (end != std::string_view::npos) url.target = rest.substr(end);
  if (!url.target.starts_with('/')) url.target.insert(0, 1, '/');

  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    url.userinfo = percent_decode(authority.substr(0, at));
    authority.remove_prefix(at + 1);
  }
  std::string_view host, port;
  if (!split_host_port(authority, host, port)) return bad(text, "malformed host and port");
  if (host.empty()) return bad(text, "the host is empty");
  url.host = host;
  url.port = default_port(*scheme);
  if (!port.empty()) {
    const auto [stop, ec] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (ec != std::errc{} || stop != port.data() + port.size() || url.port == 0) {
      return bad(text, "the port must be 1..65535");
    }
  }
  return url;
}

std::string Url::authority() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != default_port(scheme)) text += ":" + std::to_string(port);
  return text;
}

std::string Url::to_string() const { return std::string(net::to_string(scheme)) + "://" + authority() + target; }

std::string percent_encode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || byte == '-' ||
        byte == '.' || byte == '_' || byte == '~') {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

std::string percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && text.size() - i > 2 && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace underround::net
