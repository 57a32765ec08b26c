#include "venue/polymarket/gateway_user.hpp"

#include "base/random.hpp"

namespace underround::polymarket {
namespace {

constexpr Nanos kCatchUpRetry = Nanos::from_seconds(3);
constexpr Nanos kNotWaiting{0};

}  // namespace

UserStream::UserStream(net::EventLoop& loop, Settings settings, Callbacks callbacks)
    : loop_(loop),
      settings_(std::move(settings)),
      callbacks_(std::move(callbacks)),
      link_(loop, settings_.socket, net::Backoff({}, Random(settings_.jitter_seed)),
            {.on_open = [this] { on_open(); },
             .on_frame = [this](std::string_view frame, Nanos received) { on_frame(frame, received); },
             .on_down = [this](const Error&) { on_down(); }}) {}

void UserStream::start(Nanos now) {
  if (!was_up_) blind_since_ = now;
  link_.start(now);
}

void UserStream::stop() { link_.stop(); }

void UserStream::on_open() {
  const Nanos now = loop_.now();
  answered_ = false;
  last_frame_ = now;
  last_ping_ = now;
  link_.send(settings_.subscription);
  // The channel never confirms a subscription and wrong credentials only close the socket: the PONG is the evidence.
  link_.send("PING");
}

void UserStream::on_frame(std::string_view frame, Nanos received) {
  last_frame_ = received;
  link_.note_data(received);
  callbacks_.on_frame(frame, received);
  if (answered_) return;
  answered_ = true;
  if (!was_up_) return set_up(true);
  catch_up_at_ = received + kCatchUpRetry;
  callbacks_.on_catch_up(blind_since_);
}

void UserStream::on_down() {
  if (up_) blind_since_ = last_frame_;
  catch_up_at_ = kNotWaiting;
  set_up(false);
}

void UserStream::caught_up(bool complete, Nanos now) {
  if (up_ || !answered_ || !link_.is_open() || catch_up_at_ == kNotWaiting) return;
  if (!complete) {
    catch_up_at_ = now + kCatchUpRetry;
    return;
  }
  catch_up_at_ = kNotWaiting;
  set_up(true);
}

void UserStream::set_up(bool up) {
  if (up_ == up) return;
  up_ = up;
  was_up_ |= up;
  callbacks_.on_state(up);
}

void UserStream::tick(Nanos now) {
  link_.tick(now);
  if (!link_.is_open()) return;
  if (now - last_frame_ > settings_.silence) return link_.restart(now, "user stream silent");
  if (now - last_ping_ >= settings_.ping) {
    last_ping_ = now;
    link_.send("PING");
  }
  if (catch_up_at_ != kNotWaiting && now >= catch_up_at_) {
    catch_up_at_ = now + kCatchUpRetry;
    callbacks_.on_catch_up(blind_since_);
  }
}

}  // namespace underround::polymarket
