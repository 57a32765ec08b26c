#include "app/chain_operations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "crypto/encoding.hpp"

namespace underround {
namespace {

constexpr Nanos kTermsPeriod = Nanos::from_seconds(60), kDay = Nanos::from_seconds(86'400);

class ChainOperations final : public polymarket::SetOperations {
 public:
  ChainOperations(net::EventLoop& loop, const Catalogue& catalogue, std::int32_t daily,
                  std::function<void(const Event&)> on_event, std::function<void(const std::string&)> on_words,
                  std::function<bool(const std::string&)> on_named)
      : loop_(loop),
        catalogue_(catalogue),
        on_event_(std::move(on_event)),
        on_words_(std::move(on_words)),
        on_named_(std::move(on_named)),
        terms_timer_(loop),
        daily_(daily) {}

  Result<void> open(chain::SetOperationSettings settings, const crypto::SecretKey& key) {
    auto made = chain::SetOperations::make(
        loop_, std::move(settings), key,
        {.on_named = [this](const chain::OperationName& n) { return on_named_(words_of(n)); },
         .on_stuck = [this](OperationId, const std::string& words) { on_words_(words); }});
    if (!made) return std::unexpected(made.error());
    operations_ = std::move(*made);
    terms_timer_.every(kTermsPeriod, [this] { ask_terms(); });
    ask_terms();
    return {};
  }

  void run(const RunOperation& operation, Nanos) override {
    chain::SetRequest request{.id = operation.id, .kind = operation.kind, .amount = operation.amount};
    if (operation.kind == SetOperation::kConvert) {
      const EventGroup& group = catalogue_.event(operation.event);
      request.convert.market_id = group.spec.neg_risk_market_id;
      for (std::size_t i = 0; i < group.conditions.size(); ++i) {
        if (((operation.outcome_mask >> i) & 1U) == 0) continue;
        request.convert.question_ids.push_back(catalogue_[group.conditions[i]].spec.question_id);
      }
    } else {
      request.market = set_market(catalogue_[operation.condition].spec);
      const std::uint8_t winner = catalogue_[operation.condition].winning_outcome;
      if (operation.kind == SetOperation::kRedeem && winner != Event::kNoWinner) {
        request.redeem_legs = {{.outcome = winner, .amount = operation.amount}};
      }
    }
    operations_->run(request, [this, operation](const chain::SetResult& result) { done(operation, result); });
  }

 private:
  static std::string words_of(const chain::OperationName& n) {
    if (const auto* attempt = std::get_if<chain::Attempt>(&n.what)) {
      return fmt::format("operation {} call {}: transaction {} nonce {}", n.id.value, n.call,
                         crypto::hex_0x(attempt->hash), attempt->nonce);
    }
    const auto& submission = std::get<chain::RelayerSubmission>(n.what);
    return fmt::format("operation {} call {}: relayer request {} nonce {} {}", n.id.value, n.call,
                       crypto::hex_0x(submission.name), submission.nonce.to_decimal(), submission.transaction_id);
  }
  // What the next operation would cost, and how many the relayer still takes: the executor decides by it.
  void ask_terms() {
    operations_->cost([this](const Result<Usd>& cost) {
      if (!cost) return;  // the node is silent: the last price stands
      std::erase_if(asked_, [now = loop_.now()](Nanos at) { return now - at > kDay; });
      Event e = Event::make(EventKind::kOperationTerms, loop_.now(), VenueId::kPolymarket);
      e.terms = {*cost, Event::kNoLimit, Event::kNoLimit};
      if (daily_ > 0) {
        e.terms.left = std::max<std::int32_t>(0, daily_ - static_cast<std::int32_t>(asked_.size()));
        e.terms.daily = daily_;
      }
      on_event_(e);
    });
  }
  void done(const RunOperation& operation, const chain::SetResult& result) {
    using Kind = chain::SetResult::Kind;
    if (result.kind != Kind::kSucceeded) {
      on_words_(fmt::format("{} {}: {}", to_string(operation.kind), to_string(result.kind), result.reason));
    }
    // What never reached the relayer has cost none of its quota.
    if (result.kind != Kind::kFailed || !result.transaction_hash.empty()) asked_.push_back(loop_.now());
    const std::uint8_t outcome = result.kind == Kind::kSucceeded ? Event::Operation::kSucceeded
                                 : result.kind == Kind::kFailed  ? Event::Operation::kFailed
                                                                 : Event::Operation::kNobodyKnows;
    on_event_(polymarket::operation_done(operation, outcome, result.gas, loop_.now()));
    ask_terms();
  }

  net::EventLoop& loop_;
  const Catalogue& catalogue_;
  std::function<void(const Event&)> on_event_;
  std::function<void(const std::string&)> on_words_;
  std::function<bool(const std::string&)> on_named_;
  std::unique_ptr<chain::SetOperations> operations_;
  net::Timer terms_timer_;
  std::deque<Nanos> asked_;  // operations of the last day
  std::int32_t daily_;       // the relayer's quota; 0 = none
};

}  // namespace

chain::SetMarket set_market(const ConditionSpec& spec) {
  return {.version = spec.version, .neg_risk = spec.neg_risk, .condition_id = spec.condition_id};
}

Result<chain::SetOperationSettings> chain_settings(const config::Loaded& loaded, const TradingAccount& account) {
  const config::Config& c = loaded.config;
  auto contracts = chain::contracts_of(account.chain_id);
  if (!contracts) return std::unexpected(contracts.error());
  chain::SetOperationSettings s;
  s.contracts = *contracts;
  s.account = static_cast<chain::AccountType>(account.type);
  s.wallet = account.wallet;
  s.convert_adapter = contracts->neg_risk_adapter;
  s.rpc.urls = {c.chain.rpc_url};
  s.rpc.proxy_url = loaded.secrets.proxy_url;
  s.transactor.max_fee_wei = chain::gwei(static_cast<std::uint64_t>(c.chain.max_fee_gwei));
  s.transactor.poll = s.relayer.poll = c.chain.poll;
  s.transactor.confirmations = static_cast<std::uint64_t>(c.chain.confirmations);
  s.coin_price = c.chain.coin_usd;
  s.relayer.url = c.chain.relayer_url;
  s.relayer.proxy_url = loaded.secrets.proxy_url;
  s.relayer.credentials = {.builder_key = loaded.secrets.builder_key,
                           .builder_secret = loaded.secrets.builder_secret,
                           .builder_passphrase = loaded.secrets.builder_passphrase,
                           .relayer_key = loaded.secrets.relayer_key,
                           .relayer_key_address = loaded.secrets.relayer_key.empty()
                                                      ? std::string()
                                                      : crypto::checksum(account.key.address())};
  return s;
}

Result<std::unique_ptr<polymarket::SetOperations>> make_chain_operations(
    net::EventLoop& loop, chain::SetOperationSettings settings, const TradingAccount& account,
    const Catalogue& catalogue, std::int32_t daily, std::function<void(const Event&)> on_event,
    std::function<void(const std::string&)> on_words, std::function<bool(const std::string&)> on_named) {
  auto operations = std::make_unique<ChainOperations>(loop, catalogue, daily, std::move(on_event), std::move(on_words),
                                                      std::move(on_named));
  if (auto ok = operations->open(std::move(settings), account.key); !ok) return std::unexpected(ok.error());
  return operations;
}

}  // namespace underround
