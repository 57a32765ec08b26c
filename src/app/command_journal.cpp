// underround journal verify|stats|dump|state|set-aside FOLDER: what an engine or a recorder has written down.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>

#include "app/commands.hpp"
#include "app/journal_aside.hpp"
#include "app/journal_folder.hpp"
#include "app/journal_words.hpp"
#include "app/json_text.hpp"
#include "app/recovery.hpp"
#include "base/decimal.hpp"
#include "core/event.hpp"
#include "journal/event_batch.hpp"
#include "journal/journal_reader.hpp"
#include "journal/name_codec.hpp"
#include "net/event_loop.hpp"

namespace underround::cli {
namespace {

using journal::Record;
using journal::RecordKind;

class JournalCommand : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("FOLDER", folder_, "state.dir/journal of an engine, or a recording")->required();
  }
  Outcome run(const Context& context) override {
    auto reader = open_journal(folder_);
    if (!reader) return std::unexpected(Failure(reader.error()));
    while (const auto record = reader->next()) {
      ++records_;
      see(*record, context);
    }
    if (!reader->problem().empty()) {
      return std::unexpected(
          Failure(Error{ErrorCode::kRefused, reader->problem()}, kExitFailed, fmt::format("\"records\":{}", records_)));
    }
    report(*reader, context);
    return {};
  }

 protected:
  virtual void see(const Record&, const Context&) {}
  virtual void report(const journal::JournalReader& reader, const Context& context) = 0;
  std::string folder_;
  std::uint64_t records_ = 0;
};

class VerifyCommand final : public JournalCommand {
 public:
  std::string_view name() const override { return "verify"; }
  std::string_view summary() const override { return "read every record and its checksum"; }

 private:
  void report(const journal::JournalReader& reader, const Context& context) override {
    if (context.json) {
      fmt::print("{{\"ok\":true,\"records\":{},\"segments\":{},\"torn_bytes\":{}}}\n", records_, reader.segments(),
                 reader.torn_bytes());
    } else {
      fmt::print("{} records in {} segments, all good{}\n", records_, reader.segments(),
                 reader.torn_bytes() == 0 ? "" : "; the end was torn by a crash and will be cut at the next start");
    }
  }
};

class StatsCommand final : public JournalCommand {
 public:
  std::string_view name() const override { return "stats"; }
  std::string_view summary() const override { return "how many events and other records of which kind"; }

 private:
  void see(const Record& r, const Context&) override {
    const auto count = [&](const Event& e) { ++counts_[std::string("event ") + to_string(e.header.kind)]; };
    if (!journal::for_each_event(r, count)) ++counts_[to_string(r.kind)];
  }
  void report(const journal::JournalReader& reader, const Context& context) override {
    std::string json;
    for (const auto& [kind, count] : counts_) {
      json += fmt::format("{}{}:{}", json.empty() ? "" : ",", json_string(kind), count);
      if (!context.json) fmt::print("{:>12} {}\n", count, kind);
    }
    if (context.json)
      fmt::print("{{\"records\":{},\"segments\":{},\"kinds\":{{{}}}}}\n", records_, reader.segments(), json);
  }
  std::map<std::string, std::uint64_t> counts_;
};

class DumpCommand final : public JournalCommand {
 public:
  std::string_view name() const override { return "dump"; }
  std::string_view summary() const override { return "every event and other record, one a line"; }

 private:
  void see(const Record& r, const Context& context) override {
    for (const std::string& words : describe(r)) {
      if (context.json) {
        fmt::print("{{\"sequence\":{},\"kind\":{},\"what\":{}}}\n", r.sequence, json_string(to_string(r.kind)),
                   json_string(words));
      } else {
        fmt::print("{:>10} {:<9} {}\n", r.sequence, to_string(r.kind), words);
      }
    }
  }
  void report(const journal::JournalReader&, const Context&) override {}
};

// What a restart would go on from.
class StateCommand final : public Command {
 public:
  std::string_view name() const override { return "state"; }
  std::string_view summary() const override {
    return "the account as a restart would rebuild it: newest snapshot and tail";
  }
  void declare(CLI::App& app) override {
    app.add_option("FOLDER", folder_, "state.dir/journal of an engine")->required();
  }
  Outcome run(const Context& context) override;

 private:
  std::string folder_;
};

Outcome StateCommand::run(const Context& context) {
  if (const auto there = open_journal(folder_); !there) return std::unexpected(Failure(there.error()));
  const auto recovered = recover(folder_);
  if (!recovered) return std::unexpected(Failure(recovered.error()));
  if (!recovered->replay) {
    return failed(recovered->damaged ? ErrorCode::kRefused : ErrorCode::kNotFound,
                  recovered->problem.empty() ? folder_ + " holds no session" : recovered->problem);
  }
  const JournalReplay& replay = *recovered->replay;
  const Engine& engine = *replay.engine();
  const Ledger& ledger = engine.ledger();
  std::string positions, orders;
  for (const InstrumentId held : ledger.held()) {
    const Position& p = ledger.position(held);
    if (p.flat()) continue;
    const ConditionSpec& spec = engine.catalogue()[condition_of(held)].spec;
    positions +=
        context.json
            ? fmt::format("{}{{\"token\":{},\"shares_micros\":{},\"settled_micros\":{},\"cost_usd_micros\":{}}}",
                          positions.empty() ? "" : ",", json_string(spec.tokens[outcome_of(held)]), p.net().micros,
                          p.settled.micros, p.cost.micros)
            : fmt::format("  {:>14} of {} {}\n", format_decimal(p.net().micros, Shares::kDecimals), spec.slug,
                          spec.outcomes[outcome_of(held)]);
  }
  std::size_t open = 0, doubtful = 0, operations = 0;
  engine.executor().orders().for_each([&](const Order& order) {
    if (order.finished()) return;
    ++open;
    const auto name = replay.names().find(order.id.value);
    const std::string digest = name == replay.names().end() ? "" : journal::digest_text(name->second);
    orders += context.json ? fmt::format("{}{}", orders.empty() ? "" : ",", json_string(digest))
                           : fmt::format("  order {} {} {}\n", order.id.value, to_string(order.status), digest);
  });
  engine.executor().for_each_operation(
      [&](const PendingOperation& o) { ++operations, doubtful += o.doubtful ? 1 : 0; });
  const Halts& halts = engine.risk().halts();
  if (context.json) {
    fmt::print(
        R"({{"ok":true,"sequence":{},"snapshot":{},"records":{},"time_ns":{},"cash_usd_micros":{},"gas_usd_micros":{},)"
        R"("deposits_usd_micros":{},"pnl_usd_micros":{},"positions":[{}],"open_orders":[{}],"pending_fills":{},)"
        R"("operations":{},"doubtful_operations":{},"orders":{},"fills":{},"pictures":{},"adopted":{},)"
        R"("operations_proven":{},"operations_disproven":{},"operations_given_up":{},"differences":{},"halted":{},)"
        R"("halted_markets":{},"state_hash":"{:016x}"}})"
        "\n",
        replay.last_sequence(), recovered->snapshot, recovered->records, engine.now().ns, ledger.cash().micros,
        ledger.flows().gas.micros, ledger.flows().deposits.micros, engine.valuation().pnl.micros, positions, orders,
        ledger.pending_fills(), operations, doubtful, engine.executor().counters().orders,
        engine.executor().counters().fills, engine.reconciler().counters().pictures,
        engine.reconciler().counters().adopted, engine.reconciler().counters().operations_proven,
        engine.reconciler().counters().operations_disproven, engine.reconciler().counters().operations_given_up,
        engine.reconciler().differences().size(), json_string(to_string(halts.reason())),
        engine.risk().halted_markets().size(), engine.state_hash());
    return {};
  }
  fmt::print(
      "after record {} (snapshot {}, {} records behind it)\n{:>16} USD cash, {} fills not settled, {} operations on "
      "their way{}\n{}{}",
      replay.last_sequence(), recovered->snapshot, recovered->records,
      format_decimal(ledger.cash().micros, Usd::kDecimals), ledger.pending_fills(), operations,
      halts.any() ? fmt::format("\nHALTED ({}: {})", to_string(halts.reason()), halts.note()) : "", positions,
      open == 0 ? "  no order open\n" : orders);
  return {};
}

// The one way past a damaged journal, and a person's.
class SetAsideCommand final : public Command {
 public:
  std::string_view name() const override { return "set-aside"; }
  std::string_view summary() const override {
    return "put a damaged journal of a live engine aside, so that a new one begins";
  }
  void declare(CLI::App& app) override {
    app.add_option("FOLDER", folder_, "state.dir/journal of an engine that does not run")->required();
    app.add_option("--reason", reason_, "who decided it, and why; kept in both journals")->required();
    app.footer(
        "The folder is renamed, nothing in it is lost. The next session starts from what the venue shows of the\n"
        "account: profit and loss and today's loss begin at zero; halts stay. Restore a copy instead if there is one.");
  }
  Outcome run(const Context& context) override {
    const auto aside = set_journal_aside(folder_, reason_, net::EventLoop::wall_now());
    if (!aside) return std::unexpected(Failure(aside.error()));
    if (context.json) {
      fmt::print("{{\"ok\":true,\"folder\":{},\"problem\":{},\"names\":{}}}\n", json_string(aside->folder.string()),
                 json_string(aside->problem), aside->names);
      return {};
    }
    fmt::print(
        "set aside as {}\nThe next session starts from what the venue shows: profit and loss and today's loss begin at "
        "zero, halts stay.\n{} names of orders could be read: whatever of them is still open is cancelled then. Names "
        "may be lost: look with `underround orders` before it starts, and cancel what is open there (`underround "
        "cancel-all`).\n",
        aside->folder.string(), aside->names);
    return {};
  }

 private:
  std::string folder_, reason_;
};

class JournalGroup final : public Command {
 public:
  std::string_view name() const override { return "journal"; }
  std::string_view summary() const override {
    return "verify, count, print, export or rebuild what an engine or a recorder has written down";
  }
  void declare(CLI::App&) override {}
  Outcome run(const Context&) override { return {}; }
  std::vector<std::unique_ptr<Command>> subcommands() override {
    std::vector<std::unique_ptr<Command>> list;
    list.push_back(std::make_unique<VerifyCommand>());
    list.push_back(std::make_unique<StatsCommand>());
    list.push_back(std::make_unique<DumpCommand>());
    list.push_back(std::make_unique<StateCommand>());
    list.push_back(std::make_unique<SetAsideCommand>());
    list.push_back(make_journal_export_command());
    return list;
  }
};

}  // namespace

std::unique_ptr<Command> make_journal_command() { return std::make_unique<JournalGroup>(); }

}  // namespace underround::cli
