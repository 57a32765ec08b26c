// Requests made by the venue's official relayer client: read, and refused when anything in them is changed.
#include "simulator/server/relayer_actions.hpp"

#include <gtest/gtest.h>

#include "crypto/encoding.hpp"
#include "simulator/server/vectors_fixture.hpp"

namespace underround::simulator {
namespace {

constexpr std::int64_t kNow = 1'795'000'000;
constexpr char kOwner[] = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

const JsonValue& request(const char* name) { return *official_chain_vectors().find("relayer")->find(name); }

JsonValue* member(JsonValue& object, std::string_view name) {
  for (JsonMember& m : object.members) {
    if (m.name == name) return &m.value;
  }
  return nullptr;
}

TEST(RelayerActions, ReadsTheOfficialSafeRequest) {
  const auto action = read_relayer_action(request("submit_safe"), kNow);
  ASSERT_TRUE(action) << action.error().message;
  EXPECT_EQ(crypto::hex_0x(action->owner), kOwner);
  EXPECT_EQ(crypto::hex_0x(action->wallet), "0xd93b25cb943d14d0d34fbaf01fc93a0f8b5f6e47");
  EXPECT_EQ(action->nonce, U256(3));
  ASSERT_EQ(action->calls.size(), 1U);
  EXPECT_EQ(CallReader(action->calls[0].data).selector(), selector("approve(address,uint256)"));
}

TEST(RelayerActions, ReadsTheOfficialDepositWalletBatch) {
  const JsonValue& body = request("submit_deposit_wallet_batch");
  const auto action = read_relayer_action(body, kNow);
  ASSERT_TRUE(action) << action.error().message;
  EXPECT_EQ(crypto::hex_0x(action->wallet), "0xbc0ff067b7740eff76c1ca93c875ba6b890d6b50");
  EXPECT_EQ(action->calls.size(), 1U);
  EXPECT_EQ(read_relayer_action(body, kNow + 601).error().message, "deadline is over");
}

TEST(RelayerActions, UnpacksSeveralCallsOfEveryKind) {
  const JsonValue& multi = *official_chain_vectors().find("relayer_multi");
  const auto& wanted = multi.find("calls")->items;
  for (const char* kind : {"safe", "proxy", "wallet"}) {
    const auto action = read_relayer_action(*multi.find(kind), kNow);
    ASSERT_TRUE(action) << kind << ": " << action.error().message;
    ASSERT_EQ(action->calls.size(), wanted.size()) << kind;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      EXPECT_EQ(crypto::checksum(action->calls[i].to), wanted[i].text("to")) << kind;
      EXPECT_EQ(crypto::hex_0x(action->calls[i].data), wanted[i].text("data")) << kind;
    }
  }
}

TEST(RelayerActions, ReadsCreations) {
  const auto wallet = read_relayer_action(request("submit_wallet_create"), kNow);
  ASSERT_TRUE(wallet && wallet->create);
  EXPECT_EQ(crypto::hex_0x(wallet->wallet), "0xbc0ff067b7740eff76c1ca93c875ba6b890d6b50");
  const auto safe = read_relayer_action(request("submit_safe_create"), kNow);
  ASSERT_TRUE(safe && safe->create) << safe.error().message;
  EXPECT_EQ(crypto::hex_0x(safe->wallet), "0xd93b25cb943d14d0d34fbaf01fc93a0f8b5f6e47");
}

TEST(RelayerActions, EveryChangeBreaksTheSignature) {
  for (const char* name : {"submit_safe", "submit_deposit_wallet_batch"}) {
    for (const auto& [key, value] : std::initializer_list<std::pair<const char*, const char*>>{
             {"nonce", "4"}, {"from", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"}}) {
      JsonValue body = request(name);
      member(body, key)->scalar = value;
      EXPECT_FALSE(read_relayer_action(body, kNow).has_value()) << name << " " << key;
    }
  }
  JsonValue safe = request("submit_safe");
  member(safe, "data")->scalar.back() = 'e';
  EXPECT_EQ(read_relayer_action(safe, kNow).error().message, "invalid signature");
  JsonValue delegate = request("submit_safe");
  member(*member(delegate, "signatureParams"), "operation")->scalar = "1";
  EXPECT_EQ(read_relayer_action(delegate, kNow).error().message, "delegatecall to anything but MultiSend");
  JsonValue batch = request("submit_deposit_wallet_batch");
  member(*member(batch, "depositWalletParams"), "deadline")->scalar = "1795000601";
  EXPECT_EQ(read_relayer_action(batch, kNow).error().message, "invalid signature");
}

TEST(RelayerActions, OnlyTheOwnersWallet) {
  JsonValue safe = request("submit_safe");
  member(safe, "proxyWallet")->scalar = "0xBc0fF067b7740Eff76C1ca93c875Ba6B890d6B50";
  EXPECT_EQ(read_relayer_action(safe, kNow).error().message, "not a wallet of this owner");
  JsonValue type = request("submit_safe");
  member(type, "type")->scalar = "EOA";
  EXPECT_EQ(read_relayer_action(type, kNow).error().message, "invalid type");
}

}  // namespace
}  // namespace underround::simulator
