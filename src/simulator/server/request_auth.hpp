// Whether a request proves who sent it: L1, a wallet's ClobAuth signature, to make keys; L2, an HMAC over the exact
// bytes, for everything else that is private (protocol pages 5.1, 5.2).
//   const auto wallet = auth.wallet(call);   const Credentials* who = auth.key(call);
// The venue's tolerance for timestamps is not published. Here: within `skew` of simulated time or of wall time, because
// a client may live by either.
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>

#include "crypto/u256.hpp"
#include "simulator/server/api_keys.hpp"
#include "simulator/server/router.hpp"

namespace underround::simulator {

class RequestAuth {
 public:
  using Clock = std::function<Nanos()>;
  RequestAuth(const ApiKeys& keys, Nanos skew, Clock simulated, Clock wall)
      : keys_(keys), skew_(skew), simulated_(std::move(simulated)), wall_(std::move(wall)) {}

  struct Wallet {
    std::string address, nonce;
  };
  // Nothing: 401 "Invalid L1 Request headers".
  [[nodiscard]] std::optional<Wallet> wallet(const Call& call) const;
  // nullptr: 401 "Unauthorized/Invalid api key".
  [[nodiscard]] const Credentials* key(const Call& call) const;
  // The same with a builder key and POLY_BUILDER_* headers (protocol page 5.4).
  [[nodiscard]] const Credentials* builder(const Call& call) const;
  // Of the two clocks a client may live by the one that is behind.
  [[nodiscard]] Nanos earlier_clock() const { return std::min(simulated_(), wall_()); }

 private:
  [[nodiscard]] bool timely(std::string_view timestamp) const;
  [[nodiscard]] bool proven(const Credentials& by, const Call& call, std::string_view prefix) const;
  const ApiKeys& keys_;
  Nanos skew_;
  Clock simulated_, wall_;
};

// What a wallet signs to get keys.
[[nodiscard]] Digest clob_auth_digest(const crypto::Address& address, std::string_view timestamp,
                                      const crypto::U256& nonce, std::uint64_t chain_id);
// POLY_SIGNATURE of a request, 44 characters of url-safe base64.
[[nodiscard]] std::string l2_signature(const crypto::HmacSha256& mac, std::string_view timestamp,
                                       std::string_view method, std::string_view path, std::string_view body);

}  // namespace underround::simulator
