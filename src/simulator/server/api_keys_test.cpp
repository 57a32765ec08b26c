#include "simulator/server/api_keys.hpp"

#include <gtest/gtest.h>

namespace underround::simulator {
namespace {

struct ApiKeysTest : ::testing::Test {
  Scheduler scheduler{Nanos::from_seconds(1'795'132'800)};
  Venue venue{scheduler, {}, 1};
  ApiKeys keys{venue, 1};
  const std::string address = "0x" + std::string(40, 'A');
};

TEST_F(ApiKeysTest, OnePerAddressAndNonce) {
  EXPECT_EQ(keys.derive(address, "0"), nullptr);
  const Credentials* made = keys.create(address, "0");
  ASSERT_NE(made, nullptr);
  EXPECT_EQ(made->address, "0x" + std::string(40, 'a'));
  EXPECT_EQ(made->signer[0], 0xaa);
  EXPECT_EQ(keys.create(made->address, "0"), nullptr);
  EXPECT_EQ(keys.derive(address, "0"), made);
  EXPECT_EQ(keys.find(made->key), made);
  EXPECT_NE(keys.create(address, "1")->secret, made->secret);
  keys.remove(made->key);
  EXPECT_EQ(keys.find(made->key), nullptr);
  EXPECT_EQ(keys.derive(address, "0"), nullptr);
  // Made again they are the same, and listed once.
  EXPECT_EQ(keys.create(address, "0")->secret, made->secret);
  EXPECT_EQ(keys.keys_of(made->address).size(), 2U);
}

TEST_F(ApiKeysTest, KindsAndWhatTheyMay) {
  const Credentials& owner = *keys.create(address, "0");
  const Credentials& reader = keys.issue(owner, KeyKind::kReadOnly);
  const Credentials& builder = keys.issue(owner, KeyKind::kBuilder);
  EXPECT_NE(reader.key, builder.key);
  EXPECT_TRUE(owner.may(Permission::kRead) && owner.may(Permission::kTrade));
  EXPECT_TRUE(reader.may(Permission::kRead));
  EXPECT_FALSE(reader.may(Permission::kTrade) || builder.may(Permission::kRead) || builder.may(Permission::kTrade));
  EXPECT_EQ(keys.keys_of(owner.address), (std::vector<std::string_view>{owner.key}));
  EXPECT_EQ(keys.keys_of(owner.address, KeyKind::kReadOnly), (std::vector<std::string_view>{reader.key}));
  EXPECT_EQ(keys.find(reader.key), &reader);
}

TEST_F(ApiKeysTest, WalletsBelongToTheAddressNotToOneKey) {
  const Credentials& first = *keys.create(address, "0");
  const Credentials& reader = keys.issue(first, KeyKind::kReadOnly);
  const AccountId wallet = venue.open_account("0x" + std::string(40, 'b'));
  keys.associate(first, wallet);
  EXPECT_TRUE(first.holds(wallet) && reader.holds(wallet));
  EXPECT_EQ(keys.owner_of(wallet), first.key);
}

}  // namespace
}  // namespace underround::simulator
