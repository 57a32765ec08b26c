#include "simulator/server/fault_gate.hpp"

#include <algorithm>

namespace underround::simulator {
namespace {

template <class F>
bool concerns(const F& fault, MarketId market) noexcept {
  return !fault.market.valid() || fault.market == market;
}

}  // namespace

std::optional<Fault> FaultGate::fires(FaultKind kind, MarketId market) {
  const auto& active = simulation_.faults().active();
  if (std::ranges::none_of(active, [&](const Fault& f) { return f.kind == kind && concerns(f, market); })) {
    return std::nullopt;
  }
  auto fault = simulation_.faults().fires(kind, now());
  if (!fault || !concerns(*fault, market)) return std::nullopt;
  ++spoilt_;
  return fault;
}

std::optional<FaultGate::Extra> FaultGate::fires(SocketFault kind, MarketId market) {
  for (Extra& extra : extras_) {
    const bool live = extra.kind == kind && extra.times > 0 && now() >= extra.from && now() < extra.until;
    if (!live || !concerns(extra, market)) continue;
    if (extra.probability < 1.0 && !rng_.chance(extra.probability)) continue;
    if (extra.times != ~0U) --extra.times;
    ++spoilt_;
    return extra;
  }
  return std::nullopt;
}

void FaultGate::clear() {
  extras_.clear();
  simulation_.faults().clear();
}

void Outlet::deliver(std::string_view text) {
  if (session_.send(text)) ++sent_;
}

void Outlet::send(std::string_view text, MarketId market) {
  const bool clean = gate_.quiet() && delayed_.empty() && swapped_.empty() && silent_until_.ns == 0;
  if (clean) {
    deliver(text);
  } else {
    send_spoilt(text, market);
  }
}

void Outlet::send_spoilt(std::string_view text, MarketId market) {
  const Nanos now = gate_.now();
  if (const auto fault = gate_.fires(FaultKind::kStallSocket, market))
    silent_until_ = std::max(silent_until_, fault->until);
  if (const auto fault = gate_.fires(FaultKind::kHalfOpen, market)) {
    silent_until_ = mute_until_ = std::max(silent_until_, fault->until);
  }
  // Clearing the menu ends a stall.
  if (gate_.quiet()) silent_until_ = mute_until_ = Nanos{};
  if (now < silent_until_) return;
  if (gate_.fires(FaultGate::SocketFault::kCloseSocket, market)) return session_.abort();
  if (gate_.fires(FaultKind::kDropFrame, market)) return;
  if (const auto extra = gate_.fires(FaultGate::SocketFault::kDelayFrame, market)) {
    delayed_.push_back({now + extra->delay, std::string(text)});
    return;
  }
  if (swapped_.empty() && gate_.fires(FaultKind::kReorderFrame, market)) {
    swapped_ = text;
    return;
  }
  deliver(text);
  if (gate_.fires(FaultKind::kDuplicateFrame, market)) deliver(text);
  if (!swapped_.empty()) {
    deliver(swapped_);
    swapped_.clear();
  }
}

void Outlet::send_pong(std::string_view text) {
  if (!gate_.quiet()) {
    if (gate_.now() < mute_until_) return;
    if (gate_.fires(FaultKind::kNoHeartbeat) || gate_.fires(FaultKind::kHalfOpen)) return;
  }
  deliver(text);
}

void Outlet::flush_due(Nanos now) {
  while (!delayed_.empty() && delayed_.front().due <= now) {
    deliver(delayed_.front().text);
    delayed_.pop_front();
  }
}

std::optional<SpoiltReply> spoil(FaultGate& gate, const net::HttpRequest& request) {
  if (gate.quiet()) return std::nullopt;
  if (gate.fires(FaultKind::kHtmlBody)) {
    Reply page{.status = 502,
               .body =
                   "<!DOCTYPE html><html><head><title>502 Bad gateway</title></head><body><h1>Bad gateway</h1>"
                   "</body></html>",
               .headers = {{"Content-Type", "text/html; charset=UTF-8"}}};
    return SpoiltReply{std::move(page), false, false};
  }
  if (const auto fault = gate.fires(FaultKind::kHttpStatus)) {
    std::string_view text = "could not insert order";
    if (fault->http_status == 425) text = "the matching engine is restarting";
    if (fault->http_status == 429) text = "Too many requests";
    if (fault->http_status == 503) text = "Trading is currently disabled. Check polymarket.com for updates";
    Reply reply = error_reply(fault->http_status, text);
    if (fault->http_status == 429) reply.headers.add("Retry-After", "1");
    return SpoiltReply{std::move(reply), false, false};
  }
  if (request.method != "POST" && request.method != "DELETE") return std::nullopt;
  if (request.method == "POST" && (request.path() == "/order" || request.path() == "/orders")) {
    if (const auto extra = gate.fires(FaultGate::SocketFault::kRefuseOrder)) {
      return SpoiltReply{error_reply(extra->status, extra->text), false, false};
    }
  }
  if (const auto fault = gate.fires(FaultKind::kLostResponse)) {
    const bool cut = fault->http_status < 500;
    return SpoiltReply{error_reply(cut ? 500 : fault->http_status, "order timed out"), true, cut};
  }
  return std::nullopt;
}

}  // namespace underround::simulator
