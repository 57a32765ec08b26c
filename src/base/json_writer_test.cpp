#include "base/json_writer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <charconv>
#include <limits>
#include <string>

namespace underround {
namespace {

TEST(JsonWriter, IllFormedUtf8IsReplacedByteByByteAndTheRestKept) {
  const auto written = [](std::string_view text) {
    fmt::memory_buffer out;
    JsonWriter(out).value(text);
    return fmt::to_string(out);
  };
  EXPECT_EQ(written("\xf0\x9f\x98\x80 \xed\x9f\xbf \xe0\xa0\x80"), "\"\xf0\x9f\x98\x80 \xed\x9f\xbf \xe0\xa0\x80\"");
  const std::string bad = "\xef\xbf\xbd";
  EXPECT_EQ(written("\xc0\x80x"), "\"" + bad + bad + "x\"");                    // overlong
  EXPECT_EQ(written("\xe0\x80\x80"), "\"" + bad + bad + bad + "\"");            // overlong
  EXPECT_EQ(written("\xed\xa0\x80"), "\"" + bad + bad + bad + "\"");            // surrogate
  EXPECT_EQ(written("\xf0\x80\x80\x80"), "\"" + bad + bad + bad + bad + "\"");  // overlong
  EXPECT_EQ(written("\xf4\x90\x80\x80"), "\"" + bad + bad + bad + bad + "\"");  // beyond U+10FFFF
  EXPECT_EQ(written("\xe2\x82"), "\"" + bad + bad + "\"");                      // cut off
}

TEST(JsonWriter, RatiosReadBackTheSameAndWhatIsNotANumberIsNull) {
  EXPECT_TRUE(rc::check("any double", [](double ratio) {
    fmt::memory_buffer out;
    JsonWriter(out).value(ratio);
    double back = 0;
    const auto [end, error] = std::from_chars(out.data(), out.data() + out.size(), back);
    RC_ASSERT(error == std::errc{} && end == out.data() + out.size());
    RC_ASSERT(back == ratio);
  }));
  fmt::memory_buffer out;
  JsonWriter json(out);
  json.begin_array();
  json.value(std::numeric_limits<double>::infinity());
  json.value(std::numeric_limits<double>::quiet_NaN());
  json.value(std::optional<double>());
  json.value(std::optional<int>(3));
  json.end_array();
  EXPECT_EQ(fmt::to_string(out), "[null,null,null,3]");
}

}  // namespace
}  // namespace underround
