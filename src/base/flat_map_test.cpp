#include "base/flat_map.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>

namespace underround {
namespace {

TEST(FlatMap, AgreesWithAnOrderedMap) {
  EXPECT_TRUE(rc::check([](const std::vector<std::pair<std::uint8_t, int>>& steps) {
    FlatMap<int> map(2);
    std::map<std::uint64_t, int> oracle;
    for (const auto& [key, value] : steps) {
      if (value % 3 == 0) {
        RC_ASSERT(map.erase(key) == (oracle.erase(key) == 1));
      } else {
        RC_ASSERT(map.try_emplace(key, value).second == oracle.emplace(key, value).second);
      }
      RC_ASSERT(map.size() == oracle.size());
    }
    for (std::uint64_t key = 0; key < 256; ++key) {
      const int* found = map.find(key);
      const auto it = oracle.find(key);
      RC_ASSERT((found != nullptr) == (it != oracle.end()));
      if (found != nullptr) RC_ASSERT(*found == it->second);
    }
  }));
}

}  // namespace
}  // namespace underround
