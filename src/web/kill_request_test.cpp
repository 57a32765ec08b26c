#include "web/kill_request.hpp"

namespace underround::web {
namespace {

TEST(KillRequest, CarriesTheReason) {
  const auto request = parse_kill_request(R"({"reason":"fat finger","more":1})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->kind, ControlKind::kKill);
  EXPECT_EQ(request->note.view(), "web: fat finger");
}

TEST(KillRequest, LongReasonIsCutAtAWholeCharacter) {
  // One byte of room is left: the two-byte character must go as a whole.
  const std::string reason(sizeof(ControlRequest::note) - 1 - std::string("web: ").size() - 1, 'x');
  const auto request = parse_kill_request(R"({"reason":")" + reason + "\u00e9\u00e9\"}");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->note.view(), "web: " + reason);
}

TEST(KillRequest, RefusesWhatHasNoReason) {
  for (const char* body : {"", "{}", "[]", "null", "reason", R"({"reason":5})", R"({"reason":""})", R"({"reason":" "})",
                           R"({"reason":"x")"}) {
    const auto request = parse_kill_request(body);
    ASSERT_FALSE(request) << body;
    EXPECT_EQ(request.error().code, ErrorCode::kInvalidInput);
  }
}

}  // namespace
}  // namespace underround::web
