// Any bytes as a zip directory: refused, or members with names inside it.
#include <cstdint>

#include "backtest/import/zip_archive.hpp"
#include "base/check.hpp"

using namespace underround;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto members = backtest::parse_zip_directory({reinterpret_cast<const char*>(data), size});
  if (!members) return 0;
  std::size_t names = 0;
  for (const auto& member : *members) names += member.name.size();
  UR_CHECK(names <= size);
  return 0;
}
