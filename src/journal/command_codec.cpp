#include "journal/command_codec.hpp"

#include <fmt/format.h>

#include <cstring>
#include <type_traits>

#include "base/check.hpp"
#include "base/decimal.hpp"

namespace underround::journal {
namespace {

enum class Tag : std::uint8_t { kPlace = 1, kCancel, kCancelAll, kOperation, kResync, kReadAccount };

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

std::optional<std::string> describe_command(Bytes payload) {
  Reader r(payload);
  std::string words;
  switch (static_cast<Tag>(r.get<std::uint8_t>())) {
    case Tag::kPlace: {
      const auto id = r.get<decltype(OrderId::value)>();
      const auto plan = r.get<decltype(PlanId::value)>();
      const auto strategy = r.get<decltype(StrategyId::value)>();
      const auto instrument = r.get<decltype(InstrumentId::value)>();
      const auto side = static_cast<Side>(r.get<std::uint8_t>());
      const auto tif = static_cast<TimeInForce>(r.get<std::uint8_t>());
      const bool post_only = r.get<std::uint8_t>() != 0;
      const auto pips = r.get<decltype(Price::pips)>();
      const auto micros = r.get<decltype(Shares::micros)>();
      (void)r.get<std::int64_t>();
      (void)r.get<std::int64_t>();
      words = fmt::format("place order={} plan={} strategy={} instrument={} {} {} @ {} {}{}", id, plan, strategy,
                          instrument, side == Side::kBuy ? "buy" : "sell", format_decimal(micros, Shares::kDecimals),
                          format_decimal(pips, 4), to_string(tif), post_only ? " post-only" : "");
      break;
    }
    case Tag::kCancel: words = fmt::format("cancel order={}", r.get<decltype(OrderId::value)>()); break;
    case Tag::kCancelAll: words = "cancel all"; break;
    case Tag::kOperation: {
      const auto id = r.get<decltype(OperationId::value)>();
      const auto kind = static_cast<SetOperation>(r.get<std::uint8_t>());
      const auto condition = r.get<decltype(ConditionId::value)>();
      const auto event = r.get<decltype(EventId::value)>();
      const auto mask = r.get<std::uint64_t>();
      const auto micros = r.get<decltype(Shares::micros)>();
      words = fmt::format("{} operation={} condition={} event={} mask={} amount={}", to_string(kind), id, condition,
                          event, mask, format_decimal(micros, Shares::kDecimals));
      break;
    }
    case Tag::kResync: words = fmt::format("resync condition={}", r.get<decltype(ConditionId::value)>()); break;
    case Tag::kReadAccount: words = "read account"; break;
    default: return std::nullopt;
  }
  return r.complete() ? std::optional(words) : std::nullopt;
}

}  // namespace underround::journal
