// Every call an account makes: who may, with what, and what is left afterwards.
#include "simulator/chain/contracts.hpp"

#include <gtest/gtest.h>

#include "crypto/encoding.hpp"
#include "simulator/venue_fixture.hpp"

namespace underround::simulator {
namespace {

constexpr char kUsd[] = "0xc011a7e12a19f7b1f670d46f03b03f3342e82dfb";
constexpr char kTokens[] = "0x4d97dcd97ec945f40cf65f87097ace5ea0476045";
constexpr char kAdapter[] = "0xada100db00ca00073811820692005400218fce1f";
constexpr char kNegRiskAdapter[] = "0xada2005600dec949baf300f4c6120000bdb6eaab";
constexpr char kRouter[] = "0x12121212006e4cd160d18e3f00711da5c3372600";
constexpr char kAlice[] = "0x00000000000000000000000000000000000a11ce";

class Book final : public AllowanceBook {
 public:
  Allowances& on_chain(AccountId account) override { return books_[account.value]; }
  Allowances look_on_chain(AccountId account) const override {
    const auto it = books_.find(account.value);
    return it == books_.end() ? Allowances{} : it->second;
  }

 private:
  std::unordered_map<std::uint32_t, Allowances> books_;
};

Address address(std::string_view text) {
  Address out;
  EXPECT_TRUE(crypto::decode_hex(text, out));
  return out;
}

// A call from its signature and 32-byte words.
class Call {
 public:
  explicit Call(std::string_view signature) {
    const std::uint32_t s = selector(signature);
    for (int shift = 24; shift >= 0; shift -= 8) data_.push_back(static_cast<std::uint8_t>(s >> shift));
  }
  Call& word(const U256& value) {
    data_.insert(data_.end(), value.bytes.begin(), value.bytes.end());
    return *this;
  }
  Call& number(std::uint64_t value) { return word(U256(value)); }
  Call& hex(std::string_view text) { return word(U256::parse(text).value()); }
  [[nodiscard]] const Bytes& data() const { return data_; }

 private:
  Bytes data_;
};

class ContractsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    alice_ = f_.venue.open_account(kAlice);
    f_.venue.deposit(alice_, Usd::whole(100));
    ConditionSpec v2 = VenueFixture::free_spec();
    v2.version = MarketVersion::kV2;
    v2.slug = "second";
    v2_ = f_.venue.add_market(std::move(v2));
    f_.venue.open_market(v2_);
  }
  CallResult run(const char* to, const Call& call) { return contracts_.run(address(kAlice), address(to), call.data()); }
  CallResult look(const char* to, const Call& call) const {
    return contracts_.look(address(kAlice), address(to), call.data());
  }
  [[nodiscard]] const ConditionSpec& spec(MarketId m) const { return f_.venue.market(m).spec; }
  [[nodiscard]] Call set_call(const char* signature, MarketId market, std::uint64_t micros) const {
    return Call(signature)
        .hex(kUsd)
        .number(0)
        .hex(spec(market).condition_id)
        .number(160)
        .number(micros)
        .number(2)
        .number(1)
        .number(2);
  }
  [[nodiscard]] Call split(std::uint64_t micros) const {
    return set_call("splitPosition(address,bytes32,bytes32,uint256[],uint256)", f_.market, micros);
  }
  [[nodiscard]] Call merge(std::uint64_t micros) const {
    return set_call("mergePositions(address,bytes32,bytes32,uint256[],uint256)", f_.market, micros);
  }
  [[nodiscard]] Call redeem() const {
    return Call("redeemPositions(address,bytes32,bytes32,uint256[])")
        .hex(kUsd)
        .number(0)
        .hex(spec(f_.market).condition_id)
        .number(128)
        .number(2)
        .number(1)
        .number(2);
  }
  void approve_usd(const char* spender, std::uint64_t micros) {
    EXPECT_TRUE(run(kUsd, Call("approve(address,uint256)").hex(spender).number(micros)).ok);
  }
  void approve_tokens(const char* tokens, const char* spender) {
    EXPECT_TRUE(run(tokens, Call("setApprovalForAll(address,bool)").hex(spender).number(1)).ok);
  }
  void resolve(MarketId market, unsigned winner) {
    f_.venue.close_market(market);
    f_.venue.resolve_market(market, winner);
    f_.scheduler.run_until(f_.venue.now() + Nanos::from_seconds(3600));
  }
  [[nodiscard]] Shares held(MarketId m, unsigned outcome) const {
    return f_.venue.ledger().position(alice_, m, outcome);
  }
  [[nodiscard]] Usd cash() const { return f_.venue.ledger().balance(alice_); }

  VenueFixture f_;
  Book book_;
  Contracts contracts_{f_.venue, book_};
  AccountId alice_;
  MarketId v2_;
};

TEST_F(ContractsTest, SplitNeedsAnAllowanceAndMoney) {
  EXPECT_EQ(run(kAdapter, split(10'000'000)).reason, "ERC20: insufficient allowance");
  approve_usd(kAdapter, 9'000'000);
  EXPECT_EQ(run(kAdapter, split(10'000'000)).reason, "ERC20: insufficient allowance");
  approve_usd(kAdapter, 500'000'000);
  EXPECT_EQ(run(kAdapter, split(200'000'000)).reason, "ERC20: transfer amount exceeds balance");
  EXPECT_EQ(run(kAdapter, split(0)).reason, "amount is zero");
  EXPECT_TRUE(run(kAdapter, split(10'000'000)).ok);
  EXPECT_EQ(held(f_.market, 0), Shares::whole(10));
  EXPECT_EQ(held(f_.market, 1), Shares::whole(10));
  EXPECT_EQ(cash(), Usd::whole(90));
}

TEST_F(ContractsTest, LookingChangesNothing) {
  approve_usd(kAdapter, 500'000'000);
  EXPECT_TRUE(look(kAdapter, split(10'000'000)).ok);
  EXPECT_EQ(cash(), Usd::whole(100));
  const Call approve = Call("approve(address,uint256)").hex(kRouter).number(5);
  EXPECT_TRUE(look(kUsd, approve).ok);
  EXPECT_EQ(book_.look_on_chain(alice_).collateral[static_cast<std::size_t>(Spender::kRouter)], Usd{});
}

TEST_F(ContractsTest, MergeGivesBackAndCanBeTakenBack) {
  approve_usd(kAdapter, 500'000'000);
  ASSERT_TRUE(run(kAdapter, split(10'000'000)).ok);
  EXPECT_EQ(run(kAdapter, merge(1)).reason, "ERC1155: need operator approval for 3rd party transfers.");
  approve_tokens(kTokens, kAdapter);
  EXPECT_EQ(run(kAdapter, merge(10'000'001)).reason, "SafeMath: subtraction overflow");
  const CallResult merged = run(kAdapter, merge(4'000'000));
  ASSERT_TRUE(merged.ok);
  EXPECT_EQ(cash(), Usd::whole(94));
  merged.undo();
  EXPECT_EQ(cash(), Usd::whole(90));
  EXPECT_EQ(held(f_.market, 1), Shares::whole(10));
}

TEST_F(ContractsTest, AMarketHasOneAdapter) {
  approve_usd(kAdapter, 500'000'000);
  approve_usd(kNegRiskAdapter, 500'000'000);
  EXPECT_EQ(run(kNegRiskAdapter, split(10'000'000)).reason, "condition not prepared yet");
  EXPECT_EQ(run(kAdapter, set_call("splitPosition(address,bytes32,bytes32,uint256[],uint256)", v2_, 1'000'000)).reason,
            "condition not prepared yet");
  Call wrong_partition("splitPosition(address,bytes32,bytes32,uint256[],uint256)");
  wrong_partition.hex(kUsd).number(0).hex(spec(f_.market).condition_id).number(160).number(1'000'000).number(2);
  EXPECT_EQ(run(kAdapter, wrong_partition.number(1).number(1)).reason, "got invalid index set");
  EXPECT_FALSE(run(kAdapter, Call("splitPosition(address,bytes32,bytes32,uint256[],uint256)")).ok);
  EXPECT_EQ(cash(), Usd::whole(100));
}

TEST_F(ContractsTest, RedeemPaysTheWinnerAfterTheReport) {
  approve_usd(kAdapter, 500'000'000);
  approve_tokens(kTokens, kAdapter);
  ASSERT_TRUE(run(kAdapter, split(10'000'000)).ok);
  EXPECT_EQ(run(kAdapter, redeem()).reason, "result for condition not received yet");
  const Call denominator = Call("payoutDenominator(bytes32)").hex(spec(f_.market).condition_id);
  EXPECT_EQ(look(kTokens, denominator).output, word_bytes(U256(0)));
  resolve(f_.market, 1);
  EXPECT_EQ(look(kTokens, denominator).output, word_bytes(U256(1)));
  ASSERT_TRUE(run(kAdapter, redeem()).ok);
  EXPECT_EQ(cash(), Usd::whole(100));
  EXPECT_EQ(held(f_.market, 0), Shares{});
}

TEST_F(ContractsTest, TheRouterRedeemsOneOutcomeByAmount) {
  approve_usd(kRouter, 500'000'000);
  approve_tokens("0x006f54f7f9a22e0000cc2ab60031000000ae9fef", kRouter);
  ASSERT_TRUE(run(kRouter, Call("split(bytes31,uint256)").hex(spec(v2_).condition_id).number(10'000'000)).ok);
  ASSERT_TRUE(run(kRouter, Call("merge(bytes31,uint256)").hex(spec(v2_).condition_id).number(2'000'000)).ok);
  resolve(v2_, 0);
  const auto redeem_v2 = [&](std::uint64_t outcome, std::uint64_t micros) {
    return Call("redeem(bytes31,uint256,uint256)").hex(spec(v2_).condition_id).number(outcome).number(micros);
  };
  EXPECT_EQ(run(kRouter, redeem_v2(0, 9'000'000)).reason, "insufficient balance");
  ASSERT_TRUE(run(kRouter, redeem_v2(0, 3'000'000)).ok);
  EXPECT_EQ(cash(), Usd::whole(95));
  EXPECT_EQ(held(v2_, 0), Shares::whole(5));
  ASSERT_TRUE(run(kRouter, redeem_v2(1, 8'000'000)).ok);
  EXPECT_EQ(cash(), Usd::whole(95)) << "the loser pays nothing";
}

TEST_F(ContractsTest, BalancesAndApprovalsAreTheLedgers) {
  approve_usd(kAdapter, 500'000'000);
  ASSERT_TRUE(run(kAdapter, split(10'000'000)).ok);
  const Call position =
      Call("balanceOf(address,uint256)").hex(kAlice).word(U256::parse(spec(f_.market).tokens[1]).value());
  EXPECT_EQ(look(kTokens, position).output, word_bytes(U256(10'000'000)));
  EXPECT_EQ(look("0x006f54f7f9a22e0000cc2ab60031000000ae9fef", position).output, word_bytes(U256(0))) << "a v1 token";
  EXPECT_EQ(look(kUsd, Call("balanceOf(address)").hex(kAlice)).output, word_bytes(U256(90'000'000)));
  EXPECT_EQ(look(kUsd, Call("allowance(address,address)").hex(kAlice).hex(kAdapter)).output,
            word_bytes(U256(490'000'000)))
      << "a split uses it up";
  EXPECT_EQ(look(kTokens, Call("isApprovedForAll(address,address)").hex(kAlice).hex(kAdapter)).output,
            word_bytes(U256(0)));
}

}  // namespace
}  // namespace underround::simulator
