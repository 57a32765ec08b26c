#include "base/child_output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace underround {

bool ChildOutput::start(const std::vector<std::string>& arguments) {
  int out[2];
  if (pid_ != 0 || arguments.empty() || pipe2(out, O_CLOEXEC) != 0) return false;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);  // its children end with it
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const int failed = posix_spawnp(&pid_, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  output_ = out[0];
  if (failed != 0) pid_ = 0;
  return failed == 0;
}

std::size_t ChildOutput::read(char* out, std::size_t size, int patience_ms) {
  for (;;) {
    pollfd ready{.fd = output_, .events = POLLIN, .revents = 0};
    const int woken = patience_ms < 0 ? 1 : ::poll(&ready, 1, patience_ms);
    if (woken < 0 && errno == EINTR) continue;
    if (woken <= 0) return 0;
    const ssize_t got = output_ < 0 ? 0 : ::read(output_, out, size);
    if (got < 0 && errno == EINTR) continue;
    return got > 0 ? static_cast<std::size_t>(got) : 0;
  }
}

void ChildOutput::kill() noexcept {
  if (pid_ != 0) ::kill(-pid_, SIGKILL);
}

int ChildOutput::finish() {
  if (pid_ == 0) return -1;
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

ChildOutput::~ChildOutput() {
  kill();
  finish();
  if (output_ >= 0) close(output_);
}

}  // namespace underround
