#include "journal/journal.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/check.hpp"
#include "journal/journal_reader.hpp"
#include "journal/segment_file.hpp"

namespace underround::journal {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::milliseconds kLook{5};  // the thread's pace
constexpr int kRetryEvery = 200;

}  // namespace

Journal::Journal(JournalSettings settings, FolderLock lock)
    : settings_(std::move(settings)),
      lock_(std::move(lock)),
      keeper_({.folder = settings_.folder,
               .compress = settings_.compress,
               .keep_bytes = settings_.keep_bytes,
               .keep_for = settings_.keep_for,
               .wall_clock = settings_.wall_clock,
               .sync_written = settings_.sync_written,
               .bytes_in_use = std::uint64_t{2} * settings_.segment_bytes}) {}

Result<std::unique_ptr<Journal>> Journal::open(JournalSettings settings) {
  auto lock = FolderLock::take(settings.folder);
  if (!lock) return std::unexpected(lock.error());
  return open(std::move(settings), std::move(*lock));
}

Result<std::unique_ptr<Journal>> Journal::open(JournalSettings settings, FolderLock lock) {
  if (settings.segment_bytes < 4096) return fail(ErrorCode::kInvalidInput, "journal: segments of less than 4096 bytes");
  if (settings.keep_for.ns > 0 && !settings.wall_clock) {
    return fail(ErrorCode::kInvalidInput, "journal: keep_for needs a clock");
  }
  std::unique_ptr<Journal> journal(new Journal(std::move(settings), std::move(lock)));
  if (auto ready = journal->recover(); !ready) return std::unexpected(ready.error());
  journal->keeper_.keep_from(journal->settings_.keep_from);
  journal->next_index_ = journal->current_->index + 1;
  // Nobody shall find the journal short of room because he has only just opened it.
  if (journal->room_is_short()) {
    auto made = journal->make_next();
    if (!made) return std::unexpected(made.error());
    ++journal->next_index_;
    journal->ready_.store(made->release(), std::memory_order_release);
  }
  journal->keeper_.start(*journal->current_);
  journal->thread_ = std::thread([raw = journal.get()] { raw->prepare(); });
  return journal;
}

Journal::~Journal() {
  if (thread_.joinable()) {
    {
      const std::lock_guard hold(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }
  // What was prepared and not used is taken back.
  if (OpenSegment* unused = ready_.exchange(nullptr)) {
    const fs::path path = segment_path(settings_.folder, unused->index);
    delete unused;
    std::error_code ignored;
    fs::remove(path, ignored);
  }
  keeper_.stop();  // its thread may be syncing the segment that is closed now
  if (current_) keeper_.hand_over(current_.release());
  keeper_.stop();
}

// Reads what there is, cuts a torn tail off the last segment that has a head and goes on behind it. What was prepared
// behind that one and never used goes; nothing else does.
Result<void> Journal::recover() {
  tidy_segments(settings_.folder);
  const auto files = segment_files(settings_.folder);
  if (!files) return std::unexpected(files.error());
  std::vector<std::pair<fs::path, std::uint64_t>> used;  // with its first sequence
  for (const fs::path& file : *files) {
    if (const auto first = first_sequence(file)) used.emplace_back(file, *first);
  }
  const std::uint64_t from = settings_.verify_all || used.size() < 2 ? 0 : used[used.size() - 2].second;
  auto reader = JournalReader::open(settings_.folder, from);
  if (!reader) return std::unexpected(reader.error());
  const fs::path last = used.empty() ? fs::path() : used.back().first;
  std::uint64_t end = kSegmentHead;
  while (const auto record = reader->next()) {
    ++recovered_.records;
    if (reader->segment() == last) end = record->offset + size_on_disk(record->payload.size());
  }
  if (!reader->problem().empty()) return fail(ErrorCode::kRefused, "journal " + reader->problem());
  next_sequence_ = std::max<std::uint64_t>(reader->next_sequence(), 1);
  recovered_.torn_bytes = reader->torn_bytes();
  std::uint64_t index = 1;
  for (const fs::path& file : *files) {
    if (file > last) {
      std::error_code ignored;
      fs::remove(file, ignored);
    } else {
      index = std::max(index, segment_index(file).value_or(0) + 1);
    }
  }
  const bool goes_on = !last.empty() && !is_packed(last);
  for (const auto& [file, first] : used) {
    if (file < last || (file == last && !goes_on)) keeper_.add_closed(segment_index(file).value_or(0), first, file);
  }
  if (!goes_on) return begin_first_segment(index);
  auto reopened = OpenSegment::reopen(last, index - 1);
  if (!reopened) return std::unexpected(reopened.error());
  current_ = std::move(*reopened);
  begin_at(end);
  std::memset(current_->data + end, 0, current_->size - end);
  recovered_.segment = last.filename().string();
  return {};
}

Result<void> Journal::begin_first_segment(std::uint64_t index) {
  auto first = OpenSegment::make(segment_path(settings_.folder, index), index, settings_.segment_bytes);
  if (!first) return std::unexpected(first.error());
  current_ = std::move(*first);
  current_->first = next_sequence_;
  write_segment_head(current_->data, next_sequence_);
  begin_at(kSegmentHead);
  return {};
}

void Journal::begin_at(std::size_t at) noexcept {
  at_ = at;
  short_at_ = current_->size - current_->size / 8;
}

std::size_t Journal::largest_payload() const noexcept { return settings_.segment_bytes - kSegmentHead - kRecordHead; }

bool Journal::append(RecordKind kind, Bytes head, Bytes rest) noexcept {
  const std::size_t need = size_on_disk(head.size() + rest.size());
  if (end_.load(std::memory_order_relaxed) != End::kNone) return false;
  if (at_ + need > current_->size) {
    const bool too_big = need + kSegmentHead > settings_.segment_bytes;
    if (too_big || !next_segment()) {
      end_.store(too_big ? End::kTooBig : End::kNoSegment, std::memory_order_release);
      return false;
    }
  }
  write_record(current_->data + at_, next_sequence_, kind, head, rest);
  at_ += need;
  current_->written.store(at_, std::memory_order_release);
  ++next_sequence_;
  return true;
}

bool Journal::next_segment() noexcept {
  OpenSegment* const fresh = ready_.exchange(nullptr, std::memory_order_acq_rel);
  if (fresh == nullptr) return false;
  OpenSegment* const full = current_.release();
  current_.reset(fresh);
  fresh->first = next_sequence_;
  write_segment_head(fresh->data, next_sequence_);
  begin_at(kSegmentHead);
  keeper_.writing(*fresh);
  keeper_.hand_over(full);
  return true;
}

Result<std::unique_ptr<OpenSegment>> Journal::make_next() const {
  return OpenSegment::make(segment_path(settings_.folder, next_index_), next_index_, settings_.segment_bytes);
}

void Journal::prepare() {
  int wait = 0;
  std::unique_lock hold(mutex_);
  while (!stop_) {
    if (ready_.load(std::memory_order_acquire) == nullptr && wait-- <= 0) {
      hold.unlock();
      auto made = make_next();
      hold.lock();
      failure_ = made ? std::string() : made.error().message;
      wait = made ? 0 : kRetryEvery;
      if (made) {
        ready_.store(made->release(), std::memory_order_release);
        ++next_index_;
      }
    }
    wake_.wait_for(hold, kLook);
  }
}

std::string Journal::failure() const {
  const End end = end_.load(std::memory_order_acquire);
  const std::lock_guard hold(mutex_);
  switch (end) {
    case End::kNone: return failure_;
    case End::kTooBig:
      return fmt::format("journal {}: a record is longer than a segment can hold ({} bytes); nothing more is written",
                         settings_.folder.string(), largest_payload());
    case End::kNoSegment: break;
  }
  return failure_.empty() ? fmt::format(
                                "journal {}: the disk was too slow: the next segment was not ready when this "
                                "one was full; nothing more is written",
                                settings_.folder.string())
                          : failure_ + "; nothing more is written";
}

void Journal::sync() { ::msync(current_->data, at_, MS_SYNC); }

}  // namespace underround::journal
