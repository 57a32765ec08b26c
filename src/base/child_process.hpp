// Another program, started and watched for one line of its output, and ended with this object.
//   ChildProcess node;   auto line = node.start({"/usr/bin/anvil", "--port", "0"}, "Listening on ");
// What it prints afterwards is read and thrown away, so that it never waits for a full pipe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/child_output.hpp"

namespace underround {

class ChildProcess {
 public:
  ChildProcess() = default;
  ~ChildProcess();  // kills it
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Waits for a line of its standard output that contains `ready`, and returns it. Nothing when the program could not
  // be started or ended without it. Once per object.
  [[nodiscard]] std::optional<std::string> start(const std::vector<std::string>& arguments, std::string_view ready);

 private:
  ChildOutput child_;
  std::thread drain_;
};

}  // namespace underround
