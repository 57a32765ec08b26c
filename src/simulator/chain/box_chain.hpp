// Polygon in the box: blocks every two simulated seconds, accounts with nonces and coins for gas, a pool of
// transactions waiting for their block, receipts. What contracts do is `Contracts`' business.
//   BoxChain chain(venue, allowances, seed);   chain.send_raw(bytes)   ...   chain.advance(now);   chain.receipt(hash)
// A block takes what the pool has at its time, each sender's transactions in the order of their nonces. No re-orgs, and
// a base fee that never moves.
#pragma once

#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/int128.hpp"
#include "simulator/chain/chain.hpp"
#include "simulator/chain/contracts.hpp"
#include "simulator/chain/raw_transaction.hpp"

namespace underround::simulator {

inline constexpr std::uint64_t kBoxChainId = 137;
inline constexpr UInt128 kBaseFeeWei = 30 * kGwei, kSuggestedTipWei = 30 * kGwei, kLeastTipWei = 25 * kGwei;

class BoxChain final : public Chain {
 public:
  BoxChain(Venue& venue, AllowanceBook& allowances, std::uint64_t seed);

  void advance(Nanos now) override;

  [[nodiscard]] std::uint64_t block_number() const override { return block_; }
  [[nodiscard]] Nanos block_time(std::uint64_t block) const noexcept;
  [[nodiscard]] Digest block_hash(std::uint64_t block) const;
  [[nodiscard]] std::vector<Digest> transactions_of(std::uint64_t block) const;

  [[nodiscard]] std::uint64_t nonce(const Address& address) const;
  [[nodiscard]] std::uint64_t pending_nonce(const Address& address) const;
  [[nodiscard]] UInt128 coins(const Address& address) const;
  void grant_coins(const Address& address, UInt128 wei) override { coins_[key(address)] += wei; }
  [[nodiscard]] bool has_code(const Address& address) const override;
  void deploy(const Address& wallet) override { deployed_.insert(key(wallet)); }

  [[nodiscard]] CallResult look(const Address& from, const Address& to, ByteView data) const {
    return contracts_.look(from, to, data);
  }
  // Its hash; errors in a node's words.
  [[nodiscard]] Result<Digest> send_raw(ByteView raw);
  // Calls out of a wallet, in the next block, all or nothing; somebody else pays. Redemptions and conversions in front
  // of a call that fails are not taken back.
  Digest send_batch(const Address& wallet, std::vector<ChainCall> calls) override;
  [[nodiscard]] const ChainReceipt* receipt(const Digest& hash) const override;
  [[nodiscard]] bool pending(const Digest& hash) const { return waiting_.contains(hash); }

 private:
  struct DigestHash {
    std::size_t operator()(const Digest& d) const noexcept;
  };
  struct Batch {
    Digest hash{};
    Address wallet{};
    std::vector<ChainCall> calls;
  };
  static std::string key(const Address& address) { return {address.begin(), address.end()}; }
  void seal();
  void execute(const RawTransaction& t);
  void execute(const Batch& batch);
  void keep(ChainReceipt receipt);

  Contracts contracts_;
  std::uint64_t seed_, batches_ = 0;
  Nanos start_;
  std::uint64_t block_;
  std::unordered_map<std::string, std::uint64_t> nonces_;
  std::unordered_map<std::string, UInt128> coins_;
  std::unordered_set<std::string> deployed_;
  std::map<std::string, std::map<std::uint64_t, RawTransaction>> pool_;  // by sender, then nonce
  std::vector<Batch> batches_waiting_;
  std::unordered_set<Digest, DigestHash> waiting_;
  std::unordered_map<Digest, ChainReceipt, DigestHash> receipts_;
  std::unordered_map<std::uint64_t, std::vector<Digest>> by_block_;
};

}  // namespace underround::simulator
