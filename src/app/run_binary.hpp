// Runs the built program in an empty directory of its own, as a user or a script would. Tests only.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "base/temporary_folder.hpp"
#include "base/test_paths.hpp"

namespace underround::cli {

struct Ran {
  int exit_code = -1;
  std::string out, err;
};

class RunBinary : public ::testing::Test {
 protected:
  // `variables`: "A=1 B=2".
  Ran run(const std::string& arguments, const std::string& variables = "") const {
    const std::string command = "cd '" + folder_.path().string() + "' && env " + variables +
                                " '" + build_folder() + "/underround' " + arguments + " >.out 2>.err </dev/null";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read(folder_ / ".out"), read(folder_ / ".err")};
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }
  static std::string read(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
  }

  TemporaryFolder folder_;
};

}  // namespace underround::cli
