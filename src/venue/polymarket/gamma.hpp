// Gamma API answers -> ConditionSpecs (protocol page 14), and CLOB /clob-markets objects that refine them (page 7).
//   auto page = decode_gamma(body, {.assume_v1_when_absent = true});   page->markets, page->refused, page->next_cursor
// Every shape is recognised by content: arrays and keyset envelopes of markets or events, a single market or event.
// A market with a missing or odd field is refused with a reason; the others survive. Pure, cold path, any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "market/catalogue.hpp"

namespace underround::polymarket {

struct GammaOptions {
  // The protocol page says both "v1 or absent means v1" (section 1) and "unknown: refuse" (section 17). Off: a market
  // without `version` stays kUnknown and does not trade until /clob-markets names it. A present but unrecognised
  // version is always kUnknown.
  bool assume_v1_when_absent = false;
};

struct GammaRefusal {
  std::size_t index = 0;  // position in the answer
  std::string market;     // slug, id or condition id, whichever was there
  std::string reason;
};

// How a market ended: the oracle has resolved it and the prices are one and zero.
struct GammaResolution {
  std::string condition_id;
  std::uint8_t winning_outcome = 0;
};

struct GammaPage {
  std::vector<ConditionSpec> markets;
  std::vector<GammaResolution> resolutions;  // of those among `markets` that have one
  std::vector<GammaRefusal> refused;
  std::string next_cursor;  // empty at the end
};

// Fails only when the text is not JSON or none of the shapes above.
[[nodiscard]] Result<GammaPage> decode_gamma(std::string_view json, const GammaOptions& options = {});

// "0x" + 62 hex (v2 as Gamma writes it) or 64 hex -> "0x" + 64 lower hex, right-padded (protocol page 4). Empty when
// odd.
[[nodiscard]] std::string normal_condition_id(std::string_view id);

// The trading parameters of one market as the CLOB states them: the best single source (protocol page 7).
struct ClobMarket {
  std::string condition_id;
  std::array<std::string, 2> tokens, outcomes;
  Tick tick;
  Shares min_order_size;
  FeeSchedule fees;  // free() when `fd` is absent
  MarketVersion version = MarketVersion::kUnknown;
  bool version_present = false;
  bool neg_risk = false;
  bool accepting_orders = false;
  bool taker_delay = false;
  bool clear_book_on_start = false;
  std::int32_t seconds_delay = 0;
  Nanos game_start_at{};
};
[[nodiscard]] Result<ClobMarket> decode_clob_market(std::string_view json);

// Writes what the CLOB says over what Gamma said. Refuses when condition, tokens or neg-risk contradict each other.
[[nodiscard]] Result<void> merge_clob_market(const ClobMarket& clob, ConditionSpec& spec,
                                             const GammaOptions& options = {});

}  // namespace underround::polymarket
