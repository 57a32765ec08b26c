#include "chain/relayer_codec.hpp"

#include <gtest/gtest.h>

namespace underround::chain {
namespace {

TEST(RelayerCodec, Params) {
  const auto p = parse_relayer_params(R"({"address":"0x0000000000000000000000000000000000000001","nonce":"31"})");
  ASSERT_TRUE(p);
  EXPECT_EQ(p->nonce, crypto::U256(31));
  EXPECT_EQ(p->address[19], 1);
  EXPECT_EQ(parse_relayer_params(R"({"nonce":31})")->nonce, crypto::U256(31));
  for (const char* bad : {"", "{}", "[]", R"({"nonce":""})", R"({"nonce":"-1"})", R"({"nonce":null})", "<html>"}) {
    EXPECT_FALSE(parse_relayer_params(bad)) << bad;
  }
}

TEST(RelayerCodec, TransactionsOfBothGenerations) {
  auto t = parse_relayer_transaction(R"({"transactionID":"0190-ab","state":"STATE_NEW","transactionHash":null})");
  ASSERT_TRUE(t);
  EXPECT_EQ(t->id, "0190-ab");
  EXPECT_EQ(t->state, RelayerState::kNew);
  EXPECT_EQ(t->hash, "");
  t = parse_relayer_transaction(
      R"({"transaction_id":"0190-ab","state":"STATE_FAILED","transaction_hash":"0x12","error_msg":"reverted"})");
  EXPECT_EQ(t->state, RelayerState::kFailed);
  EXPECT_EQ(t->hash, "0x12");
  EXPECT_EQ(t->error, "reverted");
  EXPECT_TRUE(is_dead(t->state));
  t = parse_relayer_transaction(R"([{"transactionID":"x","state":"STATE_CONFIRMED"}])");
  EXPECT_EQ(t->state, RelayerState::kConfirmed);
  EXPECT_EQ(parse_relayer_transaction(R"({"transactionID":"x","state":"STATE_LATER"})")->state, RelayerState::kUnknown);
  EXPECT_FALSE(parse_relayer_transaction(R"({"state":"STATE_NEW"})"));
  EXPECT_FALSE(parse_relayer_transaction(R"({"transactionID":"../admin","state":"STATE_NEW"})"));
  EXPECT_FALSE(parse_relayer_transaction("[]"));
}

TEST(RelayerCodec, Lists) {
  const auto list = parse_relayer_list(
      R"([{"transactionID":"a","nonce":"3","type":"SAFE","state":"STATE_MINED"},{"nonce":"4"},{"transactionID":"b"}])");
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 2U);
  EXPECT_EQ(list->at(0).nonce, crypto::U256(3));
  EXPECT_EQ(list->at(0).type, "SAFE");
  EXPECT_FALSE(list->at(1).nonce);
  EXPECT_FALSE(parse_relayer_list("{}"));
  EXPECT_EQ(parse_deployed(R"({"deployed":true})"), true);
  EXPECT_FALSE(parse_deployed(R"({"deployed":"yes"})"));
}

TEST(RelayerCodec, Refusals) {
  const auto at400 = [](const char* words) { return classify_refusal(400, words); };
  EXPECT_EQ(classify_refusal(429, ""), RelayerRefusal::kBusy);
  EXPECT_EQ(at400(R"({"error":"Wallet busy: 1 ACTIVE action"})"), RelayerRefusal::kBusy);
  EXPECT_EQ(at400(R"({"error":"wallet has in-flight action"})"), RelayerRefusal::kBusy);
  EXPECT_EQ(at400("wallet busy"), RelayerRefusal::kFinal);
  EXPECT_EQ(at400("batch nonce 3 does not match on-chain nonce 4"), RelayerRefusal::kNonceUsed);
  EXPECT_EQ(at400("Batch nonce  9 does not match on-chain nonce  10"), RelayerRefusal::kNonceUsed);
  EXPECT_EQ(at400("batch nonce 4 does not match on-chain nonce 3"), RelayerRefusal::kFinal);
  EXPECT_EQ(at400("invalid signature"), RelayerRefusal::kFinal);
  EXPECT_EQ(relayer_error_text(R"({"error":"invalid signature"})"), "invalid signature");
  EXPECT_EQ(relayer_error_text("<html>\n"), "<html>?");
}

}  // namespace
}  // namespace underround::chain
