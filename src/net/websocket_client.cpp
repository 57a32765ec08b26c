#include "net/websocket_client.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cctype>

#include "base/check.hpp"
#include "base/random.hpp"
#include "net/http_codec.hpp"
#include "net/stream.hpp"
#include "net/websocket_frame.hpp"

namespace underround::net {
namespace {

constexpr std::size_t kMaxUpgradeBytes = 32 * 1024;  // the whole refusal page, if it is one
constexpr std::size_t kShownBodyBytes = 200;

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  UR_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&seed), sizeof seed) == 1);
  return seed;
}

std::string make_key() {
  unsigned char nonce[16];
  UR_CHECK(RAND_bytes(nonce, sizeof nonce) == 1);
  unsigned char text[32];
  const int size = EVP_EncodeBlock(text, nonce, sizeof nonce);
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)};
}

// One line of a foreign page, fit for a log.
std::string shown(std::string_view body) {
  std::string text(body.substr(0, kShownBodyBytes));
  std::ranges::replace_if(
      text, [](char c) { return std::iscntrl(static_cast<unsigned char>(c)) != 0; }, ' ');
  return text;
}

}  // namespace

class WebSocketClient::Impl final : public StreamOwner, public std::enable_shared_from_this<WebSocketClient::Impl> {
 public:
  Impl(EventLoop& loop, WebSocketSettings settings, Callbacks callbacks)
      : loop_(loop),
        settings_(std::move(settings)),
        callbacks_(std::move(callbacks)),
        stream_(loop),
        upgrade_timer_(loop),
        parser_(false, settings_.buffer_bytes, settings_.max_message_bytes),
        answer_(HttpParser::Kind::kResponse, kMaxUpgradeBytes, kMaxUpgradeBytes),
        masks_(random_seed()) {}

  void connect();
  bool send(std::string_view text);
  void close();
  void abort();
  [[nodiscard]] bool is_open() const noexcept { return state_ == State::kOpen; }
  [[nodiscard]] Counters counters() const noexcept { return counters_; }

 private:
  enum class State : std::uint8_t { kIdle, kConnecting, kUpgrading, kOpen, kClosing, kClosed };

  void on_stream_open() override;
  std::span<char> stream_space() override { return parser_.space(); }
  void on_stream_bytes(std::size_t bytes) override;
  void on_stream_closed(const Error& reason) override;

  void read_upgrade();
  [[nodiscard]] std::string refused_upgrade();
  void read_frames();
  void write_frame(WsOpcode opcode, std::string_view payload);
  void end(ErrorCode code, std::string message);
  [[nodiscard]] bool alive() const noexcept { return state_ != State::kClosed; }

  EventLoop& loop_;
  WebSocketSettings settings_;
  Callbacks callbacks_;
  Stream stream_;
  Timer upgrade_timer_;
  WsParser parser_;
  HttpParser answer_;
  Random masks_;  // masking protects proxies from scripts in browsers; nobody to protect here, so no CSPRNG
  Url url_;
  std::string key_, scratch_;
  std::string close_reason_;  // why we, or the venue, started the close handshake
  Counters counters_;
  State state_ = State::kIdle;
};

void WebSocketClient::Impl::connect() {
  UR_CHECK(state_ == State::kIdle);
  state_ = State::kConnecting;
  auto url = parse_url(settings_.url);
  auto proxy = parse_proxy(settings_.proxy_url);
  if (url && url->scheme != Scheme::kWs && url->scheme != Scheme::kWss) {
    url = fail(ErrorCode::kInvalidInput, "\"" + settings_.url + "\" is not a ws:// or wss:// URL");
  }
  if (!url || !proxy) {
    const Error error = !url ? url.error() : proxy.error();
    loop_.post([self = shared_from_this(), error] { self->on_stream_closed(error); });
    return;
  }
  url_ = std::move(*url);
  upgrade_timer_.after(settings_.connect_timeout, [this] {
    const auto keep = shared_from_this();
    end(ErrorCode::kTimeout, url_.to_string() + ": no WebSocket answer in time");
  });
  stream_.connect({url_, std::move(*proxy), settings_.tls, settings_.connect_timeout}, weak_from_this());
}

void WebSocketClient::Impl::on_stream_open() {
  state_ = State::kUpgrading;
  key_ = make_key();
  HttpRequest request;
  request.target = url_.target;
  request.headers = settings_.headers;
  request.headers.add("Upgrade", "websocket");
  request.headers.add("Connection", "Upgrade");
  request.headers.add("Sec-WebSocket-Version", "13");
  request.headers.add("Sec-WebSocket-Key", key_);
  scratch_.clear();
  append_request(scratch_, request, "", constant_head(url_.authority(), {}));
  stream_.write(scratch_);
}

void WebSocketClient::Impl::on_stream_bytes(std::size_t bytes) {
  parser_.commit(bytes);
  if (state_ == State::kUpgrading) read_upgrade();
  if (state_ == State::kOpen || state_ == State::kClosing) read_frames();
}

void WebSocketClient::Impl::read_upgrade() {
  RecvBuffer& buffer = parser_.buffer();
  const HttpParser::Step step = answer_.feed(buffer.view());
  buffer.consume(step.used);
  if (step.progress == HttpParser::Progress::kError) {
    return end(ErrorCode::kRefused, url_.to_string() + ": the answer is not HTTP: " + answer_.error());
  }
  // 101 has no body, so the header is the whole answer; a refusal is read to its end for the message.
  if (step.progress == HttpParser::Progress::kNeedMore) return;
  const HttpResponse& response = answer_.response();
  if (response.status != 101) return end(ErrorCode::kRefused, refused_upgrade());
  if (response.headers.get("Sec-WebSocket-Accept") != ws_accept_key(key_)) {
    return end(ErrorCode::kRefused, url_.to_string() + ": wrong Sec-WebSocket-Accept");
  }
  upgrade_timer_.cancel();
  state_ = State::kOpen;
  if (callbacks_.on_open) callbacks_.on_open();
}

std::string WebSocketClient::Impl::refused_upgrade() {
  const HttpResponse& response = answer_.response();
  std::string text = url_.to_string() + ": HTTP " + std::to_string(response.status) + " instead of a WebSocket";
  if (!response.body.empty()) text += ": " + shown(response.body);
  return text;
}

void WebSocketClient::Impl::read_frames() {
  const Nanos received = loop_.now();
  while (state_ == State::kOpen || state_ == State::kClosing) {
    switch (parser_.next()) {
      case WsParser::Item::kNeedMore: return;
      case WsParser::Item::kMessage:
        ++counters_.frames;
        counters_.bytes += parser_.payload().size();
        if (state_ == State::kOpen) callbacks_.on_frame(parser_.payload(), received);
        break;
      case WsParser::Item::kPing:
        if (state_ == State::kOpen) write_frame(WsOpcode::kPong, parser_.payload());
        break;
      case WsParser::Item::kPong: break;
      case WsParser::Item::kClose:
        if (state_ == State::kOpen) {
          close_reason_ =
              "closed by the peer with code " + std::to_string(parser_.close_code()) + " " + shown(parser_.payload());
          write_frame(WsOpcode::kClose, ws_close_payload(1000, ""));
          state_ = State::kClosing;
        }
        return stream_.close_after_flush();
      case WsParser::Item::kError:
        return end(ErrorCode::kNetwork, url_.to_string() + ": protocol error: " + parser_.error());
    }
  }
}

void WebSocketClient::Impl::write_frame(WsOpcode opcode, std::string_view payload) {
  scratch_.clear();
  append_ws_frame(scratch_, opcode, payload, static_cast<std::uint32_t>(masks_.next()));
  stream_.write(scratch_);
}

bool WebSocketClient::Impl::send(std::string_view text) {
  if (state_ != State::kOpen) return false;
  if (stream_.queued_bytes() + text.size() > settings_.max_queued_bytes) {
    state_ = State::kClosing;  // no more callbacks for frames; the end comes from the loop
    loop_.post([self = shared_from_this()] { self->end(ErrorCode::kNetwork, "the peer does not read: queue full"); });
    return false;
  }
  write_frame(WsOpcode::kText, text);
  return true;
}

void WebSocketClient::Impl::close() {
  if (state_ == State::kOpen) {
    close_reason_ = "closed";
    write_frame(WsOpcode::kClose, ws_close_payload(1000, ""));
    state_ = State::kClosing;
    stream_.close_after_flush();
  } else if (state_ == State::kConnecting || state_ == State::kUpgrading) {
    loop_.post([self = shared_from_this()] { self->end(ErrorCode::kNetwork, "closed while connecting"); });
  }
}

void WebSocketClient::Impl::abort() {
  state_ = State::kClosed;
  upgrade_timer_.cancel();
  stream_.abort();
}

void WebSocketClient::Impl::on_stream_closed(const Error& reason) {
  if (state_ == State::kUpgrading && answer_.finish() == HttpParser::Progress::kDone) {
    return end(ErrorCode::kRefused, refused_upgrade());
  }
  end(reason.code, close_reason_.empty() ? reason.message : close_reason_);
}

void WebSocketClient::Impl::end(ErrorCode code, std::string message) {
  if (!alive()) return;
  abort();
  if (callbacks_.on_closed) callbacks_.on_closed(Error{code, std::move(message)});
}

WebSocketClient::WebSocketClient(EventLoop& loop, WebSocketSettings settings, Callbacks callbacks)
    : impl_(std::make_shared<Impl>(loop, std::move(settings), std::move(callbacks))) {}
WebSocketClient::~WebSocketClient() { impl_->abort(); }
void WebSocketClient::connect() { impl_->connect(); }
bool WebSocketClient::send(std::string_view text) { return impl_->send(text); }
void WebSocketClient::close() { impl_->close(); }
void WebSocketClient::abort() { impl_->abort(); }
bool WebSocketClient::is_open() const noexcept { return impl_->is_open(); }
WebSocketClient::Counters WebSocketClient::counters() const noexcept { return impl_->counters(); }

}  // namespace underround::net
