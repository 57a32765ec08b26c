// What a session that trades writes down (journal/): its account's events, every command, the name of every order
// before its bytes, and words about what people did. Market data is not in it yet.
//   auto journal = EngineJournal::open("var/underround/journal").value();   journal->name(id, digest)
// Owner: the engine's thread.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/command.hpp"
#include "core/event.hpp"
#include "journal/journal.hpp"

namespace underround {

class EngineJournal {
 public:
  // kRefused: another process has it, or it is damaged; the words say what to do.
  [[nodiscard]] static Result<std::unique_ptr<EngineJournal>> open(const std::filesystem::path& folder);

  // False: not written, and nothing will be any more.
  [[nodiscard]] bool step(const Event& e, std::span<const Command> commands) noexcept;
  [[nodiscard]] bool name(OrderId id, const Digest& digest) noexcept;
  [[nodiscard]] bool note(std::string_view words) noexcept;
  // Why it will end soon, or has ended; "" while all is well.
  [[nodiscard]] std::string failure() const { return journal_->failure(); }
  [[nodiscard]] const journal::Recovered& recovered() const noexcept { return journal_->recovered(); }

 private:
  explicit EngineJournal(std::unique_ptr<journal::Journal> journal) : journal_(std::move(journal)) {}
  std::unique_ptr<journal::Journal> journal_;
};

// Market data and the clock are left out.
[[nodiscard]] bool is_journalled(EventKind kind) noexcept;

}  // namespace underround
