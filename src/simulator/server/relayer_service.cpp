#include "simulator/server/relayer_service.hpp"

#include <algorithm>
#include <ranges>

#include "crypto/encoding.hpp"
#include "simulator/server/control_body.hpp"
#include "simulator/server/json_writer.hpp"
#include "simulator/server/wallet_addresses.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

constexpr std::size_t kDailyOfBuilder = 100;                   // unverified builder keys
constexpr std::uint64_t kMinedAfter = 1, kConfirmedAfter = 3;  // blocks
constexpr std::size_t kListed = 100;

Reply json_reply(std::string body) { return {.status = 200, .body = std::move(body), .headers = {}}; }

}  // namespace

std::string RelayerService::issue_key(std::string_view address) {
  const std::string key = uuid_text(seed_ ^ 0x5e1a7e5ULL, relayer_keys_.size() + 1);
  relayer_keys_.emplace(key, lower(address));
  return key;
}

std::optional<std::string> RelayerService::authenticate(const Call& call) const {
  if (const std::string_view key = call.header("RELAYER_API_KEY"); !key.empty()) {
    const auto known = relayer_keys_.find(std::string(key));
    if (known == relayer_keys_.end() || lower(call.header("RELAYER_API_KEY_ADDRESS")) != known->second) {
      return std::nullopt;
    }
    return known->second;
  }
  const Credentials* who = auth_.builder(call);
  return who == nullptr ? std::nullopt : std::optional(who->address);
}

Router::Handler RelayerService::keyed(Handler handler) {
  return [this, handler = std::move(handler)](const Call& call) {
    const auto address = authenticate(call);
    return address ? handler(*address, call) : error_reply(401, "invalid authorization");
  };
}

// Nonces are used by what happened; the relay hub counts failures of proxies too.
std::uint64_t RelayerService::next_nonce(WalletKind kind, const Address& owner) const {
  std::uint64_t used = 0;
  for (const Submission& s : submissions_) {
    if (s.action.create || s.action.kind != kind || s.action.owner != owner) continue;
    const ChainReceipt* receipt = chain_.receipt(s.hash);
    if (receipt != nullptr && (receipt->succeeded || kind == WalletKind::kProxy)) ++used;
  }
  return used;
}

bool RelayerService::done(const Submission& s) const { return chain_.receipt(s.hash) != nullptr; }

const RelayerService::Submission* RelayerService::find(std::string_view id) const {
  const auto it = std::ranges::find(submissions_, id, &Submission::id);
  return it == submissions_.end() ? nullptr : &*it;
}

Reply RelayerService::submit(const std::string& address, const Call& call) {
  const auto body = parse_json(call.request.body);
  if (!body || !body->is(JsonValue::Kind::kObject)) return error_reply(400, "invalid request");
  auto action = read_relayer_action(*body, auth_.earlier_clock().seconds());
  if (!action) return error_reply(400, action.error().message);
  if (call.header("RELAYER_API_KEY").empty()) {
    const Nanos day = venue_.now() - Nanos::from_seconds(86'400);
    const auto today =
        std::ranges::count_if(submissions_, [&](const Submission& s) { return s.address == address && s.at > day; });
    if (static_cast<std::size_t>(today) >= kDailyOfBuilder) return error_reply(429, "quota exceeded");
  }
  if (!action->create) {
    const bool busy = std::ranges::any_of(
        submissions_, [&](const Submission& s) { return s.action.wallet == action->wallet && !done(s); });
    if (busy) return error_reply(400, "wallet busy: wallet has an active action");
    const U256 expected(next_nonce(action->kind, action->owner));
    if (action->nonce != expected) {
      return error_reply(
          400, "batch nonce " + action->nonce.to_decimal() + " does not match on-chain nonce " + expected.to_decimal());
    }
    // A proxy is made by its factory at first use.
    if (action->kind != WalletKind::kProxy && !chain_.has_code(action->wallet) &&
        !venue_.ledger().find(crypto::hex_0x(action->wallet))) {
      return error_reply(400, "wallet is not deployed");
    }
  } else if (chain_.has_code(action->wallet)) {
    return error_reply(400, "wallet already deployed");
  }
  if (action->create) chain_.deploy(action->wallet);
  Submission s{.id = uuid_text(seed_ ^ 0xe1a7e5ULL, submissions_.size() + 1),
               .address = address,
               .action = std::move(*action),
               .type = std::string(body->text("type")),
               .nonce_text = std::string(body->text("nonce")),
               .at = venue_.now()};
  s.hash = chain_.send_batch(s.action.wallet, s.action.calls);
  submissions_.push_back(std::move(s));
  return json_reply(json(submissions_.back()));
}

std::string RelayerService::json(const Submission& s) const {
  const ChainReceipt* receipt = chain_.receipt(s.hash);
  const std::uint64_t now = chain_.block_number();
  const std::uint64_t age = receipt == nullptr || now < receipt->block ? 0 : now - receipt->block;
  const char* state = receipt == nullptr       ? "STATE_NEW"
                      : !receipt->succeeded    ? "STATE_FAILED"
                      : age >= kConfirmedAfter ? "STATE_CONFIRMED"
                      : age >= kMinedAfter     ? "STATE_MINED"
                                               : "STATE_EXECUTED";
  std::string out;
  JsonWriter w(out);
  w.object().field("transactionID", s.id).field("state", state).field("type", s.type).field("nonce", s.nonce_text);
  w.field("from", crypto::checksum(s.action.owner)).field("proxyAddress", crypto::checksum(s.action.wallet));
  w.field("transactionHash", receipt == nullptr ? std::string() : crypto::hex_0x(receipt->hash));
  if (receipt != nullptr && !receipt->succeeded) w.field("errorMsg", "execution reverted: " + receipt->reason);
  w.field("createdAt", iso_time(s.at)).end_object();
  return out;
}

// {"address","nonce"}: the address is the relay for proxies, the owner for the others.
Reply RelayerService::params(const Call& call) const {
  const auto owner = address_of(call.query.get("address"));
  const auto kind = parse_wallet_kind(call.query.get("type"));
  if (!owner || !kind) return error_reply(400, "invalid request");
  Reply reply;
  JsonWriter(reply.body)
      .object()
      .field("address",
             *kind == WalletKind::kProxy ? crypto::checksum(*address_of(kRelayAddress)) : crypto::checksum(*owner))
      .field("nonce", std::to_string(next_nonce(*kind, *owner)))
      .end_object();
  return reply;
}

// `address` is the wallet.
Reply RelayerService::deployed(const Call& call) const {
  const auto wallet = address_of(call.query.get("address"));
  if (!wallet) return error_reply(400, "invalid address");
  const bool there = chain_.has_code(*wallet) || venue_.ledger().find(crypto::hex_0x(*wallet)).has_value();
  return json_reply(there ? "{\"deployed\":true}" : "{\"deployed\":false}");
}

void RelayerService::add_routes(Router& router) {
  router.add("POST", "/submit", keyed([this](const std::string& a, const Call& call) { return submit(a, call); }));
  router.add("GET", "/v1/account/transactions/params",
             keyed([this](const std::string&, const Call& call) { return params(call); }));
  router.add("GET", "/v1/account/transactions/{}", keyed([this](const std::string&, const Call& call) {
               const Submission* s = find(call.parts[0]);
               return s == nullptr ? error_reply(404, "transaction not found") : json_reply(json(*s));
             }));
  // Newest first, of the address behind the key.
  const auto list = keyed([this](const std::string& address, const Call&) {
    Reply reply;
    JsonWriter w(reply.body);
    w.array();
    std::size_t shown = 0;
    for (const Submission& s : std::views::reverse(submissions_)) {
      if (s.address == address && ++shown <= kListed) w.raw(json(s));
    }
    w.end_array();
    return reply;
  });
  router.add("GET", "/transactions", list);
  router.add("GET", "/transaction", keyed([this](const std::string&, const Call& call) {
               const Submission* s = find(call.query.get("id"));
               return json_reply(s == nullptr ? "[]" : "[" + json(*s) + "]");
             }));
  router.add("GET", "/nonce", keyed([this](const std::string&, const Call& call) { return params(call); }));
  router.add("GET", "/relay-payload", keyed([this](const std::string&, const Call& call) { return params(call); }));
  router.add("GET", "/deployed", [this](const Call& call) { return deployed(call); });
}

void add_relayer_key_route(Router& router, RelayerService& relayer) {
  router.add("POST", "/relayer-keys", with_body([&relayer](const JsonValue& body) {
               if (!is_address(body.text("address"))) return error_reply(400, "address must be 0x and 40 hex digits");
               Reply reply;
               JsonWriter(reply.body).object().field("apiKey", relayer.issue_key(body.text("address"))).end_object();
               return reply;
             }));
}

}  // namespace underround::simulator
