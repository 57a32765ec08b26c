#include "app/replay_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "app/json_text.hpp"
#include "app/session_settings.hpp"
#include "app/terminal.hpp"
#include "engine/engine.hpp"
#include "engine/view_builder.hpp"
#include "strategy/registry.hpp"

namespace underround {
namespace {

Nanos monotonic_now() {
  return Nanos{std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1)};
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

// The engine of one replay. It watches: intents become opportunities, nothing is ordered.
class Rider {
 public:
  Rider(const Catalogue& catalogue, const config::Config& config, std::vector<std::unique_ptr<Strategy>> strategies,
        ReplayRun& run)
      : catalogue_(catalogue),
        run_(run),
        engine_(catalogue_, engine_settings_of(config, false), std::move(strategies)) {
    commands_.reserve(64);
    engine_.set_on_opportunity_closed([](void* self, const Opportunity& o) { static_cast<Rider*>(self)->note(o); },
                                      this);
  }
  void step(const Event& e) {
    commands_.clear();
    engine_.step(e, commands_);
  }
  void finish() {
    std::vector<Opportunity> recent;
    engine_.opportunities().recent(4096, recent);
    std::reverse(recent.begin(), recent.end());
    for (const Opportunity& o : recent) {
      if (o.open) note(o);
    }
    run_.phantoms_refused = engine_.opportunities().totals().phantoms;
    run_.state_hash = engine_.state_hash();
  }

 private:
  void note(const Opportunity& o) {
    if (o.fate == Fate::kPhantom) return;
    run_.opportunities.push_back(
        {o, std::string(engine_.strategies()[o.strategy.value]->name()), label_of(catalogue_, o)});
  }

  Catalogue catalogue_;  // our own: the engine moves phases and ticks
  ReplayRun& run_;
  Engine engine_;
  CommandBuffer commands_;
};

}  // namespace

Result<ReplayRun> replay_run(std::span<const std::filesystem::path> files, const config::Config& config) {
  auto strategies = make_strategies(config.strategies.enabled, strategy_settings_of(config));
  if (!strategies) return std::unexpected(strategies.error());
  ReplayRun run;
  std::unique_ptr<Rider> rider;
  backtest::ReplayOptions options;
  options.clock = monotonic_now;
  std::unique_ptr<terminal::Progress> bar;
  options.capture.progress = [&](const backtest::CaptureProgress& p) {
    if (!bar) bar = std::make_unique<terminal::Progress>("replay", static_cast<std::int64_t>(p.bytes_total));
    bar->update(static_cast<std::int64_t>(p.bytes_done));
  };
  backtest::ReplayHooks hooks;
  hooks.on_start = [&](const Catalogue& catalogue) {
    rider = std::make_unique<Rider>(catalogue, config, std::move(*strategies), run);
  };
  hooks.on_event = [&](const Event& e) { rider->step(e); };
  auto report = backtest::replay_files(files, options, hooks);
  if (!report) return std::unexpected(report.error());
  run.report = std::move(*report);
  if (rider) rider->finish();
  return run;
}

std::string replay_json(const ReplayRun& run) {
  const backtest::ReplayReport& r = run.report;
  std::string types;
  for (const auto& [name, count] : r.by_type) {
    types += fmt::format("{}{}:{}", types.empty() ? "" : ",", json_string(name), count);
  }
  std::string unknown;
  for (const std::string& words : r.unknown) unknown += (unknown.empty() ? "" : ",") + json_string(words);
  std::string found;
  for (const auto& f : run.opportunities) {
    const Opportunity& o = f.opportunity;
    found += fmt::format(
        R"({}{{"strategy":{},"subject":{},"edge_pips":{},"size_micros":{},"profit_usd_micros":{},"duration_ns":{},)"
        R"("first_seen_ns":{},"fate":{}}})",
        found.empty() ? "" : ",", json_string(f.strategy), json_string(f.label), o.edge.pips, o.size.micros,
        o.profit.micros, o.duration().ns, o.first_seen.ns, json_string(to_string(o.fate)));
  }
  return fmt::format(
      R"({{"messages":{},"frames":{},"by_type":{{{}}},"decode_errors":{},"unknown_tokens":{},"refused_entries":{},)"
      R"("books":{},"snapshots":{},"levels":{},"gaps":{},"stale_dropped":{},"before_snapshot":{},)"
      R"("bbo_checked":{},"bbo_agree":{},"mirror_checked":{},"mirror_agree":{},"hash_checked":{},"hash_agree":{},)"
      R"("rest_hash_checked":{},"rest_hash_agree":{},"book_hash_checked":{},"book_hash_agree":{},)"
      R"("change_hash_checked":{},"change_hash_agree":{},"crossed_ns":{},"opportunities":{},"phantoms_refused":{},)"
      R"("opportunity_list":[{}],"messages_per_s":{:.0f},"first_received_ns":{},"last_received_ns":{},)"
      R"("unknown":[{}],"state_hash":"{:016x}"}})",
      r.messages, r.frames, types, r.decode_errors, r.unknown_tokens, r.refused_entries, r.books, r.snapshots, r.levels,
      r.gaps, r.stale_dropped, r.before_snapshot, r.bbo_checked, r.bbo_agree, r.mirror_checked, r.mirror_agree,
      r.hash_checked, r.hash_agree, r.rest_hash_checked, r.rest_hash_agree, r.book_hash_checked, r.book_hash_agree,
      r.change_hash_checked, r.change_hash_agree, r.crossed_ns, run.opportunities.size(), run.phantoms_refused, found,
      r.messages_per_s, r.first_received.ns, r.last_received.ns, unknown, run.state_hash);
}

std::string replay_text(const ReplayRun& run, bool list_opportunities) {
  const backtest::ReplayReport& r = run.report;
  std::string text = fmt::format(
      "messages {} in {} frames, {:.0f} a second; decode errors {}\n"
      "books {}, snapshots {}, level changes {}, gaps {}, dropped as stale {}, before their snapshot {}\n"
      "best prices equal to the venue's fields: {} of {} ({:.3f} %)\n"
      "YES and NO snapshots of one moment mirror each other: {} of {}\n"
      "book hashes reproduced: {} of {} (REST {}/{}, book frames {}/{}, price changes {}/{})\n"
      "crossed for {:.3f} s\n"
      "opportunities {}, phantom signals refused {}\n",
      r.messages, r.frames, r.messages_per_s, r.decode_errors, r.books, r.snapshots, r.levels, r.gaps, r.stale_dropped,
      r.before_snapshot, r.bbo_agree, r.bbo_checked, share(r.bbo_agree, r.bbo_checked), r.mirror_agree,
      r.mirror_checked, r.hash_agree, r.hash_checked, r.rest_hash_agree, r.rest_hash_checked, r.book_hash_agree,
      r.book_hash_checked, r.change_hash_agree, r.change_hash_checked, static_cast<double>(r.crossed_ns) / 1e9,
      run.opportunities.size(), run.phantoms_refused);
  for (const auto& [name, count] : r.by_type) text += fmt::format("  {:<28} {}\n", name, count);
  if (!r.unknown.empty()) text += "marked in the recording as not known:\n";
  for (const std::string& words : r.unknown) text += "  " + words + "\n";
  if (!list_opportunities) return text;
  for (const auto& f : run.opportunities) {
    text += fmt::format("{:<14} {:<48.48} edge {:.2f}c  sets {:.2f}  profit {:.2f} USD  {:.1f} s  {}\n", f.strategy,
                        f.label, f.opportunity.edge.pips / 100.0, f.opportunity.size.to_double(),
                        f.opportunity.profit.to_double(), static_cast<double>(f.opportunity.duration().ns) / 1e9,
                        to_string(f.opportunity.fate));
  }
  return text;
}

}  // namespace underround
