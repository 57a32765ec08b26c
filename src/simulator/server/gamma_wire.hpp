// Markets and events as Gamma writes them (protocol page 14): some members are JSON inside a string, numbers come as
// numbers or strings, v2 markets have positionIds instead of clobTokenIds and a condition id of 62 digits.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/venue.hpp"

namespace underround::simulator {

// A Gamma event: a group, or one market that stands alone.
struct EventRef {
  std::uint64_t gamma_id = 0;
  GroupId group;
  MarketId market;  // of one that stands alone
};

// Tag slugs <-> the numbers Gamma gives them.
class TagTable {
 public:
  std::uint64_t id_of(std::string_view slug);                               // the next number when new
  [[nodiscard]] std::string_view slug_of(std::uint64_t id) const noexcept;  // "" when unknown
  [[nodiscard]] std::span<const std::string> slugs() const noexcept { return slugs_; }

 private:
  static constexpr std::uint64_t kFirst = 100'001;
  std::vector<std::string> slugs_;
};

class GammaWire {
 public:
  GammaWire(const Venue& venue, TagTable& tags) : venue_(venue), tags_(tags) {}

  void append_market(std::string& out, const Market& market, const EventRef& event, bool with_tags) const;
  void append_event(std::string& out, const EventRef& event, bool with_markets) const;
  void append_tag(std::string& out, std::string_view slug) const;
  [[nodiscard]] std::span<const MarketId> markets_of(const EventRef& event) const;
  [[nodiscard]] std::string event_slug(const EventRef& event) const;
  [[nodiscard]] Usd volume_24h(const Market& market) const;

 private:
  void append_market_body(class JsonWriter& w, const Market& market) const;
  void append_trading(class JsonWriter& w, const Market& market) const;
  void append_prices(class JsonWriter& w, const Market& market) const;
  void append_event_body(class JsonWriter& w, const EventRef& event) const;
  void append_score(class JsonWriter& w, const Group& group) const;
  const Venue& venue_;
  TagTable& tags_;
};

}  // namespace underround::simulator
