#include "chain/set_calls.hpp"

#include <fmt/format.h>

#include "base/decimal.hpp"
#include "chain/position_ids.hpp"
#include "crypto/encoding.hpp"

namespace underround::chain {
namespace {

U256 units(Shares amount) { return U256(static_cast<std::uint64_t>(amount.micros)); }
std::string text(Shares amount) { return format_decimal(amount.micros, Shares::kDecimals); }

std::unexpected<Error> invalid(std::string message) { return fail(ErrorCode::kInvalidInput, std::move(message)); }

Result<Digest> parse_word(std::string_view what, std::string_view hex) {
  Digest word;
  if (hex.size() != 66 || !hex.starts_with("0x") || !crypto::decode_hex(hex.substr(2), word)) {
    return invalid(fmt::format("{}: 0x and 64 hex digits expected, not '{}'", what, hex.substr(0, 80)));
  }
  return word;
}

// The contract that runs v1 or v2 set operations of a market; unknown versions are refused (law 4).
Result<Address> target_of(const Contracts& c, const SetMarket& market) {
  Address target{};
  if (market.version == MarketVersion::kV1)
    target = market.neg_risk ? c.neg_risk_collateral_adapter : c.collateral_adapter;
  if (market.version == MarketVersion::kV2) target = c.router;
  if (known(target)) return target;
  if (market.version == MarketVersion::kUnknown) {
    return fail(ErrorCode::kUnsupported, fmt::format("market {}: neither v1 nor v2", market.condition_id));
  }
  return fail(ErrorCode::kUnsupported, fmt::format("chain {}: no contract known for set operations", c.chain_id));
}

// (pUSD, parent 0, condition, [1, 2]): the arguments all three v1 functions begin with.
Result<AbiEncoder> v1_arguments(const Contracts& c, const SetMarket& market) {
  const auto condition = parse_word("condition id", market.condition_id);
  if (!condition) return std::unexpected(condition.error());
  static constexpr U256 kBothOutcomes[] = {U256(1), U256(2)};
  return AbiEncoder().address(c.collateral).word(Digest{}).word(*condition).words(kBothOutcomes);
}

// bytes31 is left-aligned in its word.
Result<AbiEncoder> v2_arguments(const SetMarket& market) {
  const auto condition = parse_condition_v2(market.condition_id);
  if (!condition) return std::unexpected(condition.error());
  return AbiEncoder().number(position_id_v2(*condition, 0));
}

Result<Call> whole_set_call(const Contracts& c, const SetMarket& market, Shares amount, const char* verb,
                            const char* v1_signature, const char* v2_signature) {
  if (amount.micros <= 0) return invalid(fmt::format("{} {}: the amount must be positive", verb, text(amount)));
  const auto target = target_of(c, market);
  if (!target) return std::unexpected(target.error());
  const bool v1 = market.version == MarketVersion::kV1;
  auto arguments = v1 ? v1_arguments(c, market) : v2_arguments(market);
  if (!arguments) return std::unexpected(arguments.error());
  return Call{.to = *target,
              .data = arguments->number(units(amount)).call(selector(v1 ? v1_signature : v2_signature)),
              .what = fmt::format("{} {} sets of {}", verb, text(amount), market.condition_id)};
}

Approval erc20(const Address& token, const Address& spender, std::string what) {
  return {.kind = Approval::Kind::kErc20, .token = token, .spender = spender, .what = std::move(what)};
}
Approval erc1155(const Address& token, const Address& spender, std::string what) {
  return {.kind = Approval::Kind::kErc1155, .token = token, .spender = spender, .what = std::move(what)};
}

}  // namespace

Result<Call> split_call(const Contracts& contracts, const SetMarket& market, Shares amount) {
  return whole_set_call(contracts, market, amount, "split", "splitPosition(address,bytes32,bytes32,uint256[],uint256)",
                        "split(bytes31,uint256)");
}

Result<Call> merge_call(const Contracts& contracts, const SetMarket& market, Shares amount) {
  return whole_set_call(contracts, market, amount, "merge", "mergePositions(address,bytes32,bytes32,uint256[],uint256)",
                        "merge(bytes31,uint256)");
}

Result<std::vector<Call>> redeem_calls(const Contracts& contracts, const SetMarket& market,
                                       std::span<const RedeemLeg> legs) {
  const auto target = target_of(contracts, market);
  if (!target) return std::unexpected(target.error());
  std::vector<Call> calls;
  if (market.version == MarketVersion::kV1) {
    const auto arguments = v1_arguments(contracts, market);
    if (!arguments) return std::unexpected(arguments.error());
    calls.push_back({.to = *target,
                     .data = arguments->call(selector("redeemPositions(address,bytes32,bytes32,uint256[])")),
                     .what = fmt::format("redeem everything of {}", market.condition_id)});
    return calls;
  }
  if (legs.empty()) return invalid(fmt::format("redeem {}: no outcome named", market.condition_id));
  for (const RedeemLeg& leg : legs) {
    if (leg.outcome > 1 || leg.amount.micros <= 0) {
      return invalid(fmt::format("redeem {}: outcome {} amount {} refused: outcome 0 or 1 and a positive amount",
                                 market.condition_id, leg.outcome, text(leg.amount)));
    }
    auto arguments = v2_arguments(market);
    if (!arguments) return std::unexpected(arguments.error());
    calls.push_back(
        {.to = *target,
         .data =
             arguments->number(leg.outcome).number(units(leg.amount)).call(selector("redeem(bytes31,uint256,uint256)")),
         .what = fmt::format("redeem {} of outcome {} of {}", text(leg.amount), leg.outcome, market.condition_id)});
  }
  return calls;
}

Result<Call> convert_call(const Address& adapter, const ConvertMarket& market, Shares amount) {
  if (!known(adapter)) return fail(ErrorCode::kUnsupported, "convert: no neg-risk adapter address in the settings");
  if (amount.micros <= 0) return invalid(fmt::format("convert {}: the amount must be positive", text(amount)));
  if (market.question_ids.empty()) return invalid("convert: no question named");
  const auto market_id = parse_word("neg-risk market id", market.market_id);
  if (!market_id) return std::unexpected(market_id.error());
  std::vector<Digest> questions;
  for (const std::string& id : market.question_ids) {
    const auto question = parse_word("question id", id);
    if (!question) return std::unexpected(question.error());
    questions.push_back(*question);
  }
  const auto index_set = neg_risk_index_set(*market_id, questions);
  if (!index_set) return std::unexpected(index_set.error());
  return Call{
      .to = adapter,
      .data = AbiEncoder()
                  .word(*market_id)
                  .number(*index_set)
                  .number(units(amount))
                  .call(selector("convertPositions(bytes32,uint256,uint256)")),
      .what = fmt::format("convert {} NO of {} questions of {}", text(amount), questions.size(), market.market_id)};
}

std::vector<Approval> approvals_for(SetOperation operation, const Contracts& c, const SetMarket& market) {
  const auto target = target_of(c, market);
  if (!target || operation == SetOperation::kConvert) return {};
  if (operation == SetOperation::kSplit) return {erc20(c.collateral, *target, "pUSD may be split")};
  const bool v1 = market.version == MarketVersion::kV1;
  return {erc1155(v1 ? c.conditional_tokens : c.position_manager, *target, "positions may be merged and redeemed")};
}

std::vector<Approval> approvals_for_convert(const Contracts& c, const Address& adapter) {
  return {erc1155(c.conditional_tokens, adapter, "positions may be converted")};
}

std::vector<Approval> trading_approvals(const Contracts& c) {
  const std::vector<Approval> wanted = {
      erc20(c.collateral, c.exchange_v2, "pUSD for the v1 exchange"),
      erc20(c.collateral, c.neg_risk_exchange_v2, "pUSD for the v1 neg-risk exchange"),
      erc20(c.collateral, c.exchange_v3, "pUSD for the v2 exchange"),
      erc20(c.collateral, c.collateral_adapter, "pUSD may be split (v1)"),
      erc20(c.collateral, c.neg_risk_collateral_adapter, "pUSD may be split (v1 neg-risk)"),
      erc20(c.collateral, c.router, "pUSD may be split (v2)"),
      erc1155(c.conditional_tokens, c.exchange_v2, "v1 positions for the exchange"),
      erc1155(c.conditional_tokens, c.neg_risk_exchange_v2, "v1 positions for the neg-risk exchange"),
      erc1155(c.conditional_tokens, c.collateral_adapter, "v1 positions may be merged and redeemed"),
      erc1155(c.conditional_tokens, c.neg_risk_collateral_adapter, "v1 neg-risk positions may be merged and redeemed"),
      erc1155(c.conditional_tokens, c.neg_risk_adapter, "v1 neg-risk positions may be converted"),
      erc1155(c.position_manager, c.exchange_v3, "v2 positions for the exchange"),
      erc1155(c.position_manager, c.router, "v2 positions may be merged and redeemed"),
  };
  std::vector<Approval> possible;
  for (const Approval& a : wanted) {
    if (known(a.token) && known(a.spender)) possible.push_back(a);
  }
  return possible;
}

Call grant_call(const Approval& a) {
  AbiEncoder arguments;
  arguments.address(a.spender);
  const std::string what = fmt::format("allow {}: {}", crypto::checksum(a.spender), a.what);
  if (a.kind == Approval::Kind::kErc20) {
    return {
        .to = a.token, .data = arguments.number(max_word()).call(selector("approve(address,uint256)")), .what = what};
  }
  return {
      .to = a.token, .data = arguments.boolean(true).call(selector("setApprovalForAll(address,bool)")), .what = what};
}

Call query_call(const Approval& a, const Address& owner) {
  const bool erc20 = a.kind == Approval::Kind::kErc20;
  return {.to = a.token,
          .data = AbiEncoder().address(owner).address(a.spender).call(
              selector(erc20 ? "allowance(address,address)" : "isApprovedForAll(address,address)")),
          .what = "is it granted: " + a.what};
}

Result<bool> is_granted(const Approval& a, ByteSpan answer, Shares needed) {
  const AbiReader reader(answer);
  if (a.kind == Approval::Kind::kErc1155) return reader.boolean(0);
  const auto allowance = reader.word(0);
  if (!allowance) return std::unexpected(allowance.error());
  return *allowance >= units(needed);
}

Call balance_call(const Address& token, const Address& owner, const U256& position) {
  return {.to = token,
          .data = AbiEncoder().address(owner).number(position).call(selector("balanceOf(address,uint256)")),
          .what = "balance of " + position.to_decimal()};
}

}  // namespace underround::chain
