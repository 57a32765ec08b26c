#include "app/config_schema.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "app/config_value.hpp"
#include "base/check.hpp"
#include "strategy/registry.hpp"

namespace underround::config {
namespace {

std::span<const std::string_view> venue_names() {
  static constexpr std::array<std::string_view, 2> kNames{"embedded", "polymarket"};
  return kNames;
}
std::span<const std::string_view> account_types() {
  static constexpr std::array<std::string_view, 4> kNames{"deposit", "safe", "proxy", "eoa"};
  return kNames;
}
std::span<const std::string_view> strategy_names() {
  static const std::vector<std::string_view> kNames = [] {
    std::vector<std::string_view> names;
    for (const StrategyInfo& info : known_strategies()) names.push_back(info.name);
    return names;
  }();
  return kNames;
}

template <auto Room, auto Member>
auto& field(Config& config) {
  return config.*Room.*Member;
}

// Order: within a room as shown in the example file. Ten rows at most may say `first`.
// clang-format off
const std::array<Key, 64> kKeys{{
    {.path = "venue.kind", .initial = "embedded",
     .reason = "Where the engine trades: \"embedded\" is the simulator in this binary, no account and no network; "
               "\"polymarket\" reads the real venue.",
     .field = field<&Config::venue, &Config::Venue::kind>, .choices = venue_names, .first = true},
    {.path = "venue.gamma_url", .initial = "https://gamma-api.polymarket.com",
     .reason = "Market catalogue. Point it at `underround sim` to test against the simulator over sockets.",
     .field = field<&Config::venue, &Config::Venue::gamma_url>, .shape = Shape::kHttpUrl},
    {.path = "venue.clob_url", .initial = "https://clob.polymarket.com",
     .reason = "Order book REST service: fee schedules, ticks, snapshots.",
     .field = field<&Config::venue, &Config::Venue::clob_url>, .shape = Shape::kHttpUrl},
    {.path = "venue.market_ws_url", .initial = "wss://ws-subscriptions-clob.polymarket.com/ws/market",
     .reason = "Market data WebSocket.",
     .field = field<&Config::venue, &Config::Venue::market_ws_url>, .shape = Shape::kSocketUrl},
    {.path = "venue.user_ws_url", .initial = "wss://ws-subscriptions-clob.polymarket.com/ws/user",
     .reason = "WebSocket of the account's own orders and trades.",
     .field = field<&Config::venue, &Config::Venue::user_ws_url>, .shape = Shape::kSocketUrl},
    {.path = "venue.data_url", .initial = "https://data-api.polymarket.com",
     .reason = "Data service: which outcome tokens the account holds (their numbers come from the order book service).",
     .field = field<&Config::venue, &Config::Venue::data_url>, .shape = Shape::kHttpUrl},

    {.path = "account.type", .initial = "deposit",
     .reason = "What kind of wallet holds the funds: \"deposit\" (accounts since May 2026), \"safe\" or \"proxy\" (older "
               "ones), \"eoa\" (the key's own address; the venue admits only listed ones).",
     .field = field<&Config::account, &Config::Account::type>, .choices = account_types},
    {.path = "account.wallet", .initial = "",
     .reason = "Address of that wallet; empty = the one that belongs to the key. `underround wallet status` shows it.",
     .field = field<&Config::account, &Config::Account::wallet>, .shape = Shape::kWallet},
    {.path = "account.key_file", .initial = "",
     .reason = "File (chmod 600) with the private key, or a Web3 keystore whose password is in "
               "UNDERROUND_KEYSTORE_PASSWORD; empty = the key is in UNDERROUND_PRIVATE_KEY.",
     .field = field<&Config::account, &Config::Account::key_file>},
    {.path = "account.credentials_file", .initial = "var/underround/api-credentials.json",
     .reason = "Where the venue's API credentials are kept (chmod 600); made on first use. POLY_API_KEY, "
               "POLY_API_SECRET and POLY_API_PASSPHRASE in the environment win.",
     .field = field<&Config::account, &Config::Account::credentials_file>},
    {.path = "account.nonce_pool", .initial = "false",
     .reason = "Sign with pre-computed single-use nonces: below a microsecond instead of about thirty. RFC 6979, the "
               "default, needs no trust in the random number generator.",
     .field = field<&Config::account, &Config::Account::nonce_pool>},

    {.path = "live.enabled", .initial = "false",
     .reason = "One of the three yeses of live trading; the others are --mode live and UNDERROUND_LIVE=i-understand.",
     .field = field<&Config::live, &Config::Live::enabled>},
    {.path = "live.heartbeats", .initial = "true",
     .reason = "The venue's dead-man switch: if this engine falls silent for 10 s, the venue cancels its orders.",
     .field = field<&Config::live, &Config::Live::heartbeats>},
    {.path = "live.reconcile_every_s", .initial = "30", .unit = "s", .min = "5", .max = "3600",
     .reason = "How often orders, cash and shares are compared with the venue's; also at start and after reconnects.",
     .field = field<&Config::live, &Config::Live::reconcile_every>},

    {.path = "chain.id", .initial = "137", .min = "1", .max = "999999999",
     .reason = "137 is Polygon; 80002 (Amoy) and local chains are for tests.",
     .field = field<&Config::chain, &Config::Chain::id>},
    {.path = "chain.rpc_url", .initial = "https://polygon-rpc.com",
     .reason = "Node for split, merge and redeem of an \"eoa\" account, and for `wallet` and `doctor`. A free public "
               "one is slow and may drop you: use your own.",
     .field = field<&Config::chain, &Config::Chain::rpc_url>, .shape = Shape::kHttpUrl},
    {.path = "chain.relayer_url", .initial = "https://relayer-v2.polymarket.com",
     .reason = "Gasless transactions of deposit, Safe and proxy wallets. Needs builder or relayer credentials in the "
               "environment.",
     .field = field<&Config::chain, &Config::Chain::relayer_url>, .shape = Shape::kHttpUrl},
    {.path = "chain.max_fee_gwei", .initial = "500", .unit = "gwei", .min = "1", .max = "100000",
     .reason = "Most to bid per unit of gas. Above it a set operation waits rather than pays.",
     .field = field<&Config::chain, &Config::Chain::max_fee_gwei>},
    {.path = "chain.confirmations", .initial = "5", .min = "1", .max = "200",
     .reason = "Blocks on top of a transaction before it is believed; fewer risk a re-organisation.",
     .field = field<&Config::chain, &Config::Chain::confirmations>},
    {.path = "chain.poll_ms", .initial = "2000", .unit = "ms", .min = "20", .max = "60000",
     .reason = "How often the node or the relayer is asked what became of a transaction; a block takes two seconds.",
     .field = field<&Config::chain, &Config::Chain::poll>},
    {.path = "chain.relayer_per_day", .initial = "100", .min = "0", .max = "1000000",
     .reason = "Transactions the relayer takes a day: 100 with an unverified builder key, 10000 with a verified one, 0 = "
               "no limit (an own relayer key). Small merges wait when it runs out.",
     .field = field<&Config::chain, &Config::Chain::relayer_per_day>},
    {.path = "chain.coin_usd", .initial = "0.25", .unit = "USD", .min = "0.000001", .max = "100000",
     .reason = "Price of the coin that pays for gas (POL), to count gas in dollars; an \"eoa\" account only.",
     .field = field<&Config::chain, &Config::Chain::coin_usd>},
    {.path = "chain.auto_redeem", .initial = "true",
     .reason = "Redeem winning shares when their market has resolved.",
     .field = field<&Config::chain, &Config::Chain::auto_redeem>},
    {.path = "chain.min_merge_usd", .initial = "1", .unit = "USD", .min = "0", .max = "100000",
     .reason = "Complete sets worth less are not merged: a transaction costs gas or relayer quota.",
     .field = field<&Config::chain, &Config::Chain::min_merge_usd>},

    {.path = "markets.max", .initial = "500", .min = "1", .max = "20000",
     .reason = "Most markets to follow. More need more memory and more connections.",
     .field = field<&Config::markets, &Config::Markets::max>, .first = true},
    {.path = "markets.tags", .initial = "sports,esports,crypto,politics",
     .reason = "Which kinds of markets come first when there are more than markets.max, best first. Sports show "
               "the most opportunities; an empty list takes them by volume.",
     .field = field<&Config::markets, &Config::Markets::tags>, .first = true},
    {.path = "markets.allow", .initial = "",
     .reason = "Only these event slugs, market slugs or condition ids; empty = all.",
     .field = field<&Config::markets, &Config::Markets::allow>},
    {.path = "markets.deny", .initial = "",
     .reason = "Never these event slugs, market slugs or condition ids; wins over markets.allow.",
     .field = field<&Config::markets, &Config::Markets::deny>},
    {.path = "markets.crypto_series", .initial = "btc-5m,eth-5m,sol-5m,xrp-5m,btc-15m,eth-15m,sol-15m,xrp-15m",
     .reason = "Up/down series to follow. The names of the next windows are computed, so they are subscribed "
               "before they open.",
     .field = field<&Config::markets, &Config::Markets::crypto_series>, .shape = Shape::kSeries},
    {.path = "markets.min_volume_usd", .initial = "1000", .unit = "USD", .min = "0", .max = "1000000000",
     .reason = "24-hour volume below which a market is ignored: too little happens there to be worth a "
               "subscription.",
     .field = field<&Config::markets, &Config::Markets::min_volume_usd>},
    {.path = "markets.min_liquidity_usd", .initial = "500", .unit = "USD", .min = "0", .max = "1000000000",
     .reason = "Resting liquidity below which a market is ignored: an orphan leg could not be sold there.",
     .field = field<&Config::markets, &Config::Markets::min_liquidity_usd>},
    {.path = "markets.max_days_to_end", .initial = "180", .unit = "days", .min = "1", .max = "3650",
     .reason = "Markets that end later are ignored: sets that cannot be merged tie up cash until then.",
     .field = field<&Config::markets, &Config::Markets::max_days_to_end>},

    {.path = "strategies.enabled", .initial = "sum_to_100,multi_outcome",
     .reason = "Strategies to run. sum_to_100: both outcomes of a market; multi_outcome: complete sets of an "
               "event; clipper: one best level far from what the other outcomes imply. The edge of clipper is a "
               "model's, so it must be asked for.",
     .field = field<&Config::strategies, &Config::Strategies::enabled>, .choices = strategy_names, .first = true},
    {.path = "strategies.min_edge_usd", .initial = "0.002", .unit = "USD", .min = "0.0001", .max = "1",
     .reason = "Least profit per set of one share each, after fees. Below it the risk of a missed leg costs more "
               "than the edge brings.",
     .field = field<&Config::strategies, &Config::Strategies::min_edge_usd>, .first = true},
    {.path = "strategies.max_set_usd", .initial = "100", .unit = "USD", .min = "1", .max = "100000",
     .reason = "Most cash one plan may tie up; reached at large edges, smaller edges take less.",
     .field = field<&Config::strategies, &Config::Strategies::max_set_usd>},
    {.path = "strategies.min_profit_usd", .initial = "0.05", .unit = "USD", .min = "0", .max = "1000",
     .reason = "Least profit of a whole plan after fees and rounding; smaller ones are not worth the messages.",
     .field = field<&Config::strategies, &Config::Strategies::min_profit_usd>},
    {.path = "strategies.skew_ms", .initial = "250", .unit = "ms", .min = "0", .max = "60000",
     .reason = "Books of different age show profit that is not there. A signal from books further apart than this "
               "is refused and counted as a phantom.",
     .field = field<&Config::strategies, &Config::Strategies::skew>},

    {.path = "risk.max_order_usd", .initial = "100", .unit = "USD", .min = "1", .max = "1000000",
     .reason = "Largest single order, at its limit price.",
     .field = field<&Config::risk, &Config::Risk::max_order_usd>, .first = true},
    {.path = "risk.max_position_usd", .initial = "250", .unit = "USD", .min = "1", .max = "1000000",
     .reason = "Worst-case loss in one market, open orders and unsettled fills included.",
     .field = field<&Config::risk, &Config::Risk::max_position_usd>, .first = true},
    {.path = "risk.max_event_usd", .initial = "500", .unit = "USD", .min = "1", .max = "1000000",
     .reason = "Worst-case loss in one event: its markets stand or fall together.",
     .field = field<&Config::risk, &Config::Risk::max_event_usd>},
    {.path = "risk.max_total_usd", .initial = "1000", .unit = "USD", .min = "1", .max = "10000000",
     .reason = "Dollars at work in all markets together: cost of positions plus open buys.",
     .field = field<&Config::risk, &Config::Risk::max_total_usd>, .first = true},
    {.path = "risk.max_daily_loss_usd", .initial = "50", .unit = "USD", .min = "1", .max = "1000000",
     .reason = "Loss within one UTC day that halts trading. Only a person lifts a halt.",
     .field = field<&Config::risk, &Config::Risk::max_daily_loss_usd>, .first = true},
    {.path = "risk.max_book_age_ms", .initial = "120000", .unit = "ms", .min = "100", .max = "3600000",
     .reason = "A book that did not change for longer is not trusted, even on a live connection.",
     .field = field<&Config::risk, &Config::Risk::max_book_age>},
    {.path = "risk.max_open_orders", .initial = "200", .min = "1", .max = "10000",
     .reason = "Orders not yet ended, in all markets. A runaway loop stops here.",
     .field = field<&Config::risk, &Config::Risk::max_open_orders>},
    {.path = "risk.max_unknown_orders", .initial = "3", .min = "0", .max = "1000",
     .reason = "Orders sent whose outcome is not known. More than this halts trading until they are looked up.",
     .field = field<&Config::risk, &Config::Risk::max_unknown_orders>},
    {.path = "risk.user_stream_blind_s", .initial = "15", .unit = "s", .min = "1", .max = "600",
     .reason = "How long the stream of our own fills may be silent before new orders stop.",
     .field = field<&Config::risk, &Config::Risk::user_stream_blind>},

    {.path = "execution.leg_deadline_ms", .initial = "1500", .unit = "ms", .min = "10", .max = "60000",
     .reason = "Time for all legs of a plan; afterwards a missing leg is an orphan and is dealt with.",
     .field = field<&Config::execution, &Config::Execution::leg_deadline>},
    {.path = "execution.order_deadline_ms", .initial = "3000", .unit = "ms", .min = "100", .max = "60000",
     .reason = "Time for the venue to answer one order; afterwards its state is unknown and it is looked up by id.",
     .field = field<&Config::execution, &Config::Execution::order_deadline>},
    {.path = "execution.unwind_slippage_usd", .initial = "0.03", .unit = "USD", .min = "0", .max = "0.5",
     .reason = "How far below the price paid, per share, an orphan leg may be sold to get rid of it.",
     .field = field<&Config::execution, &Config::Execution::unwind_slippage_usd>},
    {.path = "execution.auto_merge", .initial = "true",
     .reason = "Merge complete sets at once: one dollar back per set instead of waiting for the market to end.",
     .field = field<&Config::execution, &Config::Execution::auto_merge>},

    {.path = "feed.assets_per_connection", .initial = "200", .min = "1", .max = "500",
     .reason = "Outcome tokens per WebSocket. The venue sends no first snapshot beyond about 500.",
     .field = field<&Config::feed, &Config::Feed::assets_per_connection>},
    {.path = "feed.redundant", .initial = "false",
     .reason = "A second connection for every subscription; the first arrival counts. Costs twice the traffic.",
     .field = field<&Config::feed, &Config::Feed::redundant>},
    {.path = "feed.data_timeout_s", .initial = "30", .unit = "s", .min = "2", .max = "600",
     .reason = "A connection that sends no data for this long is dead, even if it still answers pings.",
     .field = field<&Config::feed, &Config::Feed::data_timeout>},
    {.path = "feed.busy_poll", .initial = "false",
     .reason = "Never sleep while waiting for data: some 10 to 40 microseconds faster, and one core always at 100 %.",
     .field = field<&Config::feed, &Config::Feed::busy_poll>},

    {.path = "binance.ws_url", .initial = "wss://fstream.binance.com",
     .reason = "Reference prices (USD-M futures); the public and market routes are appended.",
     .field = field<&Config::binance, &Config::Binance::ws_url>, .shape = Shape::kSocketUrl},
    {.path = "binance.symbols", .initial = "BTCUSDT,ETHUSDT,SOLUSDT,XRPUSDT",
     .reason = "Reference symbols to follow; empty = no connection to Binance.",
     .field = field<&Config::binance, &Config::Binance::symbols>, .shape = Shape::kSymbol},

    {.path = "state.dir", .initial = "var/underround",
     .reason = "Folder where halts are kept, so that one survives a restart; made when needed.",
     .field = field<&Config::state, &Config::State::dir>},

    {.path = "journal.keep_gb", .initial = "20", .unit = "GB", .min = "1", .max = "100000",
     .reason = "Most disk for the journal in state.dir: beyond it the oldest segments go, but never what a restart "
               "needs.",
     .field = field<&Config::journal, &Config::Journal::keep_gb>},
    {.path = "journal.keep_days", .initial = "90", .unit = "days", .min = "0", .max = "36500",
     .reason = "Segments of the journal that are older go; 0 = none for their age.",
     .field = field<&Config::journal, &Config::Journal::keep_days>},
    {.path = "journal.compress", .initial = "true",
     .reason = "Full segments are packed (zstd) on a thread of its own: a fifth of the disk, or less.",
     .field = field<&Config::journal, &Config::Journal::compress>},

    {.path = "simulator.seed", .initial = "1", .min = "0", .max = "9223372036854775807",
     .reason = "The same seed gives the same world, to the last fill.",
     .field = field<&Config::simulator, &Config::Simulator::seed>},
    {.path = "simulator.markets", .initial = "300", .min = "1", .max = "20000",
     .reason = "Markets of the simulated world.",
     .field = field<&Config::simulator, &Config::Simulator::markets>},

    {.path = "web.port", .initial = "3000", .min = "0", .max = "65535",
     .reason = "Port of the live page; 0 = any free one.",
     .field = field<&Config::web, &Config::Web::port>, .first = true},
    {.path = "web.address", .initial = "127.0.0.1",
     .reason = "Address of the live page. Anything but this machine itself needs UNDERROUND_DASHBOARD_TOKEN in the "
               "environment or in .env, and TLS in front of it.",
     .field = field<&Config::web, &Config::Web::address>, .shape = Shape::kAddress},
}};
// clang-format on

// Optimal string alignment distance: insert, delete, replace, swap of neighbours cost 1 each.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + cost});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::span<const Key> keys() { return kKeys; }

const Key* find_key(std::string_view path) {
  const auto* found = std::ranges::find(kKeys, path, &Key::path);
  return found == kKeys.end() ? nullptr : found;
}

std::string variable_of(std::string_view path) {
  std::string out(kVariablePrefix);
  for (const char c : path) {
    if (c == '.') {
      out += "__";
    } else {
      out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

std::string_view nearest(std::string_view name, std::span<const std::string_view> names) {
  std::string_view best;
  std::size_t best_distance = name.size() / 3 + 2;  // further away is another word, not a slip
  for (const std::string_view candidate : names) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

Config::Config() {
  for (const Key& key : kKeys) {
    const auto complaint = assign(key, Raw{.kind = Raw::Kind::kText, .text = std::string(key.initial)}, *this);
    UR_CHECK(!complaint);  // a default that its own rule refuses
  }
}

}  // namespace underround::config
