// What every POST of `control` begins with: a JSON object, and addresses in it.
#pragma once

#include <string_view>

#include "simulator/chain/calldata.hpp"
#include "simulator/server/json_value.hpp"
#include "simulator/server/router.hpp"

namespace underround::simulator {

[[nodiscard]] inline bool is_address(std::string_view text) noexcept { return address_of(text).has_value(); }

// `method(const JsonValue&)` with the parsed body; 400 when it is no object.
template <class Method>
[[nodiscard]] Router::Handler with_body(Method method) {
  return [method](const Call& call) {
    const auto body = parse_json(call.request.body);
    if (!body || !body->is(JsonValue::Kind::kObject)) return error_reply(400, "body must be a JSON object");
    return method(*body);
  };
}

}  // namespace underround::simulator
