// Errors are values at the edges: std::expected<T, Error>. Exceptions only while starting up.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

namespace underround {

enum class ErrorCode : std::uint8_t {
  kInvalidInput,  // the caller's data is wrong (file, config, JSON)
  kNotFound,
  kUnsupported,  // known, but this build or venue cannot do it
  kIo,           // file system
  kNetwork,      // connect, TLS, closed
  kTimeout,
  kRefused,  // the other side said no
  kInternal,
};

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  // what was wrong, where, and what to do next; never a secret
};

template <class T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

}  // namespace underround
