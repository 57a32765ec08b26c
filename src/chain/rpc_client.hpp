// Asking Ethereum nodes. Kept-alive HTTP to each URL; when one fails to answer, the next is asked.
//   auto rpc = RpcClient::make(loop, {.urls = {"https://polygon.example/v2/token"}}).value();
//   rpc->account(address, [](RpcResult<AccountState> r) { ... });
// Every request here may safely be sent twice: reads are reads, and eth_sendRawTransaction sends the same signed bytes
// under the same hash. A node's own error is an answer and is not asked elsewhere, rate limits excepted.
// Owner: the loop's thread. Callbacks come from the loop, never from inside a call; none after destruction.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "chain/rpc_types.hpp"
#include "net/event_loop.hpp"
#include "net/tls.hpp"

namespace underround::chain {

struct RpcSettings {
  std::vector<std::string> urls{};  // secret: many carry an access token. In order of preference
  std::string proxy_url{};
  std::shared_ptr<net::TlsContext> tls{};  // null = system roots
  Nanos timeout = Nanos::from_seconds(5);  // per attempt
};

class RpcClient {
 public:
  template <class T>
  using Callback = std::function<void(RpcResult<T>)>;

  // kInvalidInput when there is no URL or one is not http(s).
  [[nodiscard]] static Result<std::unique_ptr<RpcClient>> make(net::EventLoop& loop, RpcSettings settings);
  ~RpcClient();

  void chain_id(Callback<std::uint64_t> done);
  void block_number(Callback<std::uint64_t> done);
  // null block: the node does not have it.
  void block(std::uint64_t number, Callback<std::optional<BlockRef>> done);
  void receipt(const Digest& transaction, Callback<std::optional<Receipt>> done);
  // eth_call on the latest block, or on `at_block`.
  void call(const Address* from, const CallData& call, Callback<Bytes> done,
            std::optional<std::uint64_t> at_block = std::nullopt);
  void estimate_gas(const Address& from, const CallData& call, Callback<std::uint64_t> done);
  // The hash the node answers with.
  void send_raw(const Bytes& raw, Callback<Digest> done);
  // Has code: a contract or a deployed wallet.
  void has_code(const Address& address, Callback<bool> done);

  // One batch each.
  void account(const Address& address, Callback<AccountState> done);
  void progress(const Address& address, const std::vector<Digest>& transactions, Callback<Progress> done);

 private:
  class Impl;
  explicit RpcClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace underround::chain
