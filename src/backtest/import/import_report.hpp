// What an import did, and what it had to leave open.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "backtest/capture_reader.hpp"
#include "backtest/message_types.hpp"
#include "core/units.hpp"

namespace underround::backtest {

struct ImportReport {
  std::uint64_t files = 0;
  std::uint64_t frames = 0;    // in the recording
  std::uint64_t messages = 0;  // venue messages, rows of tables, records of arrays: read and understood
  TypeCounts by_type;          // of these
  std::uint64_t events = 0;    // in the recording
  std::uint64_t conditions = 0, symbols = 0;
  std::uint64_t decode_errors = 0;  // lines, rows and frames that are wrong
  std::vector<BadLine> bad_lines;   // of these, the first 1,000
  std::uint64_t unknown_tokens = 0, refused_entries = 0;
  std::uint64_t gaps = 0;                // places where continuity was lost, and said so
  TypeCounts skipped;                    // by feed: understood, but nothing the engine has a model for
  std::uint64_t resolutions = 0;         // outcomes that became events
  std::uint64_t unmatched_outcomes = 0;  // outcomes of markets that are not in this recording
  std::vector<std::string> unknown;      // what the sources cannot say, in words; each is a note of the recording too
  Nanos first{}, last{};                 // of the events
  std::uint64_t bytes = 0;               // written
  std::int64_t elapsed_ns = 0;           // 0 without a clock
  double messages_per_s = 0;

  static constexpr std::size_t kMostBadLines = 1'000;
  void bad(std::string file, std::uint64_t line, std::string reason) {
    ++decode_errors;
    if (bad_lines.size() < kMostBadLines) bad_lines.push_back({std::move(file), line, std::move(reason)});
  }
  void skip(std::string_view feed, std::uint64_t count = 1) { add(skipped, feed, count); }
  void message(std::string_view type, std::uint64_t count = 1) {
    add(by_type, type, count);
    messages += count;
  }

 private:
  static void add(TypeCounts& counts, std::string_view name, std::uint64_t count) {
    const auto place = counts.find(name);
    (place == counts.end() ? counts.emplace(name, 0).first : place)->second += count;
  }
};

}  // namespace underround::backtest
