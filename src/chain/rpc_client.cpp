#include "chain/rpc_client.hpp"

#include <fmt/format.h>

#include "chain/rpc_codec.hpp"
#include "crypto/encoding.hpp"
#include "net/http_client.hpp"
#include "net/url.hpp"

namespace underround::chain {
namespace {

using Kind = RpcFailure::Kind;
using rpc::Answer;
using rpc::Element;
using rpc::Request;

constexpr std::int64_t kLimitExceeded = -32005;
constexpr int kTooManyRequests = 429;

RpcFailure malformed(const char* method) {
  return {.kind = Kind::kMalformed, .message = fmt::format("the result of {} cannot be read", method)};
}

Request request(std::string method, std::string params = "[]") { return {std::move(method), std::move(params)}; }
Request by_address(const char* method, const Address& address, const char* tag) {
  return request(method, fmt::format(R"(["{}","{}"])", crypto::hex_0x(address), tag));
}
Request receipt_of(const Digest& hash) {
  return request("eth_getTransactionReceipt", fmt::format(R"(["{}"])", crypto::hex_0x(hash)));
}

// The answer's value through `parse`; failures and values that cannot be read become failures.
template <class T>
RpcResult<T> typed(const Answer& answer, std::optional<T> (*parse)(Element), const char* method) {
  if (!answer) return std::unexpected(answer.error());
  auto value = parse(*answer);
  if (!value) return std::unexpected(malformed(method));
  return std::move(*value);
}

}  // namespace

class RpcClient::Impl {
 public:
  using Answers = std::expected<std::vector<Answer>, RpcFailure>;
  using Done = std::function<void(const Answers&)>;

  Impl(net::EventLoop& loop, const RpcSettings& settings) {
    for (const std::string& text : settings.urls) {
      const net::Url url = net::parse_url(text).value();
      const std::string host = fmt::format("{}://{}", net::to_string(url.scheme), url.authority());
      nodes_.push_back({.client = std::make_unique<net::HttpClient>(
                            loop, net::HttpClientSettings{.base_url = host,
                                                          .proxy_url = settings.proxy_url,
                                                          .tls = settings.tls,
                                                          .headers = {{"Content-Type", "application/json"}},
                                                          .timeout = settings.timeout}),
                        .target = url.target});
    }
  }

  void ask(const std::vector<Request>& requests, Done done) {
    auto job = std::make_shared<Job>(Job{.body = rpc::encode_requests(requests), .done = std::move(done)});
    job->count = requests.size();
    job->node = preferred_;
    attempt(std::move(job));
  }

  template <class T>
  void ask_one(const Request& one, std::optional<T> (*parse)(Element), Callback<T> done) {
    ask({one}, [method = one.method, parse, done = std::move(done)](const Answers& answers) {
      if (!answers) return done(std::unexpected(answers.error()));
      done(typed<T>(answers->front(), parse, method.c_str()));
    });
  }

 private:
  struct Job {
    std::string body;
    Done done;
    std::size_t count = 0, node = 0, attempts = 0;
    bool maybe_delivered = false;
  };

  void attempt(std::shared_ptr<Job> job) {
    ++job->attempts;
    net::HttpRequest post;
    post.method = "POST";
    post.target = nodes_[job->node].target;
    post.body = job->body;
    nodes_[job->node].client->send(post, [this, job](const net::HttpResult& result) { answered(job, result); });
  }

  void answered(const std::shared_ptr<Job>& job, const net::HttpResult& result) {
    Answers answers = read(*job, result);
    if (!answers) {
      const Kind kind = answers.error().kind;
      job->maybe_delivered |= kind == Kind::kUnknown || kind == Kind::kHttp || kind == Kind::kNotJson;
      if (worth_another_node(answers.error()) && job->attempts < nodes_.size()) {
        job->node = (job->node + 1) % nodes_.size();
        return attempt(job);
      }
      answers.error().maybe_delivered = job->maybe_delivered;
    } else {
      preferred_ = job->node;
      for (Answer& answer : *answers) {
        if (!answer) answer.error().maybe_delivered = job->maybe_delivered;
      }
    }
    job->done(answers);  // may destroy this
  }

  static bool worth_another_node(const RpcFailure& f) { return f.kind != Kind::kServer || f.code == kLimitExceeded; }

  Answers read(const Job& job, const net::HttpResult& result) {
    if (!result) {
      const bool sent = result.error().delivery == net::Delivery::kUnknown;
      return std::unexpected(
          RpcFailure{.kind = sent ? Kind::kUnknown : Kind::kNeverSent, .message = result.error().error.message});
    }
    Answers answers = parser_.parse(result->body, job.count);
    const auto refused = [&answers]() -> const RpcFailure* {
      if (!answers) return answers.error().kind == Kind::kServer ? &answers.error() : nullptr;
      for (const Answer& answer : *answers) {
        if (!answer && (answer.error().code == kLimitExceeded || answers->size() == 1)) return &answer.error();
      }
      return nullptr;
    }();
    // An error status with a JSON-RPC error inside is the node speaking; without one it is somebody in between.
    if (result->status != 200 && (refused == nullptr || result->status == kTooManyRequests)) {
      return std::unexpected(RpcFailure{.kind = Kind::kHttp, .http_status = result->status});
    }
    // A rate limit told about one request counts for the whole batch.
    if (refused != nullptr && refused->code == kLimitExceeded) return std::unexpected(RpcFailure(*refused));
    return answers;
  }

  struct Node {
    std::unique_ptr<net::HttpClient> client;
    std::string target;  // secret: the access token is in it
  };
  std::vector<Node> nodes_;
  std::size_t preferred_ = 0;
  rpc::Parser parser_;
};

RpcClient::RpcClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RpcClient::~RpcClient() = default;

Result<std::unique_ptr<RpcClient>> RpcClient::make(net::EventLoop& loop, RpcSettings settings) {
  if (settings.urls.empty()) return fail(ErrorCode::kInvalidInput, "chain RPC: no URL configured");
  for (std::size_t i = 0; i < settings.urls.size(); ++i) {
    const auto url = net::parse_url(settings.urls[i]);
    if (!url || (url->scheme != net::Scheme::kHttp && url->scheme != net::Scheme::kHttps)) {
      return fail(ErrorCode::kInvalidInput, fmt::format("chain RPC: URL number {} is not http(s)://...", i + 1));
    }
  }
  return std::unique_ptr<RpcClient>(new RpcClient(std::make_unique<Impl>(loop, settings)));
}

void RpcClient::chain_id(Callback<std::uint64_t> done) {
  impl_->ask_one<std::uint64_t>(request("eth_chainId"), rpc::parse_number, std::move(done));
}

void RpcClient::block_number(Callback<std::uint64_t> done) {
  impl_->ask_one<std::uint64_t>(request("eth_blockNumber"), rpc::parse_number, std::move(done));
}

void RpcClient::block(std::uint64_t number, Callback<std::optional<BlockRef>> done) {
  impl_->ask_one<std::optional<BlockRef>>(request("eth_getBlockByNumber", fmt::format(R"(["0x{:x}",false])", number)),
                                          rpc::parse_block, std::move(done));
}

void RpcClient::receipt(const Digest& transaction, Callback<std::optional<Receipt>> done) {
  impl_->ask_one<std::optional<Receipt>>(receipt_of(transaction), rpc::parse_receipt, std::move(done));
}

void RpcClient::call(const Address* from, const CallData& call, Callback<Bytes> done,
                     std::optional<std::uint64_t> at_block) {
  const std::string tag = at_block ? fmt::format("0x{:x}", *at_block) : "latest";
  impl_->ask_one<Bytes>(request("eth_call", fmt::format(R"([{},"{}"])", rpc::call_object(from, call), tag)),
                        rpc::parse_data, std::move(done));
}

void RpcClient::estimate_gas(const Address& from, const CallData& call, Callback<std::uint64_t> done) {
  impl_->ask_one<std::uint64_t>(request("eth_estimateGas", fmt::format("[{}]", rpc::call_object(&from, call))),
                                rpc::parse_number, std::move(done));
}

void RpcClient::send_raw(const Bytes& raw, Callback<Digest> done) {
  impl_->ask_one<Digest>(request("eth_sendRawTransaction", fmt::format(R"(["{}"])", crypto::hex_0x(raw))),
                         rpc::parse_hash, std::move(done));
}

void RpcClient::has_code(const Address& address, Callback<bool> done) {
  impl_->ask_one<Bytes>(by_address("eth_getCode", address, "latest"), rpc::parse_data,
                        [done = std::move(done)](const RpcResult<Bytes>& code) {
                          if (!code) return done(std::unexpected(code.error()));
                          done(!code->empty());
                        });
}

void RpcClient::account(const Address& address, Callback<AccountState> done) {
  impl_->ask(
      {by_address("eth_getTransactionCount", address, "latest"),
       by_address("eth_getTransactionCount", address, "pending"), by_address("eth_getBalance", address, "latest"),
       request("eth_feeHistory", R"(["0x1","latest",[]])"), request("eth_maxPriorityFeePerGas")},
      [done = std::move(done)](const Impl::Answers& answers) {
        if (!answers) return done(std::unexpected(answers.error()));
        const auto latest = typed<std::uint64_t>(answers->at(0), rpc::parse_number, "eth_getTransactionCount");
        const auto pending = typed<std::uint64_t>(answers->at(1), rpc::parse_number, "eth_getTransactionCount");
        const auto balance = typed<Wei>(answers->at(2), rpc::parse_wei, "eth_getBalance");
        const auto base = typed<Wei>(answers->at(3), rpc::parse_next_base_fee, "eth_feeHistory");
        // Not every node has a suggestion; the caller's floor stands then.
        const auto priority = typed<Wei>(answers->at(4), rpc::parse_wei, "eth_maxPriorityFeePerGas");
        if (!latest) return done(std::unexpected(latest.error()));
        if (!pending) return done(std::unexpected(pending.error()));
        if (!balance) return done(std::unexpected(balance.error()));
        if (!base) return done(std::unexpected(base.error()));
        done(AccountState{*latest, *pending, *balance, *base, priority.value_or(Wei(0))});
      });
}

void RpcClient::progress(const Address& address, const std::vector<Digest>& transactions, Callback<Progress> done) {
  std::vector<Request> requests = {request("eth_blockNumber"),
                                   by_address("eth_getTransactionCount", address, "latest")};
  for (const Digest& hash : transactions) requests.push_back(receipt_of(hash));
  impl_->ask(requests, [done = std::move(done)](const Impl::Answers& answers) {
    if (!answers) return done(std::unexpected(answers.error()));
    const auto block = typed<std::uint64_t>(answers->at(0), rpc::parse_number, "eth_blockNumber");
    const auto nonce = typed<std::uint64_t>(answers->at(1), rpc::parse_number, "eth_getTransactionCount");
    if (!block) return done(std::unexpected(block.error()));
    if (!nonce) return done(std::unexpected(nonce.error()));
    Progress progress{*block, *nonce, {}};
    for (std::size_t i = 2; i < answers->size(); ++i) {
      auto receipt = typed<std::optional<Receipt>>(answers->at(i), rpc::parse_receipt, "eth_getTransactionReceipt");
      if (!receipt) return done(std::unexpected(receipt.error()));
      progress.receipts.push_back(std::move(*receipt));
    }
    done(std::move(progress));
  });
}

}  // namespace underround::chain
