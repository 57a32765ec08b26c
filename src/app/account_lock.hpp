// One engine an account on this machine, whatever their state folders are: two would spend the same dollars.
//   auto lock = AccountLock::take("0xf39F...", "https://clob.polymarket.com").value();   // held while the object lives
// The same wallet at another venue, a simulator say, is another account; the venue is its scheme, host and port.
// A socket in the kernel's abstract namespace: it goes with the process, however that ends, and leaves no file behind.
// Another machine, or another network namespace (a container), is not seen.
#pragma once

#include <memory>
#include <string_view>

#include "core/error.hpp"

namespace underround {

class AccountLock {
 public:
  // kRefused: another process has it; the words say what to do.
  [[nodiscard]] static Result<std::unique_ptr<AccountLock>> take(std::string_view wallet, std::string_view venue_url);
  ~AccountLock();
  AccountLock(const AccountLock&) = delete;
  AccountLock& operator=(const AccountLock&) = delete;

 private:
  explicit AccountLock(int socket) : socket_(socket) {}
  int socket_;
};

}  // namespace underround
