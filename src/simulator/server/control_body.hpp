// What every POST of `control` begins with: a JSON object, and addresses in it.
#pragma once

#include <string_view>

#include "simulator/server/json_value.hpp"
#include "simulator/server/router.hpp"

namespace underround::simulator {

[[nodiscard]] inline bool is_address(std::string_view text) noexcept {
  return text.size() == 42 && text.starts_with("0x") &&
         text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
}

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
