// Where tests and benchmarks find their data.
//   std::ifstream file(source_folder() + "/config/underround.example.toml");
// Functions and not macros: paths compiled into every test would make each checkout compile all of them again.
#pragma once

#include <string>

namespace underround {

// Absolute, without a slash at the end.
std::string source_folder();
std::string build_folder();

}  // namespace underround
