#include "backtest/backtest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "base/check.hpp"
#include "core/event_fields.hpp"
#include "market/iso_time.hpp"

namespace underround::backtest {
namespace {

constexpr Nanos kNever{INT64_MAX};

// Of the first event that has one.
Nanos venue_time_of(std::span<const Event> frame) noexcept {
  for (const Event& e : frame) {
    if (const Nanos time = underround::venue_time_of(e); time.ns != 0) return time;
  }
  return {};
}

// Events on their way from the venue to us: a ring that grows to what the latency needs, and stays.
class Pipe {
 public:
  [[nodiscard]] bool empty() const noexcept { return head_ == tail_; }
  [[nodiscard]] const Event& front() const noexcept { return ring_[head_ & (ring_.size() - 1)]; }
  void pop() noexcept { ++head_; }
  void push(std::span<const Event> events) {
    if (tail_ - head_ + events.size() > ring_.size()) grow(events.size());
    const std::size_t at = tail_ & (ring_.size() - 1);
    const std::size_t before_the_end = std::min(events.size(), ring_.size() - at);
    std::ranges::copy(events.first(before_the_end), ring_.begin() + static_cast<std::ptrdiff_t>(at));
    std::ranges::copy(events.subspan(before_the_end), ring_.begin());
    tail_ += events.size();
  }

 private:
  void grow(std::size_t more) {
    std::vector<Event> wider(std::bit_ceil((tail_ - head_ + more) * 2));
    std::size_t n = 0;
    for (; head_ != tail_; ++head_) wider[n++] = ring_[head_ & (ring_.size() - 1)];
    ring_.swap(wider);
    head_ = 0;
    tail_ = n;
  }
  std::vector<Event> ring_ = std::vector<Event>(1024);
  std::size_t head_ = 0, tail_ = 0;
};

class Run {
 public:
  Run(MarketData& data, Engine& engine, Catalogue& catalogue, const BacktestSettings& settings)
      : data_(data),
        engine_(engine),
        catalogue_(catalogue),
        settings_(settings),
        recorder_(engine, settings.name, settings.recorder),
        model_(catalogue, books_, settings.venue),
        data_leg_(settings.venue.latency.data, Random(settings.venue.seed).fork("data")) {
    commands_.reserve(256);
    answers_.reserve(256);
  }

  Result<RunLog> run() {
    auto frame = data_.next();
    if (!frame) {
      return fail(ErrorCode::kNotFound, data_.problem().empty() ? "the recordings hold no events" : data_.problem());
    }
    now_ = frame->front().header.time;
    exchange_now_ = Nanos{INT64_MIN};
    open_markets();
    next_timer_ = now_ + settings_.timer_every;
    if (settings_.to.ns != 0 && now_ > settings_.to) {
      return fail(ErrorCode::kNotFound, fmt::format("the recordings begin at {}, behind the end asked for ({})",
                                                    iso_time_text(now_), iso_time_text(settings_.to)));
    }
    std::uint64_t frames = 0;
    Nanos last = now_;
    for (; frame; frame = data_.next()) {
      const Nanos received = frame->front().header.time;
      if (settings_.to.ns != 0 && received > settings_.to) break;
      take(*frame, received);
      last = received;
      if (settings_.progress && (++frames & 0xffff) == 0) settings_.progress(data_.bytes_done());
    }
    if (!data_.problem().empty()) return fail(ErrorCode::kInvalidInput, data_.problem());
    if (!frame && settings_.from > last) {
      return fail(ErrorCode::kNotFound, fmt::format("the recordings end at {}, before the beginning asked for ({})",
                                                    iso_time_text(last), iso_time_text(settings_.from)));
    }
    run_until(std::max(now_, exchange_now_) + settings_.rest);
    return recorder_.finish();
  }

 private:
  void open_markets() {
    for (std::uint32_t i = 0; i < data_.conditions().size(); ++i) {
      const ConditionSpec& spec = data_.conditions()[i];
      const auto id = catalogue_.add(spec);
      // Two numberings would make nonsense of every event.
      UR_CHECK(id && id->value == i);
      books_.add(*id, spec.tick);
      step(Event::make(EventKind::kConditionAdded, now_, spec.venue, i));
    }
    Event up = Event::make(EventKind::kUserStream, now_, VenueId::kPolymarket);
    up.feed.up = 1;
    step(up);
  }

  // One frame: the venue has it now, we have it later.
  void take(std::span<const Event> frame, Nanos received) {
    const Nanos exchange = std::max(exchange_time(frame, received), exchange_now_);
    run_until(exchange);
    exchange_now_ = exchange;
    for (const Event& e : frame) {
      apply(e);
      model_.on_market(e, exchange);
    }
    if (received <= exchange) {
      deliver(frame);
    } else {
      on_the_way_.push(frame);
    }
  }

  void apply(const Event& e) {
    const ConditionId condition = e.header.kind == EventKind::kGap ? e.condition() : condition_of(e.instrument());
    if (e.header.kind > EventKind::kGap || !books_.contains(condition)) return;
    (void)books_[condition].apply(e);
  }

  [[nodiscard]] Nanos exchange_time(std::span<const Event> frame, Nanos received) noexcept {
    if (!settings_.venue.realism.latency) return received;
    if (settings_.venue.latency.recorded) {
      const Nanos venue = venue_time_of(frame);
      const Nanos cap = received - settings_.venue.latency.data_cap;
      if (venue.ns != 0 && venue <= received && venue >= cap) return venue;
    }
    return received - (data_leg_.arrival(received) - received);
  }

  // Everything that happens up to `time`, in order.
  void run_until(Nanos time) {
    for (;;) {
      const Nanos arrives = on_the_way_.empty() ? kNever : on_the_way_.front().header.time;
      // Two by two: of a list of three the compiler makes a vector, and waits for its stores.
      const Nanos next = std::min(std::min(arrives, model_.next()), next_timer_);
      if (next > time) return;
      now_ = std::max(now_, next);
      if (next == arrives) {
        deliver_one();
      } else if (next == next_timer_) {
        const bool idle = engine_.executor().active_plans() == 0 && model_.next() == kNever;
        next_timer_ += idle ? settings_.idle_timer_every : settings_.timer_every;
        if (trading()) step(Event::make(EventKind::kTimer, now_));
      } else {
        answers_.clear();
        model_.advance(next, answers_);
        for (const Event& e : answers_) step(e);
      }
    }
  }

  void deliver_one() {
    // Up to the end of the frame: nothing comes in between.
    for (bool more = true; more;) {
      const Event& e = on_the_way_.front();  // stays where it is: only take() pushes
      const Nanos arrived = e.header.time;
      more = e.header.kind != EventKind::kFrameEnd;
      market_step(e);
      on_the_way_.pop();
      more = more && !on_the_way_.empty() && on_the_way_.front().header.time == arrived;
    }
  }
  void deliver(std::span<const Event> frame) {
    now_ = std::max(now_, frame.front().header.time);
    for (const Event& e : frame) market_step(e);
  }

  [[nodiscard]] bool trading() const noexcept { return now_ >= settings_.from; }
  // Before the first moment of trading books are built, and no strategy is asked.
  void market_step(const Event& e) {
    if (e.header.kind == EventKind::kFrameEnd && !trading()) return;
    step(e);
  }

  void step(const Event& e) {
    commands_.clear();
    engine_.step(e, commands_);
    if (trading()) recorder_.after(e, commands_);
    if (settings_.tap) settings_.tap(e, commands_);
    for (const Command& command : commands_) {
      if (!std::holds_alternative<Resync>(command)) model_.execute(command, now_);
    }
  }

  MarketData& data_;
  Engine& engine_;
  Catalogue& catalogue_;
  const BacktestSettings& settings_;
  RunRecorder recorder_;
  BookStore books_;  // as the venue has them
  FillModel model_;
  LatencyModel data_leg_;
  Pipe on_the_way_;
  CommandBuffer commands_;
  std::vector<Event> answers_;
  Nanos now_, exchange_now_, next_timer_;
};

}  // namespace

Result<RunLog> run_backtest(MarketData& data, const EngineFactory& make, const BacktestSettings& settings) {
  Catalogue catalogue;
  auto engine = make(catalogue);
  if (!engine) return std::unexpected(engine.error());
  return Run(data, **engine, catalogue, settings).run();
}

}  // namespace underround::backtest
