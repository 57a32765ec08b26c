#include "net/stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/check.hpp"
#include "net/handler_memory.hpp"
#include "net/recv_buffer.hpp"

namespace underround::net {
namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

namespace {

// One wake-up reads at most this much before other sockets get their turn.
constexpr std::size_t kReadBudgetBytes = std::size_t{1} << 20;
constexpr Nanos kGoodbyeTimeout = Nanos::from_seconds(1);

}  // namespace

class Stream::Impl : public std::enable_shared_from_this<Stream::Impl> {
 public:
  explicit Impl(EventLoop& loop) : resolver_(loop.context()), socket_(loop.context()), timer_(loop), loop_(loop) {}
  ~Impl() { SSL_free(ssl_); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void connect(StreamTarget target, std::weak_ptr<StreamOwner> owner);
  void accept(int fd, std::shared_ptr<TlsContext> tls, std::weak_ptr<StreamOwner> owner);
  void write(std::string_view bytes);
  void close_after_flush();
  void abort(bool with_reset);
  void stall(bool on);
  [[nodiscard]] bool is_open() const noexcept { return phase_ == Phase::kOpen; }
  [[nodiscard]] std::size_t queued_bytes() const noexcept { return out_.size() - out_sent_; }

 private:
  using Socket = asio::basic_stream_socket<tcp, asio::io_context::executor_type>;
  enum class Phase : std::uint8_t { kIdle, kConnecting, kProxy, kTls, kOpen, kClosing, kClosed };
  // What the kernel or TLS said to one attempt.
  enum class Io : std::uint8_t { kDone, kWouldBlock, kNeedsWrite, kEnd, kFailed };
  struct IoResult {
    Io what;
    std::size_t bytes = 0;
  };

  // Calls `next` with the addresses in endpoints_.
  void resolve(const std::string& host, std::uint16_t port, void (Impl::*next)());
  void resolve_proxy();
  void start_connecting() { connect_to(0); }
  void connect_to(std::size_t index);
  void on_tcp_connected();
  void on_proxy_readable();
  void begin_tls_or_open();
  [[nodiscard]] bool prepare_tls();
  void continue_handshake();
  void opened();

  void arm_read();
  void arm_write();
  void on_ready(bool readable);
  void read_all();
  void drain_goodbye();
  void flush();
  [[nodiscard]] IoResult receive(std::span<char> space);
  [[nodiscard]] IoResult transmit(std::string_view bytes);
  [[nodiscard]] IoResult classify_tls(int result);
  void say_goodbye();
  void fail_later(ErrorCode code, std::string message);
  void finish(ErrorCode code, std::string message);
  void release();
  [[nodiscard]] std::string tls_failure() const;
  [[nodiscard]] std::string place() const { return target_.url.host + ":" + std::to_string(target_.url.port); }

  HandlerMemory read_memory_, write_memory_;
  tcp::resolver resolver_;
  Socket socket_;
  Timer timer_;
  EventLoop& loop_;
  std::weak_ptr<StreamOwner> owner_;
  StreamTarget target_;
  std::vector<tcp::endpoint> endpoints_;
  SSL* ssl_ = nullptr;
  std::string out_;  // bytes from out_sent_ on are still to go
  std::size_t out_sent_ = 0;
  std::optional<ProxyHandshake> handshake_;
  std::string proxy_destination_;  // what the proxy is asked for: a name, or an address resolved here
  Phase phase_ = Phase::kIdle;
  bool server_side_ = false, waiting_read_ = false, waiting_write_ = false;
  bool stalled_ = false, goodbye_said_ = false, failing_ = false;
};

void Stream::Impl::connect(StreamTarget target, std::weak_ptr<StreamOwner> owner) {
  UR_CHECK(phase_ == Phase::kIdle);
  target_ = std::move(target);
  owner_ = std::move(owner);
  phase_ = Phase::kConnecting;
  timer_.after(target_.timeout, [this] { finish(ErrorCode::kTimeout, "connecting to " + place() + " took too long"); });
  proxy_destination_ = target_.url.host;
  if (!target_.proxy) return resolve(target_.url.host, target_.url.port, &Impl::start_connecting);
  if (target_.proxy->kind != Proxy::Kind::kSocks5) return resolve_proxy();
  resolve(target_.url.host, target_.url.port, &Impl::resolve_proxy);  // socks5h:// would leave names to the proxy
}

void Stream::Impl::resolve_proxy() {
  if (!endpoints_.empty()) proxy_destination_ = endpoints_.front().address().to_string();
  endpoints_.clear();
  resolve(target_.proxy->host, target_.proxy->port, &Impl::start_connecting);
}

void Stream::Impl::resolve(const std::string& host, std::uint16_t port, void (Impl::*next)()) {
  error_code ec;
  const auto address = asio::ip::make_address(host, ec);
  if (!ec) {
    endpoints_ = {tcp::endpoint(address, port)};
    loop_.post([self = shared_from_this(), next] {
      if (self->phase_ != Phase::kClosed) (self.get()->*next)();
    });
    return;
  }
  resolver_.async_resolve(host, std::to_string(port), tcp::resolver::numeric_service,
                          [self = shared_from_this(), host, next](const error_code& failure, const auto& found) {
                            if (self->phase_ == Phase::kClosed) return;
                            if (failure) {
                              return self->finish(ErrorCode::kNetwork,
                                                  "cannot resolve " + host + ": " + failure.message());
                            }
                            for (const auto& entry : found) self->endpoints_.push_back(entry.endpoint());
                            (self.get()->*next)();
                          });
}

void Stream::Impl::connect_to(std::size_t index) {
  if (phase_ == Phase::kClosed) return;
  error_code ec;
  (void)socket_.close(ec);
  socket_.async_connect(endpoints_[index], [self = shared_from_this(), index](const error_code& failure) {
    if (self->phase_ == Phase::kClosed) return;
    if (!failure) return self->on_tcp_connected();
    if (index + 1 < self->endpoints_.size()) return self->connect_to(index + 1);
    self->finish(ErrorCode::kNetwork,
                 "cannot connect to " +
                     (self->target_.proxy ? "the proxy " + self->target_.proxy->place() : self->place()) + ": " +
                     failure.message());
  });
}

void Stream::Impl::on_tcp_connected() {
  error_code ec;
  (void)socket_.set_option(tcp::no_delay(true), ec);
  (void)socket_.non_blocking(true, ec);
  if (!target_.proxy) return begin_tls_or_open();
  phase_ = Phase::kProxy;
  handshake_.emplace(*target_.proxy, proxy_destination_, target_.url.port);
  out_ = handshake_->take_output();
  flush();
  arm_read();
}

void Stream::Impl::on_proxy_readable() {
  char chunk[1024];
  for (;;) {
    const IoResult result = receive(chunk);
    if (result.what == Io::kWouldBlock) return arm_read();
    if (result.what != Io::kDone) return finish(ErrorCode::kNetwork, "the proxy closed the connection");
    const ProxyHandshake::Progress progress = handshake_->feed({chunk, result.bytes});
    out_ += handshake_->take_output();
    if (progress == ProxyHandshake::Progress::kFailed) return finish(ErrorCode::kRefused, handshake_->error());
    if (progress == ProxyHandshake::Progress::kNeedMore) {
      flush();
      if (phase_ == Phase::kClosed) return;
      continue;
    }
    handshake_.reset();
    return begin_tls_or_open();
  }
}

void Stream::Impl::begin_tls_or_open() {
  if (!target_.url.tls()) return opened();
  phase_ = Phase::kTls;
  if (!prepare_tls()) return finish(ErrorCode::kNetwork, "TLS to " + place() + ": cannot set up: " + tls_failure());
  continue_handshake();
}

bool Stream::Impl::prepare_tls() {
  if (!target_.tls) {
    auto context = TlsContext::client({});
    if (!context) return false;
    target_.tls = std::move(*context);
  }
  ssl_ = SSL_new(target_.tls->native());
  if (ssl_ == nullptr || SSL_set_fd(ssl_, socket_.native_handle()) != 1) return false;
  if (server_side_) {
    SSL_set_accept_state(ssl_);
    return true;
  }
  SSL_set_connect_state(ssl_);
  error_code ec;
  const bool numeric = (asio::ip::make_address(target_.url.host, ec), !ec);
  if (!numeric && SSL_set_tlsext_host_name(ssl_, target_.url.host.c_str()) != 1) return false;
  if (!target_.tls->verifies()) return true;
  return numeric ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), target_.url.host.c_str()) == 1
                 : SSL_set1_host(ssl_, target_.url.host.c_str()) == 1;
}

void Stream::Impl::continue_handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  if (result == 1) return opened();
  const IoResult io = classify_tls(result);
  if (io.what == Io::kWouldBlock) return arm_read();
  if (io.what == Io::kNeedsWrite) return arm_write();
  finish(ErrorCode::kNetwork,
         "TLS handshake" + (server_side_ ? std::string() : " with " + place()) + ": " + tls_failure());
}

void Stream::Impl::opened() {
  phase_ = Phase::kOpen;
  timer_.cancel();
  const auto owner = owner_.lock();
  if (!owner) return release();
  owner->on_stream_open();
  if (phase_ == Phase::kOpen) read_all();
}

void Stream::Impl::accept(int fd, std::shared_ptr<TlsContext> tls, std::weak_ptr<StreamOwner> owner) {
  UR_CHECK(phase_ == Phase::kIdle);
  owner_ = std::move(owner);
  server_side_ = true;
  target_.tls = std::move(tls);
  phase_ = Phase::kTls;
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size);
  error_code ec;
  (void)socket_.assign(name.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), fd, ec);
  if (!ec) (void)socket_.non_blocking(true, ec);
  if (ec) {
    ::close(fd);
    return fail_later(ErrorCode::kNetwork, "cannot use the accepted socket: " + ec.message());
  }
  (void)socket_.set_option(tcp::no_delay(true), ec);
  timer_.after(Nanos::from_seconds(10), [this] { finish(ErrorCode::kTimeout, "TLS handshake took too long"); });
  loop_.post([self = shared_from_this()] {
    if (self->phase_ != Phase::kTls) return;
    if (!self->target_.tls) return self->opened();
    if (!self->prepare_tls()) return self->finish(ErrorCode::kNetwork, "cannot set up TLS");
    self->continue_handshake();
  });
}

void Stream::Impl::arm_read() {
  if (waiting_read_ || stalled_ || phase_ == Phase::kClosed) return;
  waiting_read_ = true;
  socket_.async_wait(Socket::wait_read, asio::bind_allocator(HandlerAllocator<char>(read_memory_),
                                                             [self = shared_from_this()](const error_code& ec) {
                                                               self->waiting_read_ = false;
                                                               if (!ec) self->on_ready(true);
                                                             }));
}

void Stream::Impl::arm_write() {
  if (waiting_write_ || stalled_ || phase_ == Phase::kClosed) return;
  waiting_write_ = true;
  socket_.async_wait(Socket::wait_write, asio::bind_allocator(HandlerAllocator<char>(write_memory_),
                                                              [self = shared_from_this()](const error_code& ec) {
                                                                self->waiting_write_ = false;
                                                                if (!ec) self->on_ready(false);
                                                              }));
}

void Stream::Impl::on_ready(bool readable) {
  if (stalled_ || failing_) return;
  switch (phase_) {
    case Phase::kProxy: return readable ? on_proxy_readable() : flush();
    case Phase::kTls: return continue_handshake();
    case Phase::kOpen: return readable ? read_all() : flush();
    case Phase::kClosing: return readable ? drain_goodbye() : flush();
    default: return;
  }
}

void Stream::Impl::read_all() {
  const auto owner = owner_.lock();
  if (!owner) return release();
  std::size_t budget = kReadBudgetBytes;
  while (phase_ == Phase::kOpen && !stalled_ && !failing_) {
    if (budget == 0) {  // TLS may hold decrypted bytes the kernel knows nothing of: do not wait for readiness
      loop_.post([self = shared_from_this()] { self->on_ready(true); });
      return;
    }
    const std::span<char> space = owner->stream_space();
    const IoResult result = receive(space.first(std::min(space.size(), budget)));
    if (result.what == Io::kWouldBlock) return arm_read();
    if (result.what == Io::kNeedsWrite) return arm_write();
    if (result.what == Io::kEnd) return finish(ErrorCode::kNetwork, "the peer closed the connection");
    if (result.what == Io::kFailed) {
      return finish(ErrorCode::kNetwork, "reading failed: " + (ssl_ != nullptr ? tls_failure() : std::strerror(errno)));
    }
    budget -= result.bytes;
    owner->on_stream_bytes(result.bytes);
  }
  if (phase_ == Phase::kClosing) arm_read();
}

Stream::Impl::IoResult Stream::Impl::receive(std::span<char> space) {
  if (ssl_ != nullptr) {
    ERR_clear_error();
    std::size_t bytes = 0;
    const int result = SSL_read_ex(ssl_, space.data(), space.size(), &bytes);
    return result == 1 ? IoResult{Io::kDone, bytes} : classify_tls(result);
  }
  for (;;) {
    const ssize_t n = ::recv(socket_.native_handle(), space.data(), space.size(), 0);
    if (n > 0) return {Io::kDone, static_cast<std::size_t>(n)};
    if (n == 0) return {Io::kEnd};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {Io::kWouldBlock};
    if (errno != EINTR) return {Io::kFailed};
  }
}

Stream::Impl::IoResult Stream::Impl::transmit(std::string_view bytes) {
  if (ssl_ != nullptr) {
    ERR_clear_error();
    std::size_t sent = 0;
    const int result = SSL_write_ex(ssl_, bytes.data(), bytes.size(), &sent);
    if (result == 1) return {Io::kDone, sent};
    const IoResult io = classify_tls(result);
    return io.what == Io::kNeedsWrite ? IoResult{Io::kWouldBlock} : io;
  }
  for (;;) {
    const ssize_t n = ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n >= 0) return {Io::kDone, static_cast<std::size_t>(n)};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {Io::kWouldBlock};
    if (errno != EINTR) return {Io::kFailed};
  }
}

Stream::Impl::IoResult Stream::Impl::classify_tls(int result) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ: return {Io::kWouldBlock};
    case SSL_ERROR_WANT_WRITE: return {Io::kNeedsWrite};
    case SSL_ERROR_ZERO_RETURN: return {Io::kEnd};
    default: return {Io::kFailed};
  }
}

void Stream::Impl::write(std::string_view bytes) {
  UR_CHECK(phase_ == Phase::kOpen);
  if (failing_) return;
  if (out_.empty() && !stalled_) {
    while (!bytes.empty()) {
      const IoResult result = transmit(bytes);
      if (result.what == Io::kWouldBlock) break;
      if (result.what != Io::kDone) return fail_later(ErrorCode::kNetwork, "writing failed: the connection is gone");
      bytes.remove_prefix(result.bytes);
    }
    if (bytes.empty()) return;
    arm_write();
  }
  out_ += bytes;
}

void Stream::Impl::flush() {
  while (out_sent_ < out_.size() && !stalled_) {
    const IoResult result = transmit(std::string_view(out_).substr(out_sent_));
    if (result.what == Io::kWouldBlock) return arm_write();
    if (result.what != Io::kDone) return finish(ErrorCode::kNetwork, "writing failed: the connection is gone");
    out_sent_ += result.bytes;
  }
  if (out_sent_ < out_.size()) return;
  out_.clear();
  out_sent_ = 0;
  if (phase_ == Phase::kClosing) say_goodbye();
}

void Stream::Impl::close_after_flush() {
  if (phase_ != Phase::kOpen) {
    if (phase_ != Phase::kClosed && phase_ != Phase::kClosing) fail_later(ErrorCode::kNetwork, "closed");
    return;
  }
  phase_ = Phase::kClosing;
  timer_.after(kGoodbyeTimeout, [this] { finish(ErrorCode::kNetwork, "closed"); });
  if (out_.empty()) say_goodbye();
  arm_read();
}

void Stream::Impl::say_goodbye() {
  if (goodbye_said_) return;
  goodbye_said_ = true;
  if (ssl_ != nullptr) {
    ERR_clear_error();
    SSL_shutdown(ssl_);
  }
  error_code ec;
  (void)socket_.shutdown(tcp::socket::shutdown_send, ec);
}

// Reads and forgets until the peer closes too: closing with unread bytes would send a RST that can destroy the answer
// still on its way to the peer.
void Stream::Impl::drain_goodbye() {
  char chunk[4096];
  for (;;) {
    const ssize_t n = ::recv(socket_.native_handle(), chunk, sizeof chunk, 0);
    if (n > 0) continue;
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return arm_read();
    return finish(ErrorCode::kNetwork, "closed");
  }
}

void Stream::Impl::stall(bool on) {
  if (stalled_ == on) return;
  stalled_ = on;
  if (on || phase_ == Phase::kClosed) return;
  if (phase_ == Phase::kOpen || phase_ == Phase::kClosing) {
    flush();
    loop_.post([self = shared_from_this()] { self->on_ready(true); });
  }
}

void Stream::Impl::fail_later(ErrorCode code, std::string message) {
  if (failing_) return;
  failing_ = true;
  loop_.post([self = shared_from_this(), code, text = std::move(message)] { self->finish(code, text); });
}

void Stream::Impl::finish(ErrorCode code, std::string message) {
  if (phase_ == Phase::kClosed) return;
  const auto keep = shared_from_this();
  release();
  if (const auto owner = owner_.lock()) owner->on_stream_closed(Error{code, std::move(message)});
}

void Stream::Impl::release() {
  phase_ = Phase::kClosed;
  timer_.cancel();
  resolver_.cancel();
  error_code ec;
  (void)socket_.close(ec);
}

void Stream::Impl::abort(bool with_reset) {
  if (phase_ == Phase::kClosed) return;
  error_code ec;
  if (with_reset) (void)socket_.set_option(asio::socket_base::linger(true, 0), ec);
  release();
}

std::string Stream::Impl::tls_failure() const {
  if (ssl_ != nullptr && !server_side_) {
    const long verdict = SSL_get_verify_result(ssl_);
    if (verdict != X509_V_OK) return std::string("certificate refused: ") + X509_verify_cert_error_string(verdict);
  }
  const unsigned long code = ERR_peek_last_error();
  if (code == 0) return "the connection broke";
  char text[160];
  ERR_error_string_n(code, text, sizeof text);
  return text;
}

Stream::Stream(EventLoop& loop) : impl_(std::make_shared<Impl>(loop)) {}
Stream::~Stream() { impl_->abort(false); }
void Stream::connect(StreamTarget target, std::weak_ptr<StreamOwner> owner) {
  impl_->connect(std::move(target), std::move(owner));
}
void Stream::accept(int socket, std::shared_ptr<TlsContext> tls, std::weak_ptr<StreamOwner> owner) {
  impl_->accept(socket, std::move(tls), std::move(owner));
}
void Stream::write(std::string_view bytes) { impl_->write(bytes); }
void Stream::close_after_flush() { impl_->close_after_flush(); }
void Stream::abort() { impl_->abort(false); }
void Stream::reset() { impl_->abort(true); }
void Stream::stall(bool on) { impl_->stall(on); }
bool Stream::is_open() const noexcept { return impl_->is_open(); }
std::size_t Stream::queued_bytes() const noexcept { return impl_->queued_bytes(); }

}  // namespace underround::net
