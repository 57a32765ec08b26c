// How markets ended, from files that say so: settlement lists, outcome tables, labels.
//   Outcomes outcomes;  outcomes.take_document(line);   if (auto end = outcomes.find(spec)) schedule(*end);
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "market/catalogue.hpp"

namespace underround::backtest {

struct Resolution {
  std::uint8_t winner = Event::kNoWinner;
  Nanos at{};  // 0 = not said
  bool used = false;
};

class Outcomes {
 public:
  // {"condition_id","slug","end_sec","resolved":true,"outcome_prices":["1","0"]}: a settlement list's line.
  // False when the line is no such thing; a market that is not resolved, or was split, is one and adds nothing.
  bool take_document(std::string_view json);
  // Tables, by their header: "timestamp,...,outcome,..." of five-minute Bitcoin windows, "slug,y,source" of labels.
  // A label whose source is "convergence" was guessed from prices: it is left out and counted.
  [[nodiscard]] static bool is_outcome_table(std::span<const std::string_view> header);
  // False when the row is wrong.
  bool take_row(std::span<const std::string_view> header, std::span<const std::string_view> row);

  // By condition id, else by slug; marks it as used.
  [[nodiscard]] std::optional<Resolution> find(const ConditionSpec& spec);
  [[nodiscard]] std::size_t size() const noexcept { return by_name_.size(); }
  [[nodiscard]] std::uint64_t unused() const noexcept;
  [[nodiscard]] std::uint64_t guessed() const noexcept { return guessed_; }

 private:
  void add(std::string name, std::uint8_t winner, Nanos at);
  std::unordered_map<std::string, Resolution> by_name_;  // condition id, or slug where there is none
  std::uint64_t guessed_ = 0;
};

}  // namespace underround::backtest
