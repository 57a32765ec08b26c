#include "app/account_lock.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

#include "base/stable_hash.hpp"
#include "net/url.hpp"

namespace underround {
namespace {

// Who answers there, however it is spelt: neither the path, nor capitals, nor a port that goes without saying.
std::string venue_of(std::string_view text) {
  const auto url = net::parse_url(text);
  std::string venue = url ? fmt::format("{}://{}", to_string(url->scheme), url->authority()) : std::string(text);
  std::ranges::transform(venue, venue.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return venue;
}

}  // namespace

Result<std::unique_ptr<AccountLock>> AccountLock::take(std::string_view wallet, std::string_view venue_url) {
  std::string name = fmt::format("underround-account-{}-{:016x}", wallet, stable_hash(venue_of(venue_url)));
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name.size() + 1 > sizeof address.sun_path) return fail(ErrorCode::kInvalidInput, "not a wallet: " + name);
  name.copy(address.sun_path + 1, name.size());  // the zero before it makes it abstract
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return fail(ErrorCode::kIo, fmt::format("account lock: {}", std::strerror(errno)));
  std::unique_ptr<AccountLock> lock(new AccountLock(socket));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), size) == 0) return lock;
  if (errno != EADDRINUSE) return fail(ErrorCode::kIo, fmt::format("account lock: {}", std::strerror(errno)));
  return fail(ErrorCode::kRefused,
              fmt::format("another engine trades the account {} on this machine, with another state.dir: stop it first "
                          "(`ss -xp | grep {}` names the process), or give this one an account of its own",
                          wallet, name));
}

AccountLock::~AccountLock() { ::close(socket_); }

}  // namespace underround
