// Another program whose standard output is read as it comes; its standard error goes where ours goes.
//   ChildOutput rows;   rows.start({"python3", "-c", script, file});   while ((n = rows.read(buffer, size)) > 0) ...
//   rows.finish() == 0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

namespace underround {

class ChildOutput {
 public:
  ChildOutput() = default;
  ~ChildOutput();  // kills it
  ChildOutput(const ChildOutput&) = delete;
  ChildOutput& operator=(const ChildOutput&) = delete;

  // The first argument is looked up in PATH. False when it could not be started. Once per object.
  [[nodiscard]] bool start(const std::vector<std::string>& arguments);
  // Waits for bytes; 0 at the end, and when none come in that time.
  [[nodiscard]] std::size_t read(char* out, std::size_t size, int patience_ms = -1);
  // It, and what it has started. finish() is still to be called, or the destructor.
  void kill() noexcept;
  // Waits for its end: the exit status, -1 when a signal ended it or it was never started.
  int finish();

 private:
  pid_t pid_ = 0;
  int output_ = -1;
};

}  // namespace underround
