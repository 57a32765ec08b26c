// All books, indexed by ConditionId. Grows when the catalogue grows (not on the hot path).
#pragma once

#include <deque>

#include "book/condition_book.hpp"

namespace underround {

class BookStore {
 public:
  // Makes sure `condition` has a book; a new one starts on `tick` (kTick001 when unknown).
  void add(ConditionId condition, Tick tick) {
    while (books_.size() <= condition.value) books_.emplace_back();
    if (tick.known() && books_[condition.value].state() == BookState::kAwaitingSnapshot) {
      books_[condition.value] = ConditionBook(tick);
    }
  }
  [[nodiscard]] bool contains(ConditionId condition) const noexcept { return condition.value < books_.size(); }
  [[nodiscard]] ConditionBook& operator[](ConditionId condition) noexcept { return books_[condition.value]; }
  [[nodiscard]] const ConditionBook& operator[](ConditionId condition) const noexcept {
    return books_[condition.value];
  }
  template <class A>
  void archive(A& a) {
    a(books_);
  }
  [[nodiscard]] std::size_t size() const noexcept { return books_.size(); }

 private:
  std::deque<ConditionBook> books_;  // stable addresses
};

}  // namespace underround
