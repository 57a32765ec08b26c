// Sends one transaction at a time from one externally owned account and follows it until the chain has decided.
//   Transactor transactor(loop, rpc, key, settings);
//   transactor.send({.to = router, .data = calldata}, {.on_named = write_down, .on_done = [](const SendOutcome& o)
//   {...}});
// Law 5: the hash is computed and handed to on_named before a byte is sent. From then on the same nonce and the same
// hashes are what is asked about: silence, a reset or a 5xx leads to look-ups and to the same bytes again. A
// transaction that stays out of blocks is replaced under the same nonce with at least 12.5 % more for both fees. A new
// nonce is used only when the old one is in a block, confirmations deep. So at most one transaction of a nonce can
// happen, and never two calls for one send().
// Re-orgs: a receipt counts when `confirmations` blocks stand on it and the chain still has its block.
// Restart: keep the Attempts on_named gave; resume() follows them. What is not known to be over is not over.
// Owner: the loop's thread. `rpc` and `key` must outlive it. Callbacks come from the loop; none after destruction.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "chain/rpc_client.hpp"
#include "chain/transaction.hpp"
#include "net/event_loop.hpp"

namespace underround::chain {

struct TransactorSettings {
  std::uint64_t chain_id = 0;
  Wei max_fee_wei = gwei(500);            // per gas: nothing is signed above it
  Wei max_cost_wei = Wei(kWeiPerCoin);    // gas limit * fee per gas: nothing is signed above it
  Wei min_priority_fee_wei = gwei(30);    // Polygon's nodes do not relay tips below 25
  std::uint64_t gas_margin_percent = 25;  // on top of the estimate
  std::uint64_t confirmations = 5;        // blocks, the one it is in included
  Nanos poll = Nanos::from_seconds(2);
  Nanos replace_after = Nanos::from_seconds(30);
  int max_tries = 5;             // unanswered or early questions before anything is sent
  std::size_t max_attempts = 8;  // signatures for one nonce
  std::size_t max_waiting = 64;
};

// One signed transaction. Write it down whole: `raw` may be sent again, it is the same order under the same name.
struct Attempt {
  Digest hash{};
  std::uint64_t nonce = 0;
  std::uint64_t gas_limit = 0;
  Wei max_fee_wei{}, max_priority_fee_wei{};
  Bytes raw{};
};

struct SendOutcome {
  enum class Kind : std::uint8_t {
    kConfirmed,
    kReverted,    // in a block, gas paid, nothing else happened
    kNotSent,     // nobody has it: it can never happen
    kSuperseded,  // another transaction has used the nonce: it can never happen
  };
  Kind kind = Kind::kNotSent;
  Digest hash{};   // of the attempt in the block
  Wei cost_wei{};  // gas, paid for reverted ones too
  std::uint64_t block_number = 0;
  std::string reason{};
  [[nodiscard]] bool succeeded() const noexcept { return kind == Kind::kConfirmed; }
};
[[nodiscard]] const char* to_string(SendOutcome::Kind kind) noexcept;

class Transactor {
 public:
  struct Callbacks {
    // Before the bytes. False = it could not be written down: this attempt is not sent.
    std::function<bool(const Attempt&)> on_named{};
    std::function<void(const SendOutcome&)> on_done{};
    // It cannot be replaced (fee cap, number of attempts) and still waits. For a person.
    std::function<void(const std::string&)> on_stuck{};
  };

  Transactor(net::EventLoop& loop, RpcClient& rpc, const crypto::SecretKey& key, TransactorSettings settings);
  ~Transactor();
  Transactor(const Transactor&) = delete;
  Transactor& operator=(const Transactor&) = delete;

  // Queued behind what is on its way.
  void send(CallData call, Callbacks callbacks);
  // After a restart, before any send(): follows what was named and not seen through. attempts must share one nonce.
  void resume(CallData call, std::vector<Attempt> attempts, Callbacks callbacks);

  // Nonces below it are known to be used: a node that says less is behind, and is not believed. From the caller's log.
  void set_next_nonce(std::uint64_t nonce);
  [[nodiscard]] std::uint64_t next_nonce() const noexcept;
  [[nodiscard]] bool idle() const noexcept;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace underround::chain
