// A handler that runs only for a caller whose API key has been checked, and what turns it into a plain one. Services
// of their own get `Authorize` from ClobPrivate, so that there is one place that decides who is who.
#pragma once

#include <functional>

#include "simulator/server/api_keys.hpp"
#include "simulator/server/router.hpp"

namespace underround::simulator {

using KeyedHandler = std::function<Reply(const Credentials&, const Call&)>;
using Authorize = std::function<Router::Handler(KeyedHandler)>;

}  // namespace underround::simulator
