#include "app/hash_auditor.hpp"

#include <chrono>

#include "base/flat_map.hpp"
#include "book/book_store.hpp"
#include "venue/polymarket/book_hash.hpp"
#include "venue/polymarket/market_codec.hpp"

namespace underround {
namespace {

constexpr std::uint32_t kGapTag = 0x10000;  // below: a frame, tag = connection
constexpr std::chrono::milliseconds kIdle{5};
// One mismatch is evidence of little (a trade print between two frames is enough): only a book that keeps failing is
// resynced, and then left alone until the fresh one had time to arrive.
constexpr int kFailuresToReport = 12;
constexpr Nanos kFailureWindow = Nanos::from_seconds(10);

// What the auditor's thread owns.
class Shadow {
 public:
  Shadow() { codec_.set_observer(&integrity_); }

  void add(const ConditionSpec& spec) {
    const auto id = catalogue_.add(spec);
    if (id) books_.add(*id, spec.tick);
  }
  void forget_all() {
    for (std::uint32_t i = 0; i < books_.size(); ++i) books_[ConditionId{i}].end_epoch();
  }
  void gap(ConditionId condition) {
    if (books_.contains(condition)) books_[condition].end_epoch();
  }
  void frame(const ByteRing::Message& message) {
    events_.clear();
    codec_.decode(message.bytes, Nanos{message.stamp}, static_cast<std::uint16_t>(message.tag), events_);
    for (const Event& e : events_) apply(e);
  }
  [[nodiscard]] polymarket::BookIntegrity& integrity() noexcept { return integrity_; }
  // True when the condition's book failed often within a short time.
  [[nodiscard]] bool keeps_failing(ConditionId condition, Nanos now) {
    Failures& f = *failures_.try_emplace(condition.value).first;
    if (now - f.since > kFailureWindow) f = {now, 0};
    return ++f.count == kFailuresToReport;
  }

 private:
  void apply(const Event& e) {
    const EventKind kind = e.header.kind;
    if (kind == EventKind::kFrameEnd || kind == EventKind::kMarketStatus) return;
    const ConditionId condition = kind == EventKind::kGap ? e.condition() : condition_of(e.instrument());
    if (!books_.contains(condition)) return;
    ConditionBook& book = books_[condition];
    integrity_.before(e, book);
    book.apply(e);
    integrity_.after(e, book);
  }

  Catalogue catalogue_;
  BookStore books_;
  polymarket::MarketCodec codec_{catalogue_};
  polymarket::BookIntegrity integrity_{catalogue_};
  std::vector<Event> events_;
  struct Failures {
    Nanos since;
    int count = 0;
  };
  FlatMap<Failures> failures_;
};

}  // namespace

HashAuditor::HashAuditor(OnMismatch on_mismatch, std::size_t ring_bytes)
    : on_mismatch_(std::move(on_mismatch)),
      ring_(ring_bytes),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

HashAuditor::~HashAuditor() = default;

void HashAuditor::add(const ConditionSpec& spec) {
  const std::lock_guard lock(mutex_);
  added_.push_back(spec);
  have_added_.store(true, std::memory_order_release);
}

void HashAuditor::frame(std::string_view text, Nanos received, std::uint16_t connection) noexcept {
  if (ring_.push(connection, received.ns, text)) return;
  lost_.fetch_add(1, std::memory_order_relaxed);
  overrun_.store(true, std::memory_order_release);
}

void HashAuditor::gap(ConditionId condition) noexcept {
  if (!ring_.push(kGapTag, condition.value, {})) overrun_.store(true, std::memory_order_release);
}

HashAuditor::Counters HashAuditor::counters() const noexcept {
  return {checked_.load(std::memory_order_relaxed), agree_.load(std::memory_order_relaxed),
          mismatches_.load(std::memory_order_relaxed), lost_.load(std::memory_order_relaxed)};
}

void HashAuditor::run(const std::stop_token& stop) {
  Shadow shadow;
  while (!stop.stop_requested()) {
    if (have_added_.exchange(false, std::memory_order_acquire)) {
      const std::lock_guard lock(mutex_);
      for (const ConditionSpec& spec : added_) shadow.add(spec);
      added_.clear();
    }
    if (overrun_.exchange(false, std::memory_order_acquire)) shadow.forget_all();
    const auto message = ring_.front();
    if (!message) {
      std::this_thread::sleep_for(kIdle);
      continue;
    }
    if (message->tag == kGapTag) {
      shadow.gap(ConditionId{static_cast<std::uint32_t>(message->stamp)});
    } else {
      shadow.frame(*message);
    }
    const Nanos now{message->stamp};
    ring_.pop();
    const auto& books = shadow.integrity().books();
    const auto& changes = shadow.integrity().price_changes();
    checked_.store(books.checked + changes.checked, std::memory_order_relaxed);
    agree_.store(books.agree + changes.agree, std::memory_order_relaxed);
    for (const ConditionId condition : shadow.integrity().failed()) {
      mismatches_.fetch_add(1, std::memory_order_relaxed);
      if (shadow.keeps_failing(condition, now)) on_mismatch_(condition);
    }
    shadow.integrity().failed().clear();
  }
}

}  // namespace underround
