#include "venue/polymarket/feed_connection.hpp"

#include <algorithm>
#include <utility>

#include "venue/polymarket/feed_messages.hpp"

namespace underround::polymarket {
namespace {

// The first snapshots come within this of subscribing; data after it shows that the market stream itself lives.
constexpr Nanos kDumpTime = Nanos::from_seconds(2);
constexpr int kMaxPatienceDoublings = 4;

}  // namespace

FeedConnection::FeedConnection(net::EventLoop& loop, Settings settings, net::Backoff backoff, Callbacks callbacks)
    : settings_(std::move(settings)),
      callbacks_(std::move(callbacks)),
      link_(loop, settings_.socket, backoff,
            {.on_open = [this] { on_open(); },
             .on_frame = [this](std::string_view frame, Nanos received) { on_frame(frame, received); },
             .on_down = [this](const Error&) { callbacks_.on_down(); }}) {}

void FeedConnection::on_open() {
  last_ping_ = last_pong_ = link_.opened_at();
  last_data_ = Nanos{-1};
  callbacks_.on_open();
}

void FeedConnection::on_frame(std::string_view frame, Nanos received) {
  switch (classify_frame(frame)) {
    case FrameClass::kPong:
      ++counters_.pongs;
      last_pong_ = received;
      return;
    case FrameClass::kControl: ++counters_.control_frames; return;
    case FrameClass::kGarbage: ++counters_.garbage_frames; return;
    case FrameClass::kData: break;
  }
  last_data_ = received;
  if (received - link_.opened_at() >= kDumpTime) fruitless_ = 0;
  link_.note_data(received);
  callbacks_.on_data(frame, received);
}

void FeedConnection::tick(Nanos now) {
  link_.tick(now);
  if (!link_.is_open()) return;
  if (now - last_pong_ >= settings_.pong_timeout) return trip(now, "no PONG");
  if (now - std::max(last_data_, link_.opened_at()) >= patience()) {
    fruitless_ = std::min(fruitless_ + 1, kMaxPatienceDoublings);
    return trip(now, "answers PONG but sends no data");
  }
  if (now - last_ping_ >= settings_.ping_interval) {
    last_ping_ = now;
    link_.send("PING");
  }
}

// A shard of markets that really are quiet must not be reconnected every minute for ever.
Nanos FeedConnection::patience() const noexcept { return Nanos{settings_.data_timeout.ns << fruitless_}; }

void FeedConnection::trip(Nanos now, const char* why) {
  ++counters_.watchdog_trips;
  link_.restart(now, why);
}

}  // namespace underround::polymarket
