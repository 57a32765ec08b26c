#include "backtest/published_rules.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <string_view>

#include "market/series.hpp"

namespace underround::backtest {
namespace {

constexpr Nanos day(int year, unsigned month, unsigned of_month) {
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{of_month}};
  return Nanos::from_seconds(std::chrono::sys_seconds{std::chrono::sys_days{date}}.time_since_epoch().count());
}

struct Period {
  Nanos from;
  FeeSchedule fees;
};

// Sources. Today's rates, 0.072 in spring 2026, sports 0.03 before July 2026, and the delays: protocol pages 11 and 16.
// That nobody paid before 2026-01-06, the first curve (the venue's example: 100 shares at 0.50 cost 1.56 USD), all of
// crypto on 2026-03-06, five more categories on 2026-03-30: press of these days that quotes the venue's fee page; no
// copy of the page itself was at hand. What they do not say is marked below.
constexpr Nanos kFirstTrade = day(2022, 11, 21), kFirstFee = day(2026, 1, 6);
constexpr FeeSchedule kFirstCurve = FeeSchedule::taker(250'000, 2);
constexpr Nanos kForAll = day(2026, 3, 30);
constexpr std::array kShortCrypto{Period{kFirstFee, kFirstCurve}, Period{kForAll, FeeSchedule::taker(72'000, 1)},
                                  // 0.072 in recordings of April, 0.07 in one of this day
                                  Period{day(2026, 6, 8), FeeSchedule::taker(70'000, 1)}};
constexpr std::array kCrypto{Period{day(2026, 3, 6), kFirstCurve}, kShortCrypto[1], kShortCrypto[2]};
// From February some leagues paid; which, nobody wrote down. In July 2026 the rate rose, on a day that is not known.
constexpr std::array kSports{Period{day(2026, 2, 1), FeeSchedule()}, Period{kForAll, FeeSchedule::taker(30'000, 1)},
                             Period{day(2026, 7, 1), FeeSchedule::taker(50'000, 1)}};
// Rates of 2026-03-30 are those of today, where nothing says that they changed.
constexpr std::array kFourPercent{Period{kForAll, FeeSchedule::taker(40'000, 1)}};
constexpr std::array kFivePercent{Period{kForAll, FeeSchedule::taker(50'000, 1)}};
constexpr std::array<Period, 0> kFree{};

struct Category {
  std::string_view tag;
  std::span<const Period> periods;
};
constexpr std::array kCategories{
    Category{"crypto", kCrypto},       Category{"crypto-prices", kCrypto},    Category{"sports", kSports},
    Category{"finance", kFourPercent}, Category{"politics", kFourPercent},    Category{"mentions", kFourPercent},
    Category{"tech", kFourPercent},    Category{"economics", kFivePercent},   Category{"economy", kFivePercent},
    Category{"culture", kFivePercent}, Category{"pop-culture", kFivePercent}, Category{"weather", kFivePercent},
    Category{"geopolitics", kFree},
};

FeeSchedule on(std::span<const Period> periods, Nanos date) {
  FeeSchedule fees = FeeSchedule::free();
  for (const Period& period : periods) {
    if (period.from <= date) fees = period.fees;
  }
  return fees;
}

// In the middle, where all of them are dearest. What is not known is dearer than anything.
bool dearer(const FeeSchedule& a, const FeeSchedule& b) {
  if (!a.known() || !b.known()) return !a.known();
  return a.per_share_e8(Price{5000}) > b.per_share_e8(Price{5000});
}

}  // namespace

FeeSchedule published_fees(const ConditionSpec& spec, Nanos date) {
  if (spec.venue != VenueId::kPolymarket || date < kFirstTrade) return {};
  if (date < kFirstFee) return FeeSchedule::free();  // whatever it is about
  if (parse_updown_slug(spec.slug)) return on(kShortCrypto, date);
  std::optional<FeeSchedule> fees;
  const auto add = [&](std::span<const Period> periods) {
    const FeeSchedule more = on(periods, date);
    if (!fees || dearer(more, *fees)) fees = more;
  };
  if (!spec.sports_market_type.empty()) add(kSports);
  bool tagged = false;
  for (const std::string& tag : spec.tags) {
    tagged = tagged || tag.find(':') == std::string::npos;  // with a colon: an importer's mark
    const auto category = std::ranges::find(kCategories, std::string_view(tag), &Category::tag);
    if (category != kCategories.end()) add(category->periods);
  }
  if (!fees && tagged) add(kFivePercent);  // "other"
  return fees.value_or(FeeSchedule());
}

bool holds_takers(const ConditionSpec& spec) {
  return spec.taker_delay || spec.slug.find("-updown-") != std::string::npos ||
         spec.slug.find("-up-or-down-") != std::string::npos ||
         std::ranges::find(spec.tags, std::string_view("up-or-down")) != spec.tags.end();
}

Nanos published_taker_delay(const ConditionSpec& spec, Nanos date) {
  constexpr Nanos kEarly = Nanos::from_millis(500), kNow = Nanos::from_millis(250);
  if (!holds_takers(spec)) return {};
  if (date < day(2026, 2, 18)) return kEarly;
  // In between there was none; a market that says so itself is believed.
  return date >= day(2026, 6, 5) || spec.taker_delay ? kNow : Nanos{};
}

}  // namespace underround::backtest
