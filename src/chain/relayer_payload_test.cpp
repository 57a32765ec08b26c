#include "chain/relayer_payload.hpp"

#include "chain/test_vectors.hpp"
#include "chain/wallets.hpp"

namespace underround::chain {
namespace {

class RelayerPayloadVectors : public Vectors {
 protected:
  void SetUp() override {
    Vectors::SetUp();
    for (const Json call : simdjson::dom::array(root_["relayer_multi"]["calls"])) {
      calls_.push_back({.to = addr(str(call["to"])), .data = parse_bytes(str(call["data"])).value()});
    }
  }
  // The official client's members in their order, without blanks.
  std::string official(const char* group, const char* name) { return simdjson::to_string(root_[group][name].value()); }
  Address wallet(AccountType type) { return wallet_of(type, key_.address(), c_).value(); }

  Contracts c_ = contracts_of(kPolygon).value();
  std::vector<Call> calls_;
  Address relay_ = addr("0x0000000000000000000000000000000000000001");
};

TEST_F(RelayerPayloadVectors, Safe) {
  const Address safe = wallet(AccountType::kSafe);
  const std::span<const Call> one(calls_.data(), 1);
  EXPECT_EQ(safe_payload(c_, key_, safe, one, U256(3), "approve").body, official("relayer", "submit_safe"));
  EXPECT_EQ(safe_payload(c_, key_, safe, calls_, U256(41), "split").body, official("relayer_multi", "safe"));
}

TEST_F(RelayerPayloadVectors, Proxy) {
  const Address proxy = wallet(AccountType::kProxy);
  EXPECT_EQ(proxy_payload(c_, key_, proxy, calls_[0].data, U256(3), relay_, 500'000, "approve").body,
            official("relayer", "submit_proxy"));
  EXPECT_EQ(proxy_payload(c_, key_, proxy, proxy_calldata(calls_), U256(18), relay_, 734'512, "split").body,
            official("relayer_multi", "proxy"));
}

TEST_F(RelayerPayloadVectors, DepositWallet) {
  const Address w = wallet(AccountType::kDepositWallet);
  const std::span<const Call> one(calls_.data(), 1);
  EXPECT_EQ(wallet_payload(c_, key_, w, one, U256(3), 1'795'000'600, "").body,
            official("relayer", "submit_deposit_wallet_batch"));
  EXPECT_EQ(wallet_payload(c_, key_, w, one, U256(3), 1'795'000'600, "").body,
            str(root_["relayer"]["builder_headers_for_deposit_wallet_batch"]["body"]));
  EXPECT_EQ(wallet_payload(c_, key_, w, calls_, U256(12), 1'795'000'600, "").body, official("relayer_multi", "wallet"));
}

TEST_F(RelayerPayloadVectors, Deployment) {
  EXPECT_EQ(safe_create_payload(c_, key_, wallet(AccountType::kSafe)).body, official("relayer", "submit_safe_create"));
  EXPECT_EQ(wallet_create_payload(c_, key_.address()).body, official("relayer", "submit_wallet_create"));
}

TEST_F(RelayerPayloadVectors, NamesTellPayloadsApart) {
  const Address w = wallet(AccountType::kDepositWallet);
  const Digest name = wallet_payload(c_, key_, w, calls_, U256(1), 100, "").name;
  EXPECT_NE(wallet_payload(c_, key_, w, calls_, U256(2), 100, "").name, name);
  EXPECT_NE(wallet_payload(c_, key_, w, calls_, U256(1), 101, "").name, name);
  EXPECT_NE(wallet_payload(c_, key_, w, std::span(calls_).first(2), U256(1), 100, "").name, name);
  EXPECT_EQ(wallet_payload(c_, key_, w, calls_, U256(1), 100, "a note").name, name);  // not signed
}

TEST_F(RelayerPayloadVectors, MetadataStaysJson) {
  const std::string body = wallet_payload(c_, key_, relay_, calls_, U256(1), 1, "a \"quote\"\n\\").body;
  simdjson::dom::parser parser;
  EXPECT_EQ(str(parser.parse(simdjson::padded_string(body))["metadata"]), "a \"quote\" \\");
}

}  // namespace
}  // namespace underround::chain
