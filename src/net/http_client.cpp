#include "net/http_client.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "net/http_codec.hpp"
#include "net/recv_buffer.hpp"
#include "net/stream.hpp"

namespace underround::net {
namespace {

constexpr std::size_t kMaxHeaderBytes = 64 * 1024;
constexpr std::size_t kReadBytes = 16 * 1024;

constexpr std::size_t kMaxSpareBytes = 1 << 20;  // a larger answer's memory is not kept

}  // namespace

class HttpClient::Impl final : public std::enable_shared_from_this<HttpClient::Impl> {
 public:
  Impl(EventLoop& loop, HttpClientSettings settings);
  void send(const HttpRequest& request, Nanos timeout, Callback done);
  void warm_up(std::size_t connections);
  [[nodiscard]] std::size_t open_connections() const noexcept;
  void shut();

 private:
  class Connection;
  // Reused from request to request: the text, the timer and their memory stay.
  struct Call {
    explicit Call(EventLoop& loop) : deadline(loop) {}
    std::string wire;  // the whole request
    Callback done;
    Timer deadline;
    std::uint64_t id = 0;
    bool repeatable = false, to_head = false, repeated = false;
  };
  using CallPtr = std::unique_ptr<Call>;

  [[nodiscard]] CallPtr take_spare_call();
  void dispatch();
  void open_connection();
  void expire(std::uint64_t id);
  void finished(CallPtr call, HttpResult&& result);
  void fail_all_waiting(const Error& error);
  void forget(const Connection* connection);

  EventLoop& loop_;
  const HttpClientSettings settings_;
  Url base_;
  std::optional<Proxy> proxy_;
  std::string prefix_;  // path of base_url without the last slash
  std::optional<Error> broken_;
  std::vector<std::shared_ptr<Connection>> connections_;
  std::string head_;  // constant part of every request
  std::vector<CallPtr> waiting_, spare_calls_;
  HttpResponse spare_response_;  // memory of the last answer, for the next
  std::uint64_t next_id_ = 1;
  bool shut_ = false;
};

// One socket of the pool. Idle, or busy with exactly one call.
class HttpClient::Impl::Connection final : public StreamOwner,
                                           public std::enable_shared_from_this<HttpClient::Impl::Connection> {
 public:
  explicit Connection(Impl& pool)
      : pool_(pool),
        stream_(pool.loop_),
        idle_(pool.loop_),
        buffer_(kReadBytes),
        parser_(HttpParser::Kind::kResponse, kMaxHeaderBytes, pool.settings_.max_body_bytes) {}

  void connect() {
    stream_.connect({pool_.base_, pool_.proxy_, pool_.settings_.tls, pool_.settings_.timeout}, weak_from_this());
  }
  [[nodiscard]] bool idle() const noexcept { return open_ && !call_; }
  [[nodiscard]] bool open() const noexcept { return open_; }
  [[nodiscard]] std::uint64_t call_id() const noexcept { return call_ ? call_->id : 0; }
  void run(CallPtr call);
  CallPtr take_call() { return std::move(call_); }
  void drop() {
    open_ = false;
    idle_.cancel();
    stream_.abort();
  }

 private:
  void on_stream_open() override;
  std::span<char> stream_space() override { return buffer_.space(kReadBytes); }
  void on_stream_bytes(std::size_t bytes) override;
  void on_stream_closed(const Error& reason) override;
  void answered();
  void broke(const Error& reason);
  void rest();

  Impl& pool_;  // outlives its connections: Impl::shut() drops them
  Stream stream_;
  Timer idle_;
  RecvBuffer buffer_;
  HttpParser parser_;
  CallPtr call_;
  std::uint64_t answers_ = 0;
  bool open_ = false;
};

void HttpClient::Impl::Connection::run(CallPtr call) {
  idle_.cancel();
  call_ = std::move(call);
  parser_.reset(call_->to_head);
  stream_.write(call_->wire);
}

void HttpClient::Impl::Connection::on_stream_open() {
  const auto keep = pool_.shared_from_this();
  open_ = true;
  rest();
  pool_.dispatch();
}

void HttpClient::Impl::Connection::on_stream_bytes(std::size_t bytes) {
  const auto keep = pool_.shared_from_this();
  buffer_.commit(bytes);
  if (!call_) return broke(Error{ErrorCode::kNetwork, "bytes without a request"});
  for (;;) {
    const HttpParser::Step step = parser_.feed(buffer_.view());
    buffer_.consume(step.used);
    if (step.progress == HttpParser::Progress::kNeedMore) return;
    if (step.progress == HttpParser::Progress::kError) {
      return broke(Error{ErrorCode::kNetwork, "the answer is not HTTP: " + parser_.error()});
    }
    const int status = parser_.response().status;
    if (status >= 200 || status == 101) return answered();
    parser_.reset(call_->to_head);  // 100 Continue and friends announce the real answer
  }
}

void HttpClient::Impl::Connection::answered() {
  ++answers_;
  CallPtr call = take_call();
  HttpResult result(std::in_place, std::move(pool_.spare_response_));
  std::swap(*result, parser_.response());
  // Bytes after the answer would be read as the answer to the next request.
  if (!parser_.keep_alive() || buffer_.size() != 0) {
    drop();
    pool_.forget(this);
  } else {
    rest();
  }
  pool_.finished(std::move(call), std::move(result));
}

void HttpClient::Impl::Connection::rest() {
  idle_.after(pool_.settings_.idle_timeout, [this] {
    const auto keep = shared_from_this();
    drop();
    pool_.forget(this);
  });
}

void HttpClient::Impl::Connection::on_stream_closed(const Error& reason) {
  const auto keep = pool_.shared_from_this();
  if (call_ && parser_.finish() == HttpParser::Progress::kDone) {  // a body that ends with the connection
    open_ = false;
    return answered();
  }
  broke(reason);
}

void HttpClient::Impl::Connection::broke(const Error& reason) {
  const auto self = shared_from_this();
  const bool was_open = open_;
  drop();
  pool_.forget(this);
  if (!call_) {
    // An idle connection that dies is normal. One that never opened is not tried again at once: whoever waits gets the
    // next free connection, or the error when there is no other.
    if (was_open) return pool_.dispatch();
    if (pool_.connections_.empty()) pool_.fail_all_waiting(reason);
    return;
  }
  CallPtr call = take_call();
  // A reused connection closed without a byte of answer was dead before we wrote.
  if (answers_ > 0 && !parser_.started() && call->repeatable && !call->repeated) {
    call->repeated = true;
    pool_.waiting_.insert(pool_.waiting_.begin(), std::move(call));
    return pool_.dispatch();
  }
  pool_.finished(std::move(call), std::unexpected(HttpFailure{reason, Delivery::kUnknown}));
}

HttpClient::Impl::Impl(EventLoop& loop, HttpClientSettings settings) : loop_(loop), settings_(std::move(settings)) {
  auto url = parse_url(settings_.base_url);
  auto proxy = parse_proxy(settings_.proxy_url);
  if (!url || !proxy) {
    broken_ = !url ? url.error() : proxy.error();
    return;
  }
  base_ = std::move(*url);
  proxy_ = std::move(*proxy);
  prefix_ = base_.target.ends_with('/') ? base_.target.substr(0, base_.target.size() - 1) : base_.target;
  head_ = constant_head(base_.authority(), settings_.headers);
}

HttpClient::Impl::CallPtr HttpClient::Impl::take_spare_call() {
  if (spare_calls_.empty()) return std::make_unique<Call>(loop_);
  CallPtr call = std::move(spare_calls_.back());
  spare_calls_.pop_back();
  return call;
}

void HttpClient::Impl::send(const HttpRequest& request, Nanos timeout, Callback done) {
  std::optional<Error> refused = broken_;
  if (!refused && waiting_.size() >= settings_.max_waiting) {
    refused = Error{ErrorCode::kRefused, "too many requests are waiting for " + base_.authority()};
  }
  if (refused) {
    // A posted task is copyable, a callback need not be.
    loop_.post([error = *refused, shared = std::make_shared<Callback>(std::move(done))] {
      (*shared)(std::unexpected(HttpFailure{error, Delivery::kNeverSent}));
    });
    return;
  }
  const std::uint64_t id = next_id_++;
  CallPtr call = take_spare_call();
  call->wire.clear();
  append_request(call->wire, request, prefix_, head_);
  call->done = std::move(done);
  call->id = id;
  call->to_head = request.method == "HEAD";
  call->repeatable = call->to_head || request.method == "GET";
  call->repeated = false;
  call->deadline.after(timeout.ns > 0 ? timeout : settings_.timeout, [this, id] { expire(id); });
  waiting_.push_back(std::move(call));
  dispatch();
}

void HttpClient::Impl::dispatch() {
  for (std::size_t i = 0; i < connections_.size() && !waiting_.empty(); ++i) {
    if (!connections_[i]->idle()) continue;
    CallPtr call = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    connections_[i]->run(std::move(call));
  }
  std::size_t opening = 0;
  for (const auto& connection : connections_) opening += connection->open() ? 0 : 1;
  for (; opening < waiting_.size() && connections_.size() < settings_.connections; ++opening) open_connection();
}

void HttpClient::Impl::open_connection() {
  connections_.push_back(std::make_shared<Connection>(*this));
  connections_.back()->connect();
}

void HttpClient::Impl::warm_up(std::size_t connections) {
  if (broken_) return;
  while (connections_.size() < std::min(connections, settings_.connections)) open_connection();
}

std::size_t HttpClient::Impl::open_connections() const noexcept {
  std::size_t open = 0;
  for (const auto& connection : connections_) open += connection->open() ? 1 : 0;
  return open;
}

void HttpClient::Impl::expire(std::uint64_t id) {
  const auto keep = shared_from_this();
  const Error error{ErrorCode::kTimeout, "no complete answer from " + base_.authority() + " in time"};
  for (auto it = waiting_.begin(); it != waiting_.end(); ++it) {
    if ((*it)->id != id) continue;
    CallPtr call = std::move(*it);
    waiting_.erase(it);
    // A repeated call was written once already.
    const Delivery delivery = call->repeated ? Delivery::kUnknown : Delivery::kNeverSent;
    return finished(std::move(call), std::unexpected(HttpFailure{error, delivery}));
  }
  for (const auto& connection : connections_) {
    if (connection->call_id() != id) continue;
    const auto late = connection;  // its answer may still come: the connection cannot be used for anything else
    CallPtr call = late->take_call();
    late->drop();
    forget(late.get());
    return finished(std::move(call), std::unexpected(HttpFailure{error, Delivery::kUnknown}));
  }
}

void HttpClient::Impl::finished(CallPtr call, HttpResult&& result) {
  const auto keep = shared_from_this();
  call->deadline.cancel();
  if (shut_) return;
  Callback done = std::move(call->done);
  spare_calls_.push_back(std::move(call));
  done(std::move(result));
  if (shut_) return;
  // NOLINTNEXTLINE(bugprone-use-after-move): what the callback did not take is kept for the next answer
  if (result && result->body.capacity() <= kMaxSpareBytes) spare_response_ = std::move(*result);
  dispatch();
}

void HttpClient::Impl::fail_all_waiting(const Error& error) {
  std::vector<CallPtr> failed = std::exchange(waiting_, {});
  for (CallPtr& call : failed) {
    const Delivery delivery = call->repeated ? Delivery::kUnknown : Delivery::kNeverSent;
    finished(std::move(call), std::unexpected(HttpFailure{error, delivery}));
  }
}

void HttpClient::Impl::forget(const Connection* connection) {
  std::erase_if(connections_, [&](const auto& entry) { return entry.get() == connection; });
}

void HttpClient::Impl::shut() {
  shut_ = true;
  for (const auto& connection : connections_) connection->drop();
  waiting_.clear();
}

HttpClient::HttpClient(EventLoop& loop, HttpClientSettings settings)
    : loop_(loop), impl_(std::make_shared<Impl>(loop, std::move(settings))) {}
HttpClient::~HttpClient() { impl_->shut(); }
void HttpClient::send(const HttpRequest& request, Nanos timeout, Callback done) {
  impl_->send(request, timeout, std::move(done));
}
void HttpClient::warm_up(std::size_t connections) { impl_->warm_up(connections); }
std::size_t HttpClient::open_connections() const noexcept { return impl_->open_connections(); }

HttpResult HttpClient::fetch(const HttpRequest& request, Nanos timeout) {
  std::optional<HttpResult> answer;
  send(request, timeout, [&](HttpResult result) { answer = std::move(result); });
  constexpr Nanos kForever = Nanos::from_seconds(24 * 3600);  // the request's own deadline ends the wait
  if (!loop_.run_until([&] { return answer.has_value(); }, kForever)) {
    return std::unexpected(HttpFailure{{ErrorCode::kNetwork, "the event loop was stopped"}, Delivery::kUnknown});
  }
  return std::move(*answer);
}

}  // namespace underround::net
