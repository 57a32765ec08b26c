#include "simulator/server/account_keys.hpp"

#include <algorithm>

#include "simulator/server/json_value.hpp"
#include "simulator/server/json_writer.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

Reply json_reply(std::string body) { return {.status = 200, .body = std::move(body), .headers = {}}; }

}  // namespace

const Credentials* AccountKeys::reader(const Call& call) const {
  const Credentials* key = keys_.find(call.header("POLY_READONLY_API_KEY"));
  const bool good =
      key != nullptr && key->kind == KeyKind::kReadOnly && key->address == lower(call.header("POLY_ADDRESS"));
  return good ? key : nullptr;
}

Router::Handler AccountKeys::readable(const Authorize& authorize, const KeyedHandler& handler) const {
  return [this, full = authorize(handler), handler](const Call& call) {
    if (call.header("POLY_READONLY_API_KEY").empty()) return full(call);
    const Credentials* by = reader(call);
    return by != nullptr ? handler(*by, call) : error_reply(401, "Unauthorized/Invalid api key");
  };
}

void AccountKeys::add_readonly_routes(Router& router, const Authorize& authorize) {
  router.add("POST", "/auth/readonly-api-key", authorize([this](const Credentials& by, const Call&) {
               Reply reply;
               JsonWriter(reply.body).object().field("apiKey", keys_.issue(by, KeyKind::kReadOnly).key).end_object();
               return reply;
             }));
  router.add("GET", "/auth/readonly-api-keys", authorize([this](const Credentials& by, const Call&) {
               Reply reply;
               JsonWriter w(reply.body);
               w.array();
               for (const std::string_view key : keys_.keys_of(by.address, KeyKind::kReadOnly)) w.string(key);
               w.end_array();
               return reply;
             }));
  router.add("DELETE", "/auth/readonly-api-key", authorize([this](const Credentials& by, const Call& call) {
               const auto body = parse_json(call.request.body);
               if (!body || body->text("key").empty()) return error_reply(400, "Invalid payload");
               const Credentials* key = keys_.find(body->text("key"));
               if (key == nullptr || key->kind != KeyKind::kReadOnly || key->address != by.address) {
                 return json_reply("false");
               }
               keys_.remove(key->key);
               return json_reply("true");
             }));
}

void AccountKeys::add_builder_routes(Router& router, const Authorize& authorize) {
  router.add("POST", "/auth/builder-api-key", authorize([this](const Credentials& by, const Call&) {
               const Credentials& made = keys_.issue(by, KeyKind::kBuilder);
               builder_keys_.push_back({made.key, made.address, venue_.now(), {}});
               Reply reply;
               JsonWriter(reply.body)
                   .object()
                   .field("key", made.key)
                   .field("secret", made.secret)
                   .field("passphrase", made.passphrase)
                   .end_object();
               return reply;
             }));
  router.add("GET", "/auth/builder-api-key", authorize([this](const Credentials& by, const Call&) {
               Reply reply;
               JsonWriter w(reply.body);
               w.array();
               for (const BuilderKey& key : builder_keys_) {
                 if (key.address != by.address) continue;
                 w.object().field("key", key.key).field("createdAt", iso_time(key.created_at));
                 if (key.revoked_at.ns != 0) w.field("revokedAt", iso_time(key.revoked_at));
                 w.end_object();
               }
               w.end_array();
               return reply;
             }));
  // The request names no key: the newest one that is still good goes.
  router.add("DELETE", "/auth/builder-api-key", authorize([this](const Credentials& by, const Call&) {
               const auto it = std::find_if(builder_keys_.rbegin(), builder_keys_.rend(), [&](const BuilderKey& key) {
                 return key.address == by.address && key.revoked_at.ns == 0;
               });
               if (it == builder_keys_.rend()) return error_reply(404, "builder api key not found");
               it->revoked_at = venue_.now();
               keys_.remove(it->key);
               return json_reply("\"OK\"");
             }));
}

void AccountKeys::add_routes(Router& router, const Authorize& authorize) {
  add_readonly_routes(router, authorize);
  add_builder_routes(router, authorize);
}

}  // namespace underround::simulator
