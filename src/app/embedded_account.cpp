#include "app/embedded_account.hpp"

#include <fmt/format.h>

#include "base/decimal.hpp"
#include "base/stable_hash.hpp"
#include "net/http_client.hpp"
#include "venue/polymarket/api_credentials.hpp"

namespace underround {
namespace {

// A throw-away key for simulated money: derived from the seed, so that a seed's account is always the same.
Result<crypto::SecretKey> demo_key(std::uint64_t seed) {
  std::string hex = "0x";
  for (std::uint64_t i = 0; i < 4; ++i) hex += fmt::format("{:016x}", mix64(seed * 4 + i + 0x5eed'0000'0001ULL));
  return crypto::SecretKey::from_hex(hex);
}

Result<std::string> ask(net::HttpClient& client, const net::HttpRequest& request) {
  const std::string what = request.method + " " + request.target;
  const auto answer = client.fetch(request, Nanos::from_seconds(10));
  if (!answer) return std::unexpected(answer.error().error);
  if (answer->status / 100 != 2) {
    return fail(ErrorCode::kRefused, fmt::format("the embedded venue answered {} to {}: {}", answer->status, what,
                                                 answer->body.substr(0, 200)));
  }
  return answer->body;
}

class EmbeddedOperations final : public polymarket::SetOperations {
 public:
  EmbeddedOperations(net::EventLoop& loop, const std::string& control_url, std::string address,
                     const Catalogue& catalogue, std::function<void(const Event&)> on_event)
      : loop_(loop),
        client_(loop, {.base_url = control_url}),
        address_(std::move(address)),
        catalogue_(catalogue),
        on_event_(std::move(on_event)) {}

  void run(const RunOperation& operation, Nanos) override {
    net::HttpRequest request;
    request.method = "POST";
    request.target = "/operations";
    request.body =
        fmt::format(R"({{"address":"{}","operation":"{}","amount":"{}",{}}})", address_, to_string(operation.kind),
                    format_decimal(operation.amount.micros, Shares::kDecimals), subject_of(operation));
    client_.send(request, [this, operation](const net::HttpResult& result) {
      const bool succeeded = result && result->status == 200;
      on_event_(polymarket::operation_done(
          operation, succeeded ? Event::Operation::kSucceeded : Event::Operation::kFailed, Usd{}, loop_.now()));
    });
  }

 private:
  [[nodiscard]] std::string subject_of(const RunOperation& operation) const {
    if (operation.kind != SetOperation::kConvert) {
      return fmt::format(R"("condition_id":"{}")", catalogue_[operation.condition].spec.condition_id);
    }
    const EventGroup& group = catalogue_.event(operation.event);
    std::string ids;
    for (std::size_t i = 0; i < group.conditions.size(); ++i) {
      if (((operation.outcome_mask >> i) & 1U) == 0) continue;
      ids += fmt::format(R"({}"{}")", ids.empty() ? "" : ",", catalogue_[group.conditions[i]].spec.condition_id);
    }
    return fmt::format(R"("event":"{}","condition_ids":[{}])", group.spec.slug, ids);
  }

  net::EventLoop& loop_;
  net::HttpClient client_;
  std::string address_;
  const Catalogue& catalogue_;
  std::function<void(const Event&)> on_event_;
};

}  // namespace

Result<TradingAccount> open_embedded_account(net::EventLoop& loop, const std::string& control_url,
                                             const std::string& clob_url, std::uint64_t seed, Usd usd) {
  auto key = demo_key(seed);
  if (!key) return std::unexpected(key.error());
  const std::string address = crypto::checksum(key->address());

  net::HttpClient control(loop, {.base_url = control_url});
  net::HttpRequest faucet;
  faucet.method = "POST";
  faucet.target = "/faucet";
  faucet.body = fmt::format(R"({{"address":"{}","usd":"{}"}})", address, format_decimal(usd.micros, Usd::kDecimals));
  if (const auto paid = ask(control, faucet); !paid) return std::unexpected(paid.error());

  net::HttpClient clob(loop, {.base_url = clob_url});
  const polymarket::L1Headers l1 = polymarket::sign_clob_auth(*key, loop.now().seconds(), 0, polymarket::kPolygon);
  net::HttpRequest create;
  create.method = "POST";
  create.target = "/auth/api-key";
  create.headers = {{"POLY_ADDRESS", l1.address},
                    {"POLY_SIGNATURE", l1.signature},
                    {"POLY_TIMESTAMP", l1.timestamp},
                    {"POLY_NONCE", l1.nonce}};
  const auto created = ask(clob, create);
  if (!created) return std::unexpected(created.error());
  auto credentials = polymarket::parse_credentials(*created);
  if (!credentials) return std::unexpected(credentials.error());
  const crypto::Address wallet = key->address();
  return TradingAccount{.key = std::move(*key), .wallet = wallet, .credentials = std::move(*credentials)};
}

std::unique_ptr<polymarket::SetOperations> make_embedded_operations(net::EventLoop& loop,
                                                                    const std::string& control_url, std::string address,
                                                                    const Catalogue& catalogue,
                                                                    std::function<void(const Event&)> on_event) {
  return std::make_unique<EmbeddedOperations>(loop, control_url, std::move(address), catalogue, std::move(on_event));
}

}  // namespace underround
