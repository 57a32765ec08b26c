#include "web/kill_request.hpp"

#include <simdjson.h>

#include <string>

namespace underround::web {

Result<ControlRequest> parse_kill_request(std::string_view body) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  std::string_view reason;
  if (parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS) {
    return fail(ErrorCode::kInvalidInput, "the body is not JSON; expected {\"reason\":\"...\"}");
  }
  if (root["reason"].get(reason) != simdjson::SUCCESS) {
    return fail(ErrorCode::kInvalidInput, "\"reason\" is missing or not text");
  }
  if (reason.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return fail(ErrorCode::kInvalidInput, "\"reason\" is empty");
  }
  ControlRequest request;
  request.note.assign("web: " + std::string(reason));
  return request;
}

}  // namespace underround::web
