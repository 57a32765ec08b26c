#include "simulator/server/rules_service.hpp"

#include <algorithm>

#include "base/decimal.hpp"
#include "simulator/server/control_body.hpp"
#include "simulator/server/json_writer.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

constexpr std::int64_t kMostMicros = std::int64_t{1} << 52;

std::optional<Usd> usd_amount(std::string_view text) {
  const auto value = parse_decimal(text, Usd::kDecimals);
  return value && *value >= 0 && *value <= kMostMicros ? std::optional(Usd{*value}) : std::nullopt;
}

Reply done() { return {.status = 200, .body = "{\"ok\":true}", .headers = {}}; }
Reply bad_address(std::string_view name) {
  return error_reply(400, std::string(name) + " must be 0x and 40 hex digits");
}

// Sets `target` from a member when it is there; false when it is no probability.
bool read_probability(const JsonValue& body, std::string_view name, double& target) {
  if (body.find(name) == nullptr) return true;
  const double p = body.real(name, -1.0);
  if (!(p >= 0.0 && p <= 1.0)) return false;
  target = p;
  return true;
}

bool read_millis(const JsonValue& body, std::string_view name, std::int64_t least, Nanos& target) {
  constexpr std::int64_t kMost = 86'400'000;
  if (body.find(name) == nullptr) return true;
  const auto ms = body.integer(name);
  if (!ms || *ms < least || *ms > kMost) return false;
  target = Nanos::from_millis(*ms);
  return true;
}

}  // namespace

// {"address","spender"?,"collateral"?:usd or "unlimited","tokens"?:bool,"unseen"?:bool}; no spender means all of them,
// unseen that the venue learns of it at the next GET /balance-allowance/update.
Reply RulesService::allowances(const JsonValue& body) {
  if (!is_address(body.text("address"))) return bad_address("address");
  const auto spender = address_of(body.text("spender"));
  const auto only = spender ? find_spender(*spender) : std::nullopt;
  if (body.find("spender") != nullptr && !only) {
    return error_reply(400, "spender must be one of the venue's exchanges, adapters or its router");
  }
  const std::string_view text = body.text("collateral");
  const auto collateral = text == "unlimited" ? std::optional(Allowances::kUnlimited) : usd_amount(text);
  if (body.find("collateral") != nullptr && !collateral) {
    return error_reply(400, "collateral must be unlimited or an amount with at most 6 decimals");
  }
  const AccountId account = venue_.open_account(lower(body.text("address")));
  Allowances& allowances = body.boolean("unseen") ? rules_.on_chain(account) : rules_.allowances(account);
  for (std::size_t i = 0; i < kSpenders; ++i) {
    if (only && *only != i) continue;
    if (body.find("collateral") != nullptr) allowances.collateral[i] = *collateral;
    allowances.tokens[i] = body.boolean("tokens", allowances.tokens[i]);
  }
  return done();
}

// {"address","usd"}: exactly that much from now on, as if the rest had been sent away or in.
Reply RulesService::balances(const JsonValue& body) {
  if (!is_address(body.text("address"))) return bad_address("address");
  const auto usd = usd_amount(body.text("usd"));
  if (!usd) return error_reply(400, "usd must be 0 or more with at most 6 decimals");
  const AccountId account = venue_.open_account(lower(body.text("address")));
  const Usd now = venue_.ledger().balance(account);
  if (*usd > now) venue_.deposit(account, *usd - now);
  if (*usd < now) {
    if (const auto gone = venue_.withdraw(account, now - *usd); !gone) return error_reply(400, gone.error().message);
  }
  return done();
}

Reply RulesService::standing(const JsonValue& body) {
  if (!is_address(body.text("address"))) return bad_address("address");
  const std::string_view name = body.text("standing");
  if (name != "good" && name != "closed_only" && name != "banned") {
    return error_reply(400, "standing must be good, closed_only or banned");
  }
  rules_.set_standing(lower(body.text("address")), name == "good"     ? Standing::kGood
                                                   : name == "banned" ? Standing::kBanned
                                                                      : Standing::kClosedOnly);
  return done();
}

// {"wallet","signer","valid_for_s"?} or {"signer","revoke":true}
Reply RulesService::session_signers(const JsonValue& body) {
  constexpr std::int64_t kLifeS = 4315 * 3600;  // protocol page 5.5
  if (!is_address(body.text("signer"))) return bad_address("signer");
  const std::string signer = lower(body.text("signer"));
  if (body.boolean("revoke")) return rules_.revoke(signer), done();
  if (!is_address(body.text("wallet"))) return bad_address("wallet");
  const std::int64_t life_s = body.integer("valid_for_s").value_or(kLifeS);
  if (life_s < 0 || life_s > kLifeS) return error_reply(400, "valid_for_s must be between 0 and 15534000");
  rules_.authorise(signer, lower(body.text("wallet")), venue_.now() + Nanos::from_seconds(life_s));
  return done();
}

// {"enabled":bool} and {"address","volume_usd"}: as if that signer had traded that much.
Reply RulesService::limits(const JsonValue& body) {
  if (const JsonValue* on = body.find("enabled")) {
    if (!on->is(JsonValue::Kind::kBool)) return error_reply(400, "enabled must be true or false");
    limits_.enable(on->flag);
  }
  if (body.find("address") != nullptr) {
    const auto volume = usd_amount(body.text("volume_usd"));
    if (!is_address(body.text("address"))) return bad_address("address");
    if (!volume) return error_reply(400, "volume_usd must be 0 or more with at most 6 decimals");
    limits_.grant_volume(lower(body.text("address")), *volume);
  }
  Reply reply;
  JsonWriter(reply.body).object().boolean("enabled", limits_.enabled()).end_object();
  return reply;
}

Reply RulesService::settlement(const JsonValue& body) {
  SettlementSettings wanted = venue_.settlement().settings();
  if (!read_probability(body, "failure_probability", wanted.failure_probability) ||
      !read_probability(body, "retry_probability", wanted.retry_probability) ||
      !read_probability(body, "failure_after_retry_probability", wanted.failure_after_retry_probability)) {
    return error_reply(400, "probabilities must be between 0 and 1");
  }
  // Not 0: a transaction retried forever must not stop time.
  if (!read_millis(body, "mined_after_min_ms", 1, wanted.mined_after_min) ||
      !read_millis(body, "mined_after_mean_ms", 0, wanted.mined_after_mean) ||
      !read_millis(body, "confirmed_after_mean_ms", 0, wanted.confirmed_after_mean)) {
    return error_reply(400, "delays must be whole milliseconds up to a day, mined_after_min_ms at least 1");
  }
  venue_.settlement().settings() = wanted;
  return done();
}

// {"condition_id","winner":0|1}: now, whatever its question asks. Redeemable half a minute later; again before that
// with the other winner is a flip. Markets of an event end together, with their event.
Reply RulesService::resolutions(const JsonValue& body) {
  const auto market = venue_.find_condition(body.text("condition_id"));
  const auto winner = body.integer("winner");
  if (!market) return error_reply(404, "condition_id: market not found");
  if (winner != 0 && winner != 1) return error_reply(400, "winner must be 0 or 1");
  if (venue_.market(*market).group.valid()) return error_reply(400, "condition_id: this market ends with its event");
  venue_.resolve_market(*market, static_cast<unsigned>(*winner));
  return done();
}

// {"down_ms"}: 425, then two minutes post-only, then normal.
Reply RulesService::restart(const JsonValue& body) {
  Nanos down = Nanos::from_seconds(90);
  if (!read_millis(body, "down_ms", 1, down)) return error_reply(400, "down_ms must be between 1 and a day");
  venue_.restart(down);
  return done();
}

void RulesService::add_routes(Router& router) {
  const auto add = [&](std::string_view path, Reply (RulesService::*method)(const JsonValue&)) {
    router.add("POST", path, with_body([this, method](const JsonValue& body) { return (this->*method)(body); }));
  };
  add("/allowances", &RulesService::allowances);
  add("/balances", &RulesService::balances);
  add("/standing", &RulesService::standing);
  add("/session-signers", &RulesService::session_signers);
  add("/limits", &RulesService::limits);
  add("/settlement", &RulesService::settlement);
  add("/resolutions", &RulesService::resolutions);
  add("/restart", &RulesService::restart);
}

}  // namespace underround::simulator
