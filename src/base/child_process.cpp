#include "base/child_process.hpp"

namespace underround {
namespace {

constexpr int kPatienceMs = 20'000;  // between two signs of life

}  // namespace

std::optional<std::string> ChildProcess::start(const std::vector<std::string>& arguments, std::string_view ready) {
  if (!child_.start(arguments)) return std::nullopt;
  std::string text;
  char buffer[512];
  for (;;) {
    const std::size_t got = child_.read(buffer, sizeof buffer, kPatienceMs);
    if (got == 0) return std::nullopt;
    text.append(buffer, got);
    const std::size_t at = text.find(ready);
    const std::size_t end = at == std::string::npos ? at : text.find('\n', at);
    if (end == std::string::npos) continue;
    drain_ = std::thread([this] {
      char unread[4096];
      while (child_.read(unread, sizeof unread) > 0) continue;
    });
    const std::size_t begin = text.rfind('\n', at) + 1;
    return text.substr(begin, end - begin);
  }
}

ChildProcess::~ChildProcess() {
  child_.kill();
  if (drain_.joinable()) drain_.join();
}

}  // namespace underround
