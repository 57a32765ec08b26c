// Addresses the venue has restricted (protocol page 9): banned, or closed-only, which may sell and not buy. Set by
// `control`; nobody is restricted by itself. Owner: the simulation's thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/order_types.hpp"
#include "simulator/server/wire_text.hpp"

namespace underround::simulator {

class AccountStatus {
 public:
  void set(std::string_view address, bool closed_only, bool banned) {
    by_address_[lower(address)] = {closed_only, banned};
  }
  [[nodiscard]] bool closed_only(std::string_view address) const { return find(address).closed_only; }

  // The venue's words when an order of this address may not be entered. `address` as the client wrote it.
  [[nodiscard]] std::optional<std::string> refuse(std::string_view address, Side side) const {
    const Restriction found = find(address);
    if (found.banned) return "'" + std::string(address) + "' address banned";
    if (found.closed_only && side == Side::kBuy) return "'" + std::string(address) + "' address in closed only mode";
    return std::nullopt;
  }

 private:
  struct Restriction {
    bool closed_only = false, banned = false;
  };
  [[nodiscard]] Restriction find(std::string_view address) const {
    const auto it = by_address_.find(lower(address));
    return it == by_address_.end() ? Restriction{} : it->second;
  }
  std::unordered_map<std::string, Restriction> by_address_;
};

}  // namespace underround::simulator
