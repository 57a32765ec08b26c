#include "app/simulated_run.hpp"

#include <fmt/format.h>

#include "app/engine_driver.hpp"
#include "app/engine_journal.hpp"
#include "app/halt_store.hpp"
#include "app/session_settings.hpp"
#include "simulator/in_process_venue.hpp"

namespace underround {
namespace {

using simulator::InProcessSettings;
using simulator::InProcessVenue;
using simulator::Simulation;

constexpr Nanos kRest = Nanos::from_seconds(60);

bool same_books(const Engine& engine, Simulation& simulation, const InProcessVenue& venue) {
  const simulator::Ledger& theirs = simulation.venue().ledger();
  if (theirs.balance(venue.account()) != engine.ledger().cash()) return false;
  for (const InstrumentId instrument : engine.ledger().held()) {
    const simulator::MarketId market = venue.market_of(condition_of(instrument));
    if (theirs.position(venue.account(), market, outcome_of(instrument)) !=
        engine.ledger().position(instrument).net()) {
      return false;
    }
  }
  return true;
}

}  // namespace

Result<SimulatedRun> simulated_run(const SimulatedRunSettings& settings) {
  EngineStart start{.mode = "simulate", .config = settings.config};
  start.starting_cash = engine_settings_of(settings.config, true).starting_cash;
  Catalogue catalogue;
  auto engine = make_engine(start, catalogue);
  if (!engine) return std::unexpected(engine.error());
  EngineDriver driver(**engine);

  std::unique_ptr<EngineJournal> journal;
  bool journal_good = true;
  if (!settings.journal.empty()) {
    auto opened = EngineJournal::open({.folder = settings.journal});
    if (!opened) return std::unexpected(opened.error());
    journal = std::move(*opened);
    if (journal->last_sequence() > 0) {
      return fail(ErrorCode::kRefused, fmt::format("{} holds a journal of {} records already: name another folder",
                                                   settings.journal.string(), journal->last_sequence()));
    }
    journal_good = journal->start(start, **engine);
    driver.set_tap([&](const Event& e, std::span<const Command> c) {
      journal_good = journal->step(e, c) && journal_good;
      journal->wait_for_room();
    });
  }

  Simulation simulation({.seed = settings.seed, .markets = settings.markets});
  InProcessSettings in_process;
  in_process.balance = start.starting_cash;
  InProcessVenue venue(simulation, catalogue, in_process, [&](const Event& e) { driver.deliver(e); });
  driver.set_executor([&](std::span<const Command> commands, Nanos) { venue.execute(commands); });
  SimulatedRun run;
  run.from = simulation.now();
  venue.start();
  simulation.advance_to(run.from + settings.duration);
  // What is under way comes to its end, so that both ledgers can be compared.
  driver.deliver(halt_event(HaltReason::kKillSwitch, "end of the run", simulation.now()));
  simulation.advance_to(simulation.now() + kRest);
  if (journal) journal_good = journal->finish() && journal_good;
  if (!journal_good) {
    return fail(ErrorCode::kIo, "the journal could not be written: " + journal->failure());
  }

  const Engine& e = **engine;
  run.to = simulation.now();
  run.state_hash = e.state_hash();
  run.events = e.counters().events;
  run.commands = driver.commands_sent();
  run.journal_records = journal ? journal->last_sequence() : 0;
  run.markets = catalogue.size();
  run.opportunities_seen = e.opportunities().totals().seen;
  run.opportunities_taken = e.opportunities().totals().taken;
  run.phantoms = e.opportunities().totals().phantoms;
  run.orders = e.executor().counters().orders;
  run.fills = e.executor().counters().fills;
  run.invariant_violations = e.counters().invariant_violations;
  run.ledger_equals_venue = same_books(e, simulation, venue);
  const Valuation v = e.valuation();
  run.pnl = v.pnl;
  run.equity = v.equity;
  run.fees = e.ledger().flows().fees;
  return run;
}

}  // namespace underround
