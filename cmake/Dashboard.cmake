# Builds the page in dashboard/ with Debian's own Node and embeds it: target ur_page, linked by the web room.
find_program(NODE_PROGRAM NAMES node nodejs)
find_program(NPM_PROGRAM NAMES npm)
if(NOT NODE_PROGRAM OR NOT NPM_PROGRAM)
  message(FATAL_ERROR "The dashboard page needs Node.js 18 or newer and npm: apt-get install nodejs npm")
endif()
execute_process(COMMAND ${NODE_PROGRAM} --version OUTPUT_VARIABLE node_version OUTPUT_STRIP_TRAILING_WHITESPACE
                COMMAND_ERROR_IS_FATAL ANY)
string(REGEX REPLACE "^v" "" node_version "${node_version}")
if(node_version VERSION_LESS 18)
  message(FATAL_ERROR "The dashboard page needs Node.js 18 or newer; ${NODE_PROGRAM} is ${node_version}")
endif()

set(page_source ${CMAKE_SOURCE_DIR}/dashboard)
set(page_output ${CMAKE_BINARY_DIR}/dashboard)
set(page_modules ${page_source}/node_modules/.package-lock.json)  # npm writes it last
file(GLOB page_files CONFIGURE_DEPENDS ${page_source}/src/*)
set(page_assets index.html login.html app.js app.css)
list(TRANSFORM page_assets PREPEND ${page_output}/ OUTPUT_VARIABLE page_outputs)

# The lock keeps two build trees of one checkout from installing at the same time; the second finds the work done.
add_custom_command(
  OUTPUT ${page_modules}
  COMMAND flock package.json sh -c "test node_modules/.package-lock.json -nt package-lock.json || ${NPM_PROGRAM} ci --no-progress"
  DEPENDS ${page_source}/package.json ${page_source}/package-lock.json
  WORKING_DIRECTORY ${page_source}
  COMMENT "Installing the dashboard's build tools (npm ci)"
  VERBATIM)
add_custom_command(
  OUTPUT ${page_outputs}
  COMMAND ${NODE_PROGRAM} node_modules/typescript/bin/tsc --noEmit
  COMMAND ${NODE_PROGRAM} build.mjs --outdir ${page_output}
  DEPENDS ${page_files} ${page_source}/build.mjs ${page_source}/tsconfig.json ${page_modules}
  WORKING_DIRECTORY ${page_source}
  COMMENT "Building the dashboard page"
  VERBATIM)

# One read-only blob per file, begin and end symbols as src/web/page_assets.cpp expects them.
set(page_assembly "    .section .rodata\n")
foreach(file ${page_assets})
  string(MAKE_C_IDENTIFIER "ur_page_${file}" symbol)
  string(APPEND page_assembly
         "    .global ${symbol}_begin\n    .global ${symbol}_end\n    .balign 16\n"
         "${symbol}_begin:\n    .incbin \"${page_output}/${file}\"\n${symbol}_end:\n    .byte 0\n")
endforeach()
string(APPEND page_assembly "    .section .note.GNU-stack,\"\",%progbits\n")
file(CONFIGURE OUTPUT ${page_output}/page_assets.s CONTENT "${page_assembly}" @ONLY)
set_source_files_properties(${page_output}/page_assets.s PROPERTIES OBJECT_DEPENDS "${page_outputs}"
                            COMPILE_OPTIONS "$<$<C_COMPILER_ID:Clang>:-Wno-unused-command-line-argument>")
add_library(ur_page STATIC ${page_output}/page_assets.s)
set_target_properties(ur_page PROPERTIES LINKER_LANGUAGE CXX)

# The pure TypeScript modules; `ctest -R dashboard` runs them.
add_test(NAME dashboard COMMAND ${NPM_PROGRAM} test --silent WORKING_DIRECTORY ${page_source})

# A page with made-up figures, to look at: dashboard_preview [--port N] [--scene trading|empty|starting|halted]
if(NOT UNDERROUND_FUZZ)
  add_executable(dashboard_preview ${CMAKE_SOURCE_DIR}/src/web/preview/main.cpp
                                   ${CMAKE_SOURCE_DIR}/src/web/preview/synthetic_view.cpp)
  target_link_libraries(dashboard_preview PRIVATE ur_web fmt::fmt Threads::Threads)
  find_program(CHROMIUM_PROGRAM NAMES chromium chromium-browser google-chrome)
  if(CHROMIUM_PROGRAM)
    add_test(NAME dashboard_smoke COMMAND ${NODE_PROGRAM} ${page_source}/test/smoke.mjs $<TARGET_FILE:dashboard_preview>)
    set_tests_properties(dashboard_smoke PROPERTIES TIMEOUT 300)
  endif()
endif()
