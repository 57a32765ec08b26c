#include "simulator/server/trade_activity.hpp"

#include "simulator/server/json_writer.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {

// Nobody here has a profile: the user is an address.
Reply live_activity(const Venue& venue, const Call& call) {
  const auto market = venue.find_condition(call.parts[0]);
  if (!market) return error_reply(404, "market not found");
  const ConditionSpec& spec = venue.market(*market).spec;
  Reply reply;
  JsonWriter w(reply.body);
  w.array();
  for (const TradeRecord* trade : venue.market_trades(*market, kActivityRows)) {
    const bool mined = trade->status != SettlementStatus::kMatched;
    w.object()
        .field("event_type", "trade")
        .key("market")
        .object()
        .field("condition_id", spec.condition_id)
        .field("asset_id", spec.tokens[trade->outcome])
        .field("question", spec.question)
        .field("icon", "")
        .field("slug", spec.slug)
        .end_object()
        .key("user")
        .object()
        .field("address", venue.ledger().address(trade->taker))
        .field("username", "")
        .field("profile_picture", "")
        .field("optimized_profile_picture", "")
        .field("pseudonym", "")
        .end_object()
        .field("side", to_string(trade->side))
        .field("size", shares_text(trade->size))
        .field("fee_rate_bps", "0")
        .field("price", price_text(trade->price))
        .field("outcome", spec.outcomes[trade->outcome])
        .integer("outcome_index", trade->outcome)
        .field("transaction_hash", mined ? hex_text(trade->transaction_hash) : std::string{})
        .field("timestamp", seconds_text(trade->matched_at))
        .end_object();
  }
  w.end_array();
  return reply;
}

}  // namespace underround::simulator
