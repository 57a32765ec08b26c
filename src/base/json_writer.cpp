#include "base/json_writer.hpp"

#include <cmath>
#include <iterator>

namespace underround {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// Length of the well-formed UTF-8 character at text[at] (RFC 3629: no overlong forms, no surrogates), 0 when malformed.
std::size_t utf8_length(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool overlong = first == 0xe0 && byte(1) < 0xa0;
    const bool surrogate = first == 0xed && byte(1) > 0x9f;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool overlong = first == 0xf0 && byte(1) < 0x90;
    const bool too_large = first == 0xf4 && byte(1) > 0x8f;
    return continues(1) && continues(2) && continues(3) && !overlong && !too_large ? 4 : 0;
  }
  return 0;
}

void append_escaped(fmt::memory_buffer& out, unsigned char c) {
  switch (c) {
    case '"': out.append(std::string_view("\\\"")); return;
    case '\\': out.append(std::string_view("\\\\")); return;
    case '\n': out.append(std::string_view("\\n")); return;
    case '\r': out.append(std::string_view("\\r")); return;
    case '\t': out.append(std::string_view("\\t")); return;
    default: fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
  }
}

}  // namespace

void JsonWriter::key(std::string_view name) {
  separate();
  out_.push_back('"');
  out_.append(name);
  out_.append(std::string_view("\":"));
  comma_ = false;
}

void JsonWriter::value(double ratio) {
  if (!std::isfinite(ratio)) return null();
  separate();
  fmt::format_to(std::back_inserter(out_), "{}", ratio);
}

void JsonWriter::value(std::string_view text) {
  separate();
  out_.push_back('"');
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const std::size_t length = utf8_length(text, i);
    if (length == 0) {
      out_.append(kReplacement);
      ++i;
    } else if (c < 0x20 || c == 0x7f || c == '"' || c == '\\') {
      append_escaped(out_, c);
      ++i;
    } else {
      out_.append(text.substr(i, length));
      i += length;
    }
  }
  out_.push_back('"');
}

}  // namespace underround
