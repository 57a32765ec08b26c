#include "app/journal_aside.hpp"

#include <fmt/format.h>

#include <deque>
#include <fstream>

#include "app/journal_folder.hpp"
#include "app/recovery.hpp"
#include "journal/journal.hpp"
#include "journal/journal_reader.hpp"
#include "journal/name_codec.hpp"
#include "journal/salvage.hpp"
#include "journal/snapshot.hpp"
#include "market/iso_time.hpp"

namespace underround {
namespace {

namespace fs = std::filesystem;

using journal::RecordKind;

std::string problem_of(const fs::path& folder) {
  auto reader = journal::JournalReader::open(folder);
  if (!reader) return reader.error().message;
  while (reader->next()) continue;
  return reader->problem();
}

// "20260429T021043Z": what a file may be called anywhere.
fs::path aside_name(const fs::path& folder, Nanos now) {
  std::string moment = iso_time_text(now);
  std::erase_if(moment, [](char c) { return c == '-' || c == ':'; });
  fs::path name = folder.string() + ".aside-" + moment;
  std::error_code error;
  for (int n = 2; fs::exists(name, error); ++n) name = fmt::format("{}.aside-{}-{}", folder.string(), moment, n);
  return name;
}

Result<void> move_folder(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (!error) return {};
  return fail(ErrorCode::kIo,
              fmt::format("{} cannot be renamed to {}: {}", from.string(), to.string(), error.message()));
}

Result<void> begin_journal(const fs::path& folder, std::string_view words,
                           const std::deque<journal::OrderName>& names) {
  auto fresh = journal::Journal::open({.folder = folder});
  if (!fresh) return std::unexpected(fresh.error());
  bool good = (*fresh)->append(RecordKind::kNote, {reinterpret_cast<const std::uint8_t*>(words.data()), words.size()});
  for (const journal::OrderName& name : names) {
    good = good && (*fresh)->append(RecordKind::kName, journal::encode_name(name));
  }
  if (!good) return fail(ErrorCode::kIo, (*fresh)->failure());
  (*fresh)->sync();
  return {};
}

}  // namespace

Result<JournalAside> set_journal_aside(const fs::path& where, std::string_view reason, Nanos now) {
  if (reason.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return fail(ErrorCode::kInvalidInput, "a journal is set aside with a reason: who decided it, and why");
  }
  fs::path folder = fs::absolute(where).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  const fs::path fresh = folder.string() + ".new";
  std::error_code error;
  if (fs::exists(fresh, error)) {
    return fail(
        ErrorCode::kRefused,
        fmt::format("{} is left from a time when this was interrupted: remove it if {} is there, else rename it "
                    "to that",
                    fresh.string(), folder.string()));
  }
  const auto files = journal::segment_files(folder);
  if (!files || (files->empty() && journal::snapshot_files(folder).empty()))
    return std::unexpected(no_journal_in(folder));
  const auto lock = journal::FolderLock::take(folder);
  if (!lock) return std::unexpected(lock.error());

  JournalAside aside{.folder = aside_name(folder, now), .problem = problem_of(folder)};
  std::deque<journal::OrderName> names;
  bool recording = false;
  journal::salvage(folder, [&](const journal::Record& record) {
    recording = recording || record.kind == RecordKind::kFrame || record.kind == RecordKind::kGap;
    if (record.kind != RecordKind::kName) return;
    const auto name = journal::decode_name(record.payload);
    if (!name) return;
    names.push_back(*name);
    if (names.size() > kNamesLookedBack) names.pop_front();
  });
  if (recording) {
    return fail(
        ErrorCode::kRefused,
        folder.string() + " is a recording, not an engine's journal: nothing depends on it, rename it yourself");
  }
  aside.names = names.size();
  const std::string words =
      fmt::format("the journal before this one was set aside ({}): it is {}, and {}", reason, aside.folder.string(),
                  aside.problem.empty() ? "every record of it can be read" : aside.problem);
  {
    std::ofstream note(folder / "set-aside.txt", std::ios::app);
    note << iso_time_text(now) << ' ' << words << '\n';
    note.flush();
    if (!note) return fail(ErrorCode::kIo, (folder / "set-aside.txt").string() + " cannot be written");
  }
  if (auto begun = begin_journal(fresh, words, names); !begun) {
    fs::remove_all(fresh, error);
    return std::unexpected(begun.error());
  }
  if (auto moved = move_folder(folder, aside.folder); !moved) return std::unexpected(moved.error());
  if (auto moved = move_folder(fresh, folder); !moved) return std::unexpected(moved.error());
  return aside;
}

}  // namespace underround
