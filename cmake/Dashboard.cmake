# Builds the pages in dashboard/ with Debian's own Node and embeds them: target ur_page, linked by the web room, and
# ur_report_page, linked by the backtest room.
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
file(GLOB report_files CONFIGURE_DEPENDS ${page_source}/report/*)
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

# One read-only blob per file of `folder`, begin and end symbols as src/web/page_assets.cpp and
# src/backtest/report_html.cpp expect them.
function(ur_embed target folder)
  set(assembly "    .section .rodata\n")
  foreach(file ${ARGN})
    string(MAKE_C_IDENTIFIER "ur_page_${file}" symbol)
    string(APPEND assembly
           "    .global ${symbol}_begin\n    .global ${symbol}_end\n    .balign 16\n"
           "${symbol}_begin:\n    .incbin \"${folder}/${file}\"\n${symbol}_end:\n    .byte 0\n")
  endforeach()
  string(APPEND assembly "    .section .note.GNU-stack,\"\",%progbits\n")
  list(TRANSFORM ARGN PREPEND ${folder}/ OUTPUT_VARIABLE files)
  file(CONFIGURE OUTPUT ${folder}/${target}.s CONTENT "${assembly}" @ONLY)
  set_source_files_properties(${folder}/${target}.s PROPERTIES OBJECT_DEPENDS "${files}"
                              COMPILE_OPTIONS "$<$<C_COMPILER_ID:Clang>:-Wno-unused-command-line-argument>")
  add_library(${target} STATIC ${folder}/${target}.s)
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
endfunction()
ur_embed(ur_page ${page_output} ${page_assets})

# The report shares the page's palette, formats and ticks.
set(report_output ${CMAKE_BINARY_DIR}/report_page)
add_custom_command(
  OUTPUT ${report_output}/report.html
  COMMAND ${NODE_PROGRAM} node_modules/typescript/bin/tsc --noEmit
  COMMAND ${NODE_PROGRAM} build.mjs --report --outdir ${report_output}
  DEPENDS ${report_files} ${page_files} ${page_source}/build.mjs ${page_source}/tsconfig.json ${page_modules}
  WORKING_DIRECTORY ${page_source}
  COMMENT "Building the backtest report's page"
  VERBATIM)
ur_embed(ur_report_page ${report_output} report.html)

# The pure TypeScript modules; `ctest -R dashboard` runs them.
add_test(NAME dashboard COMMAND ${NPM_PROGRAM} test --silent WORKING_DIRECTORY ${page_source})

# Pages with made-up figures, to look at: dashboard_preview [--port N] [--scene trading|empty|starting|halted];
# report_preview [--scene full|thin|empty] > report.html
if(NOT UNDERROUND_FUZZ)
  add_executable(dashboard_preview ${CMAKE_SOURCE_DIR}/src/web/preview/main.cpp
                                   ${CMAKE_SOURCE_DIR}/src/web/preview/synthetic_view.cpp)
  target_link_libraries(dashboard_preview PRIVATE ur_web fmt::fmt Threads::Threads)
  add_executable(report_preview ${CMAKE_SOURCE_DIR}/src/backtest/preview/main.cpp)
  target_link_libraries(report_preview PRIVATE ur_backtest fmt::fmt)
  find_program(CHROMIUM_PROGRAM NAMES chromium chromium-browser google-chrome)
  if(CHROMIUM_PROGRAM)
    add_test(NAME dashboard_smoke COMMAND ${NODE_PROGRAM} ${page_source}/test/smoke.mjs $<TARGET_FILE:dashboard_preview>)
    add_test(NAME report_smoke COMMAND ${NODE_PROGRAM} ${page_source}/test/report_smoke.mjs $<TARGET_FILE:report_preview>)
    set_tests_properties(dashboard_smoke report_smoke PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77)
  endif()
endif()
