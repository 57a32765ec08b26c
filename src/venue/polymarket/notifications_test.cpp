// Notices: what was there before is old news, every new one is told once, and nothing is deleted.
#include "venue/polymarket/notifications.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "venue/polymarket/clob_session.hpp"
#include "venue/polymarket/gateway_fixture.hpp"

namespace underround::polymarket {
namespace {

class NotificationsTest : public ::testing::Test {
 protected:
  void SetUp() override { notices_.start(now_); }
  void read() {
    const std::size_t before = clob_.sent("GET /notifications").size();
    bool answered = false;
    const std::string body = body_;
    clob_.handle("GET /notifications", [&answered, body, this](const net::HttpRequest&, const net::HttpResponder& r) {
      r.send(status_, body);
      answered = true;
    });
    notices_.tick(now_);
    now_ += Notifications::kPeriod;
    ASSERT_TRUE(
        loop_.run_until([&] { return clob_.sent("GET /notifications").size() > before && answered; }, kPatience));
    // The answer has been read when a later request of the same lane has been answered.
    bool after = false;
    lane_.send({.target = "/barrier"}, [&](const net::HttpResult&) { after = true; });
    ASSERT_TRUE(loop_.run_until([&] { return after; }, kPatience));
  }
  static std::string note(int id, int type) {
    return fmt::format(
        R"({{"id":{},"type":{},"owner":"x","payload":{{"question":"Rain?","outcome":"Yes","matched_size":"5"}}}})", id,
        type);
  }

  net::EventLoop loop_;
  FakeClob clob_{loop_};
  crypto::SecretKey key_ = crypto::SecretKey::from_hex(kKey).value();
  L2Signer l2_ = L2Signer::make({std::string(kApiKey), std::string(kSecret), "pass"}, key_.address()).value();
  ClobSession session_{loop_, l2_};
  net::HttpClient lane_{loop_, {.base_url = clob_.http(), .connections = 1}};
  std::vector<Notice> told_;
  Notifications notices_{session_, lane_, SignatureType::kSafe, [this](const Notice& n) { told_.push_back(n); }};
  Nanos now_ = Nanos::from_seconds(1);
  std::string body_;
  int status_ = 200;
};

TEST_F(NotificationsTest, TellsWhatIsNewOnce) {
  body_ = "[" + note(1, 2) + "]";
  read();
  EXPECT_TRUE(told_.empty()) << "old news";
  body_ = "[" + note(1, 2) + "," + note(2, 8) + "," + note(3, 6) + "]";
  read();
  read();
  ASSERT_EQ(told_.size(), 1U) << "comments are nobody's business";
  EXPECT_EQ(told_[0].kind, Notice::Kind::kFillFailed);
  EXPECT_EQ(told_[0].words, "Rain?, Yes, 5");
  EXPECT_EQ(clob_.sent("GET /notifications").front().target, "/notifications?signature_type=2");
  EXPECT_TRUE(clob_.sent("DELETE /notifications").empty());
}

TEST_F(NotificationsTest, AnAnswerThatCannotBeReadChangesNothing) {
  body_ = "[]";
  read();
  for (const char* nonsense : {"<html>", "{}", "[1,\"x\",{\"id\":null}]", ""}) {
    body_ = nonsense;
    read();
  }
  status_ = 503;
  read();
  status_ = 200;
  body_ = "[" + note(7, 9) + "]";
  read();
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_EQ(told_[0].id, "7");
}

}  // namespace
}  // namespace underround::polymarket
