#include "simulator/server/order_entry.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "crypto/eip712.hpp"
#include "crypto/encoding.hpp"
#include "simulator/order_rules.hpp"
#include "simulator/server/json_writer.hpp"
#include "simulator/server/order_signature.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

constexpr std::int64_t kPostOnlyRetryS = 90;  // when the end of the mode is not known

OrderResult refused(RejectReason reason, std::string_view text) {
  OrderResult result;
  result.reason = reason;
  result.error = text;
  return result;
}

OrderResult malformed(std::string_view text = kInvalidPayload) { return refused(RejectReason::kMalformed, text); }

}  // namespace

std::optional<Reply> refuse_in_mode(VenueMode mode) {
  if (mode != VenueMode::kRestarting && mode != VenueMode::kDisabled) return std::nullopt;
  return error_reply(mode == VenueMode::kRestarting ? 425 : 503, venue_mode_refusal(mode).text);
}

std::size_t OrderEntry::DigestHash::operator()(const Digest& d) const noexcept {
  std::size_t head;
  std::memcpy(&head, d.data(), sizeof head);
  return head;
}

Reply OrderEntry::refusal(const OrderResult& result) const {
  switch (result.reason) {
    case RejectReason::kVenueRestarting: return error_reply(425, result.error);
    case RejectReason::kVenueDisabled: return error_reply(503, result.error);
    case RejectReason::kPostOnlyMode: {
      const Nanos until = venue_.mode_until();
      const std::int64_t retry_s =
          until.ns == 0 ? kPostOnlyRetryS : std::max<std::int64_t>(1, (until - venue_.now()).seconds());
      Reply reply{.status = 503, .body = {}, .headers = {{"Retry-After", std::to_string(retry_s)}}};
      JsonWriter(reply.body)
          .object()
          .field("error", result.error)
          .field("code", "post_only_mode")
          .integer("retry_after_seconds", retry_s)
          .end_object();
      return reply;
    }
    default: return error_reply(400, result.error);
  }
}

bool OrderEntry::is_of(const Credentials& by, const OrderRecord& order) const {
  if (!by.holds(order.account)) return false;
  const auto session = session_orders_.find(order.id);
  if (session != session_orders_.end()) return session->second == by.address;
  // The owner's: no session key's, not even of one that has expired.
  return !rules_.was_session_of(by.address, venue_.ledger().address(order.account));
}

std::optional<std::string_view> OrderEntry::refuse_signature(const Credentials& by, const OrderPayload& order,
                                                             const Digest& contents, ExchangeDomain domain) {
  const SignatureCheck check = check_signature(order.fields, contents, order.signature, domain);
  if (check.verdict == SignatureVerdict::kBad) return kInvalidPayload;
  if (check.verdict == SignatureVerdict::kOtherVersion) return kVersionMismatch;
  if (check.session && rules_.session_wallet(crypto::hex_0x(check.signer)) != order.maker) return kInvalidPayload;
  if (check.signer != by.signer) return "the order signer address has to be the address of the API KEY";
  if (check.session) session_orders_.emplace(crypto::typed_digest(domain_separator(domain), contents), by.address);
  return std::nullopt;
}

OrderEntry::Outcome OrderEntry::enter(const Credentials& by, const JsonValue& body) {
  ++processed_;
  const auto parsed = parse_order(body);
  if (!parsed) return {malformed(parsed.error())};
  const OrderPayload& order = *parsed;
  if (order.owner != by.key) return {malformed("the order owner has to be the owner of the API KEY")};
  if (order.fields.signature_type != 3 && order.signer != by.address) {
    return {malformed("the order signer address has to be the address of the API KEY")};
  }
  if (const auto text = rules_.refuse(by.address, order.maker, order.side)) {
    return {refused(RejectReason::kAuth, *text)};
  }
  const auto token = venue_.find_token(order.fields.token_id);
  if (!token) return {malformed("Invalid token id")};
  const ConditionSpec& spec = venue_.market(token->market).spec;
  const ExchangeDomain domain = domain_of(spec.version, spec.neg_risk);
  const auto contents = order_struct_hash(order.fields);
  if (!contents) return {malformed()};
  const Digest id = crypto::typed_digest(domain_separator(domain), *contents);
  if (order.immediate()) {
    if (const auto text = refuse_precision(order, spec.tick)) return {malformed(*text)};
  } else if (!order.exact_price) {
    return {refused(RejectReason::kTick, "order " + hex_text(id) + " is invalid. Price (" +
                                             std::to_string(static_cast<double>(order.usd.micros) /
                                                            static_cast<double>(order.shares.micros)) +
                                             ") breaks minimum tick size rule: " + tick_text(spec.tick))};
  }
  if (const auto text = refuse_signature(by, order, *contents, domain)) return {malformed(*text)};

  const AccountId account = venue_.open_account(order.maker);
  keys_.associate(by, account);
  const Allowances& allowed = rules_.allowances(account);
  const auto spender = static_cast<std::size_t>(domain);
  NewOrder entry{.account = account,
                 .market = token->market,
                 .outcome = token->outcome,
                 .side = order.side,
                 .tif = order.tif,
                 .post_only = order.post_only,
                 .limit = order.price,
                 .size = order.shares,
                 .amount = {},
                 .expires_at = order.expires_at,
                 .id = id,
                 .allowance = allowed.collateral[spender],
                 .tokens_approved = allowed.tokens[spender]};
  if (order.immediate() && order.side == Side::kBuy) entry.amount = order.usd;
  const bool attributed = builders_.attribute(id, order.fields.builder);
  OrderResult result = venue_.submit(entry);
  if (attributed && !result.accepted) builders_.forget(id);
  return {std::move(result), order.side};
}

void OrderEntry::append_answer(std::string& out, const Outcome& outcome) const {
  const OrderResult& r = outcome.result;
  const bool matched = r.matched.micros > 0;
  const bool buy = outcome.side == Side::kBuy;
  const char* status = !r.accepted                         ? ""
                       : r.state == OrderState::kDelayed   ? "delayed"
                       : r.state == OrderState::kUnmatched ? "unmatched"
                       : matched                           ? "matched"
                                                           : "live";
  JsonWriter w(out);
  w.object()
      .key("success")
      .raw("true")
      .field("errorMsg", r.error)
      .field("orderID", r.accepted ? hex_text(r.id) : std::string{})
      .field("status", status)
      .field("makingAmount", !matched ? std::string{}
                             : buy    ? usd_text(r.cash)
                                      : shares_text(r.matched))
      .field("takingAmount", !matched ? std::string{}
                             : buy    ? shares_text(r.matched)
                                      : usd_text(r.cash));
  if (!r.trades.empty()) {
    w.key("tradeIDs").array();
    for (const TradeId trade : r.trades) w.string(wire_.trade_id(trade));
    w.end_array();
  }
  w.end_object();
}

Reply OrderEntry::post_order(const Credentials& by, std::string_view body) {
  const auto json = parse_json(body);
  if (!json || !json->is(JsonValue::Kind::kObject)) return error_reply(400, kInvalidPayload);
  const Outcome outcome = enter(by, *json);
  if (!outcome.result.accepted) return refusal(outcome.result);
  Reply reply;
  append_answer(reply.body, outcome);
  return reply;
}

// Legs are independent; a bad one is success:true with an empty id and its reason (protocol page 8). A venue that takes
// no orders at all says so once.
Reply OrderEntry::post_orders(const Credentials& by, std::string_view body) {
  const auto json = parse_json(body);
  if (!json || !json->is(JsonValue::Kind::kArray) || json->items.empty()) return error_reply(400, kInvalidPayload);
  if (json->items.size() > kMaxBatch) {
    return error_reply(400, "Too many orders in payload: " + std::to_string(json->items.size()) +
                                ", max allowed: " + std::to_string(kMaxBatch));
  }
  if (venue_.mode() == VenueMode::kCancelOnly) {
    return error_reply(503, venue_mode_refusal(VenueMode::kCancelOnly).text);
  }
  Reply reply;
  reply.body = "[";
  for (const JsonValue& leg : json->items) {
    if (reply.body.size() > 1) reply.body += ',';
    append_answer(reply.body, enter(by, leg));
  }
  reply.body += ']';
  return reply;
}

}  // namespace underround::simulator
