#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace underround {
void check_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "underround: check failed: %s (%s:%d)\n", expression, file, line);
  std::fflush(stderr);
  std::abort();
}
}  // namespace underround
