#include "chain/set_operations.hpp"

#include "chain/fake_node.hpp"

namespace underround::chain {
namespace {

using Kind = SetResult::Kind;
constexpr Nanos kPatience = Nanos::from_seconds(30);  // real time; only a failing test waits this long

class SetOperationsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    settings_.contracts = contracts_of(kPolygon).value();
    settings_.account = AccountType::kEoa;
    settings_.wallet = key_.address();
    settings_.rpc.urls = {node_.url()};
    settings_.rpc.timeout = kPatience;
    settings_.transactor.confirmations = 2;
    settings_.transactor.poll = Nanos{100'000};
    settings_.coin_price = Usd::from_micros(250'000);
    settings_.relayer.url = relayer_->url();
    settings_.relayer.poll = Nanos{100'000};
    settings_.relayer.credentials.relayer_key = "key";
    settings_.relayer.credentials.relayer_key_address = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
  }
  void use_deposit_wallet() {
    settings_.account = AccountType::kDepositWallet;
    settings_.wallet = wallet_of(AccountType::kDepositWallet, key_.address(), settings_.contracts).value();
  }
  std::unique_ptr<SetOperations> make() {
    return SetOperations::make(loop_, settings_, key_,
                               {.on_named =
                                    [this](const OperationName& n) {
                                      names_.push_back(n);
                                      return true;
                                    }})
        .value();
  }
  void run(SetOperations& operations, const SetRequest& request) {
    operations.run(request, [this](const SetResult& r) { results_.push_back(r); });
  }
  const SetResult& result() {
    EXPECT_TRUE(loop_.run_until([&] { return !results_.empty(); }, kPatience));
    return results_.at(0);
  }
  void mine_next(bool succeeded = true) {
    ASSERT_TRUE(loop_.run_until([&] { return node_.pool.size() == 1; }, kPatience));
    node_.mine(succeeded);
    node_.blocks(1);
  }
  SetRequest merge() const {
    return {.id = OperationId{7},
            .kind = SetOperation::kMerge,
            .amount = Shares::whole(10),
            .market = {.version = MarketVersion::kV1, .condition_id = "0x" + std::string(64, '6')}};
  }
  SetRequest redeem_both() const {
    return {.id = OperationId{8},
            .kind = SetOperation::kRedeem,
            .market = {.version = MarketVersion::kV2, .condition_id = "0x01" + std::string(60, '0')},
            .redeem_legs = {{.outcome = 0, .amount = Shares::whole(1)}, {.outcome = 1, .amount = Shares::whole(2)}}};
  }

  net::EventLoop loop_;
  FakeNode node_{loop_};
  crypto::SecretKey key_ = crypto::SecretKey::from_hex(kTestKey).value();
  std::vector<std::string> submits_;
  std::string relayer_state_ = "STATE_CONFIRMED";
  bool deployed_ = true;
  std::unique_ptr<net::Server> relayer_ =
      net::Server::listen(loop_, {},
                          {.on_request =
                               [this](const net::HttpRequest& q, const net::HttpResponder& r) {
                                 if (q.path() == "/submit") {
                                   submits_.push_back(q.body);
                                   return r.send(200, R"({"transactionID":"tx","state":"STATE_NEW"})");
                                 }
                                 if (q.path() == "/deployed") {
                                   return r.send(200, fmt::format(R"({{"deployed":{}}})", deployed_));
                                 }
                                 if (q.path() == "/v1/account/transactions/params") {
                                   return r.send(200, R"({"nonce":"3"})");
                                 }
                                 r.send(200, fmt::format(R"({{"transaction_id":"tx","state":"{}",)"
                                                         R"("transaction_hash":"0xabc","error_msg":"no"}})",
                                                         relayer_state_));
                               }})
          .value();
  SetOperationSettings settings_;
  std::vector<OperationName> names_;
  std::vector<SetResult> results_;
};

TEST_F(SetOperationsTest, AnEoaSendsAndPaysGas) {
  const auto operations = make();
  run(*operations, merge());
  mine_next();
  EXPECT_EQ(result().kind, Kind::kSucceeded);
  EXPECT_EQ(result().id, OperationId{7});
  EXPECT_EQ(result().gas, Usd::from_micros(625));  // 50 000 gas at 50 gwei, a quarter dollar a coin
  const Attempt& attempt = std::get<Attempt>(names_.at(0).what);
  EXPECT_EQ(result().transaction_hash, hex(attempt.hash));
  EXPECT_EQ(names_[0].id, OperationId{7});
  const Call call = merge_call(settings_.contracts, merge().market, Shares::whole(10)).value();
  EXPECT_NE(hex(attempt.raw).find(hex(call.data).substr(2)), std::string::npos);
  EXPECT_NE(hex(attempt.raw).find(hex(call.to).substr(2)), std::string::npos);
}

TEST_F(SetOperationsTest, SeveralCallsOneByOne) {
  const auto operations = make();
  run(*operations, redeem_both());
  mine_next();
  EXPECT_TRUE(results_.empty());
  mine_next();
  EXPECT_EQ(result().kind, Kind::kSucceeded);
  EXPECT_EQ(result().calls_done, 2U);
  EXPECT_EQ(result().gas, Usd::from_micros(1250));
  EXPECT_EQ(names_.at(1).call, 1U);
}

TEST_F(SetOperationsTest, AFailureSaysHowFarItGotAndWhatItCost) {
  const auto operations = make();
  run(*operations, redeem_both());
  mine_next();
  mine_next(false);
  EXPECT_EQ(result().kind, Kind::kFailed);
  EXPECT_EQ(result().calls_done, 1U);
  EXPECT_EQ(result().gas, Usd::from_micros(1250));
  EXPECT_NE(result().reason.find("reverted"), std::string::npos);
}

TEST_F(SetOperationsTest, WhatCannotBeBuiltFailsWithoutNetwork) {
  const auto operations = make();
  SetRequest convert = merge();
  convert.kind = SetOperation::kConvert;  // no adapter in the settings
  run(*operations, convert);
  EXPECT_TRUE(results_.empty());  // from the loop, not from inside run()
  EXPECT_EQ(result().kind, Kind::kFailed);
  EXPECT_NE(result().reason.find("adapter"), std::string::npos);
  EXPECT_TRUE(node_.asked.empty());
}

TEST_F(SetOperationsTest, GasLimitInDollars) {
  settings_.max_gas = Usd::from_micros(7'499);  // 125 000 gas at 240 gwei are 0.03 coins
  auto operations = make();
  run(*operations, merge());
  EXPECT_EQ(result().kind, Kind::kFailed);
  EXPECT_TRUE(names_.empty());
  settings_.max_gas = Usd::from_micros(7'500);
  operations = make();
  results_.clear();
  run(*operations, merge());
  mine_next();
  EXPECT_EQ(result().kind, Kind::kSucceeded);
}

TEST_F(SetOperationsTest, ASmartWalletGoesThroughTheRelayer) {
  use_deposit_wallet();
  const auto operations = make();
  run(*operations, redeem_both());
  EXPECT_EQ(result().kind, Kind::kSucceeded);
  EXPECT_EQ(result().calls_done, 2U);
  EXPECT_EQ(result().gas, Usd{});
  EXPECT_EQ(result().transaction_hash, "0xabc");
  EXPECT_EQ(submits_.size(), 1U);  // one batch
  EXPECT_TRUE(std::holds_alternative<RelayerSubmission>(names_.at(0).what));
  EXPECT_TRUE(node_.sent.empty());
}

TEST_F(SetOperationsTest, TheRelayersFailureIsOurs) {
  use_deposit_wallet();
  relayer_state_ = "STATE_FAILED";
  const auto operations = make();
  run(*operations, merge());
  EXPECT_EQ(result().kind, Kind::kFailed);
  EXPECT_EQ(result().reason, "failed: no");
}

TEST_F(SetOperationsTest, ResumedEoaFinishesTheRest) {
  auto operations = make();
  run(*operations, redeem_both());
  mine_next();
  ASSERT_TRUE(loop_.run_until([&] { return names_.size() == 2 && node_.pool.size() == 1; }, kPatience));
  operations.reset();
  const auto before = names_;
  operations = make();
  operations->resume(redeem_both(), before, [this](const SetResult& r) { results_.push_back(r); });
  mine_next();
  EXPECT_EQ(result().kind, Kind::kSucceeded);
  EXPECT_EQ(result().calls_done, 2U);
  EXPECT_EQ(names_.size(), 2U);  // nothing was signed again
}

TEST_F(SetOperationsTest, ResumedSmartWallet) {
  use_deposit_wallet();
  auto operations = make();
  run(*operations, merge());
  EXPECT_EQ(result().kind, Kind::kSucceeded);
  results_.clear();
  operations = make();
  operations->resume(merge(), names_, [this](const SetResult& r) { results_.push_back(r); });
  EXPECT_EQ(result().kind, Kind::kSucceeded);
  EXPECT_EQ(submits_.size(), 1U);
}

TEST_F(SetOperationsTest, CheckFindsTheWrongChainAndTheMissingWallet) {
  std::vector<Result<void>> checks;
  const auto check = [&] {
    const auto operations = make();
    const std::size_t goal = checks.size() + 1;
    operations->check([&](const Result<void>& r) { checks.push_back(r); });
    ASSERT_TRUE(loop_.run_until([&] { return checks.size() == goal; }, kPatience));
  };
  check();
  EXPECT_TRUE(checks.back());
  node_.chain_id = 1;
  check();
  EXPECT_NE(checks.back().error().message.find("chain 1"), std::string::npos);
  node_.chain_id = 137;
  use_deposit_wallet();
  check();
  EXPECT_TRUE(checks.back());
  deployed_ = false;
  check();
  EXPECT_EQ(checks.back().error().code, ErrorCode::kRefused);
}

TEST_F(SetOperationsTest, Approvals) {
  const auto operations = make();
  const auto wanted = trading_approvals(settings_.contracts);
  int answers = 0;
  node_.fault = [&](const std::string& method, const net::HttpRequest&, const net::HttpResponder& r) {
    if (method != "eth_call") return false;
    const U256 value = ++answers == 2 ? U256(0) : max_word();
    // Operators are granted with a one, allowances with any large number.
    const U256 word = answers > 6 ? U256(1) : value;
    return r.send(200, R"({"jsonrpc":"2.0","id":1,"result":")" + hex(word.bytes) + R"("})"), true;
  };
  std::optional<Result<std::vector<Approval>>> missing;
  operations->missing_approvals(wanted, SetOperations::kPlenty, [&](const auto& r) { missing = r; });
  ASSERT_TRUE(loop_.run_until([&] { return missing.has_value(); }, kPatience));
  ASSERT_TRUE(missing->has_value());
  EXPECT_EQ(answers, 13);
  ASSERT_EQ((*missing)->size(), 1U);
  EXPECT_EQ((*missing)->at(0).spender, settings_.contracts.neg_risk_exchange_v2);
  node_.fault = {};
  operations->approve(OperationId{9}, **missing, [this](const SetResult& r) { results_.push_back(r); });
  mine_next();
  EXPECT_EQ(result().kind, Kind::kSucceeded);
}

TEST_F(SetOperationsTest, BadSettings) {
  const auto refused = [&](const auto& change) {
    SetOperationSettings s = settings_;
    change(s);
    const auto made = SetOperations::make(loop_, s, key_, {});
    return !made && made.error().code == ErrorCode::kInvalidInput;
  };
  EXPECT_FALSE(refused([](auto&) {}));
  EXPECT_TRUE(refused([](auto& s) { s.contracts = {}; }));
  EXPECT_TRUE(refused([](auto& s) { s.wallet = s.contracts.router; }));
  EXPECT_TRUE(refused([](auto& s) { s.rpc.urls.clear(); }));
  EXPECT_TRUE(refused([](auto& s) { s.coin_price = Usd{}; }));
  use_deposit_wallet();
  EXPECT_FALSE(refused([](auto& s) { s.rpc.urls.clear(); }));
  EXPECT_TRUE(refused([](auto& s) { s.relayer.credentials = {}; }));
}

TEST(GasInDollars, RoundsAgainstUs) {
  EXPECT_EQ(usd_of(Wei(0), Usd::whole(1)), Usd{});
  EXPECT_EQ(usd_of(Wei(1), Usd::whole(1)), Usd::from_micros(1));
  EXPECT_EQ(usd_of(Wei(kWeiPerCoin), Usd::from_micros(250'000)), Usd::from_micros(250'000));
  EXPECT_EQ(wei_of(Usd::from_micros(1), Usd::whole(3)), Wei("333333333333"));
}

}  // namespace
}  // namespace underround::chain
