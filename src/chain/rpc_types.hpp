// What a node says, as values.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "chain/abi.hpp"
#include "chain/wei.hpp"
#include "core/error.hpp"

namespace underround::chain {

struct RpcFailure {
  enum class Kind : std::uint8_t {
    kNeverSent,  // nobody was reached
    kUnknown,    // reached, and then silence: timeout, reset, cut answer
    kHttp,       // a status other than 200 (and no JSON-RPC error in it)
    kNotJson,    // an HTML page of some proxy
    kMalformed,  // JSON, but not an answer to the question
    kServer,     // the node's own error: `code`, `message`, `data`
  };
  Kind kind = Kind::kMalformed;
  int http_status = 0;
  std::int64_t code = 0;
  std::string message{};  // never a URL: access tokens live in their paths
  Bytes data{};           // what a contract reverted with
  // Some node may have acted on the request: one of the attempts ended in kUnknown, kHttp or kNotJson.
  bool maybe_delivered = false;

  [[nodiscard]] Error error() const;  // kTimeout | kNetwork | kRefused | kInternal
};
[[nodiscard]] const char* to_string(RpcFailure::Kind kind) noexcept;

template <class T>
using RpcResult = std::expected<T, RpcFailure>;

// A call as nodes want it.
struct CallData {
  std::optional<Address> to{};  // none = contract creation
  Bytes data{};
  Wei value_wei{};
};

struct Receipt {
  Digest transaction_hash{};
  Digest block_hash{};
  std::uint64_t block_number = 0;
  std::uint64_t gas_used = 0;
  Wei gas_price_wei{};  // the effective one
  bool succeeded = false;
  [[nodiscard]] Wei cost_wei() const { return gas_price_wei * gas_used; }
};

struct BlockRef {
  std::uint64_t number = 0;
  Digest hash{};
};

// One look at an account and at the price of gas.
struct AccountState {
  std::uint64_t nonce_latest = 0;   // transactions in blocks
  std::uint64_t nonce_pending = 0;  // and those the node's pool knows
  Wei balance_wei{};
  Wei base_fee_wei{};      // of the next block
  Wei priority_fee_wei{};  // the node's suggestion; 0 when it has none
};

// One look at transactions on their way.
struct Progress {
  std::uint64_t block_number = 0;
  std::uint64_t nonce_latest = 0;
  std::vector<std::optional<Receipt>> receipts;  // as the hashes asked for
};

}  // namespace underround::chain
