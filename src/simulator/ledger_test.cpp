#include "simulator/ledger.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace underround::simulator {
namespace {

// Three accounts, one stand-alone market (0) and a neg-risk event of three (1, 2, 3).
struct Fixture {
  Ledger ledger;
  std::vector<AccountId> accounts;
  Fixture() {
    for (const char* name : {"0xA", "0xB", "0xC"}) {
      accounts.push_back(ledger.open(name));
      ledger.deposit(accounts.back(), Usd::whole(1000));
    }
    ledger.add_market(MarketId{0}, ledger.add_pot());
    const PotId shared = ledger.add_pot();
    for (std::uint32_t m = 1; m <= 3; ++m) ledger.add_market(MarketId{m}, shared);
  }
};

MatchTransfer mint(AccountId yes, AccountId no, MarketId market, Shares size, Price price) {
  MatchTransfer t;
  t.market = market;
  t.kind = MatchKind::kMint;
  t.maker = yes;
  t.taker = no;
  t.maker_outcome = 0;
  t.taker_outcome = 1;
  t.maker_side = t.taker_side = Side::kBuy;
  t.size = size;
  t.maker_cash = notional(price, size, Rounding::kUp);
  t.taker_cash = Usd{size.micros} - t.maker_cash;
  return t;
}

// A random operation may be refused; what counts is that nothing broke.
template <class T>
void may_fail(const Result<T>& /*result*/) {}

TEST(Ledger, SplitThenMergeIsNothing) {
  Fixture f;
  ASSERT_TRUE(f.ledger.split(f.accounts[0], MarketId{0}, Shares::whole(10)));
  EXPECT_EQ(f.ledger.balance(f.accounts[0]), Usd::whole(990));
  EXPECT_EQ(f.ledger.position(f.accounts[0], MarketId{0}, 1), Shares::whole(10));
  ASSERT_TRUE(f.ledger.merge(f.accounts[0], MarketId{0}, Shares::whole(10)));
  EXPECT_EQ(f.ledger.balance(f.accounts[0]), Usd::whole(1000));
  EXPECT_FALSE(f.ledger.merge(f.accounts[0], MarketId{0}, Shares::whole(1)));
  EXPECT_EQ(f.ledger.check_conservation(), std::nullopt);
}

TEST(Ledger, ConvertTurnsNoIntoDollarsAndTheOtherYes) {
  Fixture f;
  for (std::uint32_t m = 1; m <= 3; ++m) ASSERT_TRUE(f.ledger.split(f.accounts[0], MarketId{m}, Shares::whole(10)));
  // Two NO: one dollar a share back, and YES of the third.
  ASSERT_TRUE(f.ledger.convert(f.accounts[0], {MarketId{1}, MarketId{2}}, Shares::whole(4)));
  EXPECT_EQ(f.ledger.balance(f.accounts[0]), Usd::whole(974));
  EXPECT_EQ(f.ledger.position(f.accounts[0], MarketId{1}, 1), Shares::whole(6));
  EXPECT_EQ(f.ledger.position(f.accounts[0], MarketId{3}, 0), Shares::whole(14));
  EXPECT_EQ(f.ledger.check_conservation(), std::nullopt);
  EXPECT_FALSE(f.ledger.convert(f.accounts[0], {MarketId{1}, MarketId{1}}, Shares::whole(1)));
  EXPECT_FALSE(f.ledger.convert(f.accounts[0], {MarketId{0}, MarketId{1}}, Shares::whole(1)));
  EXPECT_FALSE(f.ledger.convert(f.accounts[1], {MarketId{1}}, Shares::whole(1)));
}

TEST(Ledger, RedeemPaysTheWinnerOnly) {
  Fixture f;
  f.ledger.apply(mint(f.accounts[0], f.accounts[1], MarketId{0}, Shares::whole(10), Price{6000}));
  EXPECT_FALSE(f.ledger.redeem(f.accounts[0], MarketId{0}));
  f.ledger.set_winner(MarketId{0}, 1);
  EXPECT_EQ(f.ledger.redeem(f.accounts[0], MarketId{0}).value(), Usd{});
  EXPECT_EQ(f.ledger.redeem(f.accounts[1], MarketId{0}).value(), Usd::whole(10));
  EXPECT_EQ(f.ledger.balance(f.accounts[1]), Usd::whole(1006));
  EXPECT_EQ(f.ledger.check_conservation(), std::nullopt);
}

TEST(Ledger, RevertNeedsTheProceedsStillThere) {
  Fixture f;
  const MatchTransfer t = mint(f.accounts[0], f.accounts[1], MarketId{0}, Shares::whole(10), Price{6000});
  f.ledger.apply(t);
  ASSERT_TRUE(f.ledger.can_revert(t));
  ASSERT_TRUE(f.ledger.split(f.accounts[2], MarketId{0}, Shares::whole(10)));
  MatchTransfer sale = t;  // YES goes on to a third party
  sale.kind = MatchKind::kComplementary;
  sale.maker_side = Side::kSell;
  sale.taker = f.accounts[2];
  sale.taker_outcome = 0;
  sale.taker_side = Side::kBuy;
  sale.taker_cash = sale.maker_cash;
  f.ledger.apply(sale);
  EXPECT_FALSE(f.ledger.can_revert(t));
  f.ledger.revert(sale);
  f.ledger.revert(t);
  EXPECT_EQ(f.ledger.balance(f.accounts[0]), Usd::whole(1000));
  EXPECT_EQ(f.ledger.check_conservation(), std::nullopt);
}

TEST(Ledger, AddressesAreCaseInsensitive) {
  Ledger ledger;
  EXPECT_EQ(ledger.open("0xAbC"), ledger.open("0xaBc"));
  EXPECT_EQ(ledger.find("0XABC"), ledger.open("0xabc"));
  EXPECT_EQ(ledger.find("0xdef"), std::nullopt);
}

TEST(Ledger, NothingIsMadeOrLost) {
  EXPECT_TRUE(rc::check("random operations keep every identity", [] {
    Fixture f;
    std::vector<MatchTransfer> done;
    bool resolved = false;  // the event, once
    const int steps = *rc::gen::inRange(1, 80);
    for (int i = 0; i < steps; ++i) {
      const AccountId a = *rc::gen::elementOf(f.accounts), b = *rc::gen::elementOf(f.accounts);
      const MarketId market{*rc::gen::inRange<std::uint32_t>(0, 4)};
      const Shares size{*rc::gen::inRange<std::int64_t>(1, 40'000'000)};
      switch (*rc::gen::inRange(0, 7)) {
        case 0: may_fail(f.ledger.split(a, market, size)); break;
        case 1: may_fail(f.ledger.merge(a, market, size)); break;
        case 2: {
          const auto give =
              *rc::gen::nonEmpty(rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(1, 4)));
          std::vector<MarketId> markets;
          markets.reserve(give.size());
          for (const std::uint32_t m : give) markets.emplace_back(m);
          may_fail(f.ledger.convert(a, markets, size));
          break;
        }
        case 3: may_fail(f.ledger.redeem(a, market)); break;
        case 4: {
          const MatchTransfer t = mint(a, b, market, size, Price{*rc::gen::inRange(1, 10'000)});
          if (f.ledger.balance(a) < t.maker_cash + t.taker_cash || f.ledger.balance(b) < t.taker_cash) break;
          f.ledger.apply(t);
          done.push_back(t);
          break;
        }
        case 5:
          if (!done.empty() && f.ledger.can_revert(done.back())) {
            f.ledger.revert(done.back());
            done.pop_back();
          }
          break;
        default:
          if (!resolved && *rc::gen::inRange(0, 20) == 0) {
            // One pot at a time, and exactly one YES in the event.
            resolved = true;
            const std::uint32_t winner = *rc::gen::inRange<std::uint32_t>(1, 4);
            for (std::uint32_t m = 1; m <= 3; ++m) f.ledger.set_winner(MarketId{m}, m == winner ? 0 : 1);
            done.clear();
          } else {
            f.ledger.deposit(a, Usd{size.micros});
          }
      }
      const auto broken = f.ledger.check_conservation();
      if (broken) RC_LOG(*broken);
      RC_ASSERT(!broken);
    }
  }));
}

}  // namespace
}  // namespace underround::simulator
