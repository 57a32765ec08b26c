#include "backtest/import/npy_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace underround::backtest {
namespace {

constexpr std::size_t kMostFields = 256, kMostRecordBytes = 64 << 10;

// A cursor over Python's literal of a dict: {'descr': [('ev', '<u8'), ...], 'fortran_order': False, 'shape': (3,), }
class Literal {
 public:
  explicit Literal(std::string_view text) : text_(text) {}
  [[nodiscard]] bool take(char c) {
    skip();
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] std::optional<std::string> quoted() {
    skip();
    if (text_.empty() || (text_.front() != '\'' && text_.front() != '"')) return std::nullopt;
    const std::size_t end = text_.find(text_.front(), 1);
    if (end == std::string_view::npos) return std::nullopt;
    std::string value(text_.substr(1, end - 1));
    text_.remove_prefix(end + 1);
    return value;
  }
  [[nodiscard]] std::optional<std::uint64_t> number() {
    skip();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc{}) return std::nullopt;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return value;
  }
  [[nodiscard]] bool word(std::string_view word) {
    skip();
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }

 private:
  void skip() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\n')) text_.remove_prefix(1);
  }
  std::string_view text_;
};

// "<u8" or "|V4" -> type and size.
bool read_type(std::string_view text, NpyField& field) {
  if (text.size() < 3 || (text[0] != '<' && text[0] != '|')) return false;
  field.type = text[1];
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), field.size);
  if (error != std::errc{} || end != text.data() + text.size()) return false;
  switch (field.type) {
    case 'i':
    case 'u': return field.size == 1 || field.size == 2 || field.size == 4 || field.size == 8;
    case 'f': return field.size == 4 || field.size == 8;
    case 'V': return field.size > 0 && field.size <= kMostRecordBytes;  // padding between aligned fields
    default: return false;
  }
}

bool read_fields(Literal& in, NpyLayout& layout) {
  if (!in.take('[')) return false;
  while (!in.take(']')) {
    NpyField field;
    if (!in.take('(') || layout.fields.size() >= kMostFields) return false;
    const auto name = in.quoted();
    if (!name || !in.take(',')) return false;
    const auto type = in.quoted();
    if (!type || !read_type(*type, field)) return false;
    static_cast<void>(in.take(','));
    if (!in.take(')')) return false;
    static_cast<void>(in.take(','));
    field.name = *name;
    field.offset = layout.record_bytes;
    layout.record_bytes += field.size;
    if (layout.record_bytes > kMostRecordBytes) return false;
    if (field.type != 'V') layout.fields.push_back(std::move(field));
  }
  return !layout.fields.empty();
}

bool read_shape(Literal& in, NpyLayout& layout) {
  if (!in.take('(')) return false;
  const auto count = in.number();
  if (!count) return false;
  layout.records = *count;
  static_cast<void>(in.take(','));
  return in.take(')');  // one dimension
}

template <class T>
T load(std::string_view record, const NpyField& field) noexcept {
  T value{};
  std::memcpy(&value, record.data() + field.offset, sizeof value);
  return value;
}

}  // namespace

std::optional<NpyField> NpyLayout::find(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, &NpyField::name);
  return found == fields.end() ? std::nullopt : std::optional(*found);
}

std::int64_t NpyLayout::integer(std::string_view record, const NpyField& field) noexcept {
  const bool is_signed = field.type == 'i';
  switch (field.type == 'f' ? 0 : field.size) {
    case 1: return is_signed ? load<std::int8_t>(record, field) : load<std::uint8_t>(record, field);
    case 2: return is_signed ? load<std::int16_t>(record, field) : load<std::uint16_t>(record, field);
    case 4: return is_signed ? load<std::int32_t>(record, field) : std::int64_t{load<std::uint32_t>(record, field)};
    case 8: return load<std::int64_t>(record, field);
    default: break;
  }
  const double value = real(record, field);
  return value > -9e18 && value < 9e18 ? static_cast<std::int64_t>(value) : 0;
}

double NpyLayout::real(std::string_view record, const NpyField& field) noexcept {
  if (field.type == 'f')
    return field.size == 4 ? static_cast<double>(load<float>(record, field)) : load<double>(record, field);
  return static_cast<double>(integer(record, field));
}

std::optional<std::size_t> npy_head_bytes(std::string_view first) noexcept {
  if (first.size() < 12 || !first.starts_with(kNpyMagic)) return std::nullopt;
  std::uint32_t size = 0;
  const bool wide = first[6] >= 2;  // version 1 has two bytes of length, 2 and 3 four
  std::memcpy(&size, first.data() + 8, wide ? 4 : 2);
  const std::size_t all = (wide ? 12 : 10) + std::size_t{size};
  return all <= kMostNpyHead ? std::optional(all) : std::nullopt;
}

Result<NpyLayout> parse_npy_head(std::string_view head) {
  const auto refuse = [](const char* what) {
    return fail(ErrorCode::kUnsupported, std::string("numpy array: ") + what);
  };
  const auto bytes = npy_head_bytes(head);
  if (!bytes || head.size() < *bytes) return refuse("no head");
  NpyLayout layout;
  layout.head_bytes = *bytes;
  Literal in(head.substr(head[6] >= 2 ? 12 : 10, *bytes - (head[6] >= 2 ? 12 : 10)));
  bool fields = false, shape = false;
  if (!in.take('{')) return refuse("its head is damaged");
  while (!in.take('}')) {
    const auto key = in.quoted();
    if (!key || !in.take(':')) return refuse("its head is damaged");
    if (*key == "descr") {
      fields = read_fields(in, layout);
      if (!fields) return refuse("its records must be named little-endian numbers");
    } else if (*key == "shape") {
      shape = read_shape(in, layout);
      if (!shape) return refuse("more than one dimension");
    } else if (*key != "fortran_order" || (!in.word("False") && !in.word("True"))) {
      return refuse("its head is damaged");
    }
    static_cast<void>(in.take(','));
  }
  if (!fields || !shape) return refuse("its head is damaged");
  return layout;
}

}  // namespace underround::backtest
