// Our account at the embedded venue: a throw-away key made from the seed, dollars from the faucet, API credentials, and
// set operations through `control` (the embedded venue's stand-in for the chain).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/account.hpp"
#include "core/error.hpp"
#include "core/event.hpp"
#include "crypto/secp256k1.hpp"
#include "market/catalogue.hpp"
#include "net/event_loop.hpp"
#include "venue/polymarket/clob_auth.hpp"
#include "venue/polymarket/gateway.hpp"

namespace underround {

// Blocking; start-up only.
[[nodiscard]] Result<TradingAccount> open_embedded_account(net::EventLoop& loop, const std::string& control_url,
                                                           const std::string& clob_url, std::uint64_t seed, Usd usd);

// POST {control}/operations; answers with kOperationDone.
[[nodiscard]] std::unique_ptr<polymarket::SetOperations> make_embedded_operations(
    net::EventLoop& loop, const std::string& control_url, std::string address, const Catalogue& catalogue,
    std::function<void(const Event&)> on_event);

}  // namespace underround
