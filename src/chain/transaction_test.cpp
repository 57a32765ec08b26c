#include "chain/transaction.hpp"

#include "chain/test_vectors.hpp"

namespace underround::chain {
namespace {

using TransactionVectors = Vectors;

TEST_F(TransactionVectors, SignedLikeTheReferenceClient) {
  int checked = 0;
  for (const Json v : simdjson::dom::array(root_["transactions"])) {
    Transaction t;
    t.chain_id = v["chain_id"].get_uint64();
    t.nonce = v["nonce"].get_uint64();
    t.max_priority_fee_wei = Wei(str(v["max_priority_fee_wei"]));
    t.max_fee_wei = Wei(str(v["max_fee_wei"]));
    t.gas_limit = static_cast<std::uint64_t>(Wei(str(v["gas_limit"])));
    if (v["to"].is_string()) t.to = addr(str(v["to"]));
    t.value_wei = Wei(str(v["value_wei"]));
    t.data = parse_bytes(str(v["data"])).value();
    const SignedTransaction signed_transaction = sign(t, key_);
    EXPECT_EQ(hex(signed_transaction.raw), str(v["raw"]));
    EXPECT_EQ(hex(signed_transaction.hash), str(v["hash"]));
    ++checked;
  }
  EXPECT_EQ(checked, 7);
}

TEST(CreatedAddress, KnownValues) {
  // Account 0 of the public test mnemonic: its first contracts on a fresh chain.
  const Address sender = addr("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
  EXPECT_EQ(crypto::checksum(created_address(sender, 0)), "0x5FbDB2315678afecb367f032d93F642f64180aa3");
  EXPECT_EQ(crypto::checksum(created_address(sender, 1)), "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512");
}

}  // namespace
}  // namespace underround::chain
