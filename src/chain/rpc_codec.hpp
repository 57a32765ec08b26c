// Ethereum JSON-RPC as text: requests out, answers in. Pure; fuzzed. Private to this room: it drags in simdjson.
//   std::string body = encode_requests(requests);
//   RpcParser parser;  auto answers = parser.parse(body, requests.size());   parse_receipt(*answers->at(0))
// Every number from outside is bounded here: u64 for counts and gas, below 2^96 for wei (wei.hpp).
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chain/rpc_types.hpp"

namespace underround::chain::rpc {

using Element = simdjson::dom::element;

struct Request {
  std::string method;
  std::string params;  // JSON array
};
// One object for one request, an array for several; ids 1, 2, ...
[[nodiscard]] std::string encode_requests(const std::vector<Request>& requests);

[[nodiscard]] std::string quantity(const Wei& value);  // "0x0", "0x1f"; no quotes
// {"from":..,"to":..,"data":..}; `from` may be null.
[[nodiscard]] std::string call_object(const Address* from, const CallData& call);

using Answer = std::expected<Element, RpcFailure>;  // kServer failures only

class Parser {
 public:
  // Answers in the order of the requests, valid until the next parse(). kNotJson: no JSON at all (an HTML page, a cut
  // body); kMalformed: JSON that does not answer these requests; kServer: one error for the whole batch.
  [[nodiscard]] std::expected<std::vector<Answer>, RpcFailure> parse(std::string_view body, std::size_t count);

 private:
  simdjson::dom::parser parser_;
};

[[nodiscard]] std::optional<std::uint64_t> parse_number(Element value);
[[nodiscard]] std::optional<Wei> parse_wei(Element value);
[[nodiscard]] std::optional<Digest> parse_hash(Element value);
[[nodiscard]] std::optional<Bytes> parse_data(Element value);
// Outer nothing: malformed. Inner nothing: the node knows no such thing (null).
[[nodiscard]] std::optional<std::optional<Receipt>> parse_receipt(Element value);
[[nodiscard]] std::optional<std::optional<BlockRef>> parse_block(Element value);
// Base fee of the next block out of an eth_feeHistory answer.
[[nodiscard]] std::optional<Wei> parse_next_base_fee(Element value);

}  // namespace underround::chain::rpc
