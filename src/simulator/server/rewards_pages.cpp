#include "simulator/server/rewards_pages.hpp"

#include "simulator/server/json_value.hpp"
#include "simulator/server/json_writer.hpp"
#include "simulator/server/page_reply.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

constexpr std::size_t kMarketsPage = 500, kUserPage = 100;

Reply json_reply(std::string_view body) { return {.status = 200, .body = std::string(body), .headers = {}}; }

bool is_date(std::string_view text) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-' && parse_time_filter(text).has_value();
}

void add_scoring_routes(Router& router, const Authorize& authorize) {
  router.add("GET", "/order-scoring", authorize([](const Credentials&, const Call& call) {
               if (!parse_digest(call.query.get("order_id"))) return error_reply(400, "Invalid orderID");
               return json_reply("{\"scoring\":false}");
             }));
  router.add("POST", "/orders-scoring", authorize([](const Credentials&, const Call& call) {
               const auto body = parse_json(call.request.body);
               if (!body || !body->is(JsonValue::Kind::kArray)) return error_reply(400, "Invalid payload");
               Reply reply;
               JsonWriter w(reply.body);
               w.object();
               for (const JsonValue& id : body->items) {
                 if (!parse_digest(id.scalar)) return error_reply(400, "Invalid orderID");
                 w.boolean(id.scalar, false);
               }
               w.end_object();
               return reply;
             }));
}

void add_user_routes(Router& router, const Authorize& authorize) {
  const auto dated = [&](std::string_view path, Reply (*answer)(const Call&)) {
    router.add("GET", path, authorize([answer](const Credentials&, const Call& call) {
                 return is_date(call.query.get("date")) ? answer(call) : error_reply(400, "Invalid date");
               }));
  };
  dated("/rewards/user", [](const Call& call) { return page_reply({}, call, kUserPage); });
  dated("/rewards/user/markets", [](const Call& call) { return page_reply({}, call, kUserPage); });
  dated("/rewards/user/total", [](const Call&) { return json_reply("[]"); });
  router.add("GET", "/rewards/user/percentages",
             authorize([](const Credentials&, const Call&) { return json_reply("{}"); }));
}

}  // namespace

void add_rewards_routes(Router& router, const Venue& venue, const Authorize& authorize) {
  router.add("GET", "/rewards/markets/current", [](const Call& call) { return page_reply({}, call, kMarketsPage); });
  router.add("GET", "/rewards/markets/{}", [&venue](const Call& call) {
    if (!venue.find_condition(call.parts[0])) return error_reply(404, "market not found");
    return page_reply({}, call, kMarketsPage);
  });
  router.add("GET", "/rebates/current", [](const Call& call) {
    if (!is_date(call.query.get("date"))) return error_reply(400, "Invalid date");
    if (call.query.get("maker_address").empty()) return error_reply(400, "Invalid maker address");
    return json_reply("[]");
  });
  add_scoring_routes(router, authorize);
  add_user_routes(router, authorize);
}

}  // namespace underround::simulator
