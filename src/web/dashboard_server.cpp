#include "web/dashboard_server.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>
#include <vector>

#include "base/json_writer.hpp"
#include "net/event_loop.hpp"
#include "net/server.hpp"
#include "net/token_bucket.hpp"
#include "web/access.hpp"
#include "web/equity_history.hpp"
#include "web/kill_request.hpp"
#include "web/page_assets.hpp"
#include "web/state_json.hpp"

namespace underround::web {
namespace {

constexpr std::size_t kHistoryPoints = 2048;
constexpr std::size_t kMaxPages = 32;  // open WebSockets
constexpr std::string_view kJson = "application/json";

// Nothing but our own files may run, be framed, or be sent anywhere.
constexpr std::string_view kContentPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'";

net::HttpResponse make_response(int status, std::string body, std::string_view content_type) {
  net::HttpResponse response;
  response.status = status;
  response.headers.add("Content-Type", content_type);
  response.headers.add("X-Content-Type-Options", "nosniff");
  // Not "no-referrer": browsers then send "Origin: null" with the login form, which we must refuse.
  response.headers.add("Referrer-Policy", "same-origin");
  response.headers.add("Content-Security-Policy", kContentPolicy);
  response.body = std::move(body);
  return response;
}

void reply(const net::HttpResponder& responder, int status, std::string body, std::string_view content_type = kJson) {
  net::HttpResponse response = make_response(status, std::move(body), content_type);
  response.headers.add("Cache-Control", "no-store");
  responder.send(response);
}

void reply_error(const net::HttpResponder& responder, int status, std::string_view message) {
  fmt::memory_buffer body;
  JsonWriter json(body);
  json.begin_object();
  json.field("error", message);
  json.end_object();
  reply(responder, status, fmt::to_string(body));
}

void redirect(const net::HttpResponder& responder, std::string_view where, std::string_view cookie = {}) {
  net::HttpResponse response = make_response(303, {}, "text/plain");
  response.headers.add("Location", where);
  response.headers.add("Cache-Control", "no-store");
  if (!cookie.empty()) response.headers.add("Set-Cookie", cookie);
  responder.send(response);
}

void reply_asset(const net::HttpRequest& request, const net::HttpResponder& responder, const PageAsset& asset) {
  const bool unchanged = request.headers.get("If-None-Match") == asset.etag;
  net::HttpResponse response =
      make_response(unchanged ? 304 : 200, unchanged ? std::string() : std::string(asset.content), asset.content_type);
  response.headers.add("ETag", asset.etag);
  response.headers.add("Cache-Control", "no-cache");
  responder.send(response);
}

Nanos monotonic_now() noexcept {
  return Nanos{std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
                   .count()};
}

}  // namespace

// Everything below start() runs on the dashboard's own thread.
class DashboardServer::Impl {
 public:
  Impl(const DashboardOptions& options, Mailbox<EngineView>& views, SpscRing<ControlRequest>& controls)
      : options_(options), views_(views), controls_(controls), access_(options.token), timer_(loop_) {}

  Result<void> start() {
    net::ServerSettings settings;
    settings.address = options_.host;
    settings.port = options_.port;
    settings.max_body_bytes = settings.max_message_bytes = 4096;
    settings.max_queued_bytes = std::size_t{2} << 20;
    settings.max_connections = 256;
    settings.slow_consumer = net::SlowConsumer::kDrop;  // the next picture replaces a lost one
    net::Server::Callbacks callbacks;
    callbacks.on_request = [this](const net::HttpRequest& q, net::HttpResponder r) { serve(q, r); };
    callbacks.on_upgrade = [this](const net::HttpRequest& q, net::WebSocketSession s) {
      return open_page(q, std::move(s));
    };
    auto listening = net::Server::listen(loop_, std::move(settings), std::move(callbacks));
    if (!listening) return std::unexpected(std::move(listening).error());
    server_ = std::move(*listening);
    timer_.every(options_.push_period, [this] { push(); });
    thread_ = std::thread([this] { loop_.run(); });
    return {};
  }

  void stop() {
    loop_.stop();
    if (thread_.joinable()) thread_.join();
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return server_->port(); }
  [[nodiscard]] std::string url() const { return server_->url(); }

 private:
  void refresh() {
    const EngineView* fresh = views_.take();
    if (fresh == nullptr) return;
    view_ = fresh;
    view_taken_at_ = monotonic_now();
    history_.push({view_->time, view_->totals.equity, view_->totals.pnl});
  }

  [[nodiscard]] Nanos view_age() const noexcept { return monotonic_now() - view_taken_at_; }
  [[nodiscard]] EngineCondition condition() const noexcept {
    if (view_ == nullptr) return EngineCondition::kStarting;
    return view_age() > options_.silent_after ? EngineCondition::kSilent : EngineCondition::kRunning;
  }

  // Valid until the next call.
  std::string_view state_json() {
    refresh();
    json_.clear();
    append_state(json_, view_, condition(), view_ == nullptr ? Nanos{} : view_age());
    return {json_.data(), json_.size()};
  }

  void push() {
    std::erase_if(pages_, [](const net::WebSocketSession& page) { return !page.is_open(); });
    if (pages_.empty()) {
      refresh();  // the history goes on without readers
      return;
    }
    const std::string_view json = state_json();
    for (const net::WebSocketSession& page : pages_) (void)page.send(json);  // dropped when the reader is slow
  }

  int open_page(const net::HttpRequest& request, net::WebSocketSession session) {
    if (request.path() != "/ws") return 404;
    if (!access_.same_site(request)) return 403;
    if (!access_.logged_in(request)) return 401;
    if (pages_.size() >= kMaxPages) return 503;
    refresh();
    json_.clear();
    append_history(json_, history_.points());
    (void)session.send({json_.data(), json_.size()});
    (void)session.send(state_json());
    pages_.push_back(std::move(session));
    return 101;
  }

  void serve(const net::HttpRequest& request, const net::HttpResponder& responder) {
    const std::string_view path = request.path();
    const bool is_get = request.method == "GET";
    if (!access_.same_site(request)) {
      return reply_error(responder, 403, "this server does not answer under that name or to other sites");
    }
    if (path == "/login") return serve_login(request, responder);
    // Script and style are no secret, and the login page needs the style.
    const PageAsset* asset = find_asset(path);
    if (asset != nullptr && path != "/") {
      return is_get ? reply_asset(request, responder, *asset) : reply_error(responder, 405, "GET only");
    }
    if (!access_.logged_in(request)) {
      return path == "/" ? redirect(responder, "/login") : reply_error(responder, 401, "log in first");
    }
    if (path == "/api/kill") return serve_kill(request, responder);
    if (!is_get) return reply_error(responder, 405, "GET only");
    if (path == "/api/state") return reply(responder, 200, std::string(state_json()));
    if (path == "/api/health") return serve_health(responder);
    if (asset != nullptr) return reply_asset(request, responder, *asset);
    reply_error(responder, 404, "no such page");
  }

  void serve_login(const net::HttpRequest& request, const net::HttpResponder& responder) {
    const PageAsset* page = find_asset("/login");
    if (request.method == "GET") {
      return access_.logged_in(request) ? redirect(responder, "/") : reply_asset(request, responder, *page);
    }
    if (request.method != "POST") return reply_error(responder, 405, "GET or POST only");
    if (!login_attempts_.take(monotonic_now())) {
      return reply(responder, 429, "Too many attempts. Wait a few seconds.", "text/plain; charset=utf-8");
    }
    if (access_.token_matches(request.body)) return redirect(responder, "/", access_.session_cookie());
    std::string html(page->content);
    constexpr std::string_view kPlace = "<!-- message -->";
    if (const std::size_t at = html.find(kPlace); at != std::string::npos) {
      html.replace(at, kPlace.size(), R"(<p class="bad" role="alert">That is not the token.</p>)");
    }
    reply(responder, 401, std::move(html), page->content_type);
  }

  void serve_kill(const net::HttpRequest& request, const net::HttpResponder& responder) {
    if (request.method != "POST") return reply_error(responder, 405, "POST only");
    // A foreign page cannot set this header without a CORS preflight, which is never answered.
    if (request.headers.get("X-Underround") != "1") {
      return reply_error(responder, 403, "the header \"X-Underround: 1\" is missing");
    }
    const auto kill = parse_kill_request(request.body);
    if (!kill) return reply_error(responder, 400, kill.error().message);
    if (!controls_.push(*kill)) return reply_error(responder, 503, "the engine does not read its control queue");
    reply(responder, 202, R"({"accepted":true})");
  }

  void serve_health(const net::HttpResponder& responder) {
    refresh();
    bool halted = false;
    if (view_ != nullptr) {
      for (const HaltView& halt : view_->halts) halted = halted || halt.active;
    }
    fmt::memory_buffer body;
    JsonWriter json(body);
    json.begin_object();
    json.field("engine", to_string(condition()));
    if (view_ != nullptr) {
      json.field("view_age_ms", view_age().millis());
      json.field("mode", to_string(view_->mode));
      json.field("halted", halted);
    }
    json.end_object();
    reply(responder, condition() == EngineCondition::kRunning ? 200 : 503, fmt::to_string(body));
  }

  const DashboardOptions options_;
  Mailbox<EngineView>& views_;
  SpscRing<ControlRequest>& controls_;
  const Access access_;
  net::TokenBucket login_attempts_{1, 5};  // one guess a second, five at once
  EquityHistory history_{kHistoryPoints};
  const EngineView* view_ = nullptr;  // the mailbox's; valid until the next take()
  Nanos view_taken_at_{};
  fmt::memory_buffer json_;
  net::EventLoop loop_;
  net::Timer timer_;
  std::unique_ptr<net::Server> server_;
  std::vector<net::WebSocketSession> pages_;
  std::thread thread_;
};

Result<std::unique_ptr<DashboardServer>> DashboardServer::start(const DashboardOptions& options,
                                                                Mailbox<EngineView>& views,
                                                                SpscRing<ControlRequest>& controls) {
  if (!is_loopback(options.host) && options.token.empty()) {
    return fail(ErrorCode::kRefused,
                fmt::format("the dashboard may not listen on {} without a token: set {} to at least {} characters, or "
                            "use 127.0.0.1",
                            options.host, kTokenVariable, Access::kMinTokenLength));
  }
  if (!options.token.empty() && options.token.size() < Access::kMinTokenLength) {
    return fail(ErrorCode::kRefused,
                fmt::format("{} is shorter than {} characters", kTokenVariable, Access::kMinTokenLength));
  }
  auto impl = std::make_unique<Impl>(options, views, controls);
  if (auto started = impl->start(); !started) return std::unexpected(std::move(started).error());
  return std::unique_ptr<DashboardServer>(new DashboardServer(std::move(impl)));
}

DashboardServer::DashboardServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DashboardServer::~DashboardServer() { impl_->stop(); }
std::uint16_t DashboardServer::port() const noexcept { return impl_->port(); }
std::string DashboardServer::url() const { return impl_->url(); }

}  // namespace underround::web
