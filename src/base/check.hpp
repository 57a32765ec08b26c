// Assertions for what cannot happen. They stay on in release: a wrong order costs more than a branch.
//   UR_CHECK(filled <= requested);
#pragma once

namespace underround {
// Prints the expression and its place to stderr and aborts. Never returns.
[[noreturn]] void check_failed(const char* expression, const char* file, int line) noexcept;
}  // namespace underround

#define UR_CHECK(condition)                                       \
  do {                                                            \
    if (!(condition)) [[unlikely]]                                \
      ::underround::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)
