#include "net/server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cerrno>
#include <cstring>

#include "net/server_connection.hpp"

namespace underround::net {
namespace asio = boost::asio;

namespace {

struct Listener {
  int fd = -1;
  std::uint16_t port = 0;
};

std::unexpected<Error> listen_error(const ServerSettings& settings, const char* what) {
  const int reason = errno;
  const std::string place = settings.address + ":" + std::to_string(settings.port);
  if (reason == EADDRINUSE) {
    return fail(ErrorCode::kRefused, "port " + std::to_string(settings.port) + " on " + settings.address +
                                         " is already in use; choose another port");
  }
  return fail(ErrorCode::kNetwork, std::string("cannot ") + what + " on " + place + ": " + std::strerror(reason));
}

Result<Listener> open_listener(const ServerSettings& settings) {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  const bool is_v4 = inet_pton(AF_INET, settings.address.c_str(), &v4.sin_addr) == 1;
  if (!is_v4 && inet_pton(AF_INET6, settings.address.c_str(), &v6.sin6_addr) != 1) {
    return fail(ErrorCode::kInvalidInput, "\"" + settings.address + "\" is not an IP address to listen on");
  }
  v4.sin_family = AF_INET;
  v6.sin6_family = AF_INET6;
  v4.sin_port = v6.sin6_port = htons(settings.port);

  const int fd = ::socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return listen_error(settings, "open a socket");
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);  // a restart must not wait for TIME_WAIT
  auto* const name = is_v4 ? reinterpret_cast<sockaddr*>(&v4) : reinterpret_cast<sockaddr*>(&v6);
  socklen_t size = is_v4 ? sizeof v4 : sizeof v6;
  if (::bind(fd, name, size) != 0 || ::listen(fd, SOMAXCONN) != 0 || ::getsockname(fd, name, &size) != 0) {
    auto error = listen_error(settings, "listen");
    ::close(fd);
    return error;
  }
  return Listener{fd, ntohs(is_v4 ? v4.sin_port : v6.sin6_port)};
}

}  // namespace

struct Server::Impl : ServerShared, std::enable_shared_from_this<Server::Impl> {
  Impl(EventLoop& event_loop, ServerSettings s, Callbacks c, const Listener& listener, std::shared_ptr<TlsContext> t)
      : ServerShared(event_loop, std::move(s), std::move(c), std::move(t)),
        port(listener.port),
        acceptor(event_loop.context(), listener.fd),
        pause(event_loop) {}

  void arm() {
    if (!accepting) return;
    acceptor.async_wait(asio::posix::descriptor_base::wait_read, [weak = weak_from_this()](const auto& ec) {
      const auto self = weak.lock();
      if (self && !ec) self->accept_all();
    });
  }

  void accept_all() {
    while (accepting) {
      const int fd = ::accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        ++counters.accepted;
        if (connections.size() >= settings.max_connections) {
          ::close(fd);
          continue;
        }
        open_connection(fd);
      } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        // Out of descriptors: the pending connection stays readable, so wait a moment instead of spinning.
        return pause.after(Nanos::from_millis(100), [this] { arm(); });
      } else if (errno != EINTR && errno != ECONNABORTED) {
        break;
      }
    }
    arm();
  }

  void stop_accepting() {
    accepting = false;
    boost::system::error_code ec;
    (void)acceptor.close(ec);
  }

  const std::uint16_t port;
  bool accepting = true;
  asio::posix::basic_stream_descriptor<asio::io_context::executor_type> acceptor;
  Timer pause;
};

Result<std::unique_ptr<Server>> Server::listen(EventLoop& loop, ServerSettings settings, Callbacks callbacks) {
  std::shared_ptr<TlsContext> tls;
  if (settings.certificate) {
    auto context = TlsContext::server(*settings.certificate);
    if (!context) return std::unexpected(context.error());
    tls = std::move(*context);
  }
  const auto listener = open_listener(settings);
  if (!listener) return std::unexpected(listener.error());
  auto impl = std::make_shared<Impl>(loop, std::move(settings), std::move(callbacks), *listener, std::move(tls));
  impl->arm();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
  impl_->stop_accepting();
  impl_->close_all();
}

std::uint16_t Server::port() const noexcept { return impl_->port; }

std::string Server::url(std::string_view scheme) const {
  const bool v6 = impl_->settings.address.find(':') != std::string::npos;
  return std::string(scheme) + (impl_->tls ? "s://" : "://") + (v6 ? "[" : "") + impl_->settings.address +
         (v6 ? "]:" : ":") + std::to_string(impl_->port);
}

Server::Counters Server::counters() const noexcept {
  Counters counters = impl_->counters;
  counters.open_connections = impl_->connections.size();
  return counters;
}

void Server::stop_accepting() { impl_->stop_accepting(); }

}  // namespace underround::net
