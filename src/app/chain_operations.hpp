// The engine's set operations on the real chain: RunOperation in, kOperationDone out, through chain/SetOperations.
//   auto settings = chain_settings(loaded, account);   auto operations = make_chain_operations(loop, *settings,
//   account, ...)
#pragma once

#include <functional>
#include <memory>

#include "app/account.hpp"
#include "chain/set_operations.hpp"
#include "core/event.hpp"
#include "market/catalogue.hpp"
#include "venue/polymarket/gateway.hpp"

namespace underround {

// kUnsupported for a chain whose contracts we do not know.
[[nodiscard]] Result<chain::SetOperationSettings> chain_settings(const config::Loaded& loaded,
                                                                 const TradingAccount& account);

// What an operation on a condition needs to know of it.
[[nodiscard]] chain::SetMarket set_market(const ConditionSpec& spec);

// `on_event` gets kOperationDone, and kOperationTerms once a minute; `daily`: how many operations the relayer takes a
// day, 0 = as many as one likes. `on_words` what a person should know (a transaction that is stuck, an unknown
// outcome). `on_named` gets the name of each transaction before its
// bytes, in words; false = it could not be written down, and it is not sent. `account` and `catalogue` must
// outlive it.
[[nodiscard]] Result<std::unique_ptr<polymarket::SetOperations>> make_chain_operations(
    net::EventLoop& loop, chain::SetOperationSettings settings, const TradingAccount& account,
    const Catalogue& catalogue, std::int32_t daily, std::function<void(const Event&)> on_event,
    std::function<void(const std::string&)> on_words, std::function<bool(const std::string&)> on_named);

}  // namespace underround
