// Keeps an engine's halts and those on disk (halt_store.hpp) the same: what was halted stays so after a restart, what
// the engine halts is written down, and what a person lifted is lifted, with the reason (law 9).
//   HaltKeeper halts(directory, engine, {.deliver = ..., .note = ...});   halts.restore(known_at, now, quiet);
//   halts.keep(now);   // now and then
// Words for people go to stderr. Owner: the engine's thread.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string_view>

#include "app/halt_store.hpp"
#include "core/event.hpp"
#include "engine/engine.hpp"

namespace underround {

class HaltKeeper {
 public:
  struct Callbacks {
    std::function<void(const Event&)> deliver;   // to the engine
    std::function<void(std::string_view)> note;  // for the journal
  };
  // An empty directory: nothing is kept.
  HaltKeeper(const std::filesystem::path& directory, const Engine& engine, Callbacks callbacks);

  // Before the first order. `known_at`: the last news of the engine that this one took over; 0 when it did not.
  void restore(Nanos known_at, Nanos now, bool quiet);
  void keep(Nanos now);

 private:
  void lift_what_was_lifted(Nanos known_at, Nanos now);

  const HaltStore store_;
  const bool on_disk_;
  const Engine& engine_;
  const Callbacks callbacks_;
  std::size_t markets_kept_ = 0;  // halted markets that are on disk
  bool halt_kept_ = false;        // the active halt is
};

}  // namespace underround
