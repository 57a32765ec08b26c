#include "app/json_text.hpp"

#include "base/json_writer.hpp"

namespace underround {

std::string json_string(std::string_view text) {
  fmt::memory_buffer buffer;
  JsonWriter(buffer).value(text);
  return fmt::to_string(buffer);
}

}  // namespace underround
