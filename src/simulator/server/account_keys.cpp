#include "simulator/server/account_keys.hpp"

#include <algorithm>

#include "base/stable_hash.hpp"
#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "simulator/server/json_value.hpp"
#include "simulator/server/json_writer.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {
namespace {

Reply json_reply(std::string body) { return {.status = 200, .body = std::move(body), .headers = {}}; }

}  // namespace

AccountKeys::Key AccountKeys::make(const Credentials& by, std::string_view kind) {
  const std::string material =
      std::string(kind) + ":" + by.address + ":" + std::to_string(++made_) + ":" + std::to_string(seed_);
  Key key;
  key.key = uuid_text(stable_hash(material), venue_.salt());
  key.secret = crypto::base64(crypto::sha256("secret:" + material), crypto::Base64Alphabet::kUrlSafe);
  key.passphrase = crypto::hex(crypto::sha256("passphrase:" + material));
  key.address = by.address;
  key.api_key = by.key;
  key.created_at = venue_.now();
  return key;
}

// Whose orders and trades a read-only key shows: those of the trading key that made it, while that one exists.
const Credentials* AccountKeys::reader(const Call& call) const {
  const std::string address = lower(call.header("POLY_ADDRESS"));
  const auto it = std::ranges::find(readonly_, call.header("POLY_READONLY_API_KEY"), &Key::key);
  return it != readonly_.end() && it->address == address ? keys_.find(it->api_key) : nullptr;
}

Router::Handler AccountKeys::readable(const Authorize& authorize, KeyedHandler handler) const {
  return [this, full = authorize(handler), handler](const Call& call) {
    if (call.header("POLY_READONLY_API_KEY").empty()) return full(call);
    const Credentials* by = reader(call);
    return by != nullptr ? handler(*by, call) : error_reply(401, "Unauthorized/Invalid api key");
  };
}

void AccountKeys::add_readonly_routes(Router& router, const Authorize& authorize) {
  router.add("POST", "/auth/readonly-api-key", authorize([this](const Credentials& by, const Call&) {
               readonly_.push_back(make(by, "readonly"));
               Reply reply;
               JsonWriter(reply.body).object().field("apiKey", readonly_.back().key).end_object();
               return reply;
             }));
  router.add("GET", "/auth/readonly-api-keys", authorize([this](const Credentials& by, const Call&) {
               Reply reply;
               JsonWriter w(reply.body);
               w.array();
               for (const Key& key : readonly_) {
                 if (key.address == by.address) w.string(key.key);
               }
               w.end_array();
               return reply;
             }));
  router.add("DELETE", "/auth/readonly-api-key", authorize([this](const Credentials& by, const Call& call) {
               const auto body = parse_json(call.request.body);
               if (!body || body->text("key").empty()) return error_reply(400, "Invalid payload");
               const auto gone = std::erase_if(readonly_, [&](const Key& key) {
                 return key.address == by.address && key.key == body->text("key");
               });
               return json_reply(gone > 0 ? "true" : "false");
             }));
}

void AccountKeys::add_builder_routes(Router& router, const Authorize& authorize) {
  router.add("POST", "/auth/builder-api-key", authorize([this](const Credentials& by, const Call&) {
               builder_.push_back(make(by, "builder"));
               Reply reply;
               JsonWriter(reply.body)
                   .object()
                   .field("key", builder_.back().key)
                   .field("secret", builder_.back().secret)
                   .field("passphrase", builder_.back().passphrase)
                   .end_object();
               return reply;
             }));
  router.add("GET", "/auth/builder-api-key", authorize([this](const Credentials& by, const Call&) {
               Reply reply;
               JsonWriter w(reply.body);
               w.array();
               for (const Key& key : builder_) {
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
               const auto it = std::find_if(builder_.rbegin(), builder_.rend(), [&](const Key& key) {
                 return key.address == by.address && key.revoked_at.ns == 0;
               });
               if (it == builder_.rend()) return error_reply(404, "builder api key not found");
               it->revoked_at = venue_.now();
               return json_reply("\"OK\"");
             }));
}

void AccountKeys::add_routes(Router& router, const Authorize& authorize) {
  add_readonly_routes(router, authorize);
  add_builder_routes(router, authorize);
}

}  // namespace underround::simulator
