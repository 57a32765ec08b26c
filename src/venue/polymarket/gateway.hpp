// Order entry on Polymarket: commands in, signed requests out, events back.
//   auto gateway = Gateway::make(loop, settings, key, catalogue, operations, {.on_event = ..., .on_named = ...});
//   gateway.value()->start();   gateway.value()->execute(command);
//
// PlaceOrder: amounts -> digest (the order id) -> on_named (journal) -> sign -> POST /order. Whatever happens then, the
// same id is what is asked about: a timeout, a reset or a 5xx gives kOrderUnknown and lookups until the venue's answer
// or three empty ones settle it; no order is ever signed twice (law 5). Cancels travel on their own connection.
// A taker BUY is an order for dollars: it may bring more shares than its terms say, never cost more (amounts.hpp).
// kOrderDone always carries the cumulative matched shares (looked up when the message that ended the order did not
// say); fills may arrive before or after it. kOrderAccepted may repeat.
//
// Owner: the thread of the EventLoop. on_event is called from inside execute() for refusals that need no network.
// Dry-run: everything but the bytes; each order ends as kOrderDone{kCancelled, matched 0}.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/latency_histogram.hpp"
#include "core/command.hpp"
#include "core/error.hpp"
#include "core/event.hpp"
#include "market/catalogue.hpp"
#include "net/event_loop.hpp"
#include "net/tls.hpp"
#include "venue/polymarket/account_reader.hpp"
#include "venue/polymarket/clob_auth.hpp"
#include "venue/polymarket/clob_errors.hpp"
#include "venue/polymarket/notifications.hpp"
#include "venue/polymarket/order_lookup.hpp"
#include "venue/polymarket/rate_limits.hpp"
#include "venue/polymarket/signing.hpp"

namespace underround::polymarket {

struct GatewaySettings {
  std::string clob_url;     // "https://clob.polymarket.com"; no path
  std::string user_ws_url;  // "wss://.../ws/user"
  std::string data_url;     // "https://data-api.polymarket.com"; which tokens the account holds
  std::string proxy_url;
  std::shared_ptr<net::TlsContext> tls;  // null = system roots
  ApiCredentials credentials;
  OrderSigner::Account account;
  bool dry_run = false;
  // Goes into every salt, so that two runs never build the same order. From the event log, not from a clock (law 1).
  std::uint64_t salt_seed = 0;
  Nanos order_timeout = Nanos::from_millis(500);
  Nanos cancel_timeout = Nanos::from_millis(500);
  LookupSettings lookup;
  std::size_t order_connections = 4;     // kept alive; one request at a time on each
  RateTier tier = standard_rate_tier();  // until the venue's headers name another
  bool heartbeats = false;               // arm the venue's dead-man switch
  // Reading the account for reconciliation (account_reader.hpp); needs callbacks.held.
  bool read_account = false;
  Nanos reconcile_period = Nanos::from_seconds(30);
  Nanos account_soon = Nanos::from_seconds(2);  // after a disagreement or a failed read
  Nanos user_ping = Nanos::from_seconds(10);
  Nanos user_silence = Nanos::from_seconds(30);  // without a frame (PONG included): dead
};

// Split, merge, convert, redeem: on chain on the real venue, whatever the composition root provides elsewhere. The
// implementation answers with kOperationDone through the same event path.
class SetOperations {
 public:
  virtual ~SetOperations() = default;
  virtual void run(const RunOperation& operation, Nanos now) = 0;
};

// The answer: subject = the condition, or the event of a conversion.
// `outcome`: one of Event::Operation's.
[[nodiscard]] Event operation_done(const RunOperation& operation, std::uint8_t outcome, Usd gas, Nanos now) noexcept;

// An order of a session before this one, as its journal tells it.
struct RecoveredOrder {
  OrderId id;
  Digest digest{};
  OrderTerms terms;
  Nanos created_at{};
  bool ended = false;  // and all its fills have arrived
};

class Gateway {
 public:
  struct Callbacks {
    std::function<void(const Event&)> on_event;
    // Before the bytes: write it down. False = it could not be written, the order is not sent.
    std::function<bool(OrderId, const Digest&, Nanos)> on_named;
    // The venue asks for something a person or another room must do (page 9). May be empty.
    std::function<void(VenueAction, std::string_view venue_words)> on_action{};
    // A market changed under us (tick, version, status): its description should be read again. May be empty.
    std::function<void(ConditionId)> on_market_changed{};
    // The venue did something to the account (notifications.hpp). May be empty: then they are not read.
    std::function<void(const Notice&)> on_notice{};
    // Appends what the ledger believes to hold; read_account only.
    std::function<void(std::vector<InstrumentId>&)> held{};
  };
  struct Counters {
    std::uint64_t named = 0, signed_orders = 0, sent = 0, accepted = 0, rejected = 0, refused_locally = 0, unknown = 0;
    std::uint64_t cancels = 0, cancel_rejected = 0, lookups = 0, user_frames = 0, user_connects = 0,
                  user_bad_frames = 0;
    std::uint64_t foreign = 0;  // messages about orders of this account that this process did not name
    std::uint64_t heartbeats = 0, heartbeat_failures = 0, zombies = 0, recovered = 0;
  };

  // kInvalidInput for bad URLs or credentials. `key` and `catalogue` must outlive the gateway; `operations` too, null
  // = RunOperation commands fail at once.
  [[nodiscard]] static Result<std::unique_ptr<Gateway>> make(net::EventLoop& loop, GatewaySettings settings,
                                                             const crypto::SecretKey& key, const Catalogue& catalogue,
                                                             SetOperations* operations, Callbacks callbacks);
  ~Gateway();

  // Before start(), to go on where a session died. Orders that have not ended are unknown at first and are looked up by
  // the names they have; those still open are cancelled: nobody has watched them. The user stream counts as up, and the
  // account is read, only when the account's trades since `blind_since` have been read again. Trades of other programs
  // count from `foreign_since` on, when the ledger began to stand on the venue's figures.
  void recover(std::span<const RecoveredOrder> orders, Nanos blind_since, Nanos foreign_since);
  // Names that may still be open at the venue and of which no more is known: cancelled wherever they are seen.
  void cancel_when_seen(std::span<const Digest> left_over);

  void start();  // connects the user stream and warms the order lanes
  void stop();   // closes; no callbacks afterwards

  // PlaceOrder, CancelOrder, CancelAll, RunOperation, ReadAccount. Resync belongs to the market feed and is ignored
  // here.
  // What one step of the engine wants. Several orders of one step travel as one POST /orders (up to 15, page 8): one
  // round trip for all legs. Not atomic: each leg has its own answer. Several cancels travel as DELETE /orders.
  void execute(std::span<const Command> commands);
  void execute(const Command& command) { execute({&command, 1}); }

  // A person has dealt with what on_action(kHalt) reported.
  void clear_halt() noexcept;

  [[nodiscard]] bool user_stream_up() const noexcept;
  [[nodiscard]] bool cancelling_all() const noexcept;         // a CancelAll has not been acknowledged yet
  [[nodiscard]] std::size_t unknown_orders() const noexcept;  // being looked up now
  [[nodiscard]] Counters counters() const noexcept;
  [[nodiscard]] const AccountReaderCounters& account() const noexcept;
  [[nodiscard]] std::string_view rate_tier() const noexcept;
  [[nodiscard]] const LatencyHistogram& order_round_trip() const noexcept;  // send -> answer

 private:
  class Impl;
  explicit Gateway(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace underround::polymarket
