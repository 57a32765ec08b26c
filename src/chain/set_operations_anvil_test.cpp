// The whole room against a real virtual machine and the real conditional tokens contract.
#include "chain/anvil_node.hpp"
#include "chain/position_ids.hpp"
#include "chain/set_operations.hpp"
#include "chain/transaction.hpp"
#include "crypto/keccak.hpp"

namespace underround::chain {
namespace {

constexpr Nanos kPatience = Nanos::from_seconds(60);  // real time; only a failing test waits this long
constexpr std::int64_t kSupply = 1'000'000'000;       // 1000 dollars

class OnAnvil : public ::testing::Test {
 protected:
  void SetUp() override {
    install_ = AnvilInstall::find();
    if (!install_) GTEST_SKIP() << AnvilInstall::kHowTo;
    node_.emplace(loop_, *install_);
    ASSERT_TRUE(node_->up());
    rpc_ = RpcClient::make(loop_, {.urls = {node_->url()}, .timeout = kPatience}).value();
    // Every transaction is its own block at once; confirmations come from blocks the test orders.
    settings_ = {.chain_id = 137, .confirmations = 1, .poll = Nanos::from_millis(1)};
    transactor_ = std::make_unique<Transactor>(loop_, *rpc_, key_, settings_);
    tokens_ = deploy(install_->init_code(AnvilInstall::kConditionalTokens), {});
    const std::string name = "Dollar";
    const Bytes text(name.begin(), name.end());
    dollars_ = deploy(install_->init_code(AnvilInstall::kErc20),
                      AbiEncoder().bytes(text).bytes(text).number(kSupply).address(key_.address()).encode());
    // The conditional tokens contract has the functions its adapters copy: it stands in for them.
    contracts_ = contracts_of(kPolygon).value();
    contracts_.collateral = dollars_;
    contracts_.conditional_tokens = contracts_.collateral_adapter = tokens_;
  }

  Address deploy(Bytes code, const Bytes& arguments) {
    code.insert(code.end(), arguments.begin(), arguments.end());
    const Address at = created_address(key_.address(), transactor_->next_nonce());
    EXPECT_TRUE(send({.data = std::move(code)}).succeeded());
    return at;
  }
  SendOutcome send(CallData call) {
    std::optional<SendOutcome> outcome;
    transactor_->send(std::move(call), {.on_named = [this](const Attempt& a) { return named_.push_back(a), true; },
                                        .on_done = [&](const SendOutcome& o) { outcome = o; }});
    EXPECT_TRUE(loop_.run_until([&] { return outcome.has_value(); }, kPatience));
    if (!outcome->succeeded()) last_reason_ = outcome->reason;
    return *outcome;
  }
  Bytes read(const Address& contract, const Bytes& data) {
    std::optional<RpcResult<Bytes>> answer;
    rpc_->call(nullptr, {.to = contract, .data = data}, [&](const RpcResult<Bytes>& r) { answer = r; });
    EXPECT_TRUE(loop_.run_until([&] { return answer.has_value(); }, kPatience));
    EXPECT_TRUE(answer->has_value());
    return answer->value();
  }
  U256 read_word(const Address& contract, const Bytes& data) { return AbiReader(read(contract, data)).word(0).value(); }
  std::uint64_t positions(const Digest& condition, unsigned outcome) {
    const Bytes answer =
        read(tokens_, balance_call(tokens_, key_.address(), position_id_v1(dollars_, condition, outcome)).data);
    return AbiReader(answer).number(0).value();
  }
  std::uint64_t money() {
    return AbiReader(read(dollars_, AbiEncoder().address(key_.address()).call(selector("balanceOf(address)"))))
        .number(0)
        .value();
  }
  static void eventually(const std::function<bool()>& happens) {
    constexpr int kPlenty = 2000;
    for (int i = 0; i < kPlenty; ++i) {
      if (happens()) return;
    }
    FAIL() << "it never did";
  }
  Digest prepare(std::uint8_t question) {
    const Digest question_id{question};
    EXPECT_TRUE(send({.to = tokens_,
                      .data = AbiEncoder()
                                  .address(key_.address())
                                  .word(question_id)
                                  .number(2)
                                  .call(selector("prepareCondition(address,bytes32,uint256)"))})
                    .succeeded());
    return condition_id_v1(key_.address(), question_id);
  }
  void resolve(std::uint8_t question) {
    const U256 payouts[] = {U256(1), U256(0)};
    EXPECT_TRUE(
        send(
            {.to = tokens_,
             .data =
                 AbiEncoder().word(Digest{question}).words(payouts).call(selector("reportPayouts(bytes32,uint256[])"))})
            .succeeded());
  }

  Nanos now_ = Nanos::from_seconds(1'795'000'000);
  net::EventLoop loop_{[this] { return now_; }};
  std::optional<AnvilInstall> install_;
  std::optional<AnvilNode> node_;
  crypto::SecretKey key_ = crypto::SecretKey::from_hex(kTestKey).value();
  std::unique_ptr<RpcClient> rpc_;
  TransactorSettings settings_;
  std::unique_ptr<Transactor> transactor_;
  Contracts contracts_;
  Address tokens_{}, dollars_{};
  std::vector<Attempt> named_;
  std::string last_reason_;
};

TEST_F(OnAnvil, IdsAreTheContracts) {
  for (std::uint8_t i = 0; i < 40; ++i) {
    const Digest condition = crypto::keccak256(std::string(1, static_cast<char>(i)));
    for (unsigned outcome = 0; outcome < 2; ++outcome) {
      const U256 collection = read_word(tokens_, AbiEncoder()
                                                     .word(Digest{})
                                                     .word(condition)
                                                     .number(1U << outcome)
                                                     .call(selector("getCollectionId(bytes32,bytes32,uint256)")));
      EXPECT_EQ(collection.bytes, collection_id(condition, U256(1U << outcome)));
      EXPECT_EQ(
          read_word(tokens_,
                    AbiEncoder().address(dollars_).number(collection).call(selector("getPositionId(address,bytes32)"))),
          position_id_v1(dollars_, condition, outcome));
    }
  }
  EXPECT_EQ(read_word(tokens_, AbiEncoder().address(dollars_).word(Digest{9}).number(2).call(
                                   selector("getConditionId(address,bytes32,uint256)")))
                .bytes,
            condition_id_v1(dollars_, Digest{9}));
}

TEST_F(OnAnvil, SplitMergeResolveRedeem) {
  SetOperationSettings settings;
  settings.contracts = contracts_;
  settings.account = AccountType::kEoa;
  settings.wallet = key_.address();
  settings.rpc = {.urls = {node_->url()}, .timeout = kPatience};
  settings.transactor = settings_;
  settings.coin_price = Usd::from_micros(250'000);
  const Digest condition = prepare(1);
  const auto operations = SetOperations::make(loop_, settings, key_, {}).value();
  const SetMarket market{.version = MarketVersion::kV1, .condition_id = hex(condition)};
  std::optional<SetResult> result;
  const auto run = [&](SetOperation kind, Shares amount) {
    result.reset();
    operations->run({.id = OperationId{1}, .kind = kind, .amount = amount, .market = market},
                    [&](const SetResult& r) { result = r; });
    EXPECT_TRUE(loop_.run_until([&] { return result.has_value(); }, kPatience));
    return *result;
  };

  // Not allowed yet: refused before anything is sent.
  const SetResult early = run(SetOperation::kSplit, Shares::whole(10));
  EXPECT_EQ(early.kind, SetResult::Kind::kFailed);
  EXPECT_NE(early.reason.find("ERC20: insufficient allowance"), std::string::npos) << early.reason;
  EXPECT_EQ(early.gas, Usd{});

  std::optional<Result<std::vector<Approval>>> missing;
  operations->missing_approvals(approvals_for(SetOperation::kSplit, contracts_, market), SetOperations::kPlenty,
                                [&](const auto& r) { missing = r; });
  ASSERT_TRUE(loop_.run_until([&] { return missing.has_value(); }, kPatience));
  ASSERT_EQ(missing->value().size(), 1U);
  result.reset();
  operations->approve(OperationId{2}, missing->value(), [&](const SetResult& r) { result = r; });
  ASSERT_TRUE(loop_.run_until([&] { return result.has_value(); }, kPatience));
  EXPECT_EQ(result->kind, SetResult::Kind::kSucceeded);

  const SetResult split = run(SetOperation::kSplit, Shares::whole(10));
  EXPECT_EQ(split.kind, SetResult::Kind::kSucceeded) << split.reason;
  EXPECT_GT(split.gas, Usd{});
  EXPECT_EQ(positions(condition, 0), 10'000'000U);
  EXPECT_EQ(positions(condition, 1), 10'000'000U);
  EXPECT_EQ(money(), kSupply - 10'000'000U);

  EXPECT_EQ(run(SetOperation::kMerge, Shares::whole(4)).kind, SetResult::Kind::kSucceeded);
  EXPECT_EQ(positions(condition, 0), 6'000'000U);
  EXPECT_EQ(money(), kSupply - 6'000'000U);
  EXPECT_EQ(run(SetOperation::kMerge, Shares::whole(7)).kind, SetResult::Kind::kFailed);  // more than there is
  EXPECT_EQ(run(SetOperation::kRedeem, Shares{}).kind, SetResult::Kind::kFailed);         // not resolved

  resolve(1);
  EXPECT_EQ(run(SetOperation::kRedeem, Shares{}).kind, SetResult::Kind::kSucceeded);
  EXPECT_EQ(positions(condition, 0), 0U);
  EXPECT_EQ(positions(condition, 1), 0U);
  EXPECT_EQ(money(), static_cast<std::uint64_t>(kSupply));  // outcome 0 pays all
}

// The virtual machine's own pool judges our replacement, and its own blocks our receipts.
TEST_F(OnAnvil, ReplacedAndMined) {
  node_->command("evm_setAutomine", "[false]");
  const std::size_t before = named_.size();
  std::optional<SendOutcome> outcome;
  const Approval approval{.token = dollars_, .spender = tokens_};
  const Call call = grant_call(approval);
  transactor_->send({.to = call.to, .data = call.data},
                    {.on_named = [this](const Attempt& a) { return named_.push_back(a), true; },
                     .on_done = [&](const SendOutcome& o) { outcome = o; }});
  const auto pending = [&] {
    std::optional<AccountState> state;
    rpc_->account(key_.address(), [&](const RpcResult<AccountState>& r) { state = r.value(); });
    EXPECT_TRUE(loop_.run_until([&] { return state.has_value(); }, kPatience));
    return state->nonce_pending - state->nonce_latest;
  };
  ASSERT_TRUE(loop_.run_until([&] { return named_.size() == before + 1; }, kPatience));
  eventually([&] { return pending() == 1; });
  now_ += Nanos::from_seconds(31);
  ASSERT_TRUE(loop_.run_until([&] { return named_.size() == before + 2; }, kPatience));
  EXPECT_EQ(named_[before + 1].nonce, named_[before].nonce);
  node_->command("anvil_mine", R"(["0x3"])");
  ASSERT_TRUE(loop_.run_until([&] { return outcome.has_value(); }, kPatience));
  EXPECT_EQ(outcome->kind, SendOutcome::Kind::kConfirmed);
  EXPECT_TRUE(outcome->hash == named_[before].hash || outcome->hash == named_[before + 1].hash);
  EXPECT_EQ(pending(), 0U);
  EXPECT_TRUE(
      is_granted(approval, read(dollars_, query_call(approval, key_.address()).data), Shares::whole(1)).value());
}

TEST_F(OnAnvil, SurvivesAReorg) {
  settings_.confirmations = 4;
  const std::uint64_t nonce = transactor_->next_nonce();
  transactor_ = std::make_unique<Transactor>(loop_, *rpc_, key_, settings_);
  transactor_->set_next_nonce(nonce);
  const std::size_t before = named_.size();
  node_->command("evm_snapshot");
  std::optional<SendOutcome> outcome;
  const Call call = grant_call({.token = dollars_, .spender = tokens_});
  transactor_->send({.to = call.to, .data = call.data},
                    {.on_named = [this](const Attempt& a) { return named_.push_back(a), true; },
                     .on_done = [&](const SendOutcome& o) { outcome = o; }});
  const auto in_block = [&] {
    std::optional<Progress> progress;
    std::vector<Digest> names;
    for (std::size_t i = before; i < named_.size(); ++i) names.push_back(named_[i].hash);
    rpc_->progress(key_.address(), names, [&](const RpcResult<Progress>& r) { progress = r.value(); });
    EXPECT_TRUE(loop_.run_until([&] { return progress.has_value(); }, kPatience));
    return std::any_of(progress->receipts.begin(), progress->receipts.end(), [](auto& r) { return r.has_value(); });
  };
  ASSERT_TRUE(loop_.run_until([&] { return named_.size() == before + 1; }, kPatience));
  eventually(in_block);
  node_->command("evm_revert", R"(["0x0"])");  // the block is gone, and the transaction with it
  node_->command("anvil_mine", R"(["0x2"])");
  now_ += Nanos::from_seconds(31);
  eventually(in_block);  // because we sent the same bytes once more, or replaced them
  EXPECT_FALSE(outcome.has_value());
  node_->command("anvil_mine", R"(["0x4"])");
  ASSERT_TRUE(loop_.run_until([&] { return outcome.has_value(); }, kPatience));
  EXPECT_EQ(outcome->kind, SendOutcome::Kind::kConfirmed);
  for (std::size_t i = before; i < named_.size(); ++i) EXPECT_EQ(named_[i].nonce, nonce);
}

TEST_F(OnAnvil, RevertedInItsBlock) {
  const Digest condition = prepare(2);
  const Call call =
      merge_call(contracts_, {.version = MarketVersion::kV1, .condition_id = hex(condition)}, Shares::whole(1)).value();
  // Sent with a gas limit of its own, around the estimate that would refuse it.
  const std::uint64_t nonce = transactor_->next_nonce();
  const SignedTransaction made = sign({.chain_id = 137,
                                       .nonce = nonce,
                                       .max_priority_fee_wei = gwei(30),
                                       .max_fee_wei = gwei(200),
                                       .gas_limit = 500'000,
                                       .to = call.to,
                                       .data = call.data},
                                      key_);
  std::optional<SendOutcome> outcome;
  transactor_->resume({.to = call.to, .data = call.data}, {{made.hash, nonce, 500'000, gwei(200), gwei(30), made.raw}},
                      {.on_done = [&](const SendOutcome& o) { outcome = o; }});
  ASSERT_TRUE(loop_.run_until([&] { return outcome.has_value(); }, kPatience));
  EXPECT_EQ(outcome->kind, SendOutcome::Kind::kReverted);
  EXPECT_EQ(outcome->hash, made.hash);
  EXPECT_GT(outcome->cost_wei, 0);
  EXPECT_NE(outcome->reason.find("SafeMath: subtraction overflow"), std::string::npos) << outcome->reason;
}

}  // namespace
}  // namespace underround::chain
