#include "app/json_text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <simdjson.h>

#include "base/json_writer.hpp"

namespace underround {
namespace {

TEST(JsonText, EscapesWhatJsonWants) {
  EXPECT_EQ(json_string("a\"b\\c\nd\te"), R"("a\"b\\c\nd\te")");
  EXPECT_EQ(json_string(std::string_view("\0\x1f\x7f", 3)), R"("\u0000\u001f\u007f")");
}

TEST(JsonText, KeepsUtf8AndReplacesWhatIsNot) {
  EXPECT_EQ(json_string("\u00e9\u65e5\U0001f600"), "\"\u00e9\u65e5\U0001f600\"");
  EXPECT_EQ(json_string("\xff"
                        "a"),
            "\"\ufffda\"");
  EXPECT_EQ(json_string("\xc3"), "\"\ufffd\"");                      // cut off
  EXPECT_EQ(json_string("\xe0\x80\x80"), "\"\ufffd\ufffd\ufffd\"");  // overlong
  EXPECT_EQ(json_string("\xed\xa0\x80"), "\"\ufffd\ufffd\ufffd\"");  // surrogate
}

// Here because the parser is: base/ has none.
TEST(JsonWriter, AnyBytesBecomeValidJson) {
  EXPECT_TRUE(rc::check("any text", [](const std::string& text) {
    fmt::memory_buffer out;
    JsonWriter json(out);
    json.begin_array();
    json.value(std::string_view(text));
    json.value(1);
    json.end_array();
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    RC_ASSERT(parser.parse(out.data(), out.size()).get(root) == simdjson::SUCCESS);  // also checks UTF-8
    RC_ASSERT(std::int64_t(root.at(1)) == 1);
  }));
}

}  // namespace
}  // namespace underround
