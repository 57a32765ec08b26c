#include "simulator/server/page_reply.hpp"

#include <cstdint>

#include "simulator/server/json_writer.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {

Reply page_reply(const std::vector<std::string>& rows, std::size_t offset, std::size_t limit) {
  std::string data = "[";
  std::size_t count = 0;
  for (std::size_t i = offset; i < rows.size() && count < limit; ++i, ++count) {
    if (count > 0) data += ',';
    data += rows[i];
  }
  data += ']';
  const bool more = offset + count < rows.size();
  Reply reply;
  JsonWriter(reply.body)
      .object()
      .integer("limit", static_cast<std::int64_t>(limit))
      .integer("count", static_cast<std::int64_t>(count))
      .field("next_cursor", more ? offset_cursor(offset + count) : std::string(kEndCursor))
      .key("data")
      .raw(data)
      .end_object();
  return reply;
}

Reply page_reply(const std::vector<std::string>& rows, const Call& call, std::size_t limit) {
  const auto offset = parse_offset_cursor(call.query.get("next_cursor"));
  return offset ? page_reply(rows, *offset, limit) : error_reply(400, "Invalid next_cursor");
}

}  // namespace underround::simulator
