#include "base/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace underround {

std::optional<std::string> ChildProcess::start(const std::vector<std::string>& arguments, std::string_view ready) {
  int out[2];
  if (pid_ != 0 || arguments.empty() || pipe2(out, O_CLOEXEC) != 0) return std::nullopt;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const int failed = posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  output_ = out[0];
  if (failed != 0) {
    pid_ = 0;
    return std::nullopt;
  }
  std::string text;
  char buffer[512];
  for (;;) {
    const ssize_t got = read(output_, buffer, sizeof buffer);
    if (got <= 0) return std::nullopt;
    text.append(buffer, static_cast<std::size_t>(got));
    const std::size_t at = text.find(ready);
    const std::size_t end = at == std::string::npos ? at : text.find('\n', at);
    if (end == std::string::npos) continue;
    drain_ = std::thread([from = output_] {
      char unread[4096];
      while (read(from, unread, sizeof unread) > 0) continue;
    });
    const std::size_t begin = text.rfind('\n', at) + 1;
    return text.substr(begin, end - begin);
  }
}

ChildProcess::~ChildProcess() {
  if (pid_ != 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (drain_.joinable()) drain_.join();
  if (output_ >= 0) close(output_);
}

}  // namespace underround
