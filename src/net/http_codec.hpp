// HTTP/1.1 without a socket: bytes in, one message out, and back. Parsing is Boost.Beast's; strings are reused.
// Internal to net/.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/http_message.hpp"

namespace underround::net {

class HttpParser {
 public:
  enum class Kind : std::uint8_t { kRequest, kResponse };
  enum class Progress : std::uint8_t { kNeedMore, kDone, kError };
  struct Step {
    std::size_t used;  // bytes to drop from the front of the input
    Progress progress;
  };

  HttpParser(Kind kind, std::size_t max_header_bytes, std::size_t max_body_bytes);
  ~HttpParser();
  HttpParser(HttpParser&&) noexcept;
  HttpParser& operator=(HttpParser&&) noexcept;

  void reset(bool answer_to_head = false);  // before every message but the first
  [[nodiscard]] Step feed(std::string_view bytes);
  [[nodiscard]] Progress finish();  // the peer closed: ends a body that has no length

  [[nodiscard]] HttpRequest& request() noexcept;
  [[nodiscard]] HttpResponse& response() noexcept;
  [[nodiscard]] bool header_done() const noexcept;
  [[nodiscard]] bool started() const noexcept;  // at least one byte of the message has been seen
  [[nodiscard]] bool keep_alive() const noexcept;
  [[nodiscard]] int error_status() const noexcept;  // what a server should answer: 400, 413, 431
  [[nodiscard]] const std::string& error() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Everything of a request that is the same for all requests to one host: version, Host, `headers`.
[[nodiscard]] std::string constant_head(std::string_view authority, const HttpHeaders& headers);
// `head` is a constant_head(). Content-Length is added when there is a body or the method usually has one.
void append_request(std::string& out, const HttpRequest& request, std::string_view target_prefix,
                    std::string_view head);
// Content-Length (unless the status forbids a body) and Connection are added.
void append_response(std::string& out, const HttpResponse& response, bool keep_alive, bool answer_to_head);
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

}  // namespace underround::net
