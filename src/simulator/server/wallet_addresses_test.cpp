// Against the addresses the venue's own clients derive for the well-known test key.
#include "simulator/server/wallet_addresses.hpp"

#include <gtest/gtest.h>

namespace underround::simulator {
namespace {

crypto::Address owner() { return crypto::parse_address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266").value(); }

TEST(WalletAddresses, AreTheOfficialOnes) {
  EXPECT_EQ(crypto::checksum(proxy_wallet(owner())), "0x365f0CA36Ae1f641E02fE3B7743673da42A13A70");
  EXPECT_EQ(crypto::checksum(safe_wallet(owner())), "0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47");
  EXPECT_EQ(crypto::checksum(deposit_wallet(owner())), "0xBc0fF067b7740Eff76C1ca93c875Ba6B890d6B50");
  EXPECT_EQ(crypto::checksum(legacy_deposit_wallet(owner())), "0xdf8b9E8f9AB23f261F6e1B171B7454ae6E46Ba76");
}

TEST(WalletAddresses, EachTypeOwnsItsOwnKindOnly) {
  const crypto::Address wallets[] = {owner(), proxy_wallet(owner()), safe_wallet(owner()), deposit_wallet(owner())};
  for (unsigned type = 0; type < 5; ++type) {
    for (unsigned kind = 0; kind < 4; ++kind) EXPECT_EQ(owns_wallet(owner(), type, wallets[kind]), type == kind);
  }
  EXPECT_TRUE(owns_wallet(owner(), 3, legacy_deposit_wallet(owner())));
  crypto::Address other = owner();
  other[0] ^= 1;
  for (unsigned type = 0; type < 4; ++type) EXPECT_FALSE(owns_wallet(other, type, wallets[type]));
}

}  // namespace
}  // namespace underround::simulator
