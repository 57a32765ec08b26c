#include "net/http_codec.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#if !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // boost::optional under GCC's sanitizers: a false alarm
#endif
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/status.hpp>
#if !defined(__clang__)
#pragma GCC diagnostic pop
#endif

namespace underround::net {
namespace http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

namespace {

constexpr std::uint64_t kMaxTrustedBytes = 1 << 20;

std::string_view to_std(string_view text) { return {text.data(), text.size()}; }

void append_number(std::string& out, std::uint64_t value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

void append_fields(std::string& out, const HttpHeaders& headers) {
  for (std::size_t i = 0; i < headers.size(); ++i) {
    out.append(headers.name(i)).append(": ").append(headers.value(i)).append("\r\n");
  }
}

// Beast calls us for every piece; both directions fill the same two messages.
template <bool IsRequest>
class Sink final : public http::basic_parser<IsRequest> {
 public:
  Sink(HttpRequest& request, HttpResponse& response) : request_(request), response_(response) {}

 private:
  HttpHeaders& headers() {
    if constexpr (IsRequest)
      return request_.headers;
    else
      return response_.headers;
  }
  std::string& body() {
    if constexpr (IsRequest)
      return request_.body;
    else
      return response_.body;
  }
  void on_request_impl(http::verb, string_view method, string_view target, int, error_code&) override {
    request_.method.assign(method.data(), method.size());
    request_.target.assign(target.data(), target.size());
  }
  void on_response_impl(int code, string_view, int, error_code&) override { response_.status = code; }
  void on_field_impl(http::field, string_view name, string_view value, error_code&) override {
    headers().add(to_std(name), to_std(value));
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& size, error_code&) override {
    // The length is only a promise: do not let it buy more than one large message.
    if (size) body().reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*size, kMaxTrustedBytes)));
  }
  std::size_t on_body_impl(string_view bytes, error_code&) override {
    body().append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code&) override {
    body().append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_finish_impl(error_code&) override {}

  HttpRequest& request_;
  HttpResponse& response_;
};

}  // namespace

struct HttpParser::Impl {
  Kind kind;
  std::size_t max_header_bytes, max_body_bytes;
  HttpRequest request;
  HttpResponse response;
  std::optional<Sink<true>> request_sink;
  std::optional<Sink<false>> response_sink;
  bool started = false;
  int error_status = 400;
  std::string error;

  template <class Sink>
  void prepare(std::optional<Sink>& sink, bool skip_body) {
    sink.emplace(request, response);
    sink->eager(true);
    sink->header_limit(static_cast<std::uint32_t>(max_header_bytes));
    sink->body_limit(max_body_bytes);
    sink->skip(skip_body);
  }
  Progress refuse(const error_code& ec) {
    error_status = ec == http::error::header_limit ? 431 : ec == http::error::body_limit ? 413 : 400;
    error = ec.message();
    return Progress::kError;
  }
  template <class Sink>
  Step feed(Sink& sink, std::string_view bytes) {
    std::size_t used = 0;
    started = started || !bytes.empty();
    while (!sink.is_done()) {
      error_code ec;
      const std::size_t n = sink.put(boost::asio::buffer(bytes.data() + used, bytes.size() - used), ec);
      used += n;
      if (ec == http::error::need_more) return {used, Progress::kNeedMore};
      if (ec) return {used, refuse(ec)};
      if (n == 0 && !sink.is_done()) return {used, Progress::kNeedMore};
    }
    return {used, Progress::kDone};
  }
  template <class Sink>
  Progress finish(Sink& sink) {
    error_code ec;
    if (sink.got_some() && !sink.is_done()) sink.put_eof(ec);
    if (ec) return refuse(ec);
    return sink.is_done() ? Progress::kDone : Progress::kNeedMore;
  }
};

HttpParser::HttpParser(Kind kind, std::size_t max_header_bytes, std::size_t max_body_bytes)
    : impl_(std::make_unique<Impl>()) {
  impl_->kind = kind;
  impl_->max_header_bytes = max_header_bytes;
  impl_->max_body_bytes = max_body_bytes;
  reset();
}
HttpParser::~HttpParser() = default;
HttpParser::HttpParser(HttpParser&&) noexcept = default;
HttpParser& HttpParser::operator=(HttpParser&&) noexcept = default;

void HttpParser::reset(bool answer_to_head) {
  impl_->started = false;
  if (impl_->kind == Kind::kRequest) {
    impl_->request.headers.clear();
    impl_->request.body.clear();
    impl_->prepare(impl_->request_sink, false);
  } else {
    impl_->response.headers.clear();
    impl_->response.body.clear();
    impl_->prepare(impl_->response_sink, answer_to_head);
  }
}

HttpParser::Step HttpParser::feed(std::string_view bytes) {
  return impl_->kind == Kind::kRequest ? impl_->feed(*impl_->request_sink, bytes)
                                       : impl_->feed(*impl_->response_sink, bytes);
}
HttpParser::Progress HttpParser::finish() {
  return impl_->kind == Kind::kRequest ? impl_->finish(*impl_->request_sink) : impl_->finish(*impl_->response_sink);
}
HttpRequest& HttpParser::request() noexcept { return impl_->request; }
HttpResponse& HttpParser::response() noexcept { return impl_->response; }
bool HttpParser::header_done() const noexcept {
  return impl_->kind == Kind::kRequest ? impl_->request_sink->is_header_done() : impl_->response_sink->is_header_done();
}
bool HttpParser::started() const noexcept { return impl_->started; }
bool HttpParser::keep_alive() const noexcept {
  return impl_->kind == Kind::kRequest ? impl_->request_sink->keep_alive() : impl_->response_sink->keep_alive();
}
int HttpParser::error_status() const noexcept { return impl_->error_status; }
const std::string& HttpParser::error() const noexcept { return impl_->error; }

std::string constant_head(std::string_view authority, const HttpHeaders& headers) {
  std::string head = " HTTP/1.1\r\nHost: ";
  head.append(authority).append("\r\n");
  append_fields(head, headers);
  return head;
}

void append_request(std::string& out, const HttpRequest& request, std::string_view target_prefix,
                    std::string_view head) {
  out.append(request.method).append(" ").append(target_prefix).append(request.target).append(head);
  append_fields(out, request.headers);
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH") {
    out += "Content-Length: ";
    append_number(out, request.body.size());
    out += "\r\n";
  }
  out.append("\r\n").append(request.body);
}

void append_response(std::string& out, const HttpResponse& response, bool keep_alive, bool answer_to_head) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::uint64_t>(response.status));
  out.append(" ").append(reason_phrase(response.status)).append("\r\n");
  append_fields(out, response.headers);
  const bool bodiless = response.status < 200 || response.status == 204 || response.status == 304;
  if (!bodiless) {
    out += "Content-Length: ";
    append_number(out, response.body.size());
    out += "\r\n";
  }
  if (!keep_alive && response.status != 101) out += "Connection: close\r\n";
  out += "\r\n";
  if (!bodiless && !answer_to_head) out += response.body;
}

std::string_view reason_phrase(int status) noexcept {
  const string_view text = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status)));
  return to_std(text);
}

}  // namespace underround::net
