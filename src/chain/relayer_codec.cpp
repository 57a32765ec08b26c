#include "chain/relayer_codec.hpp"

#include <simdjson.h>

#include <algorithm>

namespace underround::chain {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxText = 300;

std::string printable(std::string_view text) {
  std::string out(text.substr(0, kMaxText));
  for (char& c : out) c = c >= ' ' && c <= '~' ? c : '?';
  return out;
}

std::string_view text(dom::element object, std::initializer_list<const char*> keys) {
  std::string_view value;
  for (const char* key : keys) {
    if (object[key].get_string().get(value) == simdjson::SUCCESS) return value;
  }
  return {};
}

std::optional<crypto::U256> nonce_of(dom::element object) {
  std::uint64_t number = 0;
  if (object["nonce"].get_uint64().get(number) == simdjson::SUCCESS) return crypto::U256(number);
  return crypto::U256::parse(text(object, {"nonce"}));
}

RelayerState state_of(std::string_view name) {
  if (name == "STATE_NEW") return RelayerState::kNew;
  if (name == "STATE_EXECUTED") return RelayerState::kExecuted;
  if (name == "STATE_MINED") return RelayerState::kMined;
  if (name == "STATE_CONFIRMED") return RelayerState::kConfirmed;
  if (name == "STATE_INVALID") return RelayerState::kInvalid;
  if (name == "STATE_FAILED") return RelayerState::kFailed;
  return RelayerState::kUnknown;
}

// Ids go into paths.
bool is_plain(std::string_view id) {
  return !id.empty() && id.size() <= 100 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
}

std::optional<RelayerTransaction> transaction(dom::element object) {
  RelayerTransaction t;
  t.id = text(object, {"transactionID", "transaction_id", "transactionId"});
  if (!is_plain(t.id)) return std::nullopt;
  t.state = state_of(text(object, {"state"}));
  t.hash = printable(text(object, {"transactionHash", "transaction_hash"}));
  t.error = printable(text(object, {"error_msg", "errorMsg", "error"}));
  t.nonce = nonce_of(object);
  t.type = text(object, {"type"});
  return t;
}

// Calls f(root) with the parsed body.
template <class F>
auto with(std::string_view body, F&& f) -> decltype(f(dom::element{})) {
  dom::parser parser;
  dom::element root;
  if (parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS) return std::nullopt;
  return f(root);
}

std::string lower(std::string_view in) {
  std::string out(in);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// The decimal number that follows `words`, blanks skipped.
std::optional<crypto::U256> number_after(std::string_view in, std::string_view words) {
  const std::size_t at = in.find(words);
  if (at == std::string_view::npos) return std::nullopt;
  in.remove_prefix(at + words.size());
  in.remove_prefix(std::min(in.find_first_not_of(" \t"), in.size()));
  return crypto::U256::parse(in.substr(0, in.find_first_not_of("0123456789")));
}

}  // namespace

std::optional<RelayerParams> parse_relayer_params(std::string_view body) {
  return with(body, [](dom::element root) -> std::optional<RelayerParams> {
    const auto nonce = nonce_of(root);
    const auto address = crypto::parse_address(text(root, {"address"}));
    if (!nonce) return std::nullopt;
    return RelayerParams{*nonce, address.value_or(crypto::Address{})};
  });
}

std::optional<RelayerTransaction> parse_relayer_transaction(std::string_view body) {
  return with(body, [](dom::element root) -> std::optional<RelayerTransaction> {
    dom::array list;  // the legacy endpoint wraps it
    if (root.get_array().get(list) == simdjson::SUCCESS) {
      return list.size() == 0 ? std::nullopt : transaction(list.at(0).value_unsafe());
    }
    return transaction(root);
  });
}

std::optional<std::vector<RelayerTransaction>> parse_relayer_list(std::string_view body) {
  return with(body, [](dom::element root) -> std::optional<std::vector<RelayerTransaction>> {
    dom::array list;
    if (root.get_array().get(list) != simdjson::SUCCESS) return std::nullopt;
    std::vector<RelayerTransaction> out;
    for (const dom::element one : list) {
      if (auto t = transaction(one)) out.push_back(std::move(*t));
    }
    return out;
  });
}

std::optional<bool> parse_deployed(std::string_view body) {
  return with(body, [](dom::element root) -> std::optional<bool> {
    bool deployed = false;
    if (root["deployed"].get(deployed) != simdjson::SUCCESS) return std::nullopt;
    return deployed;
  });
}

RelayerRefusal classify_refusal(int status, std::string_view body) {
  if (status == 429) return RelayerRefusal::kBusy;
  const std::string words = lower(body);
  const auto says = [&](std::string_view what) { return words.find(what) != std::string::npos; };
  if ((says("wallet busy") && says("active action")) || says("wallet has in-flight action")) {
    return RelayerRefusal::kBusy;
  }
  const auto ours = number_after(words, "batch nonce"), chains = number_after(words, "on-chain nonce");
  if (ours && chains && says("does not match") && *ours < *chains) return RelayerRefusal::kNonceUsed;
  return RelayerRefusal::kFinal;
}

std::string relayer_error_text(std::string_view body) {
  const auto said = with(body, [](dom::element root) -> std::optional<std::string> {
    const std::string_view words = text(root, {"error", "message", "error_msg"});
    if (words.empty()) return std::nullopt;
    return printable(words);
  });
  return said.value_or(printable(body.substr(0, 120)));
}

}  // namespace underround::chain
