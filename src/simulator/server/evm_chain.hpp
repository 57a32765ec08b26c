// A real Ethereum virtual machine as the venue's chain: anvil with the Conditional Tokens contract at its address, two
// ERC-20 tokens and the adapter of simulator/chain/CollateralAdapter.sol. What accounts do there (splits, merges,
// redemptions, transfers, approvals) is checked by real bytecode and reaches the ledger from the blocks' logs; what the
// exchange does (fills, payouts of the faucet) is done on the chain by the exchanges' addresses, which need the
// accounts' approvals like the real ones.
//   EvmChain chain(loop, venue, allowances);   chain.open(find_evm().value())
// Only v1 markets live there. A batch of the relayer is one transaction for each call. Owner: the server's loop thread;
// open() runs the loop.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "net/event_loop.hpp"
#include "simulator/chain/allowances.hpp"
#include "simulator/chain/chain.hpp"
#include "simulator/server/evm_install.hpp"
#include "simulator/venue.hpp"

namespace underround::simulator {

class EvmChain final : public Chain {
 public:
  EvmChain(net::EventLoop& loop, Venue& venue, AllowanceBook& allowances);
  ~EvmChain() override;
  // Starts the program and puts the contracts and every market there. Once, before anything else.
  [[nodiscard]] Result<void> open(const EvmInstall& install);

  void advance(Nanos now) override;
  [[nodiscard]] std::uint64_t block_number() const override;
  [[nodiscard]] bool has_code(const Address& address) const override;
  void deploy(const Address& wallet) override;
  void grant_coins(const Address& address, UInt128 wei) override;
  Digest send_batch(const Address& wallet, std::vector<ChainCall> calls) override;
  [[nodiscard]] const ChainReceipt* receipt(const Digest& name) const override;

  // JSON-RPC of strangers, as it came; the answer is the node's own. "" when the node is gone.
  void forward(const std::string& body, std::function<void(std::string)> done);
  // Times the ledger and the chain could not be brought to agree: a fill whose shares or dollars had left the account.
  [[nodiscard]] std::uint64_t conflicts() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace underround::simulator
