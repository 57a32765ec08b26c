// Split, merge, redeem and convert for one account, whatever kind it is: an EOA sends transactions and pays gas, a
// smart wallet goes through the relayer. What the composition root puts behind the engine's RunOperation.
//   auto operations = SetOperations::make(loop, settings, key, {.on_named = write_down, .on_stuck = tell}).value();
//   operations->run({.id = op.id, .kind = op.kind, .amount = op.amount, .market = {...}}, [](const SetResult& r)
//   {...});
// Law 5: on_named gets each name before its bytes; after a restart resume() takes the names of an operation that had no
// result. Requests that cannot be built fail from the loop, without network. Nothing is approved by itself: see
// missing_approvals() and approve().
// Owner: the loop's thread. `key` must outlive it. Callbacks come from the loop; none after destruction.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "chain/relayer_client.hpp"
#include "chain/set_calls.hpp"
#include "chain/transactor.hpp"
#include "core/ids.hpp"

namespace underround::chain {

struct SetOperationSettings {
  Contracts contracts{};  // contracts_of(chain_id)
  AccountType account = AccountType::kDepositWallet;
  Address wallet{};                 // who holds the positions; an EOA: the key's address
  Address convert_adapter{};        // zero = conversions are refused. set_calls.hpp says why it has no default
  RpcSettings rpc{};                // EOA: needed. Others: only for approvals and check(); no URL = none
  TransactorSettings transactor{};  // EOA; chain_id is filled in from contracts
  RelayerSettings relayer{};        // others; contracts, account and wallet are filled in
  Usd coin_price{};                 // of one POL, for gas in dollars. EOA: must be positive
  Usd max_gas{};                    // of one transaction; 0 = transactor.max_cost_wei stands
};

struct SetRequest {
  OperationId id{};
  SetOperation kind = SetOperation::kMerge;
  Shares amount{};
  SetMarket market{};                    // split, merge, redeem
  ConvertMarket convert{};               // convert
  std::vector<RedeemLeg> redeem_legs{};  // redeem on v2: which outcomes, how much
};

struct SetResult {
  enum class Kind : std::uint8_t {
    kSucceeded,
    kFailed,   // nothing changed but the gas. Of several calls (v2 redeem), the first `calls_done` did happen
    kUnknown,  // the relayer cannot say: compare balances before anything else is done with these positions
  };
  OperationId id{};
  Kind kind = Kind::kFailed;
  std::size_t calls_done = 0;
  Usd gas{};                       // rounded up; smart wallets: 0
  std::string transaction_hash{};  // of the last call
  std::string reason{};
};
[[nodiscard]] const char* to_string(SetResult::Kind kind) noexcept;

// What goes into the journal for one call of an operation.
struct OperationName {
  OperationId id{};
  std::size_t call = 0;  // which of the operation's calls: an EOA makes them one by one
  std::variant<Attempt, RelayerSubmission> what{};
};

[[nodiscard]] Usd usd_of(const Wei& wei, Usd coin_price);  // rounded up
[[nodiscard]] Wei wei_of(Usd usd, Usd coin_price);         // rounded down

class SetOperations {
 public:
  struct Callbacks {
    std::function<bool(const OperationName&)> on_named{};  // false = not written down, not sent
    std::function<void(OperationId, const std::string&)> on_stuck{};
  };
  using Done = std::function<void(const SetResult&)>;

  // kInvalidInput: settings that cannot work (wallet of another owner, no URL, no price, half credentials).
  [[nodiscard]] static Result<std::unique_ptr<SetOperations>> make(net::EventLoop& loop, SetOperationSettings settings,
                                                                   const crypto::SecretKey& key, Callbacks callbacks);
  ~SetOperations();

  void run(const SetRequest& request, Done done);
  // `names`: everything on_named gave for this operation, in order; not empty.
  void resume(const SetRequest& request, const std::vector<OperationName>& names, Done done);

  // Before trading: is the node on the right chain, and a smart wallet deployed? kRefused says what is wrong.
  void check(std::function<void(Result<void>)> done);
  // Which of these has the wallet not granted, for at least `needed` dollars? kUnsupported without an RPC URL.
  static constexpr Shares kPlenty = Shares::whole(1'000'000);  // less is worth granting anew
  void missing_approvals(std::vector<Approval> wanted, Shares needed,
                         std::function<void(Result<std::vector<Approval>>)> done);
  // Grants them: one transaction each for an EOA, one batch for a smart wallet. `id` names it in the journal.
  void approve(OperationId id, const std::vector<Approval>& approvals, Done done);

  // What one operation would cost now, at the node's price of gas; 0 through the relayer.
  void cost(std::function<void(Result<Usd>)> done);

  // EOA: see Transactor::set_next_nonce.
  void set_next_nonce(std::uint64_t nonce);

 private:
  class Impl;
  explicit SetOperations(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace underround::chain
