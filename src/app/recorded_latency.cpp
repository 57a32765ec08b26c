#include "app/recorded_latency.hpp"

#include <fmt/format.h>

#include <unordered_map>
#include <utility>

#include "journal/command_codec.hpp"
#include "journal/event_batch.hpp"
#include "journal/journal_reader.hpp"

namespace underround {
namespace {

class Trips {
 public:
  void sent(OrderId order, Nanos at) { open_.try_emplace(order.value, at); }
  void answered(OrderId order, Nanos at) {
    const auto found = open_.find(order.value);
    if (found == open_.end()) return;
    if (at > found->second) one_way_.push_back(Nanos{(at - found->second).ns / 2});
    open_.erase(found);
  }
  void forget(OrderId order) { open_.erase(order.value); }
  std::vector<Nanos> take() { return std::move(one_way_); }

 private:
  std::unordered_map<std::uint64_t, Nanos> open_;
  std::vector<Nanos> one_way_;
};

}  // namespace

Result<RecordedLatencies> recorded_latencies(const std::filesystem::path& folder) {
  auto reader = journal::JournalReader::open(folder);
  if (!reader) return std::unexpected(reader.error());
  using Kind = journal::JournalledCommand::Kind;
  Trips orders, cancels;
  Nanos now;  // the engine's
  while (const auto record = reader->next()) {
    journal::for_each_event(*record, [&](const Event& e) {
      now = e.header.time;
      switch (e.header.kind) {
        case EventKind::kOrderAccepted:
        case EventKind::kOrderRejected: orders.answered(e.order.id, now); break;
        // Looked up later: that time says nothing of the way.
        case EventKind::kOrderUnknown: orders.forget(e.order.id), cancels.forget(e.order.id); break;
        case EventKind::kOrderDone:
        case EventKind::kCancelRejected: cancels.answered(e.order.id, now); break;
        default: break;
      }
    });
    if (record->kind != journal::RecordKind::kCommand) continue;
    const auto command = journal::decode_command(record->payload);
    if (command && command->kind == Kind::kPlace) orders.sent(command->order, now);
    if (command && command->kind == Kind::kCancel) cancels.sent(command->order, now);
  }
  if (!reader->problem().empty()) return fail(ErrorCode::kInvalidInput, "journal " + reader->problem());
  auto order = orders.take(), cancel = cancels.take();
  if (order.size() < kLeastLatencies) {
    return fail(ErrorCode::kNotFound,
                fmt::format("journal {}: {} orders that were answered; latencies need {} of them: name the journal of "
                            "a longer session",
                            folder.string(), order.size(), kLeastLatencies));
  }
  RecordedLatencies times;
  times.order = std::make_shared<const std::vector<Nanos>>(std::move(order));
  times.cancel =
      cancel.size() < kLeastLatencies ? times.order : std::make_shared<const std::vector<Nanos>>(std::move(cancel));
  return times;
}

}  // namespace underround
