// Gamma: the catalogue over REST, with the filters and both kinds of paging an engine uses (protocol page 14).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "simulator/server/gamma_wire.hpp"
#include "simulator/server/router.hpp"

namespace underround::simulator {

class GammaService final : public Listener {
 public:
  explicit GammaService(Venue& venue);
  ~GammaService() override;
  void add_routes(Router& router);

  static constexpr std::size_t kMaxLimit = 100;
  static constexpr std::size_t kDefaultLimit = 20;

 private:
  // A row of a listing: what it is ordered by, its id, and its place in markets or events.
  struct Row {
    std::int64_t key = 0;
    std::uint64_t id = 0;
    std::uint32_t index = 0;
  };
  using Rows = std::vector<Row>;

  void on_market_created(const Market& market, Nanos now) override;
  void learn(const Market& market);
  [[nodiscard]] bool wanted(const Market& market, const Query& query) const;
  [[nodiscard]] bool wanted(const EventRef& event, const Query& query) const;
  [[nodiscard]] bool tagged(const ConditionSpec& spec, const Query& query) const;
  [[nodiscard]] Rows market_rows(const Query& query) const;
  [[nodiscard]] Rows event_rows(const Query& query) const;
  [[nodiscard]] Reply list(const Query& query, bool events) const;    // offset paging, a plain array
  [[nodiscard]] Reply keyset(const Query& query, bool events) const;  // {"markets":[...],"next_cursor":...}
  [[nodiscard]] Reply one(bool events, std::optional<std::uint32_t> index) const;
  [[nodiscard]] std::optional<std::uint32_t> by_id(bool events, std::string_view id) const;
  [[nodiscard]] std::optional<std::uint32_t> by_slug(bool events, std::string_view slug) const;
  void append_rows(std::string& out, const Rows& rows, std::size_t from, std::size_t count, const Query& query,
                   bool events) const;

  Venue& venue_;
  TagTable tags_;
  GammaWire wire_;
  std::vector<EventRef> events_;
  std::vector<std::uint32_t> event_of_market_;  // by MarketId
  std::vector<std::uint32_t> event_of_group_;   // by GroupId; ~0 = not seen
};

}  // namespace underround::simulator
