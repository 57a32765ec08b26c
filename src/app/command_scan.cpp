// underround scan: what the strategies see, without a single order.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/config_command_line.hpp"
#include "app/duration.hpp"
#include "app/embedded_venue.hpp"
#include "app/json_text.hpp"
#include "app/session.hpp"
#include "engine/view_builder.hpp"

namespace underround::cli {
namespace {

std::string_view strategy_name(const Engine& engine, const Opportunity& o) {
  return o.strategy.value < engine.strategies().size() ? engine.strategies()[o.strategy.value]->name() : "?";
}

std::string opportunity_json(const Engine& engine, const Opportunity& o) {
  return fmt::format(R"({{"id":{},"strategy":{},"kind":{},"subject":{},"open":{},"edge_pips":{},"size_micros":{},)"
                     R"("profit_usd_micros":{},"first_seen_ns":{},"duration_ns":{},"fate":{}}})",
                     o.id, json_string(strategy_name(engine, o)), json_string(to_string(o.kind)),
                     json_string(label_of(engine.catalogue(), o)), o.open, o.edge.pips, o.size.micros, o.profit.micros,
                     o.first_seen.ns, o.duration().ns, json_string(to_string(o.fate)));
}

std::string opportunity_row(const Engine& engine, const Opportunity& o) {
  return fmt::format("{:<14} {:<44.44} {:>7.2f}c {:>9.2f} {:>9.2f} {:>8.1f}s  {}{}\n", strategy_name(engine, o),
                     label_of(engine.catalogue(), o), o.edge.pips / 100.0, o.size.to_double(), o.profit.to_double(),
                     static_cast<double>(o.duration().ns) / 1e9, to_string(o.fate), o.open ? " *" : "");
}

class ScanCommand final : public Command {
 public:
  std::string_view name() const override { return "scan"; }
  std::string_view summary() const override { return "live table of opportunities; sends nothing"; }
  void declare(CLI::App& app) override {
    app.add_option("--config", config_, "configuration file (default: the embedded venue)");
    app.add_flag("--once", once_, "look for --for, print what was seen, stop");
    app.add_option("--for", for_, "how long to look (default 10s with --once, else until Ctrl-C)");
    app.add_option("--limit", limit_, "rows")->check(CLI::Range(1, 1000))->capture_default_str();
  }
  Outcome run(const Context& context) override;

 private:
  void print(const Context& context, const Session& session, bool final);

  std::string config_, for_;
  bool once_ = false;
  std::size_t limit_ = 20;
  std::uint64_t printed_ = 0;
};

// With --json and without --once: a line for each episode when it has closed.
void ScanCommand::print(const Context& context, const Session& session, bool final) {
  const Engine& engine = session.engine();
  std::vector<Opportunity> recent;
  engine.opportunities().recent(context.json ? 4096 : limit_, recent);
  const auto& totals = engine.opportunities().totals();
  if (context.json && once_) {
    std::string rows;
    for (const Opportunity& o : recent) rows += (rows.empty() ? "" : ",") + opportunity_json(engine, o);
    std::printf(
        R"({"markets":%zu,"live_books":%zu,"messages":%llu,"seen":%llu,"phantoms_refused":%llu,"opportunities":[%s]})"
        "\n",
        engine.catalogue().size(), session.live_books(), static_cast<unsigned long long>(session.summary().messages),
        static_cast<unsigned long long>(totals.seen), static_cast<unsigned long long>(totals.phantoms), rows.c_str());
    return;
  }
  if (context.json) {
    for (auto o = recent.rbegin(); o != recent.rend(); ++o) {
      if (o->open || o->id <= printed_) continue;
      std::printf("%s\n", opportunity_json(engine, *o).c_str());
      printed_ = o->id;
    }
    std::fflush(stdout);
    return;
  }
  if (!final && isatty(STDOUT_FILENO) != 0) std::printf("\x1b[H\x1b[2J");
  std::printf("%zu markets, %zu live books, %llu messages; seen %llu, phantoms refused %llu\n\n",
              engine.catalogue().size(), session.live_books(),
              static_cast<unsigned long long>(session.summary().messages), static_cast<unsigned long long>(totals.seen),
              static_cast<unsigned long long>(totals.phantoms));
  std::printf("%-14s %-44s %8s %9s %9s %9s  %s\n", "strategy", "market", "edge", "sets", "USD", "lasted",
              "fate (* open)");
  for (const Opportunity& o : recent) std::printf("%s", opportunity_row(engine, o).c_str());
  if (recent.empty()) std::printf("nothing yet: a consistent book rarely offers one\n");
  std::fflush(stdout);
}

Outcome ScanCommand::run(const Context& context) {
  const auto duration = duration_option("--for", for_, once_ ? Nanos::from_seconds(10) : Nanos{});
  if (!duration) return std::unexpected(duration.error());
  auto loaded = load_config(config_);
  if (!loaded) return std::unexpected(loaded.error());
  config::Config& config = loaded->config;
  net::EventLoop loop;
  loop.on_stop_signal([&](int) { loop.stop(); });
  SessionSettings settings;
  auto venue = choose_venue(config);
  if (!venue) return std::unexpected(Failure(venue.error()));
  settings.urls = venue->urls;
  if (!venue->embedded) settings.proxy_url = loaded->secrets.proxy_url;
  settings.route = OrderRoute::kWatch;
  settings.config = config;
  settings.serve_page = false;
  auto session = Session::start(loop, settings);
  if (!session) return std::unexpected(Failure(session.error()));

  net::Timer stop(loop);
  net::Timer refresh(loop);
  if (duration->ns > 0) stop.after(*duration, [&] { loop.stop(); });
  if (!once_) refresh.every(Nanos::from_millis(1000), [&] { print(context, **session, false); });
  loop.run();
  print(context, **session, true);
  return {};
}

}  // namespace

std::unique_ptr<Command> make_scan_command() { return std::make_unique<ScanCommand>(); }

}  // namespace underround::cli
