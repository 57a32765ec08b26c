// GET without a signature, for start-up and commands by hand. Blocking.
//   auto body = fetch_text(loop, urls.gamma, "/markets?limit=1", proxy);
#pragma once

#include <string>

#include "core/error.hpp"
#include "net/event_loop.hpp"

namespace underround {

// The body of a 2xx answer. kNotFound for 404, kRefused for any other status, with the venue's words.
[[nodiscard]] Result<std::string> fetch_text(net::EventLoop& loop, const std::string& base_url, std::string target,
                                             const std::string& proxy);

}  // namespace underround
