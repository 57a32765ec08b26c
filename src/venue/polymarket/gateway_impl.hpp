// The inside of the gateway, shared by its .cpp files only: gateway.cpp (life cycle, events out, user stream),
// gateway_orders.cpp (placing and the venue's answers), gateway_cancels.cpp, gateway_recovery.cpp (after a restart).
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/flat_map.hpp"
#include "net/http_client.hpp"
#include "venue/polymarket/clob_session.hpp"
#include "venue/polymarket/gateway.hpp"
#include "venue/polymarket/gateway_gate.hpp"
#include "venue/polymarket/gateway_user.hpp"
#include "venue/polymarket/heartbeats.hpp"
#include "venue/polymarket/order_codec.hpp"
#include "venue/polymarket/order_names.hpp"
#include "venue/polymarket/user_codec.hpp"

namespace underround::polymarket {

class Gateway::Impl {
 public:
  Impl(net::EventLoop& loop, GatewaySettings settings, L2Signer l2, const crypto::SecretKey& key,
       const Catalogue& catalogue, SetOperations* operations, Callbacks callbacks);

  void recover(std::span<const RecoveredOrder> orders, Nanos blind_since, Nanos foreign_since);
  void cancel_when_seen(std::span<const Digest> left_over);
  void start();
  void stop();
  void execute(std::span<const Command> commands);
  void execute_one(const Command& command);

  void place(const ApprovedOrder& approved);
  void cancel(OrderId id);
  void cancel_all();
  void run(const RunOperation& operation);

  [[nodiscard]] Counters counters() const noexcept {
    Counters all = counters_;
    all.lookups = lookups_.rounds();
    all.user_frames = user_codec_.counters().frames;
    all.user_bad_frames = user_codec_.counters().malformed + user_codec_.counters().bad_fields;
    all.user_connects = user_.connects();
    all.foreign = user_codec_.counters().foreign;
    all.heartbeats = heartbeats_.sent();
    all.heartbeat_failures = heartbeats_.failures();
    return all;
  }

  [[nodiscard]] Event order_event(EventKind kind, const NamedOrder& order, OrderStatus status, RejectReason reason,
                                  Shares matched) const noexcept;
  void emit(const Event& e);
  void emit_user_stream(bool up);
  void refuse(const ApprovedOrder& order, RejectReason reason);
  // What the venue's words ask for beyond the order itself (page 9).
  void act(VenueAction action, std::string_view words, InstrumentId about = {}) {
    if (action == VenueAction::kReloadBalance && settings_.read_account) account_.refresh(loop_.now());
    if (action == VenueAction::kReloadMarket && about.valid() && callbacks_.on_market_changed) {
      callbacks_.on_market_changed(condition_of(about));
    }
    if (action != VenueAction::kNone && callbacks_.on_action) callbacks_.on_action(action, words);
  }

  void post(const NamedOrder& named, std::string_view body);
  void send_batch();
  void on_batch_posted(std::size_t slot, Nanos sent, const net::HttpResult& result);
  void on_posted(OrderId id, Nanos sent, const net::HttpResult& result);
  void on_answer(const NamedOrder& order, const PostResult& answer);
  void on_accepted(const NamedOrder& order, const PostResult& result);
  void unknown(const NamedOrder& order);
  void send_cancel(OrderId id, int attempt);
  void send_cancels(std::span<const OrderId> ids, int attempt);
  void on_many_cancelled(const std::vector<OrderId>& ids, int attempt, const net::HttpResult& result);
  // False: the answer says nothing of this order.
  bool on_cancel_row(const NamedOrder& order, const CancelResult& answer, Nanos now);
  void on_cancelled(OrderId id, int attempt, const net::HttpResult& result);
  void cancel_rejected(const NamedOrder& order, RejectReason reason);
  void on_all_cancelled(const net::HttpResult& result);
  void on_user_frame(std::string_view frame, Nanos received);
  void catch_up(Nanos since);
  void check_live_orders();
  void cancel_zombie(const Digest& digest);
  void ask_about_recovered();
  void cancel_recovered();
  void tick();

  net::EventLoop& loop_;
  GatewaySettings settings_;
  const Catalogue& catalogue_;
  SetOperations* operations_;
  Callbacks callbacks_;
  L2Signer l2_;
  OrderSigner signer_;
  ClobSession session_;
  net::HttpClient order_lane_, cancel_lane_, lookup_lane_;
  OrderNames names_;
  OrderDecoder decoder_;
  UserCodec user_codec_;
  OrderLookups lookups_;
  UserStream user_;
  AccountReader account_;
  Heartbeats heartbeats_;
  Notifications notices_;
  net::Timer timer_;
  RateLimits limits_;
  VenueGate gate_;
  FlatMap<std::uint8_t> live_{1024};  // accepted, not ended: checked after the user stream was blind
  std::vector<Event> user_events_;
  SignatureBytes signature_;
  std::array<char, kMaxOrderBody> body_;
  // Orders of the step that is being executed, and those whose answer is awaited (size 0 = free slot).
  struct Batch {
    std::array<OrderId, kMaxBatch> ids;
    std::size_t size = 0;
  };
  bool collecting_ = false, collecting_cancels_ = false;
  Batch batch_;
  std::vector<OrderId> cancels_;  // of this step, when there are several
  std::string batch_body_;
  std::vector<Batch> batches_out_;
  Counters counters_;
  LatencyHistogram round_trip_;
  Nanos cancel_all_at_{};  // 0 = none wanted
  int cancel_all_tries_ = 0;
  bool cancelling_all_ = false;
  bool catching_up_ = false;        // recovered, and what was missed has not been read yet: no picture of the account
  std::vector<OrderId> recovered_;  // not ended yet
  Nanos cancel_recovered_at_{};
  bool stopped_ = true;
};

}  // namespace underround::polymarket
