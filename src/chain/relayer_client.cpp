#include "chain/relayer_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>

#include "base/check.hpp"
#include "chain/relayer_codec.hpp"
#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "net/http_client.hpp"
#include "net/token_bucket.hpp"
#include "net/url.hpp"

namespace underround::chain {
namespace {

using Kind = RelayerOutcome::Kind;

constexpr std::size_t kMaxMetadata = 500;
constexpr std::int64_t kSecondsPerMinute = 60;

const char* type_name(AccountType type) {
  if (type == AccountType::kSafe) return "SAFE";
  return type == AccountType::kProxy ? "PROXY" : "WALLET";
}

}  // namespace

const char* to_string(Kind kind) noexcept {
  switch (kind) {
    case Kind::kConfirmed: return "confirmed";
    case Kind::kFailed: return "failed";
    case Kind::kNotSent: return "not sent";
    case Kind::kUnknown: return "unknown";
  }
  return "unknown";
}

class RelayerClient::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(net::EventLoop& loop, RelayerSettings settings, const crypto::SecretKey& key, std::vector<std::uint8_t> secret)
      : loop_(loop),
        settings_(std::move(settings)),
        key_(key),
        mac_(secret),
        // A submission costs 60 of tokens that come at `submits_per_minute` a second.
        bucket_(settings_.submits_per_minute, settings_.submits_per_minute * kSecondsPerMinute),
        timer_(loop),
        http_(loop, {.base_url = settings_.url,
                     .proxy_url = settings_.proxy_url,
                     .tls = settings_.tls,
                     .timeout = settings_.timeout}) {}

  struct Job {
    std::vector<Call> calls{};
    std::string metadata{};
    Callbacks callbacks{};
    RelayerSubmission submission{};  // the newest; empty body = nothing signed yet
    bool fixed = false;              // deployment: signed once, without a nonce
    bool doubt = false;              // some submission of this body was not answered
    std::set<std::string> dead{};    // ids of this body that the relayer gave up
    std::string verdict{};           // why a submission of this body is over, while another may live
    int tries = 0, polls = 0;
  };

  void enqueue(Job job) {
    jobs_.push_back(std::move(job));
    if (jobs_.size() == 1) later(Nanos{0}, &Impl::start);
  }

  void deployed(std::function<void(Result<bool>)> done) {
    std::string target = "/deployed?address=" + crypto::checksum(settings_.wallet);
    if (settings_.account == AccountType::kDepositWallet) target += "&type=WALLET";
    http_.send(request("GET", std::move(target)), [done = std::move(done)](const net::HttpResult& result) {
      if (!result) return done(std::unexpected(result.error().error));
      const auto answer = result->status == 200 ? parse_deployed(result->body) : std::nullopt;
      if (answer) return done(*answer);
      done(fail(ErrorCode::kRefused, fmt::format("the relayer answered {} to /deployed: {}", result->status,
                                                 relayer_error_text(result->body))));
    });
  }

  [[nodiscard]] const RelayerSettings& settings() const { return settings_; }
  [[nodiscard]] const crypto::SecretKey& key() const { return key_; }

 private:
  using Step = void (Impl::*)();
  Job& job() { return jobs_.front(); }

  void later(Nanos delay, Step step) {
    timer_.after(delay, [weak = weak_from_this(), step] {
      if (const auto self = weak.lock()) (self.get()->*step)();
    });
  }
  void send(const net::HttpRequest& request, void (Impl::*step)(const net::HttpResult&)) {
    http_.send(request, [weak = weak_from_this(), step](const net::HttpResult& result) {
      if (const auto self = weak.lock()) (self.get()->*step)(result);
    });
  }

  // Every request is authorised, over the path without its query, as the official client does.
  net::HttpRequest request(std::string method, std::string target, std::string body = {}) {
    const RelayerCredentials& c = settings_.credentials;
    net::HttpRequest q;
    q.method = std::move(method);
    q.target = std::move(target);
    q.body = std::move(body);
    if (!q.body.empty()) q.headers.add("Content-Type", "application/json");
    if (c.builder_key.empty()) {
      q.headers.add("RELAYER_API_KEY", c.relayer_key);
      q.headers.add("RELAYER_API_KEY_ADDRESS", c.relayer_key_address);
      return q;
    }
    const std::string timestamp = fmt::format("{}", loop_.now().seconds());
    q.headers.add("POLY_BUILDER_API_KEY", c.builder_key);
    q.headers.add("POLY_BUILDER_PASSPHRASE", c.builder_passphrase);
    q.headers.add("POLY_BUILDER_SIGNATURE",
                  crypto::base64(mac_.sign({timestamp, q.method, q.path(), q.body}), crypto::Base64Alphabet::kUrlSafe));
    q.headers.add("POLY_BUILDER_TIMESTAMP", timestamp);
    return q;
  }

  void start() {
    if (!job().submission.transaction_id.empty()) return watch();
    if (job().doubt) return look_up();
    if (job().fixed) return name_and_submit();
    sign();
  }

  void sign() {
    send(request("GET", fmt::format("/v1/account/transactions/params?address={}&type={}",
                                    crypto::checksum(key_.address()), type_name(settings_.account))),
         &Impl::on_params);
  }

  void again_or_give_up(const std::string& why, Step step) {
    if (++job().tries < settings_.max_tries) return later(settings_.poll, step);
    finish({.kind = Kind::kNotSent, .reason = why});
  }

  void on_params(const net::HttpResult& result) {
    if (!result) return again_or_give_up(result.error().error.message, &Impl::sign);
    const auto params = result->status == 200 ? parse_relayer_params(result->body) : std::nullopt;
    if (!params) {
      return again_or_give_up(
          fmt::format("the relayer gave no nonce: {} {}", result->status, relayer_error_text(result->body)),
          &Impl::sign);
    }
    Job& j = job();
    const Contracts& c = settings_.contracts;
    RelayerPayload payload;
    if (settings_.account == AccountType::kSafe) {
      payload = safe_payload(c, key_, settings_.wallet, j.calls, params->nonce, j.metadata);
    } else if (settings_.account == AccountType::kProxy) {
      if (!known(params->address)) return finish({.kind = Kind::kNotSent, .reason = "the relayer named no relay"});
      payload = proxy_payload(c, key_, settings_.wallet, proxy_calldata(j.calls), params->nonce, params->address,
                              settings_.proxy_gas_limit, j.metadata);
    } else {
      payload = wallet_payload(c, key_, settings_.wallet, j.calls, params->nonce,
                               loop_.now().seconds() + settings_.deadline_s, j.metadata);
    }
    j.submission = {.name = payload.name, .nonce = params->nonce, .body = std::move(payload.body)};
    name_and_submit();
  }

  void name_and_submit() {
    if (job().callbacks.on_named && !job().callbacks.on_named(job().submission)) {
      return finish({.kind = Kind::kNotSent, .reason = "the transaction's name could not be written down"});
    }
    submit();
  }

  void submit() {
    const Nanos now = loop_.now();
    if (!bucket_.take(now, kSecondsPerMinute)) return later(bucket_.wait(now, kSecondsPerMinute), &Impl::submit);
    send(request("POST", "/submit", job().submission.body), &Impl::on_submitted);
  }

  void on_submitted(const net::HttpResult& result) {
    Job& j = job();
    if (!result) {
      if (result.error().delivery == net::Delivery::kUnknown) j.doubt = true;
      if (j.doubt) return later(settings_.poll, &Impl::look_up);
      return again_or_give_up(result.error().error.message, &Impl::submit);
    }
    if (result->status / 100 == 2) {
      if (auto t = parse_relayer_transaction(result->body)) return accepted(*t);
      j.doubt = true;  // it said yes, and not to what
      return later(settings_.poll, &Impl::look_up);
    }
    const std::string words = fmt::format("{} {}", result->status, relayer_error_text(result->body));
    if (result->status >= 500) {
      j.doubt = true;
      return later(settings_.poll, &Impl::look_up);
    }
    switch (classify_refusal(result->status, result->body)) {
      case RelayerRefusal::kBusy:
        if (j.doubt) return later(settings_.poll, &Impl::look_up);  // what keeps the wallet busy may be ours
        return again_or_give_up("the relayer is busy: " + words, &Impl::submit);
      case RelayerRefusal::kNonceUsed:
        if (j.doubt) return refused_in_doubt(words);
        return again_or_give_up(words, &Impl::sign);
      case RelayerRefusal::kFinal: break;
    }
    // A refusal ends it only when no earlier sending of the same body can have been taken.
    if (j.doubt) return refused_in_doubt(words);
    finish({.kind = Kind::kNotSent, .reason = "the relayer refused: " + words});
  }

  void accepted(const RelayerTransaction& t) {
    job().verdict.clear();
    job().submission.transaction_id = t.id;
    if (job().callbacks.on_named) (void)job().callbacks.on_named(job().submission);
    watch_later();
  }

  // Was a submission that got no answer taken after all? The account's list knows.
  void look_up() { send(request("GET", "/transactions"), &Impl::on_list); }

  const RelayerTransaction* find_ours(const std::vector<RelayerTransaction>& list) {
    const Job& j = job();
    const RelayerTransaction* found = nullptr;
    for (const RelayerTransaction& t : list) {
      if (j.fixed || t.nonce != j.submission.nonce || t.type != type_name(settings_.account)) continue;
      if (j.dead.contains(t.id)) continue;
      if (found == nullptr || is_dead(found->state)) found = &t;
    }
    return found;
  }

  void on_list(const net::HttpResult& result) {
    const auto list = result && result->status == 200 ? parse_relayer_list(result->body) : std::nullopt;
    if (list) {
      if (const RelayerTransaction* ours = find_ours(*list)) return accepted(*ours);
    }
    if (!job().verdict.empty()) return judge(list);
    tell_if_stuck("its submission was not answered");
    submit();  // the same body: it acts at most once
  }

  // One submission of this body has ended, another one was never answered, and the list does not show it.
  void judge(const std::optional<std::vector<RelayerTransaction>>& list) {
    Job& j = job();
    if (!list && ++j.tries < settings_.max_tries) return later(settings_.poll, &Impl::look_up);
    const bool complete = list && std::any_of(list->begin(), list->end(),
                                              [&](const RelayerTransaction& t) { return j.dead.contains(t.id); });
    finish({.kind = complete ? Kind::kFailed : Kind::kUnknown, .reason = j.verdict});
  }

  // Refused after a doubt: the wallet has moved on, perhaps through us.
  void refused_in_doubt(const std::string& words) {
    job().verdict = "refused after an unanswered submission: " + words;
    look_up();
  }

  void watch_later() { later(settings_.poll, &Impl::watch); }
  void watch() {
    send(request("GET", "/v1/account/transactions/" + job().submission.transaction_id), &Impl::on_watched);
  }

  void tell_if_stuck(const char* why) {
    Job& j = job();
    if (++j.polls != settings_.max_polls || !j.callbacks.on_stuck) return;
    j.callbacks.on_stuck(fmt::format("relayer transaction {} {}: {}", j.submission.transaction_id,
                                     crypto::hex_0x(j.submission.name), why));
  }

  void on_watched(const net::HttpResult& result) {
    Job& j = job();
    const auto t = result && result->status == 200 ? parse_relayer_transaction(result->body) : std::nullopt;
    if (!t || t->id != j.submission.transaction_id || (t->state != RelayerState::kConfirmed && !is_dead(t->state))) {
      tell_if_stuck("no end in sight");
      return watch_later();
    }
    if (t->state == RelayerState::kConfirmed) {
      return finish({.kind = Kind::kConfirmed, .transaction_id = t->id, .transaction_hash = t->hash});
    }
    const std::string reason = t->error.empty() ? "the relayer gave it up" : t->error;
    if (!j.doubt) {
      return finish({.kind = Kind::kFailed, .transaction_id = t->id, .transaction_hash = t->hash, .reason = reason});
    }
    // The body was sent more than once: this one may have failed because the other one acted.
    j.dead.insert(t->id);
    j.verdict = reason;
    j.submission.transaction_id.clear();
    look_up();
  }

  void finish(const RelayerOutcome& outcome) {
    const Job done = std::move(jobs_.front());
    jobs_.pop_front();
    if (!jobs_.empty()) later(Nanos{0}, &Impl::start);
    if (done.callbacks.on_done) done.callbacks.on_done(outcome);  // may destroy us
  }

  net::EventLoop& loop_;
  RelayerSettings settings_;
  const crypto::SecretKey& key_;
  crypto::HmacSha256 mac_;
  net::TokenBucket bucket_;
  net::Timer timer_;
  net::HttpClient http_;
  std::deque<Job> jobs_;  // the first one is on its way
};

RelayerClient::RelayerClient(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
RelayerClient::~RelayerClient() = default;

Result<std::unique_ptr<RelayerClient>> RelayerClient::make(net::EventLoop& loop, RelayerSettings settings,
                                                           const crypto::SecretKey& key) {
  const auto invalid = [](const char* what) {
    return fail(ErrorCode::kInvalidInput, fmt::format("relayer: {}", what));
  };
  const auto url = net::parse_url(settings.url);
  if (!url || (url->scheme != net::Scheme::kHttp && url->scheme != net::Scheme::kHttps)) {
    return invalid("the URL is not http(s)://...");
  }
  const RelayerCredentials& c = settings.credentials;
  std::vector<std::uint8_t> secret(1);
  if (!c.builder_key.empty()) {
    const auto decoded = crypto::decode_base64(c.builder_secret);
    if (!decoded || decoded->empty()) return invalid("the builder secret is not base64");
    if (c.builder_passphrase.empty()) return invalid("the builder passphrase is missing");
    secret = *decoded;
  } else if (c.relayer_key.empty() || c.relayer_key_address.empty()) {
    return invalid("neither builder credentials nor a relayer key with its address");
  }
  if (settings.account == AccountType::kEoa) return invalid("an EOA sends its own transactions");
  if (!owns(key.address(), settings.account, settings.wallet, settings.contracts)) {
    return invalid("the key does not own this wallet; check the account type and the wallet's address");
  }
  UR_CHECK(settings.submits_per_minute > 0);
  return std::unique_ptr<RelayerClient>(
      new RelayerClient(std::make_shared<Impl>(loop, std::move(settings), key, std::move(secret))));
}

void RelayerClient::run(std::vector<Call> calls, std::string metadata, Callbacks callbacks) {
  UR_CHECK(!calls.empty());
  metadata.resize(std::min(metadata.size(), kMaxMetadata));
  impl_->enqueue({.calls = std::move(calls), .metadata = std::move(metadata), .callbacks = std::move(callbacks)});
}

void RelayerClient::resume(RelayerSubmission submission, Callbacks callbacks) {
  impl_->enqueue({.callbacks = std::move(callbacks), .submission = std::move(submission), .doubt = true});
}

Result<void> RelayerClient::deploy(Callbacks callbacks) {
  const RelayerSettings& s = impl_->settings();
  if (s.account == AccountType::kProxy) {
    return fail(ErrorCode::kUnsupported, "relayer: proxy wallets need no deployment");
  }
  RelayerPayload payload = s.account == AccountType::kSafe ? safe_create_payload(s.contracts, impl_->key(), s.wallet)
                                                           : wallet_create_payload(s.contracts, impl_->key().address());
  impl_->enqueue({.callbacks = std::move(callbacks),
                  .submission = {.name = payload.name, .body = std::move(payload.body)},
                  .fixed = true});
  return {};
}

void RelayerClient::deployed(std::function<void(Result<bool>)> done) { impl_->deployed(std::move(done)); }

}  // namespace underround::chain
