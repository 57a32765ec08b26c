#include "simulator/chain/box_chain.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "crypto/encoding.hpp"
#include "crypto/keccak.hpp"

namespace underround::simulator {
namespace {

constexpr std::uint64_t kFirstBlock = 78'000'000;
constexpr Nanos kBlockTime = Nanos::from_seconds(2);
constexpr std::uint64_t kIntrinsicGas = 21'000, kBatchGas = 60'000;

std::unexpected<Error> refuse(std::string words) { return fail(ErrorCode::kRefused, std::move(words)); }

std::string decimal(UInt128 value) {
  std::string out;
  do out.insert(out.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
  while ((value /= 10) != 0);
  return out;
}

}  // namespace

std::size_t BoxChain::DigestHash::operator()(const Digest& d) const noexcept {
  std::size_t out = 0;
  std::memcpy(&out, d.data(), sizeof out);
  return out;
}

BoxChain::BoxChain(Venue& venue, AllowanceBook& allowances, std::uint64_t seed)
    : contracts_(venue, allowances), seed_(seed), start_(venue.now()), block_(kFirstBlock) {}

Nanos BoxChain::block_time(std::uint64_t block) const noexcept {
  return start_ + Nanos{kBlockTime.ns * static_cast<std::int64_t>(block - kFirstBlock)};
}

Digest BoxChain::block_hash(std::uint64_t block) const {
  Bytes text = word_bytes(U256(block));
  const Bytes seed = word_bytes(U256(seed_));
  text.insert(text.end(), seed.begin(), seed.end());
  return crypto::keccak256(text);
}

std::vector<Digest> BoxChain::transactions_of(std::uint64_t block) const {
  const auto it = by_block_.find(block);
  return it == by_block_.end() ? std::vector<Digest>{} : it->second;
}

void BoxChain::advance(Nanos now) {
  while (block_time(block_ + 1) <= now) seal();
}

std::uint64_t BoxChain::nonce(const Address& address) const {
  const auto it = nonces_.find(key(address));
  return it == nonces_.end() ? 0 : it->second;
}

std::uint64_t BoxChain::pending_nonce(const Address& address) const {
  std::uint64_t next = nonce(address);
  const auto mine = pool_.find(key(address));
  if (mine != pool_.end()) {
    while (mine->second.contains(next)) ++next;
  }
  return next;
}

UInt128 BoxChain::coins(const Address& address) const {
  const auto it = coins_.find(key(address));
  return it == coins_.end() ? 0 : it->second;
}

bool BoxChain::has_code(const Address& address) const {
  return contracts_.is_contract(address) || deployed_.contains(key(address));
}

const ChainReceipt* BoxChain::receipt(const Digest& hash) const {
  const auto it = receipts_.find(hash);
  return it == receipts_.end() ? nullptr : &it->second;
}

Result<Digest> BoxChain::send_raw(ByteView raw) {
  auto parsed = parse_raw_transaction(raw);
  if (!parsed) return std::unexpected(parsed.error());
  RawTransaction& t = *parsed;
  if (t.chain_id != kBoxChainId)
    return refuse("invalid chain id for signer: have " + std::to_string(t.chain_id) + " want 137");
  if (pending(t.hash)) return refuse("already known");
  if (const std::uint64_t next = nonce(t.from); t.nonce < next) {
    return refuse("nonce too low: next nonce " + std::to_string(next) + ", tx nonce " + std::to_string(t.nonce));
  }
  if (t.priority_fee_wei > t.max_fee_wei) return refuse("max priority fee per gas higher than max fee per gas");
  if (t.priority_fee_wei < kLeastTipWei) {
    return refuse("transaction underpriced: gas tip cap " + decimal(t.priority_fee_wei) + ", minimum needed " +
                  decimal(kLeastTipWei));
  }
  if (t.gas_limit < kIntrinsicGas)
    return refuse("intrinsic gas too low: gas " + std::to_string(t.gas_limit) + ", minimum needed 21000");
  const UInt128 cost = t.max_fee_wei * t.gas_limit + t.value_wei;
  if (coins(t.from) < cost) {
    return refuse("insufficient funds for gas * price + value: address " + crypto::checksum(t.from) + " have " +
                  decimal(coins(t.from)) + " want " + decimal(cost));
  }
  auto& mine = pool_[key(t.from)];
  if (const auto before = mine.find(t.nonce); before != mine.end()) {
    const auto dearer = [](UInt128 now, UInt128 then) { return now * 10 >= then * 11; };
    if (!dearer(t.max_fee_wei, before->second.max_fee_wei) ||
        !dearer(t.priority_fee_wei, before->second.priority_fee_wei)) {
      return refuse("replacement transaction underpriced");
    }
    waiting_.erase(before->second.hash);
  }
  const Digest hash = t.hash;
  waiting_.insert(hash);
  mine.insert_or_assign(t.nonce, std::move(t));
  return hash;
}

Digest BoxChain::send_batch(const Address& wallet, std::vector<ChainCall> calls) {
  Bytes name(wallet.begin(), wallet.end());
  const Bytes number = word_bytes(U256(++batches_)), seed = word_bytes(U256(seed_));
  name.insert(name.end(), number.begin(), number.end());
  name.insert(name.end(), seed.begin(), seed.end());
  const Digest hash = crypto::keccak256(name);
  waiting_.insert(hash);
  batches_waiting_.push_back({hash, wallet, std::move(calls)});
  return hash;
}

void BoxChain::seal() {
  ++block_;
  for (const Batch& batch : std::exchange(batches_waiting_, {})) execute(batch);
  for (auto& [sender, mine] : pool_) {
    while (!mine.empty() && mine.begin()->first == nonces_[sender] && mine.begin()->second.max_fee_wei >= kBaseFeeWei) {
      const RawTransaction next = std::move(mine.begin()->second);
      mine.erase(mine.begin());
      execute(next);
    }
  }
  std::erase_if(pool_, [](const auto& row) { return row.second.empty(); });
}

void BoxChain::execute(const RawTransaction& t) {
  const std::string sender = key(t.from);
  ++nonces_[sender];
  ChainReceipt r{.hash = t.hash, .nonce = t.nonce, .from = t.from, .to = t.to};
  r.gas_price_wei = std::min(t.max_fee_wei, kBaseFeeWei + t.priority_fee_wei);
  CallResult result;
  if (!t.to) {
    result.reason = "contracts cannot be created here";
    result.gas = kIntrinsicGas;
  } else {
    result = contracts_.look(t.from, *t.to, t.data);
    if (result.gas > t.gas_limit) {
      result.ok = false;
      result.reason = "out of gas";
      result.gas = t.gas_limit;
    } else if (result.ok) {
      result = contracts_.run(t.from, *t.to, t.data);
    }
  }
  r.succeeded = result.ok;
  r.reason = result.reason;
  r.gas_used = std::min(result.gas, t.gas_limit);
  // The balance was enough when it came in; what was sent in between can only have left less for the value.
  UInt128& have = coins_[sender];
  have -= std::min(have, r.gas_price_wei * r.gas_used);
  if (r.succeeded && t.value_wei != 0) {
    const UInt128 moved = std::min(have, t.value_wei);
    have -= moved;
    coins_[key(*t.to)] += moved;
  }
  keep(std::move(r));
}

void BoxChain::execute(const Batch& batch) {
  ChainReceipt r{.hash = batch.hash,
                 .gas_used = kBatchGas,
                 .gas_price_wei = kBaseFeeWei + kSuggestedTipWei,
                 .from = batch.wallet,
                 .succeeded = true};
  std::vector<std::function<void()>> undo;
  for (const ChainCall& call : batch.calls) {
    CallResult result = contracts_.run(batch.wallet, call.to, call.data);
    r.gas_used += result.gas;
    if (result.ok) {
      if (result.undo) undo.push_back(std::move(result.undo));
      continue;
    }
    r.succeeded = false;
    r.reason = result.reason;
    for (auto it = undo.rbegin(); it != undo.rend(); ++it) (*it)();
    break;
  }
  keep(std::move(r));
}

void BoxChain::keep(ChainReceipt receipt) {
  receipt.block = block_;
  auto& in_block = by_block_[block_];
  receipt.index = in_block.size();
  in_block.push_back(receipt.hash);
  waiting_.erase(receipt.hash);
  receipts_.insert_or_assign(receipt.hash, std::move(receipt));
}

}  // namespace underround::simulator
