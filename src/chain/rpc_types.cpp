#include "chain/rpc_types.hpp"

#include <fmt/format.h>

namespace underround::chain {

const char* to_string(RpcFailure::Kind kind) noexcept {
  switch (kind) {
    case RpcFailure::Kind::kNeverSent: return "never sent";
    case RpcFailure::Kind::kUnknown: return "no answer";
    case RpcFailure::Kind::kHttp: return "HTTP error";
    case RpcFailure::Kind::kNotJson: return "not JSON";
    case RpcFailure::Kind::kMalformed: return "malformed answer";
    case RpcFailure::Kind::kServer: return "node error";
  }
  return "unknown";
}

Error RpcFailure::error() const {
  ErrorCode to = ErrorCode::kInternal;
  if (kind == Kind::kNeverSent || kind == Kind::kHttp || kind == Kind::kNotJson) to = ErrorCode::kNetwork;
  if (kind == Kind::kUnknown) to = ErrorCode::kTimeout;
  if (kind == Kind::kServer) to = ErrorCode::kRefused;
  std::string text = fmt::format("chain RPC: {}", to_string(kind));
  if (http_status != 0) text += fmt::format(" {}", http_status);
  if (code != 0) text += fmt::format(" {}", code);
  if (!message.empty()) text += ": " + message;
  if (!data.empty()) text += fmt::format(" ({})", revert_reason(data));
  return {to, std::move(text)};
}

}  // namespace underround::chain
