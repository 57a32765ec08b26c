// The venue's relayer: calls out of proxies, Safes and deposit wallets, signed by their owners, sent and paid for by
// the venue (protocol page 15.5). Needs a builder key's HMAC or a relayer key.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "simulator/chain/chain.hpp"
#include "simulator/server/relayer_actions.hpp"
#include "simulator/server/request_auth.hpp"

namespace underround::simulator {

class RelayerService {
 public:
  RelayerService(Venue& venue, Chain& chain, const RequestAuth& auth, std::uint64_t seed)
      : venue_(venue), chain_(chain), auth_(auth), seed_(seed) {}
  void add_routes(Router& router);
  // `control`: a relayer key of its own for this address (0x and 40 hex digits).
  std::string issue_key(std::string_view address);

 private:
  struct Submission {
    std::string id, address;  // who sent it, lower case
    RelayerAction action;
    std::string type, nonce_text;
    Digest hash{};
    Nanos at;
  };
  using Handler = std::function<Reply(const std::string& address, const Call& call)>;
  [[nodiscard]] Router::Handler keyed(Handler handler);
  [[nodiscard]] std::optional<std::string> authenticate(const Call& call) const;  // the address behind the key
  [[nodiscard]] Reply submit(const std::string& address, const Call& call);
  [[nodiscard]] Reply params(const Call& call) const;
  [[nodiscard]] Reply deployed(const Call& call) const;
  [[nodiscard]] std::string json(const Submission& s) const;
  [[nodiscard]] bool done(const Submission& s) const;
  [[nodiscard]] const Submission* find(std::string_view id) const;
  [[nodiscard]] std::uint64_t next_nonce(WalletKind kind, const Address& owner) const;

  Venue& venue_;
  Chain& chain_;
  const RequestAuth& auth_;
  std::uint64_t seed_;
  std::unordered_map<std::string, std::string> relayer_keys_;  // key -> address
  std::deque<Submission> submissions_;
};

// `control`: POST /relayer-keys {"address"} -> {"apiKey"}.
void add_relayer_key_route(Router& router, RelayerService& relayer);

}  // namespace underround::simulator
