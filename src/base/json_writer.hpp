// Writes JSON into a reused fmt buffer: commas, escapes and nothing else. Money travels as an integer in its base unit;
// doubles are for ratios (shortest text that reads back the same; null when not finite, JSON has no word for it).
//   JsonWriter json(buffer);  json.begin_object();  json.field("cash_usd_micros", usd.micros);  json.end_object();
// Text is made valid: control characters are escaped and bytes that are not UTF-8 become U+FFFD (a WebSocket peer must
// drop the connection on invalid UTF-8, and labels come from the venue).
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>

namespace underround {

class JsonWriter {
 public:
  // Appends to `out`, which must outlive the writer.
  explicit JsonWriter(fmt::memory_buffer& out) noexcept : out_(out) {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  // `name` is a literal of ours: not escaped.
  void key(std::string_view name);

  template <class T>
  requires std::integral<T> &&(!std::same_as<T, bool>)void value(T number) {
    separate();
    const fmt::format_int text(number);
    out_.append(text.data(), text.data() + text.size());
  }
  void value(bool flag) { raw(flag ? "true" : "false"); }
  void value(double ratio);
  template <class T>
  void value(const std::optional<T>& maybe) {
    maybe ? value(*maybe) : null();
  }
  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void null() { raw("null"); }

  template <class T>
  void field(std::string_view name, const T& content) {
    key(name);
    value(content);
  }

 private:
  void separate() {
    if (comma_) out_.push_back(',');
    comma_ = true;
  }
  void raw(std::string_view text) {
    separate();
    out_.append(text);
  }
  void open(char bracket) {
    separate();
    out_.push_back(bracket);
    comma_ = false;
  }
  void close(char bracket) {
    out_.push_back(bracket);
    comma_ = true;
  }

  fmt::memory_buffer& out_;
  bool comma_ = false;
};

}  // namespace underround
