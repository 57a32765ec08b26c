// An event as bytes. Between and behind the fields of its kind lies what happened to be in memory; what is written down
// must be the same for the same event, so these bytes are zeroed first.
//   file.append(without_padding(e));
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/event.hpp"

namespace underround {

namespace event_bytes_detail {

inline constexpr std::size_t kWords = sizeof(Event) / sizeof(std::uint64_t);
inline constexpr std::size_t kKinds = static_cast<std::size_t>(EventKind::kResume) + 1;
using Bytes = std::array<std::uint8_t, sizeof(Event)>;
using Mask = std::array<std::uint64_t, kWords>;

constexpr void keep(Bytes& bytes, std::size_t begin, std::size_t size) {
  for (std::size_t i = begin; i < begin + size; ++i) bytes[sizeof(Event::Header) + i] = 0xff;
}

#define UR_KEEP(type, field) keep(bytes, offsetof(Event::type, field), sizeof(Event::type::field))
constexpr Mask mask_of(EventKind kind) {
  Bytes bytes{};
  for (std::size_t i = 0; i < sizeof(Event::Header); ++i) bytes[i] = 0xff;
  switch (kind) {
    case EventKind::kSnapshotBegin:
    case EventKind::kSnapshotEnd:
    case EventKind::kTickChange:
      UR_KEEP(BookHead, venue_time), UR_KEEP(BookHead, tick), UR_KEEP(BookHead, levels);
      break;
    case EventKind::kSnapshotLevel:
    case EventKind::kLevel:
    case EventKind::kTopOfBook:
    case EventKind::kTrade:
      UR_KEEP(Level, venue_time), UR_KEEP(Level, size), UR_KEEP(Level, price), UR_KEEP(Level, best_bid);
      UR_KEEP(Level, best_ask), UR_KEEP(Level, side);
      break;
    case EventKind::kMarketStatus:
      UR_KEEP(Market, phase), UR_KEEP(Market, winning_outcome), UR_KEEP(Market, venue_time);
      break;
    case EventKind::kReferenceQuote:
    case EventKind::kReferenceTrade:
      UR_KEEP(Quote, venue_time), UR_KEEP(Quote, bid_e8), UR_KEEP(Quote, ask_e8), UR_KEEP(Quote, bid_size_e8);
      UR_KEEP(Quote, ask_size_e8);
      break;
    case EventKind::kScore:
      UR_KEEP(Score, home), UR_KEEP(Score, away), UR_KEEP(Score, elapsed_s), UR_KEEP(Score, period);
      UR_KEEP(Score, ended);
      break;
    case EventKind::kOrderAccepted:
    case EventKind::kOrderRejected:
    case EventKind::kOrderUnknown:
    case EventKind::kOrderDone:
    case EventKind::kCancelRejected:
      UR_KEEP(Order, id), UR_KEEP(Order, status), UR_KEEP(Order, reason), UR_KEEP(Order, matched);
      break;
    case EventKind::kFill:
      UR_KEEP(Fill, order), UR_KEEP(Fill, fill_id), UR_KEEP(Fill, size), UR_KEEP(Fill, fee), UR_KEEP(Fill, price);
      UR_KEEP(Fill, side), UR_KEEP(Fill, liquidity), UR_KEEP(Fill, settlement);
      break;
    case EventKind::kSettlement: UR_KEEP(Settlement, fill_id), UR_KEEP(Settlement, status); break;
    case EventKind::kOperationDone:
      UR_KEEP(Operation, id), UR_KEEP(Operation, amount), UR_KEEP(Operation, gas), UR_KEEP(Operation, kind);
      UR_KEEP(Operation, succeeded);
      break;
    case EventKind::kOperationTerms: UR_KEEP(Terms, cost), UR_KEEP(Terms, left), UR_KEEP(Terms, daily); break;
    case EventKind::kFeed:
    case EventKind::kUserStream: UR_KEEP(Feed, up); break;
    case EventKind::kAccountCash:
    case EventKind::kAccountPosition:
    case EventKind::kAccountEnd:
      UR_KEEP(Account, cash), UR_KEEP(Account, locked), UR_KEEP(Account, shares), UR_KEEP(Account, locked_shares);
      UR_KEEP(Account, average), UR_KEEP(Account, complete);
      break;
    case EventKind::kKill:
    case EventKind::kResume: UR_KEEP(Halt, reason), UR_KEEP(Halt, note); break;
    case EventKind::kNone:
    case EventKind::kFrameEnd:
    case EventKind::kGap:
    case EventKind::kConditionAdded:
    case EventKind::kAccountBegin:
    case EventKind::kTimer: break;
  }
  Mask mask{};
  for (std::size_t i = 0; i < bytes.size(); ++i) mask[i / 8] |= std::uint64_t{bytes[i]} << (8 * (i % 8));
  return mask;
}
#undef UR_KEEP

inline constexpr auto kMasks = [] {
  std::array<Mask, kKinds> masks{};
  for (std::size_t kind = 0; kind < kKinds; ++kind) masks[kind] = mask_of(static_cast<EventKind>(kind));
  return masks;
}();

}  // namespace event_bytes_detail

// The same event; what no field of its kind covers is zero. Little-endian machines only, as the files are.
[[nodiscard]] inline Event without_padding(const Event& e) noexcept {
  std::array<std::uint64_t, event_bytes_detail::kWords> words;
  std::memcpy(words.data(), &e, sizeof e);
  const auto& mask = event_bytes_detail::kMasks[static_cast<std::size_t>(e.header.kind)];
  for (std::size_t i = 0; i < words.size(); ++i) words[i] &= mask[i];
  Event clean;
  std::memcpy(static_cast<void*>(&clean), words.data(), sizeof clean);
  return clean;
}

}  // namespace underround
