// Calls out of a smart wallet, gas paid by the venue's relayer (protocol page 15.5).
//   auto relayer = RelayerClient::make(loop, settings, key).value();
//   relayer->run(calls, "merge 10 sets", {.on_named = write_down, .on_done = [](const RelayerOutcome& o) {...}});
// Law 5: the signed hash and body are handed to on_named before they are sent. A wallet nonce is inside the signature,
// so the same body acts at most once: after silence it is looked for in the account's list, and sent again as it is. It
// is signed anew, under a later nonce, only when every submission of the old body was answered with a refusal. One
// batch at a time; 25 submissions a minute (the venue's limit). Owner: the loop's thread. `key` must outlive it.
// Callbacks come from the loop; none after destruction.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "chain/relayer_payload.hpp"
#include "chain/wallets.hpp"
#include "net/event_loop.hpp"
#include "net/tls.hpp"

namespace underround::chain {

// Either a builder key (HMAC headers) or an own relayer key. Secrets: never logged.
struct RelayerCredentials {
  std::string builder_key{}, builder_secret{}, builder_passphrase{};
  std::string relayer_key{}, relayer_key_address{};
};

struct RelayerSettings {
  std::string url = "https://relayer-v2.polymarket.com";
  std::string proxy_url{};
  std::shared_ptr<net::TlsContext> tls{};  // null = system roots
  RelayerCredentials credentials{};
  Contracts contracts{};
  AccountType account = AccountType::kDepositWallet;  // not kEoa
  Address wallet{};
  Nanos timeout = Nanos::from_seconds(10);
  Nanos poll = Nanos::from_seconds(2);
  int max_polls = 100;  // without an end: on_stuck, and on it goes
  int max_tries = 10;   // refusals of the passing kind before it is given up
  std::int64_t submits_per_minute = 25;
  std::uint64_t proxy_gas_limit = 10'000'000;  // the official clients' fall-back when they cannot estimate
  std::int64_t deadline_s = 600;               // deposit wallets
};

// Write it down whole.
struct RelayerSubmission {
  Digest name{};
  U256 nonce{};
  std::string body{};
  std::string transaction_id{};  // once the relayer has given one
};

struct RelayerOutcome {
  enum class Kind : std::uint8_t {
    kConfirmed,
    kFailed,   // the relayer says it failed or is invalid
    kNotSent,  // refused; it can never happen
    kUnknown,  // the nonce is used and the relayer does not say by whom: compare balances
  };
  Kind kind = Kind::kNotSent;
  std::string transaction_id{}, transaction_hash{};
  std::string reason{};
  [[nodiscard]] bool succeeded() const noexcept { return kind == Kind::kConfirmed; }
};
[[nodiscard]] const char* to_string(RelayerOutcome::Kind kind) noexcept;

class RelayerClient {
 public:
  struct Callbacks {
    // Before the bytes, and once more when the relayer has given its id. False before the bytes = not sent.
    std::function<bool(const RelayerSubmission&)> on_named{};
    std::function<void(const RelayerOutcome&)> on_done{};
    std::function<void(const std::string&)> on_stuck{};
  };

  // kInvalidInput: no URL, no or half credentials, a secret that is not base64, or a wallet the key does not own.
  [[nodiscard]] static Result<std::unique_ptr<RelayerClient>> make(net::EventLoop& loop, RelayerSettings settings,
                                                                   const crypto::SecretKey& key);
  ~RelayerClient();

  void run(std::vector<Call> calls, std::string metadata, Callbacks callbacks);
  // After a restart: what was named and not seen through.
  void resume(RelayerSubmission submission, Callbacks callbacks);
  // Creates the wallet (Safe, deposit wallet). kUnsupported for proxies: their factory makes them at first use.
  [[nodiscard]] Result<void> deploy(Callbacks callbacks);
  void deployed(std::function<void(Result<bool>)> done);

 private:
  class Impl;
  explicit RelayerClient(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace underround::chain
