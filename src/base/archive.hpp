// State as bytes and back, for snapshots: one function names the members, and is used in both directions.
//   template <class A> void archive(A& a) { a(cash_, positions_, fills_); }        // in the class; or a free
//   archive(a, x) ArchiveWriter w(out);  w(ledger);      ArchiveReader r(bytes);  r(ledger);  if (!r.good()) refuse();
// Native byte order and layout: written and read by the same build, or by one that says that its layout is the same
// (journal/snapshot.hpp). Numbers, enumerations and trivially copyable records go as they lie in memory.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace underround {

class ArchiveWriter;
class ArchiveReader;

namespace archive_detail {
template <class T, class A>
concept HasMember = requires(T& t, A& a) {
  t.archive(a);
};
template <class T, class A>
concept HasFree = requires(T& t, A& a) {
  archive(a, t);
};
}  // namespace archive_detail

class ArchiveWriter {
 public:
  static constexpr bool kReads = false;
  explicit ArchiveWriter(std::vector<std::uint8_t>& out) : out_(out) {}

  template <class... T>
  void operator()(const T&... values) {
    (one(values), ...);
  }
  void bytes(const void* data, std::size_t size) {
    const auto* p = static_cast<const std::uint8_t*>(data);
    out_.insert(out_.end(), p, p + size);
  }
  void count(std::size_t& n) {
    const std::uint64_t wide = n;
    bytes(&wide, sizeof wide);
  }

 private:
  template <class T>
  void one(const T& value) {
    auto& v = const_cast<T&>(value);  // one function for both directions: this one only looks
    if constexpr (archive_detail::HasMember<T, ArchiveWriter>) {
      v.archive(*this);
    } else if constexpr (archive_detail::HasFree<T, ArchiveWriter>) {
      archive(*this, v);
    } else {
      static_assert(std::is_trivially_copyable_v<T>, "needs an archive function");
      bytes(&value, sizeof value);
    }
  }
  template <class T>
  void many(const T& values) {
    std::size_t n = values.size();
    count(n);
    for (const auto& value : values) one(value);
  }
  void one(const std::string& text) {
    std::size_t n = text.size();
    count(n);
    bytes(text.data(), n);
  }
  template <class T>
  void one(const std::vector<T>& values) {
    static_assert(!std::is_same_v<T, bool>);
    if constexpr (std::is_trivially_copyable_v<T> && !archive_detail::HasMember<T, ArchiveWriter> &&
                  !archive_detail::HasFree<T, ArchiveWriter>) {
      std::size_t n = values.size();
      count(n);
      bytes(values.data(), n * sizeof(T));
    } else {
      many(values);
    }
  }
  template <class T>
  void one(const std::deque<T>& values) {
    many(values);
  }
  template <class T, std::size_t N>
  void one(const std::array<T, N>& values) {
    for (const T& value : values) one(value);
  }

  std::vector<std::uint8_t>& out_;
};

class ArchiveReader {
 public:
  static constexpr bool kReads = true;
  explicit ArchiveReader(std::span<const std::uint8_t> in) : in_(in) {}

  template <class... T>
  void operator()(T&... values) {
    (one(values), ...);
  }
  void bytes(void* data, std::size_t size) {
    if (size > in_.size()) {
      good_ = false;
      in_ = {};
      return;
    }
    if (size > 0) std::memcpy(data, in_.data(), size);
    in_ = in_.subspan(size);
  }
  // Of elements that take at least a byte each: a damaged count does not make us ask for the world's memory.
  void count(std::size_t& n) {
    std::uint64_t wide = 0;
    bytes(&wide, sizeof wide);
    if (wide > in_.size()) {
      good_ = false;
      wide = 0;
    }
    n = static_cast<std::size_t>(wide);
  }
  // False: the bytes ended early or say something impossible; what was read is not to be used.
  [[nodiscard]] bool good() const noexcept { return good_; }
  void fail() noexcept { good_ = false; }
  [[nodiscard]] bool at_end() const noexcept { return in_.empty(); }

 private:
  template <class T>
  void one(T& value) {
    if constexpr (archive_detail::HasMember<T, ArchiveReader>) {
      value.archive(*this);
    } else if constexpr (archive_detail::HasFree<T, ArchiveReader>) {
      archive(*this, value);
    } else if constexpr (std::is_same_v<T, bool>) {
      std::uint8_t byte = 0;
      bytes(&byte, 1);
      value = byte != 0;
    } else {
      static_assert(std::is_trivially_copyable_v<T>, "needs an archive function");
      bytes(static_cast<void*>(&value), sizeof value);
    }
  }
  template <class T>
  void many(T& values) {
    std::size_t n = 0;
    count(n);
    values.clear();
    for (std::size_t i = 0; i < n && good_; ++i) one(values.emplace_back());
  }
  void one(std::string& text) {
    std::size_t n = 0;
    count(n);
    text.resize(n);
    bytes(text.data(), n);
  }
  template <class T>
  void one(std::vector<T>& values) {
    static_assert(!std::is_same_v<T, bool>);
    if constexpr (std::is_trivially_copyable_v<T> && !archive_detail::HasMember<T, ArchiveReader> &&
                  !archive_detail::HasFree<T, ArchiveReader>) {
      std::size_t n = 0;
      count(n);
      if (n * sizeof(T) > in_.size()) return fail();
      values.resize(n);
      bytes(static_cast<void*>(values.data()), n * sizeof(T));
    } else {
      many(values);
    }
  }
  template <class T>
  void one(std::deque<T>& values) {
    many(values);
  }
  template <class T, std::size_t N>
  void one(std::array<T, N>& values) {
    for (T& value : values) one(value);
  }

  std::span<const std::uint8_t> in_;
  bool good_ = true;
};

}  // namespace underround
