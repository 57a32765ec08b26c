#include "app/import_text.hpp"

#include <fmt/format.h>

#include "app/json_text.hpp"

namespace underround {
namespace {

std::string members(const backtest::TypeCounts& counts) {
  std::string out;
  for (const auto& [name, count] : counts)
    out += fmt::format("{}{}:{}", out.empty() ? "" : ",", json_string(name), count);
  return out;
}

}  // namespace

std::string import_json(const backtest::ImportReport& r) {
  std::string unknown, bad;
  for (const std::string& words : r.unknown) unknown += (unknown.empty() ? "" : ",") + json_string(words);
  for (const auto& b : r.bad_lines) {
    bad += fmt::format(R"({}{{"file":{},"line":{},"reason":{}}})", bad.empty() ? "" : ",", json_string(b.file), b.line,
                       json_string(b.reason));
  }
  return fmt::format(
      R"({{"files":{},"frames":{},"messages":{},"by_type":{{{}}},"events":{},"conditions":{},"symbols":{},)"
      R"("decode_errors":{},"bad_lines":[{}],"unknown_tokens":{},"refused_entries":{},"gaps":{},"skipped":{{{}}},)"
      R"("resolutions":{},"unmatched_outcomes":{},"unknown":[{}],"first_ns":{},"last_ns":{},"bytes":{},"seconds":{:.3f},)"
      R"("messages_per_s":{:.0f}}})",
      r.files, r.frames, r.messages, members(r.by_type), r.events, r.conditions, r.symbols, r.decode_errors, bad,
      r.unknown_tokens, r.refused_entries, r.gaps, members(r.skipped), r.resolutions, r.unmatched_outcomes, unknown,
      r.first.ns, r.last.ns, r.bytes, static_cast<double>(r.elapsed_ns) / 1e9, r.messages_per_s);
}

std::string import_text(const backtest::ImportReport& r) {
  std::string text = fmt::format(
      "{} messages of {} files became {} events in {} frames: {} markets, {} symbols, {:.3f} to {:.3f} (Unix s)\n"
      "{:.1f} MB in {:.2f} s, {:.0f} messages a second\n"
      "decode errors {}, unknown tokens {}, refused entries {}, gaps {}, resolutions {}, outcomes of other markets "
      "{}\n",
      r.messages, r.files, r.events, r.frames, r.conditions, r.symbols, static_cast<double>(r.first.ns) / 1e9,
      static_cast<double>(r.last.ns) / 1e9, static_cast<double>(r.bytes) / 1e6, static_cast<double>(r.elapsed_ns) / 1e9,
      r.messages_per_s, r.decode_errors, r.unknown_tokens, r.refused_entries, r.gaps, r.resolutions,
      r.unmatched_outcomes);
  for (const auto& [name, count] : r.by_type) text += fmt::format("  {:<28} {}\n", name, count);
  for (const auto& [name, count] : r.skipped) text += fmt::format("  left out: {:<18} {}\n", name, count);
  if (!r.unknown.empty()) text += "marked in the recording as not known:\n";
  for (const std::string& words : r.unknown) text += "  " + words + "\n";
  return text;
}

}  // namespace underround
