#include "app/journal_words.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <optional>

#include "app/event_columns.hpp"
#include "crypto/encoding.hpp"
#include "journal/command_codec.hpp"
#include "journal/condition_codec.hpp"
#include "journal/event_batch.hpp"
#include "journal/frame_codec.hpp"
#include "journal/name_codec.hpp"
#include "journal/symbol_codec.hpp"

namespace underround {
namespace {

using journal::Record;
using journal::RecordKind;

std::optional<std::string> condition_words(const Record& r) {
  const auto c = journal::decode_condition(r.payload);
  if (!c) return std::nullopt;
  return fmt::format("condition={} {} \"{}\"", c->id.value, c->spec.slug, c->spec.question);
}

std::optional<std::string> frame_words(const Record& r) {
  const auto f = journal::decode_frame(r.payload);
  if (!f) return std::nullopt;
  return fmt::format("received_ns={} {} {} connection={} {}", f->received.ns, to_string(f->venue), to_string(f->stream),
                     f->connection, f->text);
}

std::optional<std::string> state_words(const Record& r) {
  if (r.payload.size() != 16) return std::nullopt;
  std::array<std::uint64_t, 2> events_and_hash;
  std::memcpy(events_and_hash.data(), r.payload.data(), 16);
  return fmt::format("events={} hash={:016x}", events_and_hash[0], events_and_hash[1]);
}

std::optional<std::string> symbol_words(const Record& r) {
  const auto symbol = journal::decode_symbol(r.payload);
  if (!symbol) return std::nullopt;
  return fmt::format("symbol={} {}", symbol->id.value, symbol->name);
}

std::optional<std::string> words_of(const Record& r) {
  switch (r.kind) {
    case RecordKind::kCommand: return journal::describe_command(r.payload);
    case RecordKind::kName: return journal::describe_name(r.payload);
    case RecordKind::kNote:
    case RecordKind::kStart: return std::string(r.payload.begin(), r.payload.end());
    case RecordKind::kState: return state_words(r);
    case RecordKind::kCondition: return condition_words(r);
    case RecordKind::kFrame:
    case RecordKind::kGap: return frame_words(r);
    case RecordKind::kSymbol: return symbol_words(r);
    default: return std::nullopt;
  }
}

}  // namespace

std::vector<std::string> describe(const Record& record) {
  std::vector<std::string> lines;
  const auto line = [&](const Event& e) { lines.push_back(describe_event(e)); };
  if (journal::for_each_event(record, line)) return lines;
  lines.push_back(words_of(record).value_or("unreadable " + crypto::hex_0x(record.payload)));
  return lines;
}

std::string torn_words(const journal::Recovered& recovered) {
  return fmt::format("the end of {} was torn by a crash; {} bytes cut, everything before it is good", recovered.segment,
                     recovered.torn_bytes);
}

}  // namespace underround
