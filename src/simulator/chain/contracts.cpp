#include "simulator/chain/contracts.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "crypto/encoding.hpp"

namespace underround::simulator {
namespace {

constexpr std::string_view kCollateralAddress = "0xc011a7e12a19f7b1f670d46f03b03f3342e82dfb";
constexpr std::string_view kConditionalTokens = "0x4d97dcd97ec945f40cf65f87097ace5ea0476045";
constexpr std::string_view kPositionManager = "0x006f54f7f9a22e0000cc2ab60031000000ae9fef";

constexpr std::uint64_t kIntrinsicGas = 21'000, kByteGas = 16;
constexpr std::uint64_t kApproveGas = 30'000, kTransferGas = 40'000, kSplitGas = 190'000, kMergeGas = 160'000,
                        kRedeemGas = 130'000, kConvertGas = 420'000, kLookGas = 5'000, kRevertGas = 12'000;

std::string text_of(const Address& address) { return crypto::hex_0x(address); }

CallResult answer(Bytes output) {
  CallResult r;
  r.ok = true;
  r.output = std::move(output);
  r.gas = kLookGas;
  return r;
}
CallResult answer(const U256& word) { return answer(word_bytes(word)); }
CallResult answer(std::int64_t micros) { return answer(U256(static_cast<std::uint64_t>(micros))); }
CallResult revert(std::string reason) {
  CallResult r;
  r.output = reason.empty() ? Bytes{} : error_bytes(reason);
  r.reason = std::move(reason);
  r.gas = kRevertGas;
  return r;
}
CallResult does(std::uint64_t gas, Bytes output = {}) {
  CallResult r;
  r.ok = true;
  r.output = std::move(output);
  r.gas = gas;
  return r;
}

constexpr std::string_view kMalformed = "malformed calldata";

}  // namespace

Contracts::Contracts(Venue& venue, AllowanceBook& allowances) : venue_(venue), allowances_(allowances) {
  const auto add = [&](std::string_view address, Kind kind) { kinds_.emplace(*address_of(address), kind); };
  const auto spender = [](Spender s) { return kSpenderAddresses[static_cast<std::size_t>(s)]; };
  add(kCollateralAddress, Kind::kCollateral);
  add(kConditionalTokens, Kind::kTokensV1);
  add(kPositionManager, Kind::kTokensV2);
  add(spender(Spender::kCollateralAdapter), Kind::kAdapter);
  add(spender(Spender::kNegRiskCollateralAdapter), Kind::kNegRiskAdapter);
  add(spender(Spender::kRouter), Kind::kRouter);
  add(spender(Spender::kNegRiskAdapter), Kind::kConverter);
}

bool Contracts::is_contract(const Address& address) const {
  return kinds_.contains(address) || find_spender(address).has_value();
}

// The fee account owns nothing that can be approved or spent: it stands for addresses nobody has heard of.
AccountId Contracts::account(const Address& address) const {
  return venue_.ledger().find(text_of(address)).value_or(Ledger::fee_account());
}

std::optional<MarketId> Contracts::market_of(const U256& condition, MarketVersion version) const {
  const auto market = venue_.find_condition(condition.to_hex());
  return market && venue_.market(*market).spec.version == version ? market : std::nullopt;
}

Shares Contracts::held(AccountId account, const U256& token, MarketVersion version) const {
  const auto known = venue_.find_token(token.to_decimal());
  if (!known || venue_.market(known->market).spec.version != version || account == Ledger::fee_account()) return {};
  return venue_.ledger().position(account, known->market, known->outcome);
}

CallResult Contracts::look(const Address& from, const Address& to, ByteView data) const {
  return plan(from, to, data).result;
}

CallResult Contracts::run(const Address& from, const Address& to, ByteView data) {
  (void)venue_.open_account(text_of(from));  // approvals and money are kept for accounts
  Plan p = plan(from, to, data);
  if (!p.result.ok || !p.act) return std::move(p.result);
  if (auto done = p.act(); !done) {
    const std::uint64_t gas = p.result.gas;
    p.result = revert(done.error().message);
    p.result.gas = gas;
  } else {
    p.result.undo = std::move(p.undo);
  }
  return std::move(p.result);
}

Contracts::Plan Contracts::plan(const Address& from, const Address& to, ByteView data) const {
  Plan p;
  const CallReader in(data);
  const auto kind = kinds_.find(to);
  const AccountId who = account(from);
  if (kind == kinds_.end()) {
    p.result = answer(Bytes{});  // no code: a call succeeds and answers nothing
  } else {
    switch (kind->second) {
      case Kind::kCollateral: p = collateral(who, in); break;
      case Kind::kTokensV1:
      case Kind::kTokensV2: p = tokens(kind->second, who, in); break;
      case Kind::kAdapter: p = sets_v1(Spender::kCollateralAdapter, who, in); break;
      case Kind::kNegRiskAdapter: p = sets_v1(Spender::kNegRiskCollateralAdapter, who, in); break;
      case Kind::kRouter: p = sets_v2(who, in); break;
      case Kind::kConverter: p = convert(who, in); break;
    }
  }
  p.result.gas += kIntrinsicGas + kByteGas * data.size();
  return p;
}

// --- pUSD

Contracts::Plan Contracts::collateral(AccountId from, const CallReader& in) const {
  static const std::uint32_t kBalance = selector("balanceOf(address)"),
                             kAllowance = selector("allowance(address,address)"),
                             kApprove = selector("approve(address,uint256)"),
                             kTransfer = selector("transfer(address,uint256)"), kDecimals = selector("decimals()"),
                             kSymbol = selector("symbol()");
  const auto what = in.selector();
  const auto first = in.address(0), second = in.address(1);
  if (what == kDecimals) return {answer(std::int64_t{6})};
  if (what == kSymbol) return {answer(string_bytes("pUSD"))};
  if (what == kBalance && first) {
    const AccountId of = account(*first);
    return {answer(of == Ledger::fee_account() ? std::int64_t{0} : venue_.ledger().balance(of).micros)};
  }
  if (what == kAllowance && first && second) {
    const auto spender = find_spender(*second);
    if (!spender) return {answer(std::int64_t{0})};
    const Usd allowed = allowances_.look_on_chain(account(*first)).collateral[*spender];
    U256 most;
    most.bytes.fill(0xff);
    return {allowed == Allowances::kUnlimited ? answer(most) : answer(allowed.micros)};
  }
  if (what == kApprove && first && in.word(1)) {
    const auto spender = find_spender(*first);
    const Usd amount{in.micros(1).value_or(Allowances::kUnlimited.micros)};
    if (!spender) return {does(kApproveGas, word_bytes(U256(1)))};  // somebody else's contract: nobody asks here
    const auto set = [this, from, spender](Usd value) { allowances_.on_chain(from).collateral[*spender] = value; };
    return {does(kApproveGas, word_bytes(U256(1))), [set, amount] { return set(amount), Result<void>{}; },
            [set, before = allowances_.look_on_chain(from).collateral[*spender]] { set(before); }};
  }
  if (what == kTransfer && first && in.word(1)) {
    const auto micros = in.micros(1);
    if (!micros || venue_.ledger().balance(from).micros < *micros || from == Ledger::fee_account()) {
      return {revert("ERC20: transfer amount exceeds balance")};
    }
    return {does(kTransferGas, word_bytes(U256(1))),
            [this, from, to = *first, amount = Usd{*micros}]() -> Result<void> {
              if (amount.micros == 0) return {};
              if (auto gone = venue_.withdraw(from, amount); !gone) return gone;
              venue_.deposit(venue_.open_account(text_of(to)), amount);
              return {};
            },
            {}};
  }
  return {revert("")};
}

// --- the ERC-1155 ledgers

Contracts::Plan Contracts::tokens(Kind kind, AccountId from, const CallReader& in) const {
  static const std::uint32_t kBalance = selector("balanceOf(address,uint256)"),
                             kBatch = selector("balanceOfBatch(address[],uint256[])"),
                             kIsApproved = selector("isApprovedForAll(address,address)"),
                             kApprove = selector("setApprovalForAll(address,bool)"),
                             kDenominator = selector("payoutDenominator(bytes32)"),
                             kNumerators = selector("payoutNumerators(bytes32,uint256)"),
                             kSlots = selector("getOutcomeSlotCount(bytes32)");
  const bool v2 = kind == Kind::kTokensV2;
  const MarketVersion version = v2 ? MarketVersion::kV2 : MarketVersion::kV1;
  const auto what = in.selector();
  const auto first = in.address(0), second = in.address(1);
  // Each ledger knows the contracts of its own version.
  const auto spender_of = [&](const Address& address) -> std::optional<std::size_t> {
    const auto found = find_spender(address);
    if (!found) return std::nullopt;
    const auto s = static_cast<Spender>(*found);
    return v2 == (s == Spender::kExchangeV3 || s == Spender::kRouter) ? found : std::nullopt;
  };
  if (what == kBalance && first && in.word(1)) return {answer(held(account(*first), *in.word(1), version).micros)};
  if (what == kBatch) {
    const auto owners = in.words(0), ids = in.words(1);
    if (!owners || !ids || owners->size() != ids->size()) return {revert(std::string(kMalformed))};
    Bytes out = word_bytes(U256(32));
    const auto put = [&](const U256& word) { out.insert(out.end(), word.bytes.begin(), word.bytes.end()); };
    put(U256(ids->size()));
    for (std::size_t i = 0; i < ids->size(); ++i) {
      Address owner;
      std::copy((*owners)[i].bytes.begin() + 12, (*owners)[i].bytes.end(), owner.begin());
      put(U256(static_cast<std::uint64_t>(held(account(owner), (*ids)[i], version).micros)));
    }
    return {answer(std::move(out))};
  }
  if (what == kIsApproved && first && second) {
    const auto spender = spender_of(*second);
    const bool approved = spender && allowances_.look_on_chain(account(*first)).tokens[*spender];
    return {answer(std::int64_t{approved})};
  }
  if (what == kApprove && first && in.word(1)) {
    const auto spender = spender_of(*first);
    const bool approved = *in.word(1) != U256();
    if (!spender) return {does(kApproveGas)};
    const auto set = [this, from, spender](bool value) { allowances_.on_chain(from).tokens[*spender] = value; };
    return {does(kApproveGas), [set, approved] { return set(approved), Result<void>{}; },
            [set, before = allowances_.look_on_chain(from).tokens[*spender]] { set(before); }};
  }
  if (!v2 && in.word(0) && (what == kDenominator || what == kNumerators || what == kSlots)) {
    const auto market = market_of(*in.word(0), version);
    if (what == kSlots) return {answer(std::int64_t{market ? 2 : 0})};
    const bool final = market && venue_.market(*market).spec.phase == MarketPhase::kRedeemable;
    if (what == kDenominator) return {answer(std::int64_t{final})};
    return {answer(std::int64_t{final && in.word(1) == U256(venue_.market(*market).winner)})};
  }
  return {revert("")};
}

// --- split, merge, redeem

Contracts::Plan Contracts::split(Spender spender, AccountId from, MarketId market, std::int64_t micros) const {
  const Usd cost{micros};
  const bool approved = allowances_.look_on_chain(from).collateral[static_cast<std::size_t>(spender)] >= cost;
  if (micros <= 0) return {revert("amount is zero")};
  if (from == Ledger::fee_account() || venue_.ledger().balance(from) < cost) {
    return {revert("ERC20: transfer amount exceeds balance")};
  }
  if (!approved) return {revert("ERC20: insufficient allowance")};
  // A limited allowance is used up.
  const auto use = [this, from, spender](Usd amount) {
    Usd& left = allowances_.on_chain(from).collateral[static_cast<std::size_t>(spender)];
    if (left != Allowances::kUnlimited) left -= amount;
  };
  return {does(kSplitGas),
          [this, from, market, micros, use]() -> Result<void> {
            if (auto done = venue_.split(from, market, Shares{micros}); !done) return done;
            use(Usd{micros});
            return {};
          },
          [this, from, market, micros, use] {
            if (venue_.merge(from, market, Shares{micros})) use(Usd{-micros});
          }};
}

Contracts::Plan Contracts::merge(Spender spender, AccountId from, MarketId market, std::int64_t micros) const {
  if (micros <= 0) return {revert("amount is zero")};
  if (from == Ledger::fee_account()) return {revert("SafeMath: subtraction overflow")};
  if (!allowances_.look_on_chain(from).tokens[static_cast<std::size_t>(spender)]) {
    return {revert("ERC1155: need operator approval for 3rd party transfers.")};
  }
  for (unsigned outcome = 0; outcome < 2; ++outcome) {
    if (venue_.ledger().position(from, market, outcome).micros < micros) {
      return {revert("SafeMath: subtraction overflow")};
    }
  }
  return {does(kMergeGas), [this, from, market, micros] { return venue_.merge(from, market, Shares{micros}); },
          [this, from, market, micros] { (void)venue_.split(from, market, Shares{micros}); }};
}

// (collateral, parent, condition, partition, amount): every argument as the adapter wants it, or nothing happens.
Contracts::Plan Contracts::sets_v1(Spender spender, AccountId from, const CallReader& in) const {
  static const std::uint32_t kSplit = selector("splitPosition(address,bytes32,bytes32,uint256[],uint256)"),
                             kMerge = selector("mergePositions(address,bytes32,bytes32,uint256[],uint256)"),
                             kRedeem = selector("redeemPositions(address,bytes32,bytes32,uint256[])");
  const auto what = in.selector();
  if (what != kSplit && what != kMerge && what != kRedeem) return {revert("")};
  const auto token = in.address(0);
  const auto parent = in.word(1), condition = in.word(2);
  const auto partition = in.words(3);
  if (!token || !parent || !condition || !partition) return {revert(std::string(kMalformed))};
  if (text_of(*token) != kCollateralAddress) return {revert("collateral is not pUSD")};
  if (*parent != U256() || *partition != std::vector<U256>{U256(1), U256(2)}) {
    return {revert("got invalid index set")};
  }
  const auto market = market_of(*condition, MarketVersion::kV1);
  const bool neg_risk = spender == Spender::kNegRiskCollateralAdapter;
  if (!market || venue_.market(*market).spec.neg_risk != neg_risk) return {revert("condition not prepared yet")};
  if (what != kRedeem) {
    const auto micros = in.micros(4);
    if (!micros) return {revert(std::string(kMalformed))};
    return what == kSplit ? split(spender, from, *market, *micros) : merge(spender, from, *market, *micros);
  }
  if (venue_.market(*market).spec.phase != MarketPhase::kRedeemable) {
    return {revert("result for condition not received yet")};
  }
  if (!allowances_.look_on_chain(from).tokens[static_cast<std::size_t>(spender)]) {
    return {revert("ERC1155: need operator approval for 3rd party transfers.")};
  }
  return {does(kRedeemGas),
          [this, from, m = *market]() -> Result<void> {
            if (auto paid = venue_.redeem(from, m); !paid) return std::unexpected(paid.error());
            return {};
          },
          {}};
}

Contracts::Plan Contracts::sets_v2(AccountId from, const CallReader& in) const {
  static const std::uint32_t kSplit = selector("split(bytes31,uint256)"), kMerge = selector("merge(bytes31,uint256)"),
                             kRedeem = selector("redeem(bytes31,uint256,uint256)");
  const auto what = in.selector();
  const auto condition = in.word(0);
  const auto micros = in.micros(what == kRedeem ? 2 : 1);
  if (what != kSplit && what != kMerge && what != kRedeem) return {revert("")};
  if (!condition || !micros || condition->bytes[31] != 0) return {revert(std::string(kMalformed))};
  const auto market = market_of(*condition, MarketVersion::kV2);
  if (!market) return {revert("unknown condition")};
  if (what == kSplit) return split(Spender::kRouter, from, *market, *micros);
  if (what == kMerge) return merge(Spender::kRouter, from, *market, *micros);
  const auto outcome = in.micros(1);
  if (!outcome || *outcome > 1) return {revert("unknown outcome")};
  if (venue_.market(*market).spec.phase != MarketPhase::kRedeemable) return {revert("condition not resolved")};
  if (!allowances_.look_on_chain(from).tokens[static_cast<std::size_t>(Spender::kRouter)]) {
    return {revert("operator not approved")};
  }
  if (*micros <= 0 || venue_.ledger().position(from, *market, static_cast<unsigned>(*outcome)).micros < *micros) {
    return {revert("insufficient balance")};
  }
  return {does(kRedeemGas),
          [this, from, m = *market, which = static_cast<unsigned>(*outcome), n = *micros]() -> Result<void> {
            if (auto paid = venue_.redeem(from, m, which, Shares{n}); !paid) return std::unexpected(paid.error());
            return {};
          },
          {}};
}

// convertPositions(marketId, indexSet, amount) of the old adapter.
Contracts::Plan Contracts::convert(AccountId from, const CallReader& in) const {
  static const std::uint32_t kConvert = selector("convertPositions(bytes32,uint256,uint256)");
  if (in.selector() != kConvert) return {revert("")};
  const auto id = in.word(0), set = in.word(1);
  const auto micros = in.micros(2);
  if (!id || !set || !micros) return {revert(std::string(kMalformed))};
  std::optional<GroupId> group;
  for (std::size_t i = 0; i < venue_.group_count() && !group; ++i) {
    const GroupId g{static_cast<std::uint32_t>(i)};
    if (venue_.group(g).spec.neg_risk_market_id == id->to_hex()) group = g;
  }
  if (!group) return {revert("MarketNotPrepared()")};
  const auto& markets = venue_.group(*group).markets;
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < 64; ++i) {
    if ((set->bytes[31 - i / 8] >> (i % 8) & 1U) != 0) mask |= std::uint64_t{1} << i;
  }
  if (mask == 0 || (markets.size() < 64 && mask >> markets.size() != 0)) return {revert("InvalidIndexSet()")};
  if (!allowances_.look_on_chain(from).tokens[static_cast<std::size_t>(Spender::kNegRiskAdapter)]) {
    return {revert("ERC1155: need operator approval for 3rd party transfers.")};
  }
  for (std::size_t i = 0; i < markets.size() && i < 64; ++i) {
    if ((mask >> i & 1U) != 0 && venue_.ledger().position(from, markets[i], 1).micros < *micros) {
      return {revert("SafeMath: subtraction overflow")};
    }
  }
  return {does(kConvertGas),
          [this, from, g = *group, mask, n = *micros] { return venue_.convert(from, g, mask, Shares{n}); },
          {}};
}

}  // namespace underround::simulator
