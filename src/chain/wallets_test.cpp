#include "chain/wallets.hpp"

#include "chain/test_vectors.hpp"

namespace underround::chain {
namespace {

using WalletVectors = Vectors;

TEST_F(WalletVectors, EveryKindOfWallet) {
  const Json v = root_["wallet_derivation"];
  const Address owner = addr(str(v["owner_eoa"]));
  const Contracts c = contracts_of(kPolygon).value();
  EXPECT_EQ(wallet_of(AccountType::kEoa, owner, c).value(), owner);
  EXPECT_EQ(crypto::checksum(wallet_of(AccountType::kProxy, owner, c).value()), str(v["poly_proxy"]["address"]));
  EXPECT_EQ(crypto::checksum(wallet_of(AccountType::kSafe, owner, c).value()), str(v["gnosis_safe"]["address"]));
  EXPECT_EQ(crypto::checksum(wallet_of(AccountType::kDepositWallet, owner, c).value()),
            str(v["deposit_wallet_beacon_current"]["address"]));
  EXPECT_EQ(crypto::checksum(legacy_deposit_wallet(owner, c).value()), str(v["deposit_wallet_uups_legacy"]["address"]));
}

TEST_F(WalletVectors, OwnershipIsRecognised) {
  const Json v = root_["wallet_derivation"];
  const Address owner = addr(str(v["owner_eoa"]));
  const Contracts c = contracts_of(kPolygon).value();
  EXPECT_TRUE(owns(owner, AccountType::kDepositWallet, addr(str(v["deposit_wallet_uups_legacy"]["address"])), c));
  EXPECT_TRUE(owns(owner, AccountType::kDepositWallet, addr(str(v["deposit_wallet_beacon_current"]["address"])), c));
  EXPECT_FALSE(owns(owner, AccountType::kSafe, addr(str(v["poly_proxy"]["address"])), c));
  EXPECT_FALSE(owns(c.router, AccountType::kSafe, addr(str(v["gnosis_safe"]["address"])), c));
}

TEST_F(WalletVectors, ChainsWithoutAFactoryAreRefused) {
  const Address owner = addr(str(root_["wallet_derivation"]["owner_eoa"]));
  const Contracts amoy = contracts_of(kAmoy).value();
  EXPECT_EQ(wallet_of(AccountType::kProxy, owner, amoy).error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(wallet_of(AccountType::kDepositWallet, owner, amoy).error().code, ErrorCode::kUnsupported);
  EXPECT_TRUE(wallet_of(AccountType::kSafe, owner, amoy));
}

}  // namespace
}  // namespace underround::chain
