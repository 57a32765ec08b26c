#include "chain/set_operations.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.hpp"
#include "crypto/encoding.hpp"

namespace underround::chain {
namespace {

// A merge or a redemption through the adapters, rounded up.
constexpr std::uint64_t kTypicalGas = 250'000;

Result<std::vector<Call>> one(Result<Call> call) {
  if (!call) return std::unexpected(call.error());
  return std::vector<Call>{std::move(*call)};
}

Result<std::vector<Call>> calls_of(const SetOperationSettings& s, const SetRequest& r) {
  switch (r.kind) {
    case SetOperation::kSplit: return one(split_call(s.contracts, r.market, r.amount));
    case SetOperation::kMerge: return one(merge_call(s.contracts, r.market, r.amount));
    case SetOperation::kConvert: return one(convert_call(s.convert_adapter, r.convert, r.amount));
    case SetOperation::kRedeem: return redeem_calls(s.contracts, r.market, r.redeem_legs);
  }
  return fail(ErrorCode::kInvalidInput, "unknown kind of set operation");
}

}  // namespace

const char* to_string(SetResult::Kind kind) noexcept {
  switch (kind) {
    case SetResult::Kind::kSucceeded: return "succeeded";
    case SetResult::Kind::kFailed: return "failed";
    case SetResult::Kind::kUnknown: return "unknown";
  }
  return "unknown";
}

Usd usd_of(const Wei& wei, Usd coin_price) {
  const Wei micros = (wei * static_cast<std::uint64_t>(coin_price.micros) + (kWeiPerCoin - 1)) / kWeiPerCoin;
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  return Usd{micros > kMost ? kMost : static_cast<std::int64_t>(micros)};
}

Wei wei_of(Usd usd, Usd coin_price) {
  UR_CHECK(coin_price.micros > 0 && usd.micros >= 0);
  return Wei(static_cast<std::uint64_t>(usd.micros)) * kWeiPerCoin / static_cast<std::uint64_t>(coin_price.micros);
}

class SetOperations::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(net::EventLoop& loop, SetOperationSettings settings, const crypto::SecretKey& key, Callbacks callbacks,
       std::unique_ptr<RpcClient> rpc, std::unique_ptr<RelayerClient> relayer)
      : loop_(loop),
        settings_(std::move(settings)),
        callbacks_(std::move(callbacks)),
        rpc_(std::move(rpc)),
        relayer_(std::move(relayer)) {
    if (!relayer_) transactor_ = std::make_unique<Transactor>(loop, *rpc_, key, settings_.transactor);
  }

  struct Run {
    std::vector<Call> calls{};
    std::string what{};
    Done done{};
    SetResult result{};
  };

  void start(OperationId id, Result<std::vector<Call>> calls, Done done) {
    const auto run = prepare(id, std::move(calls), std::move(done));
    if (run) next(run);
  }

  void resume(OperationId id, Result<std::vector<Call>> calls, const std::vector<OperationName>& names, Done done) {
    UR_CHECK(!names.empty());
    const auto run = prepare(id, std::move(calls), std::move(done));
    if (!run) return;
    const OperationName& last = names.back();
    if (relayer_) {
      const auto* submission = std::get_if<RelayerSubmission>(&last.what);
      UR_CHECK(submission != nullptr);
      return relayer_->resume(*submission, relayer_callbacks(run));
    }
    UR_CHECK(last.call < run->calls.size());
    run->result.calls_done = last.call;  // a call is named when the one before it is over
    std::vector<Attempt> attempts;
    for (const OperationName& name : names) {
      const auto* attempt = std::get_if<Attempt>(&name.what);
      UR_CHECK(attempt != nullptr);
      if (name.call == last.call) attempts.push_back(*attempt);
    }
    // A call that was not sent in the end leaves its nonce to the next signature: only the newest name counts.
    std::erase_if(attempts, [&](const Attempt& a) { return a.nonce != attempts.back().nonce; });
    transactor_->resume(data_of(run->calls[last.call]), std::move(attempts), transactor_callbacks(run));
  }

  void check(std::function<void(Result<void>)> done) {
    if (!rpc_) return check_wallet(std::move(done));
    rpc_->chain_id([weak = weak_from_this(), done = std::move(done)](const RpcResult<std::uint64_t>& id) {
      const auto self = weak.lock();
      if (!self) return;
      if (!id) return done(std::unexpected(id.error().error()));
      if (*id != self->settings_.contracts.chain_id) {
        return done(fail(ErrorCode::kRefused, fmt::format("the RPC URL belongs to chain {}, chain {} is configured",
                                                          *id, self->settings_.contracts.chain_id)));
      }
      self->check_wallet(done);
    });
  }

  void cost(std::function<void(Result<Usd>)> done) {
    if (relayer_) {
      return loop_.post([weak = weak_from_this(), done = std::move(done)] {
        if (!weak.expired()) done(Usd{});
      });
    }
    rpc_->account(settings_.wallet, [coin = settings_.coin_price, least = settings_.transactor.min_priority_fee_wei,
                                     done = std::move(done)](const RpcResult<AccountState>& state) {
      if (!state) return done(std::unexpected(state.error().error()));
      done(usd_of((state->base_fee_wei + std::max(state->priority_fee_wei, least)) * kTypicalGas, coin));
    });
  }

  void missing_approvals(std::vector<Approval> wanted, Shares needed,
                         std::function<void(Result<std::vector<Approval>>)> done) {
    if (!rpc_) {
      return loop_.post([done = std::move(done)] {
        done(fail(ErrorCode::kUnsupported, "approvals: no RPC URL configured to ask for them"));
      });
    }
    ask_approval(std::make_shared<Approvals>(Approvals{std::move(wanted), {}, needed, std::move(done)}), 0);
  }

  [[nodiscard]] const SetOperationSettings& settings() const { return settings_; }
  [[nodiscard]] Transactor* transactor() const { return transactor_.get(); }

 private:
  using RunPtr = std::shared_ptr<Run>;
  struct Approvals {
    std::vector<Approval> wanted, missing;
    Shares needed;
    std::function<void(Result<std::vector<Approval>>)> done;
  };

  static CallData data_of(const Call& call) { return {.to = call.to, .data = call.data}; }

  // Null when there is nothing to run; the failure comes from the loop.
  RunPtr prepare(OperationId id, Result<std::vector<Call>> calls, Done done) {
    auto run = std::make_shared<Run>();
    run->result.id = id;
    run->done = std::move(done);
    if (!calls || calls->empty()) {
      run->result.reason = calls ? "nothing to do" : calls.error().message;
      loop_.post([weak = weak_from_this(), run] {
        if (weak.lock()) run->done(run->result);
      });
      return nullptr;
    }
    run->calls = std::move(*calls);
    for (const Call& call : run->calls) run->what += (run->what.empty() ? "" : "; ") + call.what;
    return run;
  }

  void next(const RunPtr& run) {
    if (relayer_) return relayer_->run(run->calls, run->what, relayer_callbacks(run));
    transactor_->send(data_of(run->calls[run->result.calls_done]), transactor_callbacks(run));
  }

  // The clients below live in us and call nobody after their own destruction: `this` is good in their callbacks.
  Transactor::Callbacks transactor_callbacks(const RunPtr& run) {
    return {.on_named = [this, run](const Attempt& attempt) { return named(run, attempt); },
            .on_done = [this, run](const SendOutcome& outcome) { sent(run, outcome); },
            .on_stuck = [this, run](const std::string& why) { stuck(run, why); }};
  }
  RelayerClient::Callbacks relayer_callbacks(const RunPtr& run) {
    return {.on_named = [this, run](const RelayerSubmission& submission) { return named(run, submission); },
            .on_done = [run](const RelayerOutcome& outcome) { relayed(run, outcome); },
            .on_stuck = [this, run](const std::string& why) { stuck(run, why); }};
  }

  template <class Name>
  bool named(const RunPtr& run, const Name& name) {
    return !callbacks_.on_named || callbacks_.on_named({run->result.id, run->result.calls_done, name});
  }
  void stuck(const RunPtr& run, const std::string& why) {
    if (callbacks_.on_stuck) callbacks_.on_stuck(run->result.id, why);
  }

  void sent(const RunPtr& run, const SendOutcome& outcome) {
    SetResult& r = run->result;
    r.gas += usd_of(outcome.cost_wei, settings_.coin_price);
    if (outcome.hash != Digest{}) r.transaction_hash = crypto::hex_0x(outcome.hash);
    if (outcome.succeeded() && ++r.calls_done < run->calls.size()) return next(run);
    r.kind = outcome.succeeded() ? SetResult::Kind::kSucceeded : SetResult::Kind::kFailed;
    if (!outcome.succeeded()) r.reason = fmt::format("{}: {}", to_string(outcome.kind), outcome.reason);
    run->done(r);
  }

  static void relayed(const RunPtr& run, const RelayerOutcome& outcome) {
    SetResult& r = run->result;
    r.transaction_hash = outcome.transaction_hash;
    r.kind = SetResult::Kind::kFailed;
    if (outcome.kind == RelayerOutcome::Kind::kUnknown) r.kind = SetResult::Kind::kUnknown;
    if (outcome.succeeded()) {
      r.kind = SetResult::Kind::kSucceeded;
      r.calls_done = run->calls.size();
    } else {
      r.reason = fmt::format("{}: {}", to_string(outcome.kind), outcome.reason);
    }
    run->done(r);
  }

  void check_wallet(std::function<void(Result<void>)> done) {
    if (!relayer_) {
      return loop_.post([done = std::move(done)] { done({}); });
    }
    relayer_->deployed([done = std::move(done), type = settings_.account](const Result<bool>& deployed) {
      if (!deployed) return done(std::unexpected(deployed.error()));
      if (*deployed) return done({});
      done(fail(ErrorCode::kRefused, fmt::format("the {} wallet is not deployed yet; open the account on the venue's "
                                                 "site once, or deploy it through the relayer",
                                                 to_string(type))));
    });
  }

  void ask_approval(const std::shared_ptr<Approvals>& a, std::size_t index) {
    if (index == a->wanted.size()) {
      return loop_.post([weak = weak_from_this(), a] {
        if (weak.lock()) a->done(a->missing);
      });
    }
    const Call query = query_call(a->wanted[index], settings_.wallet);
    rpc_->call(nullptr, data_of(query), [this, a, index](const RpcResult<Bytes>& answer) {
      if (!answer) return a->done(std::unexpected(answer.error().error()));
      const auto granted = is_granted(a->wanted[index], *answer, a->needed);
      if (!granted) return a->done(std::unexpected(granted.error()));
      if (!*granted) a->missing.push_back(a->wanted[index]);
      ask_approval(a, index + 1);
    });
  }

  net::EventLoop& loop_;
  SetOperationSettings settings_;
  Callbacks callbacks_;
  std::unique_ptr<RpcClient> rpc_;
  std::unique_ptr<RelayerClient> relayer_;  // smart wallets
  std::unique_ptr<Transactor> transactor_;  // EOA
};

SetOperations::SetOperations(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
SetOperations::~SetOperations() = default;

Result<std::unique_ptr<SetOperations>> SetOperations::make(net::EventLoop& loop, SetOperationSettings settings,
                                                           const crypto::SecretKey& key, Callbacks callbacks) {
  const auto invalid = [](const char* what) {
    return fail(ErrorCode::kInvalidInput, fmt::format("set operations: {}", what));
  };
  if (settings.contracts.chain_id == 0) return invalid("no contracts; see contracts_of(chain id)");
  const bool eoa = settings.account == AccountType::kEoa;
  if (!owns(key.address(), settings.account, settings.wallet, settings.contracts)) {
    return invalid("the key does not own this wallet; check the account type and the wallet's address");
  }
  if (eoa && settings.rpc.urls.empty()) return invalid("an EOA needs an RPC URL");
  if (eoa && settings.coin_price.micros <= 0) return invalid("an EOA pays gas: the price of the coin is needed");
  std::unique_ptr<RpcClient> rpc;
  if (!settings.rpc.urls.empty()) {
    auto made = RpcClient::make(loop, settings.rpc);
    if (!made) return std::unexpected(made.error());
    rpc = std::move(*made);
  }
  std::unique_ptr<RelayerClient> relayer;
  if (!eoa) {
    settings.relayer.contracts = settings.contracts;
    settings.relayer.account = settings.account;
    settings.relayer.wallet = settings.wallet;
    auto made = RelayerClient::make(loop, settings.relayer, key);
    if (!made) return std::unexpected(made.error());
    relayer = std::move(*made);
  }
  settings.transactor.chain_id = settings.contracts.chain_id;
  if (eoa && settings.max_gas.micros > 0) {
    settings.transactor.max_cost_wei = wei_of(settings.max_gas, settings.coin_price);
  }
  return std::unique_ptr<SetOperations>(new SetOperations(std::make_shared<Impl>(
      loop, std::move(settings), key, std::move(callbacks), std::move(rpc), std::move(relayer))));
}

void SetOperations::run(const SetRequest& request, Done done) {
  impl_->start(request.id, calls_of(impl_->settings(), request), std::move(done));
}

void SetOperations::resume(const SetRequest& request, const std::vector<OperationName>& names, Done done) {
  impl_->resume(request.id, calls_of(impl_->settings(), request), names, std::move(done));
}

void SetOperations::check(std::function<void(Result<void>)> done) { impl_->check(std::move(done)); }

void SetOperations::cost(std::function<void(Result<Usd>)> done) { impl_->cost(std::move(done)); }

void SetOperations::missing_approvals(std::vector<Approval> wanted, Shares needed,
                                      std::function<void(Result<std::vector<Approval>>)> done) {
  impl_->missing_approvals(std::move(wanted), needed, std::move(done));
}

void SetOperations::approve(OperationId id, const std::vector<Approval>& approvals, Done done) {
  std::vector<Call> calls;
  calls.reserve(approvals.size());
  for (const Approval& approval : approvals) calls.push_back(grant_call(approval));
  impl_->start(id, std::move(calls), std::move(done));
}

void SetOperations::set_next_nonce(std::uint64_t nonce) {
  if (impl_->transactor() != nullptr) impl_->transactor()->set_next_nonce(nonce);
}

}  // namespace underround::chain
