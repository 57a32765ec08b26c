// Engine: state to bytes and back.
#include "base/archive.hpp"
#include "base/stable_hash.hpp"
#include "engine/engine.hpp"
#include "market/condition_archive.hpp"

namespace underround {

template <class A>
void Engine::archive_account(A& a) {
  a(catalogue_, ledger_, risk_, executor_, reconciler_, resolved_, counters_, now_, marked_at_);
}

void Engine::save(std::vector<std::uint8_t>& out) const {
  ArchiveWriter a(out);
  const_cast<Engine*>(this)->archive_account(a);  // one list of members for both directions; a writer only looks
  a(books_, opportunities_, results_, touched_, is_touched_);
  a(static_cast<std::uint32_t>(strategies_.size()));
  for (const auto& strategy : strategies_) strategy->save(a);
}

bool Engine::load(std::span<const std::uint8_t> bytes) {
  ArchiveReader a(bytes);
  archive_account(a);
  a(books_, opportunities_, results_, touched_, is_touched_);
  std::uint32_t strategies = 0;
  a(strategies);
  if (!a.good() || strategies != strategies_.size() || books_.size() != catalogue_.size()) return false;
  if (results_.size() != strategies_.size()) return false;
  for (const auto& strategy : strategies_) strategy->load(a);
  touched_.reserve(books_.size());
  return a.good() && is_touched_.size() == books_.size() && a.at_end();
}

bool Engine::take_over(const Engine& from) {
  std::vector<std::uint8_t> bytes;
  ArchiveWriter out(bytes);
  const_cast<Engine&>(from).archive_account(out);
  ArchiveReader in(bytes);
  archive_account(in);
  if (!in.good() || !in.at_end()) return false;
  for (std::uint32_t i = 0; i < catalogue_.size(); ++i) on_condition_added(ConditionId{i});
  // Nobody has listened since it stopped (law 4): orders wait until what was missed has been read.
  risk_.user_stream_lost();
  return true;
}

std::uint64_t Engine::layout() noexcept {
  constexpr std::uint64_t kVersion = 1;  // raised when the meaning changes and the sizes do not
  StableHasher h;
  for (const std::size_t size :
       {sizeof(Event), sizeof(Position), sizeof(CashFlows), sizeof(Order), sizeof(Plan), sizeof(PendingOperation),
        sizeof(Ledger), sizeof(Executor), sizeof(RiskGate), sizeof(Reconciler), sizeof(OpportunityLog),
        sizeof(Opportunity), sizeof(ConditionBook), sizeof(ConditionSpec), sizeof(EngineCounters)}) {
    h.add(size);
  }
  h.add(kVersion);
  return h.value();
}

}  // namespace underround
