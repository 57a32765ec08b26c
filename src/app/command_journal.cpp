// underround journal verify|stats|dump FOLDER: what an engine or a recorder has written down.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>

#include "app/commands.hpp"
#include "app/journal_words.hpp"
#include "app/json_text.hpp"
#include "core/event.hpp"
#include "journal/event_batch.hpp"
#include "journal/journal_reader.hpp"

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
    auto reader = journal::JournalReader::open(folder_);
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

class JournalGroup final : public Command {
 public:
  std::string_view name() const override { return "journal"; }
  std::string_view summary() const override {
    return "verify, count, print or export what an engine or a recorder has written down";
  }
  void declare(CLI::App&) override {}
  Outcome run(const Context&) override { return {}; }
  std::vector<std::unique_ptr<Command>> subcommands() override {
    std::vector<std::unique_ptr<Command>> list;
    list.push_back(std::make_unique<VerifyCommand>());
    list.push_back(std::make_unique<StatsCommand>());
    list.push_back(std::make_unique<DumpCommand>());
    list.push_back(make_journal_export_command());
    return list;
  }
};

}  // namespace

std::unique_ptr<Command> make_journal_command() { return std::make_unique<JournalGroup>(); }

}  // namespace underround::cli
