#include "app/halt_keeper.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace underround {
namespace {

constexpr std::string_view kMarketDiffers = "differs from the venue";

std::string words_of(const Halts& halts) { return fmt::format("{}: {}", to_string(halts.reason()), halts.note()); }

}  // namespace

HaltKeeper::HaltKeeper(const std::filesystem::path& directory, const Engine& engine, Callbacks callbacks)
    : store_(directory), on_disk_(!directory.empty()), engine_(engine), callbacks_(std::move(callbacks)) {}

void HaltKeeper::restore(Nanos known_at, Nanos now, bool quiet) {
  if (!on_disk_) return;
  lift_what_was_lifted(known_at, now);
  for (const Event& e : halt_events(store_, engine_.catalogue(), now)) callbacks_.deliver(e);
  // A session that died may have halted and not come to write it down.
  const std::vector<std::string> kept = store_.halted_markets();
  for (const ConditionId market : engine_.risk().halted_markets()) {
    const std::string& id = engine_.catalogue()[market].spec.condition_id;
    if (std::ranges::find(kept, id) == kept.end()) (void)store_.raise_market(id, kMarketDiffers, now);
  }
  markets_kept_ = engine_.risk().halted_markets().size();
  halt_kept_ = store_.active().has_value();
  keep(now);
  if (markets_kept_ > 0) {
    fmt::print(stderr, "{} market(s) are halted until `underround resume --reason ...`\n", markets_kept_);
  }
  if (halt_kept_ && !quiet) {
    fmt::print(stderr, "HALTED ({}). Nothing is ordered until `underround resume --reason ...`.\n",
               words_of(engine_.risk().halts()));
  }
}

// What an engine that goes on remembers as halted, and a person has lifted since.
void HaltKeeper::lift_what_was_lifted(Nanos known_at, Nanos now) {
  const Halts& halts = engine_.risk().halts();
  const Event raised = halt_event(halts.reason(), halts.note(), now);
  std::vector<std::string> reasons;
  const auto lifted = [&](const std::string& what) {
    const auto why = store_.lifted(what, known_at);
    if (why && std::ranges::find(reasons, *why) == reasons.end()) reasons.push_back(*why);
    return why.has_value();
  };
  const bool stays = halts.any() && (store_.active() || !lifted(words_of(halts)));
  std::vector<ConditionId> stay;
  const std::vector<std::string> kept = store_.halted_markets();
  for (const ConditionId market : engine_.risk().halted_markets()) {
    const std::string& id = engine_.catalogue()[market].spec.condition_id;
    if (std::ranges::find(kept, id) != kept.end() || !lifted("market " + id)) stay.push_back(market);
  }
  if (reasons.empty()) return;
  for (const std::string& why : reasons) callbacks_.note("resumed by a person: " + why);
  callbacks_.deliver(resume_event(reasons.back(), now));
  if (stays) callbacks_.deliver(raised);
  for (const ConditionId market : stay) {
    callbacks_.deliver(Event::make(EventKind::kKill, now, VenueId::kPolymarket, market.value));
  }
}

void HaltKeeper::keep(Nanos now) {
  if (!on_disk_) return;
  const auto& markets = engine_.risk().halted_markets();
  for (; markets_kept_ < markets.size(); ++markets_kept_) {
    const std::string& id = engine_.catalogue()[markets[markets_kept_]].spec.condition_id;
    callbacks_.note(fmt::format("market halted, {}: {}", kMarketDiffers, id));
    if (auto kept = store_.raise_market(id, kMarketDiffers, now); !kept) {
      fmt::print(stderr, "the halt of market {} could not be written down: {}\n", id, kept.error().message);
    } else {
      fmt::print(stderr, "market {} halted: what the venue holds there is not what the ledger says\n", id);
    }
  }
  const Halts& halts = engine_.risk().halts();
  if (halt_kept_ || !halts.any()) return;
  halt_kept_ = true;
  callbacks_.note("halted: " + words_of(halts));
  if (auto kept = store_.raise(halts.reason(), halts.note(), now); !kept) {
    fmt::print(stderr, "the halt could not be written down: {}\n", kept.error().message);
  }
}

}  // namespace underround
