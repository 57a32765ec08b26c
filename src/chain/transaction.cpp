#include "chain/transaction.hpp"

#include <algorithm>

#include "chain/rlp.hpp"
#include "crypto/keccak.hpp"

namespace underround::chain {
namespace {

constexpr std::uint8_t kType = 0x02;

RlpList fields(const Transaction& t) {
  RlpList list;
  list.number(t.chain_id).number(t.nonce).number(t.max_priority_fee_wei).number(t.max_fee_wei).number(t.gas_limit);
  list.bytes(t.to ? ByteSpan(*t.to) : ByteSpan()).number(t.value_wei).bytes(t.data);
  list.list(RlpList{});  // access list
  return list;
}

Bytes envelope(const RlpList& list) {
  Bytes out = list.encode();
  out.insert(out.begin(), kType);
  return out;
}

}  // namespace

Digest signing_digest(const Transaction& transaction) { return crypto::keccak256(envelope(fields(transaction))); }

SignedTransaction sign(const Transaction& transaction, const crypto::SecretKey& key) {
  const crypto::Signature signature = key.sign(signing_digest(transaction));
  U256 r, s;
  std::copy_n(signature.begin(), 32, r.bytes.begin());
  std::copy_n(signature.begin() + 32, 32, s.bytes.begin());
  RlpList list = fields(transaction);
  list.number(signature[64] - 27U).number(to_wei(r)).number(to_wei(s));
  SignedTransaction out{.raw = envelope(list), .hash = {}};
  out.hash = crypto::keccak256(out.raw);
  return out;
}

Address created_address(const Address& sender, std::uint64_t nonce) {
  const Digest hash = crypto::keccak256(RlpList().bytes(sender).number(nonce).encode());
  Address address;
  std::copy(hash.begin() + 12, hash.end(), address.begin());
  return address;
}

}  // namespace underround::chain
