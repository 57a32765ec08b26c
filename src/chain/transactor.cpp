#include "chain/transactor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "base/check.hpp"
#include "chain/gas.hpp"
#include "crypto/encoding.hpp"

namespace underround::chain {
namespace {

using Kind = SendOutcome::Kind;

std::string gwei_text(const Wei& wei) { return Wei(wei / kWeiPerGwei).str() + " gwei"; }

// What a node's refusal of eth_sendRawTransaction means. The words differ from node to node; what is not recognised is
// a refusal.
enum class Refusal : std::uint8_t {
  kNone,     // it has the transaction already
  kNonce,    // the nonce is used, perhaps by us: look
  kRefused,  // this node does not have it and will not take it
};
Refusal classify(std::string message) {
  std::transform(message.begin(), message.end(), message.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const auto says = [&](std::string_view words) { return message.find(words) != std::string::npos; };
  if (says("already known") || says("known transaction") || says("already imported") || says("alreadyknown")) {
    return Refusal::kNone;
  }
  if (says("nonce too low") || says("nonce is too low") || says("oldnonce") || says("replacement transaction")) {
    return Refusal::kNonce;
  }
  return Refusal::kRefused;
}

}  // namespace

const char* to_string(Kind kind) noexcept {
  switch (kind) {
    case Kind::kConfirmed: return "confirmed";
    case Kind::kReverted: return "reverted";
    case Kind::kNotSent: return "not sent";
    case Kind::kSuperseded: return "superseded";
  }
  return "unknown";
}

class Transactor::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(net::EventLoop& loop, RpcClient& rpc, const crypto::SecretKey& key, TransactorSettings settings)
      : loop_(loop), rpc_(rpc), key_(key), settings_(std::move(settings)), timer_(loop) {}

  void enqueue(CallData call, std::vector<Attempt> attempts, Callbacks callbacks) {
    Job job{.call = std::move(call), .callbacks = std::move(callbacks)};
    for (Attempt& attempt : attempts) {
      UR_CHECK(attempt.nonce == attempts.front().nonce);
      job.attempts.push_back(std::move(attempt));
    }
    job.live = !job.attempts.empty();  // what a former process did with them is not known
    job.sent_at = loop_.now();
    if (jobs_.size() >= settings_.max_waiting) {
      // From the loop, as every callback.
      return loop_.post([done = std::move(job.callbacks.on_done)] {
        if (done) done({.kind = Kind::kNotSent, .reason = "too many transactions are waiting"});
      });
    }
    jobs_.push_back(std::move(job));
    if (jobs_.size() == 1) later(Nanos{0}, &Impl::start);
  }

  std::uint64_t next_nonce_ = 0;
  [[nodiscard]] bool idle() const noexcept { return jobs_.empty(); }

 private:
  struct Job {
    CallData call;
    Callbacks callbacks;
    std::vector<Attempt> attempts{};
    int tries = 0;           // questions that did not get us on
    bool live = false;       // some node may have one of the attempts
    bool delivered = false;  // a node has said that it has the newest attempt
    bool stuck_told = false;
    Nanos sent_at{};  // the newest attempt
    std::optional<std::uint64_t>
        superseded_since{};  // block at which the nonce was seen used without a receipt of ours
  };
  using Step = void (Impl::*)();

  Job& job() { return jobs_.front(); }

  // An answer finds nobody home once we are destroyed.
  template <class T>
  RpcClient::Callback<T> then(void (Impl::*step)(const RpcResult<T>&)) {
    return [weak = weak_from_this(), step](const RpcResult<T>& result) {
      if (const auto self = weak.lock()) (self.get()->*step)(result);
    };
  }
  void later(Nanos delay, Step step) {
    timer_.after(delay, [weak = weak_from_this(), step] {
      if (const auto self = weak.lock()) (self.get()->*step)();
    });
  }

  void start() {
    if (!job().attempts.empty()) return look();
    rpc_.account(key_.address(), then(&Impl::on_account));
  }

  // Nothing has been sent yet: asks again for a while, then gives up without harm.
  void retry_or_give_up(const std::string& why) {
    if (++job().tries >= settings_.max_tries) return finish({.kind = Kind::kNotSent, .reason = why});
    later(settings_.poll, &Impl::start);
  }

  void on_account(const RpcResult<AccountState>& state) {
    if (!state) return retry_or_give_up(state.error().error().message);
    if (state->nonce_latest < next_nonce_) {
      return retry_or_give_up(fmt::format("the node is behind: it knows {} transactions of this account, {} happened",
                                          state->nonce_latest, next_nonce_));
    }
    if (state->nonce_pending != state->nonce_latest) {
      return retry_or_give_up(
          fmt::format("{} transactions of this account are on their way that were not sent from here; wait for them",
                      state->nonce_pending - std::min(state->nonce_pending, state->nonce_latest)));
    }
    account_ = *state;
    rpc_.estimate_gas(key_.address(), job().call, then(&Impl::on_estimate));
  }

  void on_estimate(const RpcResult<std::uint64_t>& gas) {
    if (!gas) {
      const RpcFailure& f = gas.error();
      if (f.kind != RpcFailure::Kind::kServer) return retry_or_give_up(f.error().message);
      return finish({.kind = Kind::kNotSent,
                     .reason = "the call would fail: " + (f.data.empty() ? f.message : revert_reason(f.data))});
    }
    const Wei wanted = Wei(*gas) * (100 + settings_.gas_margin_percent) / 100;
    constexpr std::uint64_t kMostGas = 1'000'000'000;  // more than a block holds anywhere
    if (wanted > kMostGas) return finish({.kind = Kind::kNotSent, .reason = "the gas estimate is absurd"});
    const auto gas_limit = static_cast<std::uint64_t>(wanted);
    const auto price = gas_price(account_, settings_.min_priority_fee_wei, settings_.max_fee_wei);
    if (!price) {
      return finish({.kind = Kind::kNotSent,
                     .reason = fmt::format("gas costs more than the limit of {}; wait, or raise the limit",
                                           gwei_text(settings_.max_fee_wei))});
    }
    const Wei cost = price->max_fee_wei * gas_limit;
    if (cost > settings_.max_cost_wei) {
      return finish({.kind = Kind::kNotSent,
                     .reason = fmt::format("{} gas at {} may cost more than the limit for one transaction", gas_limit,
                                           gwei_text(price->max_fee_wei))});
    }
    if (account_.balance_wei < cost + job().call.value_wei) {
      return finish({.kind = Kind::kNotSent,
                     .reason = fmt::format("the account has {} for gas and may need {}; send it more",
                                           gwei_text(account_.balance_wei), gwei_text(cost))});
    }
    if (!name_and_send(account_.nonce_latest, gas_limit, *price)) {
      finish({.kind = Kind::kNotSent, .reason = "the transaction's name could not be written down"});
    }
  }

  // False: it could not be written down and was not sent.
  bool name_and_send(std::uint64_t nonce, std::uint64_t gas_limit, const GasPrice& price) {
    const SignedTransaction made = sign({.chain_id = settings_.chain_id,
                                         .nonce = nonce,
                                         .max_priority_fee_wei = price.max_priority_fee_wei,
                                         .max_fee_wei = price.max_fee_wei,
                                         .gas_limit = gas_limit,
                                         .to = job().call.to,
                                         .value_wei = job().call.value_wei,
                                         .data = job().call.data},
                                        key_);
    const Attempt attempt{made.hash, nonce, gas_limit, price.max_fee_wei, price.max_priority_fee_wei, made.raw};
    if (job().callbacks.on_named && !job().callbacks.on_named(attempt)) return false;
    job().attempts.push_back(attempt);
    job().delivered = false;
    job().sent_at = loop_.now();
    broadcast();
    return true;
  }

  void broadcast() { rpc_.send_raw(job().attempts.back().raw, then(&Impl::on_broadcast)); }

  void on_broadcast(const RpcResult<Digest>& result) {
    Job& j = job();
    if (result) {
      j.live = j.delivered = true;
      return later(settings_.poll, &Impl::look);
    }
    const RpcFailure& f = result.error();
    Refusal refusal = Refusal::kRefused;
    if (f.kind == RpcFailure::Kind::kServer) {
      refusal = classify(f.message);
    } else if (f.kind != RpcFailure::Kind::kNeverSent) {
      refusal = Refusal::kNonce;  // an answer that cannot be read may hide anything
    }
    if (f.maybe_delivered || refusal != Refusal::kRefused) j.live = true;
    if (refusal == Refusal::kNone) j.delivered = true;
    if (j.live) return later(settings_.poll, &Impl::look);
    // Nobody has it. An unreachable node is tried again with the same bytes; a refusal is an answer.
    if (f.kind == RpcFailure::Kind::kNeverSent && ++j.tries < settings_.max_tries) {
      return later(settings_.poll, &Impl::broadcast);
    }
    finish({.kind = Kind::kNotSent, .reason = f.error().message});
  }

  void look() {
    std::vector<Digest> hashes;
    for (const Attempt& attempt : job().attempts) hashes.push_back(attempt.hash);
    rpc_.progress(key_.address(), hashes, then(&Impl::on_progress));
  }

  void on_progress(const RpcResult<Progress>& progress) {
    Job& j = job();
    if (!progress) return later(settings_.poll, &Impl::look);
    for (const auto& receipt : progress->receipts) {
      if (!receipt) continue;
      j.superseded_since.reset();
      j.delivered = false;  // should its block fall away, the bytes are sent again
      j.sent_at = loop_.now();
      if (progress->block_number + 1 < receipt->block_number + settings_.confirmations) {
        return later(settings_.poll, &Impl::look);
      }
      receipt_ = *receipt;
      return rpc_.block(receipt_.block_number, then(&Impl::on_block));
    }
    if (progress->nonce_latest > j.attempts.front().nonce) {
      if (!j.superseded_since) j.superseded_since = progress->block_number;
      if (progress->block_number >= *j.superseded_since + settings_.confirmations) {
        return finish(
            {.kind = Kind::kSuperseded,
             .reason = fmt::format("nonce {} was used by a transaction not sent from here", j.attempts.front().nonce)});
      }
      return later(settings_.poll, &Impl::look);
    }
    j.superseded_since.reset();
    if (loop_.now() - j.sent_at >= settings_.replace_after) {
      return rpc_.account(key_.address(), then(&Impl::on_replacement_fees));
    }
    if (!j.delivered) return broadcast();
    later(settings_.poll, &Impl::look);
  }

  // The receipt is deep enough; is its block still the chain's block?
  void on_block(const RpcResult<std::optional<BlockRef>>& block) {
    if (!block || !*block || (**block).hash != receipt_.block_hash) return later(settings_.poll, &Impl::look);
    if (receipt_.succeeded) {
      return finish({.kind = Kind::kConfirmed,
                     .hash = receipt_.transaction_hash,
                     .cost_wei = receipt_.cost_wei(),
                     .block_number = receipt_.block_number});
    }
    const Address from = key_.address();
    rpc_.call(&from, job().call, then(&Impl::on_revert_replayed), receipt_.block_number);
  }

  // Asked only for the reason: the receipt has decided.
  void on_revert_replayed(const RpcResult<Bytes>& replay) {
    std::string reason = "reverted; the same call does not fail any more (the state has changed, or the gas ran out)";
    if (!replay) {
      const RpcFailure& f = replay.error();
      reason = "reverted: " + (f.data.empty() ? f.error().message : revert_reason(f.data));
    }
    finish({.kind = Kind::kReverted,
            .hash = receipt_.transaction_hash,
            .cost_wei = receipt_.cost_wei(),
            .block_number = receipt_.block_number,
            .reason = std::move(reason)});
  }

  void on_replacement_fees(const RpcResult<AccountState>& state) {
    Job& j = job();
    if (!state) return later(settings_.poll, &Impl::look);
    const Attempt& last = j.attempts.back();
    const auto now = gas_price(*state, settings_.min_priority_fee_wei, settings_.max_fee_wei);
    const auto price = replacement_price({last.max_fee_wei, last.max_priority_fee_wei}, now, settings_.max_fee_wei);
    const bool allowed = price && price->max_fee_wei * last.gas_limit <= settings_.max_cost_wei &&
                         j.attempts.size() < settings_.max_attempts;
    if (allowed && name_and_send(last.nonce, last.gas_limit, *price)) return;
    if (!std::exchange(j.stuck_told, true) && j.callbacks.on_stuck) {
      j.callbacks.on_stuck(
          fmt::format("transaction {} with nonce {} waits at {} and may not be replaced: fee limit, "
                      "number of attempts, or its name could not be written down",
                      crypto::hex_0x(last.hash), last.nonce, gwei_text(last.max_fee_wei)));
    }
    j.sent_at = loop_.now();
    broadcast();  // the same bytes again: nodes forget
  }

  // NOLINTNEXTLINE(performance-unnecessary-value-param): by value, because on_done may destroy where it came from
  void finish(SendOutcome outcome) {
    Job done = std::move(jobs_.front());
    jobs_.pop_front();
    const bool used = outcome.kind != Kind::kNotSent;
    if (used) next_nonce_ = std::max(next_nonce_, done.attempts.front().nonce + 1);
    if (!jobs_.empty()) later(Nanos{0}, &Impl::start);
    if (done.callbacks.on_done) done.callbacks.on_done(outcome);  // may send, may destroy us
  }

  net::EventLoop& loop_;
  RpcClient& rpc_;
  const crypto::SecretKey& key_;
  TransactorSettings settings_;
  net::Timer timer_;
  std::deque<Job> jobs_;  // the first one is on its way
  AccountState account_;  // of the job being prepared
  Receipt receipt_;       // being checked
};

Transactor::Transactor(net::EventLoop& loop, RpcClient& rpc, const crypto::SecretKey& key, TransactorSettings settings)
    : impl_(std::make_shared<Impl>(loop, rpc, key, std::move(settings))) {}
Transactor::~Transactor() = default;

void Transactor::send(CallData call, Callbacks callbacks) { impl_->enqueue(std::move(call), {}, std::move(callbacks)); }

void Transactor::resume(CallData call, std::vector<Attempt> attempts, Callbacks callbacks) {
  UR_CHECK(!attempts.empty());
  impl_->enqueue(std::move(call), std::move(attempts), std::move(callbacks));
}

void Transactor::set_next_nonce(std::uint64_t nonce) { impl_->next_nonce_ = std::max(impl_->next_nonce_, nonce); }
std::uint64_t Transactor::next_nonce() const noexcept { return impl_->next_nonce_; }
bool Transactor::idle() const noexcept { return impl_->idle(); }

}  // namespace underround::chain
