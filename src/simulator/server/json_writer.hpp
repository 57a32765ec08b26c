// Writes JSON by hand into a caller's string. The venue writes some frames with ", " between members and some without
// (protocol page 4): `comma` says which.
//   JsonWriter w(out);  w.object().field("price", "0.5").key("bids").array()...end_array().end_object();
// Commas are the writer's business, well-formedness the caller's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/decimal.hpp"

namespace underround::simulator {

void append_escaped(std::string& out, std::string_view text);  // with the quotes

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out, std::string_view comma = ",") : out_(out), comma_(comma) {}

  JsonWriter& object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name) {
    separate();
    append_escaped(out_, name);
    out_ += ':';
    after_value_ = false;
    return *this;
  }
  JsonWriter& string(std::string_view value) {
    separate();
    append_escaped(out_, value);
    return *this;
  }
  // Already JSON: numbers, true, null, whole documents.
  JsonWriter& raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
  }
  JsonWriter& field(std::string_view name, std::string_view value) { return key(name).string(value); }
  JsonWriter& field(std::string_view name, const char* value) { return key(name).string(value); }
  JsonWriter& boolean(std::string_view name, bool value) { return key(name).raw(value ? "true" : "false"); }
  JsonWriter& integer(std::string_view name, std::int64_t value) { return key(name).raw(std::to_string(value)); }
  // A JSON number of value / 10^decimals.
  JsonWriter& number(std::string_view name, std::int64_t scaled, int decimals) {
    return key(name).raw(format_decimal(scaled, decimals));
  }
  // The same as a string, as most CLOB members are.
  JsonWriter& decimal(std::string_view name, std::int64_t scaled, int decimals) {
    return key(name).string(format_decimal(scaled, decimals));
  }
  JsonWriter& null(std::string_view name) { return key(name).raw("null"); }

 private:
  void separate() {
    if (after_value_) out_ += comma_;
    after_value_ = true;
  }
  JsonWriter& open(char bracket) {
    separate();
    out_ += bracket;
    after_value_ = false;
    return *this;
  }
  JsonWriter& close(char bracket) {
    out_ += bracket;
    after_value_ = true;
    return *this;
  }
  std::string& out_;
  std::string_view comma_;
  bool after_value_ = false;
};

}  // namespace underround::simulator
