// The CLOB's page of a list: {"limit","count","next_cursor","data"}, offset cursors (protocol page 7).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "simulator/server/router.hpp"

namespace underround::simulator {

// `rows` are JSON texts, all of them; the page starts at `offset`.
[[nodiscard]] Reply page_reply(const std::vector<std::string>& rows, std::size_t offset, std::size_t limit);
// The page the call's next_cursor asks for; 400 when it is no cursor.
[[nodiscard]] Reply page_reply(const std::vector<std::string>& rows, const Call& call, std::size_t limit);

}  // namespace underround::simulator
