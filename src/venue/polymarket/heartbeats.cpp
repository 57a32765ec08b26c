#include "venue/polymarket/heartbeats.hpp"

#include "venue/polymarket/clob_json.hpp"
#include "venue/polymarket/clob_session.hpp"

namespace underround::polymarket {

Heartbeats::Heartbeats(net::EventLoop& loop, ClobSession& session, net::HttpClientSettings lane,
                       HeartbeatSettings settings, std::function<void()> on_lapse)
    : loop_(loop),
      session_(session),
      lane_(loop, std::move(lane)),
      settings_(settings),
      on_lapse_(std::move(on_lapse)),
      timer_(loop) {}

void Heartbeats::start() {
  stopped_ = false;
  last_ = loop_.now();
  beat();
}

void Heartbeats::stop() {
  stopped_ = true;
  timer_.cancel();
}

void Heartbeats::beat() {
  ++sent_;
  session_.send(lane_, "POST", "/v1/heartbeats", "{\"heartbeat_id\":\"" + id_ + "\"}", settings_.timeout,
                [this](const net::HttpResult& result) { answered(result); });
}

// A wrong id is answered with the right one: it is used at once. Anything else but 200 is tried again soon.
void Heartbeats::answered(const net::HttpResult& result) {
  if (stopped_) return;
  clob_json::Parser parser;
  const auto root = result ? parser.parse(result->body) : std::nullopt;
  const std::string next(root && root->is_object() ? clob_json::text(*root, "heartbeat_id") : std::string_view());
  const bool plain = next.find_first_of("\"\\") == std::string::npos;
  if (result && result->status == 200 && !next.empty() && plain) {
    id_ = next;
    last_ = loop_.now();
    alive_ = true;
    return timer_.after(settings_.period, [this] { beat(); });
  }
  ++failures_;
  if (result && result->status == 400 && !next.empty() && plain && next != id_) {
    id_ = next;
    return beat();
  }
  if (alive_ && loop_.now() - last_ > settings_.limit) {
    alive_ = false;
    on_lapse_();
  }
  timer_.after(settings_.retry, [this] { beat(); });
}

}  // namespace underround::polymarket
