#include "chain/set_calls.hpp"

#include "chain/test_vectors.hpp"

namespace underround::chain {
namespace {

class SetCalls : public Vectors {
 protected:
  void SetUp() override {
    Vectors::SetUp();
    v_ = root_["calls"];
    v1_ = {.version = MarketVersion::kV1, .condition_id = str(v_["condition_id"])};
    neg_risk_ = v1_;
    neg_risk_.neg_risk = true;
    v2_ = {.version = MarketVersion::kV2, .condition_id = str(v_["condition_id_v2"])};
  }
  Json v_;
  Contracts c_ = contracts_of(kPolygon).value();
  Shares amount_ = Shares::from_micros(12'345'678);
  SetMarket v1_, neg_risk_, v2_;
};

TEST_F(SetCalls, V1GoesThroughTheCollateralAdapters) {
  const Call split = split_call(c_, v1_, amount_).value();
  EXPECT_EQ(split.to, c_.collateral_adapter);
  EXPECT_EQ(hex(split.data), str(v_["split_v1"]));
  EXPECT_EQ(split.what, "split 12.345678 sets of " + v1_.condition_id);
  EXPECT_EQ(hex(merge_call(c_, v1_, amount_)->data), str(v_["merge_v1"]));
  const auto redeem = redeem_calls(c_, v1_, {}).value();
  ASSERT_EQ(redeem.size(), 1U);
  EXPECT_EQ(hex(redeem[0].data), str(v_["redeem_v1"]));

  EXPECT_EQ(split_call(c_, neg_risk_, amount_)->to, c_.neg_risk_collateral_adapter);
  EXPECT_EQ(merge_call(c_, neg_risk_, amount_)->to, c_.neg_risk_collateral_adapter);
  EXPECT_EQ(redeem_calls(c_, neg_risk_, {})->at(0).to, c_.neg_risk_collateral_adapter);
  EXPECT_EQ(hex(merge_call(c_, neg_risk_, amount_)->data), str(v_["merge_v1"]));
}

TEST_F(SetCalls, V2GoesThroughTheRouter) {
  const Call split = split_call(c_, v2_, amount_).value();
  EXPECT_EQ(split.to, c_.router);
  EXPECT_EQ(hex(split.data), str(v_["split_v2"]));
  EXPECT_EQ(hex(merge_call(c_, v2_, amount_)->data), str(v_["merge_v2"]));
  const RedeemLeg legs[] = {{.outcome = 1, .amount = amount_}, {.outcome = 0, .amount = Shares::whole(1)}};
  const auto redeem = redeem_calls(c_, v2_, legs).value();
  ASSERT_EQ(redeem.size(), 2U);
  EXPECT_EQ(hex(redeem[0].data), str(v_["redeem_v2_outcome_1"]));
  EXPECT_EQ(redeem[0].to, c_.router);
  // The padded form of the condition gives the same call.
  SetMarket padded = v2_;
  padded.condition_id += "00";
  EXPECT_EQ(split_call(c_, padded, amount_)->data, split.data);
}

TEST_F(SetCalls, Convert) {
  const std::string market = str(v_["market_id"]), stem = market.substr(0, 64);
  const ConvertMarket convert{.market_id = market, .question_ids = {stem + "03", stem + "00", stem + "01"}};
  const Call call = convert_call(c_.neg_risk_adapter, convert, amount_).value();
  EXPECT_EQ(call.to, c_.neg_risk_adapter);
  EXPECT_EQ(hex(call.data), str(v_["convert"]));
  EXPECT_EQ(convert_call(Address{}, convert, amount_).error().code, ErrorCode::kUnsupported);
  EXPECT_FALSE(convert_call(c_.neg_risk_adapter, {.market_id = market, .question_ids = {}}, amount_));
  EXPECT_FALSE(convert_call(c_.neg_risk_adapter, {.market_id = market, .question_ids = {"0x01"}}, amount_));
  EXPECT_FALSE(convert_call(c_.neg_risk_adapter, convert, Shares{}));
}

TEST_F(SetCalls, UnknownMeansStop) {
  SetMarket unknown = v1_;
  unknown.version = MarketVersion::kUnknown;
  EXPECT_EQ(split_call(c_, unknown, amount_).error().code, ErrorCode::kUnsupported);
  EXPECT_FALSE(redeem_calls(c_, unknown, {}));
  EXPECT_EQ(merge_call(contracts_of(kAmoy).value(), v2_, amount_).error().code, ErrorCode::kUnsupported);
  for (const std::int64_t micros : {0LL, -1LL}) {
    EXPECT_EQ(split_call(c_, v1_, Shares{micros}).error().code, ErrorCode::kInvalidInput);
    const RedeemLeg leg{.outcome = 0, .amount = Shares{micros}};
    EXPECT_FALSE(redeem_calls(c_, v2_, std::span(&leg, 1)));
  }
  const RedeemLeg third{.outcome = 2, .amount = amount_};
  EXPECT_FALSE(redeem_calls(c_, v2_, std::span(&third, 1)));
  EXPECT_FALSE(redeem_calls(c_, v2_, {}));
  SetMarket confused = v2_;  // a v1 condition in a market that says v2
  confused.condition_id = v1_.condition_id;
  EXPECT_FALSE(split_call(c_, confused, amount_));
  confused = v1_;  // and the other way round
  confused.condition_id = v2_.condition_id;
  EXPECT_FALSE(split_call(c_, confused, amount_));
}

TEST_F(SetCalls, ApprovalsNamePayerAndTarget) {
  const auto split = approvals_for(SetOperation::kSplit, c_, v1_);
  ASSERT_EQ(split.size(), 1U);
  EXPECT_EQ(split[0].kind, Approval::Kind::kErc20);
  EXPECT_EQ(split[0].token, c_.collateral);
  EXPECT_EQ(split[0].spender, c_.collateral_adapter);
  const auto merge = approvals_for(SetOperation::kMerge, c_, neg_risk_);
  ASSERT_EQ(merge.size(), 1U);
  EXPECT_EQ(merge[0].kind, Approval::Kind::kErc1155);
  EXPECT_EQ(merge[0].token, c_.conditional_tokens);
  EXPECT_EQ(merge[0].spender, c_.neg_risk_collateral_adapter);
  const auto redeem = approvals_for(SetOperation::kRedeem, c_, v2_);
  ASSERT_EQ(redeem.size(), 1U);
  EXPECT_EQ(redeem[0].token, c_.position_manager);
  EXPECT_EQ(redeem[0].spender, c_.router);
  EXPECT_EQ(approvals_for_convert(c_, c_.neg_risk_adapter).at(0).spender, c_.neg_risk_adapter);
  EXPECT_EQ(trading_approvals(c_).size(), 13U);
  EXPECT_EQ(trading_approvals(contracts_of(kAmoy).value()).size(), 5U);  // three pUSD, two CTF
}

TEST_F(SetCalls, ApprovalCallsAndAnswers) {
  const Address owner = addr(str(v_["owner"])), spender = addr(str(v_["spender"]));
  const Approval erc20{.kind = Approval::Kind::kErc20, .token = c_.collateral, .spender = spender};
  const Approval erc1155{.kind = Approval::Kind::kErc1155, .token = c_.conditional_tokens, .spender = spender};
  EXPECT_EQ(hex(grant_call(erc20).data), str(v_["approve_max"]));
  EXPECT_EQ(hex(grant_call(erc1155).data), str(v_["set_approval_for_all"]));
  EXPECT_EQ(hex(query_call(erc20, owner).data), str(v_["allowance"]));
  EXPECT_EQ(hex(query_call(erc1155, owner).data), str(v_["is_approved_for_all"]));
  EXPECT_EQ(hex(balance_call(c_.conditional_tokens, owner, U256(5)).data), str(v_["balance_of"]));
  EXPECT_EQ(grant_call(erc20).to, c_.collateral);

  EXPECT_TRUE(is_granted(erc20, U256(100).bytes, Shares{100}).value());
  EXPECT_FALSE(is_granted(erc20, U256(99).bytes, Shares{100}).value());
  EXPECT_TRUE(is_granted(erc1155, U256(1).bytes, Shares{100}).value());
  EXPECT_FALSE(is_granted(erc1155, U256(0).bytes, Shares{100}).value());
  EXPECT_FALSE(is_granted(erc20, {}, Shares{100}));
}

}  // namespace
}  // namespace underround::chain
