// What the rest of the venue in the box asks of its chain, whichever it is: the one made here (box_chain.hpp) or a real
// Ethereum virtual machine beside it (server/evm_chain.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/int128.hpp"
#include "simulator/chain/calldata.hpp"

namespace underround::simulator {

inline constexpr UInt128 kGwei = 1'000'000'000, kCoinWei = kGwei * kGwei;

struct ChainCall {
  Address to{};
  Bytes data;
};

struct ChainReceipt {
  Digest hash{};
  std::uint64_t block = 0, index = 0, nonce = 0, gas_used = 0;
  UInt128 gas_price_wei = 0;
  Address from{};
  std::optional<Address> to{};
  bool succeeded = false;
  std::string reason{};  // of a revert; no receipt of a real node has it
};

class Chain {
 public:
  virtual ~Chain() = default;
  virtual void advance(Nanos now) = 0;  // seals or looks for every block that is due
  [[nodiscard]] virtual std::uint64_t block_number() const = 0;
  // A contract, or a wallet that somebody created.
  [[nodiscard]] virtual bool has_code(const Address& address) const = 0;
  virtual void deploy(const Address& wallet) = 0;
  virtual void grant_coins(const Address& address, UInt128 wei) = 0;
  // Calls out of a wallet, somebody else pays. The name is what receipt() is asked with.
  virtual Digest send_batch(const Address& wallet, std::vector<ChainCall> calls) = 0;
  // nullptr until it is in a block.
  [[nodiscard]] virtual const ChainReceipt* receipt(const Digest& name) const = 0;
};

}  // namespace underround::simulator
