// Reads the account as the venue shows it and turns it into events for reconciliation: kAccountBegin, kAccountCash,
// kAccountPosition*, kAccountEnd, all at once when everything is in.
//   AccountReader reader(...);   reader.read_soon(now);   reader.tick(now);
// Sources (protocol pages 8 and 14.2): GET /data/orders (what is open, ours or not), GET /balance-allowance (cash and
// each token), GET data-api /v2/positions only to learn which tokens there are: it lags the chain by seconds and leaves
// out dust, so its numbers are not used. The first picture also waits until no recent trade is unsettled: it is where
// the ledger starts from.
// Owner: the gateway, on its thread. Cold: allocates.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.hpp"
#include "market/catalogue.hpp"
#include "net/tls.hpp"
#include "venue/polymarket/order_lookup.hpp"
#include "venue/polymarket/order_names.hpp"
#include "venue/polymarket/signing.hpp"

namespace underround::polymarket {

struct AccountReaderSettings {
  std::string data_url;  // "https://data-api.polymarket.com"; empty = only tokens the ledger knows
  std::string proxy_url;
  std::shared_ptr<net::TlsContext> tls;  // null = system roots
  std::string wallet;                    // EIP-55; whose positions
  SignatureType type = SignatureType::kEoa;
  Nanos period = Nanos::from_seconds(30);  // 0 = never by itself
  Nanos soon = Nanos::from_seconds(2);     // after a disagreement, a failure, a reconnect
  Nanos timeout = Nanos::from_seconds(5);
  Nanos settled_window = Nanos::from_seconds(600);  // first picture: trades this recent must be settled
};

struct AccountReaderCounters {
  std::uint64_t reads = 0, failures = 0, waits_for_settlement = 0;
  std::uint64_t foreign_orders = 0;  // open, not named by us; of the last picture
  std::uint64_t unknown_tokens = 0;  // held, but of no market we know; of the last picture
};

class AccountReader {
 public:
  struct Callbacks {
    std::function<void(const Event&)> on_event;
    std::function<void(std::vector<InstrumentId>&)> held;  // appends what the ledger believes to hold
    // Open at the venue, ended for us: must be cancelled.
    std::function<void(const Digest&)> on_zombie;
    // The first complete picture: trades matched from this venue time on are not in it.
    std::function<void(std::int64_t matched_from_s)> on_started;
  };

  AccountReader(net::EventLoop& loop, net::HttpClient& clob, ClobSession& session, UserCodec& codec,
                const OrderNames& names, const Catalogue& catalogue, AccountReaderSettings settings,
                Callbacks callbacks);
  ~AccountReader();

  // The ledger stands on the venue's figures already (a session before this one): no first picture is waited for.
  void go_on() noexcept { started_ = true; }
  void read_soon(Nanos now) noexcept;  // within `soon`
  // First makes the venue look at the chain again (GET /balance-allowance/update), then reads.
  void refresh(Nanos now) noexcept;
  void tick(Nanos now);
  void stop() noexcept;

  [[nodiscard]] bool started() const noexcept { return started_; }
  [[nodiscard]] const AccountReaderCounters& counters() const noexcept { return counters_; }

 private:
  struct Picture;
  struct Json;
  void begin(Nanos now);
  void read_trades();
  void read_orders(const std::string& cursor);
  void read_cash();
  void read_positions(const std::string& cursor);
  void list_tokens();
  void read_next_token();
  void finish(bool complete);
  void get(net::HttpClient& lane, std::string target, bool signed_request,
           std::function<void(int status, std::string_view body)> done);
  [[nodiscard]] std::string balance_target(std::string_view path, InstrumentId token) const;

  net::EventLoop& loop_;
  net::HttpClient& clob_;
  ClobSession& session_;
  UserCodec& codec_;
  const OrderNames& names_;
  const Catalogue& catalogue_;
  AccountReaderSettings settings_;
  Callbacks callbacks_;
  std::unique_ptr<net::HttpClient> data_;
  std::unique_ptr<Json> json_;
  std::unique_ptr<Picture> picture_;  // being read
  bool started_ = false, stopped_ = false, update_first_ = false;
  Nanos next_{};
  AccountReaderCounters counters_;
};

}  // namespace underround::polymarket
