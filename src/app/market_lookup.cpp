#include "app/market_lookup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "app/fetch_text.hpp"
#include "net/url.hpp"
#include "venue/polymarket/gamma.hpp"

namespace underround {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string gamma_target(std::string_view name) {
  if (name.starts_with("0x")) return "/markets?condition_ids=" + net::percent_encode(name);
  if (all_digits(name) && name.size() > 20) return "/markets?clob_token_ids=" + net::percent_encode(name);
  return "/markets/slug/" + net::percent_encode(name);
}

}  // namespace

Result<ConditionSpec> find_market(net::EventLoop& loop, const VenueUrls& urls, std::string_view name,
                                  const std::string& proxy) {
  const auto not_found = [&] {
    return fail(ErrorCode::kNotFound,
                fmt::format("no market is called '{}': give its slug (the last part of its web address), its condition "
                            "id (0x...) or an outcome token",
                            name));
  };
  const auto gamma = fetch_text(loop, urls.gamma, gamma_target(name), proxy);
  if (!gamma) return gamma.error().code == ErrorCode::kNotFound ? not_found() : std::unexpected(gamma.error());
  auto page = polymarket::decode_gamma(*gamma);
  if (!page) return std::unexpected(page.error());
  if (page->markets.empty()) {
    if (page->refused.empty()) return not_found();
    return fail(ErrorCode::kUnsupported, fmt::format("{}: {}", name, page->refused.front().reason));
  }
  ConditionSpec spec = std::move(page->markets.front());
  const auto clob = fetch_text(loop, urls.clob, "/clob-markets/" + spec.condition_id, proxy);
  if (!clob) return std::unexpected(clob.error());
  const auto terms = polymarket::decode_clob_market(*clob);
  if (!terms) return std::unexpected(terms.error());
  if (auto ok = polymarket::merge_clob_market(*terms, spec); !ok) return std::unexpected(ok.error());
  return spec;
}

Result<unsigned> find_outcome(const ConditionSpec& market, std::string_view name) {
  for (unsigned outcome = 0; outcome < 2; ++outcome) {
    const bool usual = same_word(name, outcome == 0 ? "yes" : "no") || same_word(name, outcome == 0 ? "up" : "down");
    if (usual || same_word(name, market.outcomes[outcome]) || name == market.tokens[outcome] ||
        name == std::to_string(outcome)) {
      return outcome;
    }
  }
  return fail(ErrorCode::kInvalidInput, fmt::format("'{}' is not an outcome of {}: choose {} or {}", name, market.slug,
                                                    market.outcomes[0], market.outcomes[1]));
}

}  // namespace underround
