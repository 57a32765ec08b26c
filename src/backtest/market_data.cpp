#include "backtest/market_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "backtest/published_rules.hpp"
#include "core/event_fields.hpp"

namespace underround::backtest {
namespace {

ConditionSpec as_it_began(const ConditionSpec& recorded, bool sizes_assumed) {
  ConditionSpec spec = recorded;
  spec.phase = MarketPhase::kOpen;
  // Out of sizes that nobody knows, nothing may be bought or sold.
  spec.accepting_orders = sizes_assumed || !has_tag(spec, kTagSizesUnknown);
  return spec;
}

bool has_size(const Event& e) noexcept {
  return (e.header.kind == EventKind::kSnapshotLevel || e.header.kind == EventKind::kLevel) && e.level.size.micros > 0;
}

// Every event of the recording as a set of which exactly one member wins.
void complete(std::vector<ConditionSpec>& specs) {
  std::unordered_map<std::string_view, std::int32_t> members;
  for (const ConditionSpec& spec : specs) ++members[spec.group.slug];
  for (ConditionSpec& spec : specs) {
    if (spec.group.slug.empty()) continue;
    spec.neg_risk = spec.group.neg_risk = true;
    spec.neg_risk_other = spec.group.augmented = false;
    spec.group.declared_conditions = members[spec.group.slug];
    if (spec.version == MarketVersion::kUnknown) spec.version = MarketVersion::kV1;
  }
}

}  // namespace

Result<MarketData> MarketData::open(std::span<const std::filesystem::path> folders, const Assumptions& assumptions) {
  MarketData data;
  data.assumptions_ = assumptions;
  for (const auto& folder : folders) {
    auto reader = NativeReader::open(folder);
    if (!reader) return std::unexpected(reader.error());
    data.sources_.push_back({.reader = std::move(*reader), .conditions = {}, .symbols = {}, .frame = {}});
  }
  for (Source& source : data.sources_) {
    data.fill(source);
    if (auto ok = data.number(source); !ok) return std::unexpected(ok.error());
    for (const std::string& note : source.reader.contents().notes) data.notes_.push_back(note);
  }
  data.settle_fees();
  if (assumptions.complete_sets) complete(data.conditions_);
  return data;
}

Result<void> MarketData::number(Source& source) {
  std::unordered_map<std::string_view, std::uint32_t> known;
  for (std::size_t i = 0; i < conditions_.size(); ++i) known.emplace(conditions_[i].condition_id, i);
  std::vector<ConditionSpec> fresh;
  const Nanos begins = std::max(assumptions_.from, source.frame ? source.frame->front().header.time : Nanos{});
  source.same = true;
  for (const auto& condition : source.reader.contents().conditions) {
    const auto found = known.find(condition.spec.condition_id);
    const auto ours =
        found != known.end() ? found->second : static_cast<std::uint32_t>(conditions_.size() + fresh.size());
    const bool assumed = assumptions_.size.micros > 0 && has_tag(condition.spec, kTagSizesUnknown);
    if (found == known.end()) {
      fresh.push_back(as_it_began(condition.spec, assumed));
      assumed_.push_back(assumed ? 1 : 0);
      dates_.push_back(begins);
    } else if (!conditions_[ours].fees.known()) {
      conditions_[ours].fees = condition.spec.fees;
    }
    dates_[ours] = std::max(dates_[ours], begins);
    source.same = source.same && !assumed;
    source.same = source.same && ours == source.conditions.size();
    source.conditions.push_back(ours);
  }
  conditions_.insert(conditions_.end(), fresh.begin(), fresh.end());
  for (const std::string& symbol : source.reader.contents().symbols) {
    const auto found = std::ranges::find(symbols_, symbol);
    const auto ours = static_cast<std::uint32_t>(found - symbols_.begin());
    if (found == symbols_.end()) symbols_.push_back(symbol);
    source.same = source.same && ours == source.symbols.size();
    source.symbols.push_back(ours);
  }
  return {};
}

// Of markets whose fees nobody recorded. A market has one fee for the run; of several recordings the last one's date
// counts, because fees have only risen.
void MarketData::settle_fees() {
  std::size_t published = 0, assumed = 0, unknown = 0;
  for (std::size_t i = 0; i < conditions_.size(); ++i) {
    ConditionSpec& spec = conditions_[i];
    if (spec.fees.known()) continue;
    spec.fees = published_fees(spec, dates_[i]);
    published += spec.fees.known() ? 1 : 0;
    if (spec.fees.known()) continue;
    spec.fees = assumptions_.fees;
    ++(spec.fees.known() ? assumed : unknown);
  }
  const auto say = [&](std::size_t markets, std::string_view what) {
    if (markets == 0) return;
    notes_.push_back(fmt::format("fees not recorded: {} of {} markets {}", markets, conditions_.size(), what));
  };
  say(published, "pay what the venue published for their category and date");
  say(assumed, "pay what is assumed");
  say(unknown, "are not traded");
}

void MarketData::fill(Source& source) {
  source.frame.reset();
  while (!source.ended && problem_.empty()) {
    const auto frame = source.reader.next();
    if (!frame) {
      source.ended = true;
      problem_ = source.reader.problem();
    } else if (!frame->events.empty()) {
      source.frame = frame->events;
      return;
    }
  }
}

std::span<const Event> MarketData::renumber(const Source& source, std::span<const Event> frame) {
  buffer_.assign(frame.begin(), frame.end());
  for (Event& e : buffer_) {
    std::uint32_t& subject = e.header.subject;
    if (subject == Event::kNoSubject) continue;
    switch (subject_of(e.header.kind)) {
      case Subject::kInstrument:
        subject = source.conditions[subject / 2] * 2 + subject % 2;
        if (assumed_[subject / 2] != 0 && has_size(e)) e.level.size = assumptions_.size;
        break;
      case Subject::kCondition: subject = source.conditions[subject]; break;
      case Subject::kSymbol: subject = source.symbols[subject]; break;
      case Subject::kEvent:  // groups have no number of their own in a recording
      case Subject::kNone: break;
    }
  }
  return buffer_;
}

std::optional<std::span<const Event>> MarketData::next() {
  if (last_ != nullptr) fill(*last_);
  last_ = nullptr;
  if (!problem_.empty()) return std::nullopt;
  for (Source& source : sources_) {
    if (!source.frame) continue;
    if (last_ == nullptr || source.frame->front().header.time < last_->frame->front().header.time) last_ = &source;
  }
  if (last_ == nullptr) return std::nullopt;
  return last_->same ? *last_->frame : renumber(*last_, *last_->frame);
}

std::uint64_t MarketData::bytes_done() const noexcept {
  std::uint64_t n = 0;
  for (const Source& source : sources_) n += source.reader.bytes_done();
  return n;
}

std::uint64_t MarketData::bytes_total() const noexcept {
  std::uint64_t n = 0;
  for (const Source& source : sources_) n += source.reader.bytes_total();
  return n;
}

}  // namespace underround::backtest
