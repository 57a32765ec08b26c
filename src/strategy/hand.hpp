// A strategy whose decisions come from outside: a person at the command line, a test's script.
//   auto hand = std::make_unique<HandStrategy>(id);   hand->give(intent);   // passed on at the next timer, once
#pragma once

#include <optional>

#include "strategy/strategy.hpp"

namespace underround {

class HandStrategy final : public Strategy {
 public:
  using Strategy::Strategy;
  std::string_view name() const noexcept override { return "hand"; }
  void give(const Intent& intent) { next_ = intent; }
  void on_timer(const StrategyContext&, IntentBuffer& out) override {
    if (!next_) return;
    out.push_back(*next_);
    out.back().strategy = id();
    next_.reset();
  }

 private:
  std::optional<Intent> next_;
};

}  // namespace underround
