// What can be traded: event -> condition -> outcome token, and what is known about each.
//   Catalogue catalogue;  const ConditionId id = catalogue.add(spec).value();  catalogue.find_token("9273...8856")
// Ids are dense and never reused; a condition is never removed, only its phase changes. Cold threads load specs and the
// hot thread alone calls add()/update(); readers on the hot thread hold plain references (stable addresses).
// Law 4: what is not known (tick, fee, version, completeness) stays marked unknown, and nothing trades on it.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/error.hpp"
#include "core/event.hpp"
#include "core/ids.hpp"
#include "core/units.hpp"
#include "market/fee_schedule.hpp"
#include "market/token_index.hpp"

namespace underround {

enum class MarketVersion : std::uint8_t { kUnknown = 0, kV1 = 1, kV2 = 2 };

// What a venue tells about one binary question. Text fields are cold: nothing on the hot path reads them.
struct ConditionSpec {
  VenueId venue = VenueId::kPolymarket;
  std::string condition_id;                 // 0x + 64 lower hex (v2 ids right-padded)
  std::array<std::string, 2> tokens;        // decimal uint256, outcome order
  std::array<std::string, 2> outcomes;      // "Yes"/"No", "Up"/"Down", team names
  std::string question, slug, group_title;  // group_title: this condition's name inside its event
  std::string question_id;
  std::vector<std::string> tags;   // slugs, lower case
  std::string sports_market_type;  // "moneyline", "" when not sports
  std::string resolution_source;
  MarketVersion version = MarketVersion::kUnknown;
  Tick tick;  // unknown = do not trade
  Shares min_order_size = Shares::whole(5);
  FeeSchedule fees;  // unknown = do not trade
  bool neg_risk = false;
  bool neg_risk_other = false;  // the "Other" leg of an augmented set
  bool accepting_orders = false;
  bool taker_delay = false;          // itode: the venue holds marketable orders for a while
  std::int32_t seconds_delay = 0;    // sd: sports speed bump
  bool clear_book_on_start = false;  // resting orders are cancelled at game start
  MarketPhase phase = MarketPhase::kPending;
  Nanos start_at{}, end_at{}, game_start_at{};  // 0 = not said. start_at: window start for up/down series
  Usd volume_24h{}, liquidity{};
  // The group this condition belongs to; empty slug = stands alone.
  struct Group {
    std::string id, slug, title, series_slug;
    std::string neg_risk_market_id;
    bool neg_risk = false;
    bool augmented = false;                // outcomes may be added later through "Other" placeholders
    std::int32_t declared_conditions = 0;  // how many conditions the venue says the group has; 0 = not said
  } group;
};

struct Condition {
  ConditionId id;
  EventId event;  // invalid when it stands alone
  ConditionSpec spec;
  std::uint8_t winning_outcome = Event::kNoWinner;
  // Fit for orders at all: open, accepting, tick, fee and version known.
  [[nodiscard]] bool tradable() const noexcept {
    return spec.phase == MarketPhase::kOpen && spec.accepting_orders && spec.tick.known() && spec.fees.known() &&
           spec.version != MarketVersion::kUnknown;
  }
};

// Why the YES legs of a group do, or do not, add up to exactly one dollar. The default is: they do not.
enum class Completeness : std::uint8_t {
  kUnknown,
  kExactlyOne,         // neg-risk, not augmented, every declared condition known: exactly one resolves YES
  kAugmented,          // an open "Other": outcomes may be added, the set is not complete
  kNotExclusive,       // ladder, several may resolve YES
  kMissingConditions,  // some conditions of the group are not in the catalogue
  kClosedConditions,   // some conditions are already resolved or closed
};
[[nodiscard]] const char* to_string(Completeness completeness) noexcept;

struct EventGroup {
  EventId id;
  ConditionSpec::Group spec;
  std::vector<ConditionId> conditions;  // in the order they were added
  Completeness completeness = Completeness::kUnknown;
};

class Catalogue {
 public:
  // Adds a condition, or updates the one with the same condition_id (id stays). Refuses malformed specs (missing or
  // equal tokens, a token owned by another condition) with an Error that says which field.
  [[nodiscard]] Result<ConditionId> add(const ConditionSpec& spec);

  // Gives a token its name that stood under another until now (recordings may tell the second token of a condition only
  // later). The old name still finds it. Refuses a token of another instrument.
  [[nodiscard]] Result<void> name_token(InstrumentId instrument, const std::string& token);

  void set_phase(ConditionId condition, MarketPhase phase, std::uint8_t winning_outcome = Event::kNoWinner);
  void set_tick(ConditionId condition, Tick tick);

  [[nodiscard]] std::size_t size() const noexcept { return conditions_.size(); }
  [[nodiscard]] const Condition& operator[](ConditionId id) const noexcept { return conditions_[id.value]; }
  [[nodiscard]] const EventGroup& event(EventId id) const noexcept { return events_[id.value]; }
  [[nodiscard]] std::size_t event_count() const noexcept { return events_.size(); }

  // Hot: venue token string -> instrument. Invalid id when unknown.
  [[nodiscard]] InstrumentId find_token(std::string_view token) const noexcept { return tokens_.find(token); }
  [[nodiscard]] std::optional<ConditionId> find_condition(std::string_view condition_id) const;
  [[nodiscard]] std::optional<ConditionId> find_slug(std::string_view slug) const;
  [[nodiscard]] std::optional<EventId> find_event(std::string_view event_slug) const;

  // Everything as it is now, ids included (condition_archive.hpp has the members' functions).
  template <class A>
  void archive(A& a) {
    a(conditions_, events_, content_hash_);
    if constexpr (A::kReads) {
      if (a.good() && !index_again()) a.fail();
    }
  }

  // Order and content of everything added; part of the engine's state hash.
  [[nodiscard]] std::uint64_t content_hash() const noexcept { return content_hash_; }

 private:
  void join_group(Condition& condition);
  void refresh_completeness(EventGroup& group);
  [[nodiscard]] bool index_again();

  std::deque<Condition> conditions_;
  std::deque<EventGroup> events_;
  TokenIndex tokens_;
  std::unordered_map<std::string, ConditionId> by_condition_id_;
  std::unordered_map<std::string, ConditionId> by_slug_;
  std::unordered_map<std::string, EventId> by_event_;
  std::uint64_t content_hash_ = 0;
};

}  // namespace underround
