#include "app/version.hpp"

#ifndef UNDERROUND_VERSION
#error "the build sets UNDERROUND_VERSION and UNDERROUND_BUILD_TYPE (cmake/RoomList.cmake)"
#endif

namespace underround {

std::string_view version() noexcept { return UNDERROUND_VERSION; }

std::string_view build_info() noexcept {
#if defined(__clang__)
  return "clang " __clang_version__ ", " UNDERROUND_BUILD_TYPE;
#else
  return "GCC " __VERSION__ ", " UNDERROUND_BUILD_TYPE;
#endif
}

}  // namespace underround
