// An Ethereum node on a real socket with a chain one can push around: a pool, blocks mined by the test, re-orgs, and
// every way of not answering. Understands as much of transactions as following one sender needs. Tests only.
#pragma once

#include <gtest/gtest.h>
#include <simdjson.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "chain/test_vectors.hpp"
#include "crypto/keccak.hpp"
#include "net/server.hpp"

namespace underround::chain {

class FakeNode {
 public:
  struct Seen {  // one transaction somebody sent
    Digest hash{};
    std::uint64_t nonce = 0;
    Wei priority{}, max_fee{};
    Bytes raw{};
  };
  struct Mined {
    Seen transaction{};
    std::uint64_t block = 0;
    bool succeeded = true;
  };
  // Answers a whole HTTP request in place of the node; true = it did.
  using Fault = std::function<bool(const std::string& method, const net::HttpRequest&, const net::HttpResponder&)>;

  explicit FakeNode(net::EventLoop& loop)
      : server_(net::Server::listen(
                    loop, {},
                    {.on_request = [this](const net::HttpRequest& q, const net::HttpResponder& r) { handle(q, r); }})
                    .value()) {}

  [[nodiscard]] std::string url() const { return server_->url(); }

  // --- the world ---
  std::uint64_t chain_id = 137, block = 1000, nonce = 0, gas_estimate = 100'000;
  Wei base_fee = gwei(100), priority_fee = gwei(40), balance = Wei(10) * kWeiPerCoin;
  std::uint64_t foreign_pending = 0;  // transactions of the account in the pool that are not in `pool`
  std::vector<Seen> pool;             // one per nonce
  std::vector<Mined> mined;
  std::vector<std::uint64_t> forks_from;               // re-orgs so far: the first block each replaced
  std::string send_error, estimate_error, call_error;  // JSON error objects; empty = none
  bool keep_out_of_pool = false;                       // accepts, answers with the hash, and forgets
  Fault fault;
  std::vector<Seen> sent;            // every eth_sendRawTransaction that was read
  std::map<std::string, int> asked;  // calls by method
  net::HttpRequest last_request;

  void mine(bool succeeded = true) {  // the whole pool, in one block
    ++block;
    for (const Seen& s : pool) {
      mined.push_back({s, block, succeeded});
      nonce = s.nonce + 1;
    }
    pool.clear();
  }
  void blocks(std::uint64_t count) { block += count; }
  // The newest `depth` blocks are replaced by others without our transactions; back_to_pool: those wait again.
  void reorg(std::uint64_t depth, bool back_to_pool) {
    const std::uint64_t from = block + 1 - depth;
    forks_from.push_back(from);
    std::vector<Mined> kept;
    for (const Mined& m : mined) {
      if (m.block < from) {
        kept.push_back(m);
        continue;
      }
      nonce = std::min(nonce, m.transaction.nonce);
      if (back_to_pool) pool.push_back(m.transaction);
    }
    mined = kept;
  }
  [[nodiscard]] Digest block_hash(std::uint64_t number) const {
    const auto forks = std::count_if(forks_from.begin(), forks_from.end(), [&](auto from) { return from <= number; });
    return crypto::keccak256(fmt::format("block {} fork {}", number, forks));
  }

 private:
  static Bytes take(ByteSpan& in) {  // one RLP string
    const std::uint8_t head = in[0];
    std::size_t skip = 1, size = 0;
    if (head < 0x80) skip = 0, size = 1;
    if (head >= 0x80 && head <= 0xb7) size = head - 0x80U;
    if (head > 0xb7) {
      skip = 1 + head - 0xb7U;
      for (std::size_t i = 1; i < skip; ++i) size = size << 8 | in[i];
    }
    const ByteSpan value = in.subspan(skip, size);
    in = in.subspan(skip + size);
    return {value.begin(), value.end()};
  }
  static Wei number(const Bytes& bytes) {
    Wei value = 0;
    for (const std::uint8_t b : bytes) value = value << 8 | b;
    return value;
  }
  static Seen read(const Bytes& raw) {
    Seen s{.hash = crypto::keccak256(raw), .raw = raw};
    ByteSpan in(raw);
    in = in.subspan(in[1] > 0xf7 ? 2 + in[1] - 0xf7U : 2);  // the type byte and the list's head
    (void)take(in);                                         // chain id
    s.nonce = static_cast<std::uint64_t>(number(take(in)));
    s.priority = number(take(in));
    s.max_fee = number(take(in));
    return s;
  }

  void handle(const net::HttpRequest& q, const net::HttpResponder& r) {
    last_request = q;
    const Json root = parser_.parse(q.body).value();
    const Json first = root.is_array() ? simdjson::dom::array(root).at(0).value() : root;
    if (fault && fault(str(first["method"]), q, r)) return;
    if (!root.is_array()) return r.send(200, answer(root));
    std::string out;
    for (const Json one : simdjson::dom::array(root)) out += (out.empty() ? "" : ",") + answer(one);
    r.send(200, "[" + out + "]");
  }

  std::string answer(Json request) {
    const std::string method = str(request["method"]);
    ++asked[method];
    std::string error;
    const std::string result = evaluate(method, request["params"], error);
    const std::string value = error.empty() ? R"("result":)" + result : R"("error":)" + error;
    return fmt::format(R"({{"jsonrpc":"2.0","id":{},{}}})", request["id"].get_uint64().value(), value);
  }

  static std::string quoted(const Wei& value) { return "\"0x" + value.str(0, std::ios_base::hex) + "\""; }

  std::string evaluate(const std::string& method, Json params, std::string& error) {
    if (method == "eth_chainId") return quoted(chain_id);
    if (method == "eth_blockNumber") return quoted(block);
    if (method == "eth_getBalance") return quoted(balance);
    if (method == "eth_maxPriorityFeePerGas") return quoted(priority_fee);
    if (method == "eth_getTransactionCount") {
      const bool pending = str(params.at(1)) == "pending";
      return quoted(nonce + (pending ? foreign_pending + pool.size() : 0));
    }
    if (method == "eth_feeHistory") return fmt::format(R"({{"baseFeePerGas":["0x1",{}]}})", quoted(base_fee));
    if (method == "eth_estimateGas") return error = estimate_error, quoted(gas_estimate);
    if (method == "eth_call") return error = call_error, R"("0x")";
    if (method == "eth_getBlockByNumber") return block_json(std::string(str(params.at(0))));
    if (method == "eth_getTransactionReceipt") return receipt_json(str(params.at(0)));
    if (method == "eth_sendRawTransaction") return take_transaction(parse_bytes(str(params.at(0))).value(), error);
    error = R"({"code":-32601,"message":"the method does not exist"})";
    return "";
  }

  std::string block_json(const std::string& tag) const {
    const std::uint64_t number = std::stoull(tag, nullptr, 16);
    if (number > block) return "null";
    return fmt::format(R"({{"number":"{}","hash":"{}"}})", tag, hex(block_hash(number)));
  }

  std::string receipt_json(const std::string& hash) const {
    for (const Mined& m : mined) {
      if (hex(m.transaction.hash) != hash) continue;
      return fmt::format(R"({{"transactionHash":"{}","blockHash":"{}","blockNumber":"0x{:x}","gasUsed":"0xc350",)"
                         R"("effectiveGasPrice":{},"status":"{}"}})",
                         hash, hex(block_hash(m.block)), m.block, quoted(gwei(50)), m.succeeded ? "0x1" : "0x0");
    }
    return "null";
  }

  std::string take_transaction(const Bytes& raw, std::string& error) {
    const Seen s = read(raw);
    sent.push_back(s);
    if (!send_error.empty()) return error = send_error, "";
    if (s.nonce < nonce) return error = R"({"code":-32000,"message":"nonce too low"})", "";
    for (Seen& other : pool) {
      if (other.nonce != s.nonce) continue;
      if (other.hash == s.hash) return error = R"({"code":-32000,"message":"already known"})", "";
      if (s.max_fee * 10 < other.max_fee * 11 || s.priority * 10 < other.priority * 11) {
        return error = R"({"code":-32000,"message":"replacement transaction underpriced"})", "";
      }
      other = s;
      return "\"" + hex(s.hash) + "\"";
    }
    if (!keep_out_of_pool) pool.push_back(s);
    return "\"" + hex(s.hash) + "\"";
  }

  simdjson::dom::parser parser_;
  std::unique_ptr<net::Server> server_;
};

}  // namespace underround::chain
