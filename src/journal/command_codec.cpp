#include "journal/command_codec.hpp"

#include <fmt/format.h>

#include <cstring>
#include <type_traits>

#include "base/check.hpp"
#include "base/decimal.hpp"

namespace underround::journal {
namespace {

using Tag = JournalledCommand::Kind;

class Writer {
 public:
  explicit Writer(std::span<std::uint8_t> out) : out_(out) {}
  template <class T>
  requires std::is_integral_v<T> Writer& put(T value) noexcept {
    UR_CHECK(size_ + sizeof value <= out_.size());
    std::memcpy(out_.data() + size_, &value, sizeof value);
    size_ += sizeof value;
    return *this;
  }
  [[nodiscard]] Bytes bytes() const noexcept { return out_.first(size_); }

 private:
  std::span<std::uint8_t> out_;
  std::size_t size_ = 0;
};

class Reader {
 public:
  explicit Reader(Bytes in) : in_(in) {}
  template <class T>
  T get() noexcept {
    T value{};
    if (at_ + sizeof value > in_.size()) {
      good_ = false;
      return value;
    }
    std::memcpy(&value, in_.data() + at_, sizeof value);
    at_ += sizeof value;
    return value;
  }
  template <class Tag, class Rep>
  void get(StrongId<Tag, Rep>& id) noexcept {
    id.value = get<Rep>();
  }
  [[nodiscard]] bool complete() const noexcept { return good_ && at_ == in_.size(); }

 private:
  Bytes in_;
  std::size_t at_ = 0;
  bool good_ = true;
};

void put(Writer& w, const PlaceOrder& c) {
  const OrderTerms& t = c.order.terms();
  w.put(static_cast<std::uint8_t>(Tag::kPlace)).put(c.order.id().value).put(c.order.plan().value);
  w.put(c.order.strategy().value).put(t.instrument.value).put(static_cast<std::uint8_t>(t.side));
  w.put(static_cast<std::uint8_t>(t.tif)).put(static_cast<std::uint8_t>(t.post_only)).put(t.limit.pips);
  w.put(t.size.micros).put(t.expires_at.ns).put(c.order.created_at().ns);
}
void put(Writer& w, const CancelOrder& c) { w.put(static_cast<std::uint8_t>(Tag::kCancel)).put(c.id.value); }
void put(Writer& w, const CancelAll&) { w.put(static_cast<std::uint8_t>(Tag::kCancelAll)); }
void put(Writer& w, const RunOperation& c) {
  w.put(static_cast<std::uint8_t>(Tag::kOperation)).put(c.id.value).put(static_cast<std::uint8_t>(c.kind));
  w.put(c.condition.value).put(c.event.value).put(c.outcome_mask).put(c.amount.micros);
}
void put(Writer& w, const Resync& c) { w.put(static_cast<std::uint8_t>(Tag::kResync)).put(c.condition.value); }
void put(Writer& w, const ReadAccount&) { w.put(static_cast<std::uint8_t>(Tag::kReadAccount)); }

}  // namespace

Bytes encode_command(const Command& command, std::span<std::uint8_t> out) noexcept {
  Writer w(out);
  std::visit([&](const auto& c) { put(w, c); }, command);
  return w.bytes();
}

const char* to_string(JournalledCommand::Kind kind) noexcept {
  switch (kind) {
    case Tag::kPlace: return "place";
    case Tag::kCancel: return "cancel";
    case Tag::kCancelAll: return "cancel_all";
    case Tag::kOperation: return "operation";
    case Tag::kResync: return "resync";
    case Tag::kReadAccount: return "read_account";
  }
  return "?";
}

std::optional<JournalledCommand> decode_command(Bytes payload) noexcept {
  Reader r(payload);
  JournalledCommand c;
  c.kind = static_cast<Tag>(r.get<std::uint8_t>());
  switch (c.kind) {
    case Tag::kPlace:
      r.get(c.order);
      r.get(c.plan);
      r.get(c.strategy);
      r.get(c.terms.instrument);
      c.terms.side = static_cast<Side>(r.get<std::uint8_t>());
      c.terms.tif = static_cast<TimeInForce>(r.get<std::uint8_t>());
      c.terms.post_only = r.get<std::uint8_t>() != 0;
      c.terms.limit.pips = r.get<decltype(Price::pips)>();
      c.terms.size.micros = r.get<decltype(Shares::micros)>();
      c.terms.expires_at.ns = r.get<std::int64_t>();
      c.created_at.ns = r.get<std::int64_t>();
      break;
    case Tag::kCancel: r.get(c.order); break;
    case Tag::kOperation:
      r.get(c.operation.id);
      c.operation.kind = static_cast<SetOperation>(r.get<std::uint8_t>());
      r.get(c.operation.condition);
      r.get(c.operation.event);
      c.operation.outcome_mask = r.get<std::uint64_t>();
      c.operation.amount.micros = r.get<decltype(Shares::micros)>();
      break;
    case Tag::kResync: r.get(c.condition); break;
    case Tag::kCancelAll:
    case Tag::kReadAccount: break;
    default: return std::nullopt;
  }
  return r.complete() ? std::optional(c) : std::nullopt;
}

std::optional<std::string> describe_command(Bytes payload) {
  const auto c = decode_command(payload);
  if (!c) return std::nullopt;
  switch (c->kind) {
    case Tag::kPlace:
      return fmt::format(
          "place order={} plan={} strategy={} instrument={} {} {} @ {} {}{}", c->order.value, c->plan.value,
          c->strategy.value, c->terms.instrument.value, c->terms.side == Side::kBuy ? "buy" : "sell",
          format_decimal(c->terms.size.micros, Shares::kDecimals), format_decimal(c->terms.limit.pips, 4),
          to_string(c->terms.tif), c->terms.post_only ? " post-only" : "");
    case Tag::kCancel: return fmt::format("cancel order={}", c->order.value);
    case Tag::kCancelAll: return "cancel all";
    case Tag::kOperation:
      return fmt::format("{} operation={} condition={} event={} mask={} amount={}", to_string(c->operation.kind),
                         c->operation.id.value, c->operation.condition.value, c->operation.event.value,
                         c->operation.outcome_mask, format_decimal(c->operation.amount.micros, Shares::kDecimals));
    case Tag::kResync: return fmt::format("resync condition={}", c->condition.value);
    case Tag::kReadAccount: return "read account";
  }
  return std::nullopt;
}

}  // namespace underround::journal
