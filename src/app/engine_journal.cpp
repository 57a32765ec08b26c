#include "app/engine_journal.hpp"

#include <array>

#include "journal/command_codec.hpp"
#include "journal/name_codec.hpp"

namespace underround {

Result<std::unique_ptr<EngineJournal>> EngineJournal::open(const std::filesystem::path& folder) {
  auto journal = journal::Journal::open({.folder = folder});
  if (!journal) return std::unexpected(journal.error());
  return std::unique_ptr<EngineJournal>(new EngineJournal(std::move(*journal)));
}

bool is_journalled(EventKind kind) noexcept {
  return (kind >= EventKind::kOrderAccepted && kind <= EventKind::kAccountEnd) || kind == EventKind::kMarketStatus ||
         kind == EventKind::kKill || kind == EventKind::kResume;
}

bool EngineJournal::step(const Event& e, std::span<const Command> commands) noexcept {
  // An event that only led to commands is the reason for them: it is kept too.
  if (commands.empty() && !is_journalled(e.header.kind)) return true;
  bool good = journal_->append(journal::RecordKind::kEvents, {reinterpret_cast<const std::uint8_t*>(&e), sizeof e});
  std::array<std::uint8_t, journal::kMaxCommandBytes> buffer;
  for (const Command& command : commands) {
    good = journal_->append(journal::RecordKind::kCommand, journal::encode_command(command, buffer)) && good;
  }
  return good;
}

bool EngineJournal::name(OrderId id, const Digest& digest) noexcept {
  return journal_->append(journal::RecordKind::kName, journal::encode_name({id, digest}));
}

bool EngineJournal::note(std::string_view words) noexcept {
  return journal_->append(journal::RecordKind::kNote,
                          {reinterpret_cast<const std::uint8_t*>(words.data()), words.size()});
}

}  // namespace underround
