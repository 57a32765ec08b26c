#include "app/halt_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>

namespace underround {
namespace {

constexpr std::array kReasons{HaltReason::kKillSwitch, HaltReason::kDailyLoss, HaltReason::kInvariant,
                              HaltReason::kReconciliation, HaltReason::kJournal};

// One record a line: whatever would break the line becomes a space.
std::string one_line(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return out;
}

Event noted(EventKind kind, HaltReason reason, std::string_view note, Nanos now) noexcept {
  Event e = Event::make(kind, now);
  e.halt.reason = static_cast<std::uint8_t>(reason);
  note.copy(e.halt.note, std::min(note.size(), sizeof e.halt.note - 1));
  return e;
}

}  // namespace

std::optional<StoredHalt> HaltStore::active() const {
  std::error_code error;
  const auto file = directory_ / "halt";
  if (!std::filesystem::exists(file, error) && !error) return std::nullopt;
  std::ifstream in(file);
  std::string name, note;
  if (!in || !std::getline(in, name)) return StoredHalt{HaltReason::kKillSwitch, "the halt file could not be read"};
  std::getline(in, note);
  for (const HaltReason reason : kReasons) {
    if (name == to_string(reason)) return StoredHalt{reason, note};
  }
  return StoredHalt{HaltReason::kKillSwitch, "the halt file names an unknown reason: " + name};
}

Result<void> HaltStore::append(std::string_view what, std::string_view text, Nanos now) const {
  std::ofstream log(directory_ / "halts.log", std::ios::app);
  log << now.ns << ' ' << what << ' ' << one_line(text) << '\n';
  log.flush();
  if (!log) return fail(ErrorCode::kIo, fmt::format("cannot write {}", (directory_ / "halts.log").string()));
  return {};
}

Result<void> HaltStore::raise(HaltReason reason, std::string_view note, Nanos now) const {
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  const auto temporary = directory_ / "halt.new";
  {
    std::ofstream out(temporary, std::ios::trunc);
    out << to_string(reason) << '\n' << one_line(note) << '\n';
    out.flush();
    if (!out) return fail(ErrorCode::kIo, fmt::format("cannot write {}", temporary.string()));
  }
  std::filesystem::rename(temporary, directory_ / "halt", error);
  if (error)
    return fail(ErrorCode::kIo, fmt::format("cannot write {}: {}", (directory_ / "halt").string(), error.message()));
  return append("raised", fmt::format("{}: {}", to_string(reason), note), now);
}

Result<void> HaltStore::lift(std::string_view why, Nanos now) const {
  if (why.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return fail(ErrorCode::kInvalidInput, "a halt is lifted with a reason: who checked what");
  }
  const auto halt = active();
  const std::vector<std::string> markets = halted_markets();
  if (!halt && markets.empty())
    return fail(ErrorCode::kNotFound, fmt::format("nothing is halted in {}", directory_.string()));
  // The reason is on disk before the halt is gone.
  std::string what = halt ? to_string(halt->reason) : "";
  for (const std::string& market : markets) what += (what.empty() ? "market " : ", market ") + market;
  if (auto logged = append("lifted", fmt::format("{}: {}", what, why), now); !logged) return logged;
  std::error_code error;
  std::filesystem::remove(directory_ / "halted_markets", error);
  std::filesystem::remove(directory_ / "halt", error);
  if (error)
    return fail(ErrorCode::kIo, fmt::format("cannot remove {}: {}", (directory_ / "halt").string(), error.message()));
  return {};
}

std::optional<std::string> HaltStore::lifted(std::string_view what, Nanos known_at) const {
  const std::string raised = "raised " + one_line(what);
  constexpr std::string_view kLifted = "lifted ";
  bool known = false;
  std::optional<std::string> lifted;
  std::ifstream log(directory_ / "halts.log");
  std::int64_t at = 0;
  for (std::string rest; log >> at && log.get() == ' ' && std::getline(log, rest);) {
    if (rest.starts_with(raised)) known = true, lifted.reset();
    if (rest.starts_with(kLifted) && (lifted || known || at > known_at.ns)) lifted = rest.substr(kLifted.size());
  }
  return lifted;
}

std::vector<std::string> HaltStore::halted_markets() const {
  std::vector<std::string> ids;
  std::ifstream in(directory_ / "halted_markets");
  for (std::string id; std::getline(in, id);) {
    if (!id.empty()) ids.push_back(id);
  }
  return ids;
}

Result<void> HaltStore::raise_market(const std::string& condition_id, std::string_view note, Nanos now) const {
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  const auto file = directory_ / "halted_markets";
  std::ofstream out(file, std::ios::app);
  out << one_line(condition_id) << '\n';
  out.flush();
  if (!out) return fail(ErrorCode::kIo, fmt::format("cannot write {}", file.string()));
  return append("raised", fmt::format("market {}: {}", condition_id, note), now);
}

Event halt_event(HaltReason reason, std::string_view note, Nanos now) noexcept {
  return noted(EventKind::kKill, reason, note, now);
}

Event resume_event(std::string_view why, Nanos now) noexcept {
  return noted(EventKind::kResume, HaltReason::kNone, why, now);
}

std::vector<Event> halt_events(const HaltStore& store, const Catalogue& catalogue, Nanos now) {
  std::vector<Event> events;
  for (const std::string& id : store.halted_markets()) {
    const auto condition = catalogue.find_condition(id);
    if (condition) events.push_back(Event::make(EventKind::kKill, now, VenueId::kPolymarket, condition->value));
  }
  if (const auto halt = store.active()) events.push_back(halt_event(halt->reason, halt->note, now));
  return events;
}

}  // namespace underround
