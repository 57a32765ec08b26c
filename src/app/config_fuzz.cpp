// The first byte chooses the parser: TOML with everything behind it, or .env.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "app/config.hpp"
#include "app/env.hpp"
#include "base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace underround::config;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) {
    for (const EnvEntry& entry : parse_env(text).entries) UR_CHECK(!entry.name.empty());
  } else if (const auto loaded = load_text(text, "fuzz"); loaded) {
    // What was accepted is written so that it reads back the same.
    const std::string written = to_toml(loaded->config);
    const auto again = load_text(written, "again");
    UR_CHECK(again && to_toml(again->config) == written);
  }
  return 0;
}
