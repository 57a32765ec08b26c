#include "simulator/server/rpc_service.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <utility>

#include "crypto/encoding.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

constexpr std::size_t kMostInBatch = 1000, kMostBytes = 128 * 1024;

struct RpcError {
  int code = 0;
  std::string message, data;
};
using Outcome = std::expected<std::string, RpcError>;  // a JSON value

std::unexpected<RpcError> wrong(std::string what) { return std::unexpected(RpcError{-32602, std::move(what), {}}); }

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

// "0x1f": no leading zeros.
std::string quantity(UInt128 value) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  do out.insert(out.begin(), kDigits[static_cast<unsigned>(value & 15U)]);
  while ((value >>= 4) != 0);
  return quoted("0x" + out);
}

const JsonValue* param(const JsonValue& params, std::size_t index) {
  return params.is(JsonValue::Kind::kArray) && index < params.items.size() ? &params.items[index] : nullptr;
}

std::optional<Address> address_param(const JsonValue& params, std::size_t index) {
  const JsonValue* value = param(params, index);
  return value == nullptr ? std::nullopt : address_of(value->scalar);
}

// Of at most kMostBytes.
std::optional<Bytes> short_bytes(std::string_view text) {
  return text.size() > 2 * kMostBytes ? std::nullopt : bytes_of(text);
}

struct CallObject {
  Address from{};
  std::optional<Address> to;
  Bytes data;
};

std::optional<CallObject> call_param(const JsonValue& params) {
  const JsonValue* object = param(params, 0);
  if (object == nullptr || !object->is(JsonValue::Kind::kObject)) return std::nullopt;
  CallObject call;
  if (object->find("from") != nullptr) {
    const auto from = address_of(object->text("from"));
    if (!from) return std::nullopt;
    call.from = *from;
  }
  if (const JsonValue* to = object->find("to"); to != nullptr && !to->is(JsonValue::Kind::kNull)) {
    if (!(call.to = address_of(to->scalar))) return std::nullopt;
  }
  const std::string_view data = object->find("input") != nullptr ? object->text("input") : object->text("data");
  const auto bytes = data.empty() ? std::optional(Bytes{}) : short_bytes(data);
  if (!bytes) return std::nullopt;
  call.data = *bytes;
  return call;
}

// "latest", "pending", "safe" and the like, or a number.
std::optional<std::uint64_t> block_of(const JsonValue* tag, const BoxChain& chain) {
  if (tag == nullptr) return chain.block_number();
  const std::string_view text = tag->scalar;
  if (text == "latest" || text == "pending" || text == "safe" || text == "finalized") return chain.block_number();
  if (!text.starts_with("0x") || text.size() > 18) return std::nullopt;
  const auto word = crypto::U256::parse(text);
  if (!word) return std::nullopt;
  std::uint64_t number = 0;
  for (std::size_t i = 24; i < 32; ++i) number = number << 8 | word->bytes[i];
  return number;
}

std::unexpected<RpcError> reverted(const CallResult& result) {
  return std::unexpected(RpcError{3,
                                  result.reason.empty() ? "execution reverted" : "execution reverted: " + result.reason,
                                  crypto::hex_0x(result.output)});
}

std::string block_json(const BoxChain& chain, std::uint64_t number) {
  constexpr std::string_view kNone = "0x0000000000000000000000000000000000000000";
  const std::string zero_hash = "0x" + std::string(64, '0');
  std::string out;
  JsonWriter w(out);
  w.object().key("number").raw(quantity(number));
  w.field("hash", crypto::hex_0x(chain.block_hash(number)))
      .field("parentHash", crypto::hex_0x(chain.block_hash(number - 1)));
  w.key("timestamp").raw(quantity(static_cast<std::uint64_t>(chain.block_time(number).millis() / 1000)));
  w.key("baseFeePerGas").raw(quantity(kBaseFeeWei)).key("gasLimit").raw(quantity(45'000'000));
  w.key("gasUsed").raw(quantity(0)).key("difficulty").raw(quantity(0)).key("size").raw(quantity(600));
  w.field("miner", kNone).field("extraData", "0x").field("nonce", "0x0000000000000000").field("mixHash", zero_hash);
  w.field("sha3Uncles", zero_hash).field("stateRoot", zero_hash).field("receiptsRoot", zero_hash);
  w.field("transactionsRoot", zero_hash).field("logsBloom", "0x" + std::string(512, '0'));
  w.key("uncles").array().end_array().key("transactions").array();
  for (const Digest& hash : chain.transactions_of(number)) w.string(crypto::hex_0x(hash));
  w.end_array().end_object();
  return out;
}

std::string receipt_json(const BoxChain& chain, const ChainReceipt& r) {
  std::string out;
  JsonWriter w(out);
  w.object().field("transactionHash", crypto::hex_0x(r.hash)).key("transactionIndex").raw(quantity(r.index));
  w.field("blockHash", crypto::hex_0x(chain.block_hash(r.block))).key("blockNumber").raw(quantity(r.block));
  w.field("from", crypto::hex_0x(r.from));
  if (r.to) w.field("to", crypto::hex_0x(*r.to));
  if (!r.to) w.null("to");
  w.key("gasUsed").raw(quantity(r.gas_used)).key("cumulativeGasUsed").raw(quantity(r.gas_used));
  w.key("effectiveGasPrice").raw(quantity(r.gas_price_wei)).field("status", r.succeeded ? "0x1" : "0x0");
  w.field("type", "0x2").null("contractAddress").field("logsBloom", "0x" + std::string(512, '0'));
  w.key("logs").array().end_array().end_object();
  return out;
}

using Method = std::function<Outcome(BoxChain&, const JsonValue&)>;

Outcome send_raw(BoxChain& chain, const JsonValue& params) {
  const JsonValue* raw = param(params, 0);
  const auto bytes = raw == nullptr ? std::nullopt : short_bytes(raw->scalar);
  if (!bytes) return wrong("invalid argument 0: hex string expected");
  const auto hash = chain.send_raw(*bytes);
  if (!hash) return std::unexpected(RpcError{-32000, hash.error().message, {}});
  return quoted(crypto::hex_0x(*hash));
}

Outcome call(BoxChain& chain, const JsonValue& params) {
  const auto given = call_param(params);
  if (!given || !given->to) return wrong("invalid argument 0: a call object with `to` expected");
  const CallResult result = chain.look(given->from, *given->to, given->data);
  if (!result.ok) return reverted(result);
  return quoted(crypto::hex_0x(result.output));
}

Outcome estimate(BoxChain& chain, const JsonValue& params) {
  const auto given = call_param(params);
  if (!given || !given->to) return wrong("invalid argument 0: a call object with `to` expected");
  const CallResult result = chain.look(given->from, *given->to, given->data);
  if (!result.ok) return reverted(result);
  return quantity(result.gas);
}

Outcome transaction_count(BoxChain& chain, const JsonValue& params) {
  const auto address = address_param(params, 0);
  if (!address) return wrong("invalid argument 0: an address expected");
  const JsonValue* tag = param(params, 1);
  return quantity(tag != nullptr && tag->scalar == "pending" ? chain.pending_nonce(*address) : chain.nonce(*address));
}

Outcome receipt(BoxChain& chain, const JsonValue& params) {
  const JsonValue* text = param(params, 0);
  const auto hash = text == nullptr ? std::nullopt : parse_digest(text->scalar);
  if (!hash) return wrong("invalid argument 0: a hash expected");
  const ChainReceipt* r = chain.receipt(*hash);
  return r == nullptr ? Outcome("null") : Outcome(receipt_json(chain, *r));
}

// {"oldestBlock","baseFeePerGas":[count + 1],"gasUsedRatio":[count],"reward":[count][percentiles]}
Outcome fee_history(BoxChain& chain, const JsonValue& params) {
  const auto count = block_of(param(params, 0), chain);
  if (!count || *count == 0 || *count > 1024) return wrong("invalid argument 0: 1 to 1024 blocks");
  const JsonValue* percentiles = param(params, 2);
  if (percentiles != nullptr && percentiles->items.size() > 100)
    return wrong("invalid argument 2: over 100 percentiles");
  std::string out;
  JsonWriter w(out);
  w.object().key("oldestBlock").raw(quantity(chain.block_number() - *count + 1)).key("baseFeePerGas").array();
  for (std::uint64_t i = 0; i <= *count; ++i) w.raw(quantity(kBaseFeeWei));
  w.end_array().key("gasUsedRatio").array();
  for (std::uint64_t i = 0; i < *count; ++i) w.raw("0.5");
  w.end_array();
  if (percentiles != nullptr && !percentiles->items.empty()) {
    w.key("reward").array();
    for (std::uint64_t i = 0; i < *count; ++i) {
      w.array();
      for (std::size_t p = 0; p < percentiles->items.size(); ++p) w.raw(quantity(kSuggestedTipWei));
      w.end_array();
    }
    w.end_array();
  }
  w.end_object();
  return out;
}

const Method* find_method(std::string_view name) {
  static const std::array<std::pair<std::string_view, Method>, 16> kMethods{{
      {"eth_chainId", [](BoxChain&, const JsonValue&) { return Outcome(quantity(kBoxChainId)); }},
      {"net_version", [](BoxChain&, const JsonValue&) { return Outcome(quoted("137")); }},
      {"web3_clientVersion", [](BoxChain&, const JsonValue&) { return Outcome(quoted("underround/simulator")); }},
      {"eth_blockNumber", [](BoxChain& c, const JsonValue&) { return Outcome(quantity(c.block_number())); }},
      {"eth_gasPrice", [](BoxChain&, const JsonValue&) { return Outcome(quantity(kBaseFeeWei + kSuggestedTipWei)); }},
      {"eth_maxPriorityFeePerGas", [](BoxChain&, const JsonValue&) { return Outcome(quantity(kSuggestedTipWei)); }},
      {"eth_feeHistory", fee_history},
      {"eth_getBalance",
       [](BoxChain& c, const JsonValue& p) -> Outcome {
         const auto address = address_param(p, 0);
         return address ? Outcome(quantity(c.coins(*address))) : wrong("invalid argument 0: an address expected");
       }},
      {"eth_getCode",
       [](BoxChain& c, const JsonValue& p) -> Outcome {
         const auto address = address_param(p, 0);
         if (!address) return wrong("invalid argument 0: an address expected");
         return quoted(c.has_code(*address) ? "0x60806040" : "0x");
       }},
      {"eth_getTransactionCount", transaction_count},
      {"eth_getBlockByNumber",
       [](BoxChain& c, const JsonValue& p) -> Outcome {
         const auto number = block_of(param(p, 0), c);
         if (!number) return wrong("invalid argument 0: a block expected");
         return *number > c.block_number() || *number == 0 ? Outcome("null") : Outcome(block_json(c, *number));
       }},
      {"eth_getTransactionReceipt", receipt},
      {"eth_call", call},
      {"eth_estimateGas", estimate},
      {"eth_sendRawTransaction", send_raw},
      {"eth_syncing", [](BoxChain&, const JsonValue&) { return Outcome("false"); }},
  }};
  const auto it = std::ranges::find(kMethods, name, &std::pair<std::string_view, Method>::first);
  return it == kMethods.end() ? nullptr : &it->second;
}

}  // namespace

void RpcService::answer_one(const JsonValue& request, JsonWriter& out) {
  out.object().field("jsonrpc", "2.0").key("id");
  const JsonValue* id = request.find("id");
  if (id == nullptr || id->is(JsonValue::Kind::kNull))
    out.raw("null");
  else if (id->is(JsonValue::Kind::kNumber))
    out.raw(id->scalar);
  else
    out.string(id->scalar);
  static const JsonValue kNothing;
  const JsonValue* params = request.find("params");
  const std::string_view name = request.text("method");
  const Method* method = find_method(name);
  const Outcome outcome =
      name.empty()        ? Outcome(std::unexpected(RpcError{-32600, "invalid request", {}}))
      : method == nullptr ? Outcome(std::unexpected(RpcError{
                                -32601, "the method " + std::string(name) + " does not exist/is not available", {}}))
                          : (*method)(chain_, params == nullptr ? kNothing : *params);
  if (outcome) {
    out.key("result").raw(*outcome);
  } else {
    out.key("error").object().integer("code", outcome.error().code).field("message", outcome.error().message);
    if (!outcome.error().data.empty()) out.field("data", outcome.error().data);
    out.end_object();
  }
  out.end_object();
}

std::string RpcService::answer(std::string_view body) {
  std::string out;
  JsonWriter w(out);
  const auto parsed = parse_json(body);
  if (!parsed) return R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}})";
  if (!parsed->is(JsonValue::Kind::kArray)) {
    answer_one(*parsed, w);
    return out;
  }
  if (parsed->items.empty() || parsed->items.size() > kMostInBatch) {
    return R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"invalid batch"}})";
  }
  w.array();
  for (const JsonValue& one : parsed->items) answer_one(one, w);
  w.end_array();
  return out;
}

void RpcService::add_routes(Router& router) {
  router.add("POST", "/", [this](const Call& call) {
    return Reply{.status = 200, .body = answer(call.request.body), .headers = {}};
  });
}

}  // namespace underround::simulator
