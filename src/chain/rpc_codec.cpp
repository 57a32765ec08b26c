#include "chain/rpc_codec.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/encoding.hpp"

namespace underround::chain::rpc {
namespace {

namespace dom = simdjson::dom;
using Kind = RpcFailure::Kind;

constexpr std::size_t kMaxMessage = 300;
constexpr std::size_t kMaxWeiDigits = 24;  // 2^96

RpcFailure failure(Kind kind, std::string message) { return {.kind = kind, .message = std::move(message)}; }

std::string printable(std::string_view text) {
  std::string out(text.substr(0, kMaxMessage));
  for (char& c : out) c = c >= ' ' && c <= '~' ? c : '?';
  return out;
}

// {"code":3,"message":"execution reverted: ...","data":"0x..."}; some nodes nest the data one level deeper.
RpcFailure server_failure(Element error) {
  RpcFailure f = failure(Kind::kServer, "");
  std::string_view text;
  if (error["message"].get(text) == simdjson::SUCCESS) f.message = printable(text);
  std::int64_t code = 0;
  if (error["code"].get(code) == simdjson::SUCCESS) f.code = code;
  Element data;
  if (error["data"].get(data) == simdjson::SUCCESS) {
    if (Element nested; data.is_object() && data["data"].get(nested) == simdjson::SUCCESS) data = nested;
    f.data = parse_data(data).value_or(Bytes{});
  }
  return f;
}

// "0x" and 1..max hex digits.
std::optional<Wei> hex_number(Element value, std::size_t max_digits) {
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS || !text.starts_with("0x")) return std::nullopt;
  if (text.size() > 2 + max_digits) return std::nullopt;
  const auto word = crypto::U256::parse(text);
  if (!word) return std::nullopt;
  return to_wei(*word);
}

std::optional<Element> member(Element object, const char* key) {
  Element value;
  if (object[key].get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

template <class T>
bool read(Element object, const char* key, std::optional<T> (*parse)(Element), T& out) {
  const auto value = member(object, key);
  const auto parsed = value ? parse(*value) : std::nullopt;
  if (parsed) out = *parsed;
  return parsed.has_value();
}

}  // namespace

std::string encode_requests(const std::vector<Request>& requests) {
  std::string out;
  std::size_t id = 0;
  for (const Request& r : requests) {
    out += fmt::format(R"({}{{"jsonrpc":"2.0","id":{},"method":"{}","params":{}}})", out.empty() ? "" : ",", ++id,
                       r.method, r.params);
  }
  return requests.size() == 1 ? out : "[" + out + "]";
}

std::string quantity(const Wei& value) { return "0x" + value.str(0, std::ios_base::hex); }

std::string call_object(const Address* from, const CallData& call) {
  std::string out = "{";
  if (from != nullptr) out += fmt::format(R"("from":"{}",)", crypto::hex_0x(*from));
  if (call.to) out += fmt::format(R"("to":"{}",)", crypto::hex_0x(*call.to));
  if (call.value_wei != 0) out += fmt::format(R"("value":"{}",)", quantity(call.value_wei));
  return out + fmt::format(R"("data":"{}"}})", crypto::hex_0x(call.data));
}

std::expected<std::vector<Answer>, RpcFailure> Parser::parse(std::string_view body, std::size_t count) {
  Element root;
  if (parser_.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS) {
    return std::unexpected(failure(Kind::kNotJson, "the node's answer begins with: " + printable(body.substr(0, 80))));
  }
  std::vector<std::optional<Answer>> by_id(count);
  const auto place = [&](Element answer) {
    std::uint64_t id = 0;
    if (answer["id"].get(id) != simdjson::SUCCESS || id < 1 || id > count || by_id[id - 1]) return false;
    Element part;
    if (answer["error"].get(part) == simdjson::SUCCESS && !part.is_null()) {
      by_id[id - 1] = std::unexpected(server_failure(part));
    } else if (answer["result"].get(part) == simdjson::SUCCESS) {
      by_id[id - 1] = part;
    }
    return by_id[id - 1].has_value();
  };
  const auto malformed = [] { return std::unexpected(failure(Kind::kMalformed, "answers and requests do not match")); };
  if (root.is_array()) {
    for (const Element answer : dom::array(root)) {
      if (!place(answer)) return malformed();
    }
  } else if (count != 1 || !place(root)) {
    Element error;
    if (root["error"].get(error) == simdjson::SUCCESS && !error.is_null())
      return std::unexpected(server_failure(error));
    return malformed();
  }
  std::vector<Answer> answers;
  for (const auto& answer : by_id) {
    if (!answer) return malformed();
    answers.push_back(*answer);
  }
  return answers;
}

std::optional<std::uint64_t> parse_number(Element value) {
  const auto number = hex_number(value, 16);
  if (!number) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

std::optional<Wei> parse_wei(Element value) { return hex_number(value, kMaxWeiDigits); }

std::optional<Digest> parse_hash(Element value) {
  std::string_view text;
  Digest hash;
  if (value.get_string().get(text) != simdjson::SUCCESS || text.size() != 66 || !text.starts_with("0x")) return {};
  if (!crypto::decode_hex(text.substr(2), hash)) return std::nullopt;
  return hash;
}

std::optional<Bytes> parse_data(Element value) {
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
  auto bytes = parse_bytes(text);
  if (!bytes) return std::nullopt;
  return std::move(*bytes);
}

std::optional<std::optional<Receipt>> parse_receipt(Element value) {
  using Found = std::optional<Receipt>;
  if (value.is_null()) return Found{};
  // A receipt without a block is a node's word for "still pending".
  if (const auto block = member(value, "blockHash"); block && block->is_null()) return Found{};
  Receipt r;
  std::uint64_t status = 0;
  if (!read(value, "transactionHash", parse_hash, r.transaction_hash) ||
      !read(value, "blockHash", parse_hash, r.block_hash) ||
      !read(value, "blockNumber", parse_number, r.block_number) || !read(value, "gasUsed", parse_number, r.gas_used) ||
      !read(value, "status", parse_number, status) || !read(value, "effectiveGasPrice", parse_wei, r.gas_price_wei) ||
      status > 1) {
    return std::nullopt;
  }
  r.succeeded = status == 1;
  return Found(r);
}

std::optional<std::optional<BlockRef>> parse_block(Element value) {
  using Found = std::optional<BlockRef>;
  if (value.is_null()) return Found{};
  BlockRef b;
  if (!read(value, "number", parse_number, b.number) || !read(value, "hash", parse_hash, b.hash)) return std::nullopt;
  return Found(b);
}

std::optional<Wei> parse_next_base_fee(Element value) {
  dom::array fees;
  if (value["baseFeePerGas"].get(fees) != simdjson::SUCCESS || fees.size() == 0) return std::nullopt;
  return parse_wei(fees.at(fees.size() - 1).value_unsafe());
}

}  // namespace underround::chain::rpc
