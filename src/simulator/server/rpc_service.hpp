// The Ethereum JSON-RPC of the box: what a wallet, a transaction sender and the usual client libraries ask a node.
// Batches too. Methods it does not have answer -32601.
#pragma once

#include "simulator/chain/box_chain.hpp"
#include "simulator/server/json_value.hpp"
#include "simulator/server/json_writer.hpp"
#include "simulator/server/router.hpp"

namespace underround::simulator {

class RpcService {
 public:
  explicit RpcService(BoxChain& chain) : chain_(chain) {}
  void add_routes(Router& router);
  // The answer to a body: one object, or an array for a batch.
  [[nodiscard]] std::string answer(std::string_view body);

 private:
  void answer_one(const JsonValue& request, JsonWriter& out);
  BoxChain& chain_;
};

}  // namespace underround::simulator
