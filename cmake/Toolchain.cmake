# Compiler, linker and sanitizer settings shared by every room.
find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers are cacheable only with these allowances; the base directory makes clones share the cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Werror)
if(UNDERROUND_ARCH AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|amd64")
  add_compile_options(-march=${UNDERROUND_ARCH})
endif()
# Assertions (UR_CHECK) stay on in release; NDEBUG only silences third-party asserts.
# Sanitized builds are for finding, not for speed: -O1 compiles a third faster and its stacks are easier to read.
if(UNDERROUND_SANITIZE)
  set(CMAKE_CXX_FLAGS_RELEASE "-O1 -g1 -DNDEBUG")
else()
  set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
endif()

if(UNDERROUND_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(UNDERROUND_SANITIZE STREQUAL "thread")
  # GCC 12 does not model atomic_thread_fence, which Asio uses; the fences only make it report more.
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer -Wno-tsan -Wno-mismatched-new-delete -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow)
  add_link_options(-fsanitize=thread)
endif()
if(UNDERROUND_SANITIZE)
  add_compile_definitions(UNDERROUND_SANITIZED=1)
endif()
if(UNDERROUND_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined)
  add_link_options(-fsanitize=address,undefined)
endif()
# ccache and precompiled headers only agree with this.
add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
