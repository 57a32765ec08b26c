#include "base/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace underround {
namespace {

constexpr int kPatienceMs = 20'000;  // between two signs of life

// Bytes read; 0 at the end, at an error, and when nothing comes.
std::size_t read_some(int from, char* buffer, std::size_t size) {
  for (;;) {
    pollfd ready{.fd = from, .events = POLLIN, .revents = 0};
    const int woken = ::poll(&ready, 1, kPatienceMs);
    if (woken < 0 && errno == EINTR) continue;
    if (woken <= 0) return 0;
    const ssize_t got = ::read(from, buffer, size);
    if (got < 0 && errno == EINTR) continue;
    return got > 0 ? static_cast<std::size_t>(got) : 0;
  }
}

}  // namespace

std::optional<std::string> ChildProcess::start(const std::vector<std::string>& arguments, std::string_view ready) {
  int out[2];
  if (pid_ != 0 || arguments.empty() || pipe2(out, O_CLOEXEC) != 0) return std::nullopt;
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
  const int failed = posix_spawn(&pid_, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
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
    const std::size_t got = read_some(output_, buffer, sizeof buffer);
    if (got == 0) return std::nullopt;
    text.append(buffer, got);
    const std::size_t at = text.find(ready);
    const std::size_t end = at == std::string::npos ? at : text.find('\n', at);
    if (end == std::string::npos) continue;
    drain_ = std::thread([from = output_] {
      char unread[4096];
      for (;;) {
        const ssize_t more = read(from, unread, sizeof unread);
        if (more == 0 || (more < 0 && errno != EINTR)) return;
      }
    });
    const std::size_t begin = text.rfind('\n', at) + 1;
    return text.substr(begin, end - begin);
  }
}

ChildProcess::~ChildProcess() {
  if (pid_ != 0) {
    kill(-pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (drain_.joinable()) drain_.join();
  if (output_ >= 0) close(output_);
}

}  // namespace underround
