// One non-blocking TCP or TLS byte stream: what WebSocketClient, HttpClient and Server are built on. Internal to net/.
// Readiness based: the reactor says "readable", the stream reads until the kernel has no more. Writes go straight to
// the kernel and only what does not fit is queued, so an order leaves inside the call that sends it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/units.hpp"
#include "net/event_loop.hpp"
#include "net/proxy.hpp"
#include "net/tls.hpp"
#include "net/url.hpp"

namespace underround::net {

class StreamOwner {
 public:
  virtual ~StreamOwner() = default;
  virtual void on_stream_open() = 0;
  virtual std::span<char> stream_space() = 0;  // where the next bytes go; not empty
  virtual void on_stream_bytes(std::size_t bytes) = 0;
  // Exactly once, except after reset() or destruction; never from inside a call of the owner.
  virtual void on_stream_closed(const Error& reason) = 0;
};

struct StreamTarget {
  Url url{};
  std::optional<Proxy> proxy{};
  std::shared_ptr<TlsContext> tls{};  // null with a TLS scheme = system roots
  Nanos timeout{};                    // for everything up to on_stream_open
};

class Stream {
 public:
  explicit Stream(EventLoop& loop);
  ~Stream();  // like abort()
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Once; one of the two. The owner is told about everything from the loop.
  void connect(StreamTarget target, std::weak_ptr<StreamOwner> owner);
  void accept(int socket, std::shared_ptr<TlsContext> tls, std::weak_ptr<StreamOwner> owner);

  // Only when open. Bytes not taken by the kernel are queued without limit: the owner watches queued_bytes().
  void write(std::string_view bytes);
  // Sends what is queued, says goodbye, waits a second at most for the peer to do the same; then on_stream_closed.
  void close_after_flush();
  void abort();  // closes now, no callback
  void reset();  // the same, but the peer gets a RST instead of a FIN
  // Fault: neither reads nor writes until released; what is written queues up.
  void stall(bool on);

  [[nodiscard]] bool is_open() const noexcept;
  [[nodiscard]] std::size_t queued_bytes() const noexcept;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace underround::net
